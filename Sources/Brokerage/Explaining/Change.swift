/// A change that would place somebody who waits: a question to a person, never an act. Each was tried: with it made, the
/// rules and the ledger let the package through.
public enum Change: Hashable, Sendable {
    /// A clinician decides what the person needs, before which nothing is placed; `hasRoom`: nothing else is wanting.
    case triage(hasRoom: Bool)
    /// A named person chooses this provider, which has room: after offers that came to nothing none is sent by itself.
    case choose(ProviderID)
    /// So many more minutes on a claim, band by band; what the package has beside them may lie on a second claim.
    case moreMinutes(ProviderID, BlockID, [Shortage])
    /// A visit at another time within its band.
    case otherTime(visit: Int, at: TimeOfDay)
    /// Care from another day on.
    case start(Day)
    /// A provider claims what nobody has claimed.
    case claim(BlockID)
    /// Two providers share the package.
    case twoProviders
    /// One carer where two were asked for.
    case singleHanded
    /// Care for fewer weeks.
    case weeks(Int)
    /// A carer of any gender.
    case anyGender
    /// A provider takes one person more than it said it could.
    case oneMorePerson(ProviderID)
    /// A provider is asked once more, though it refused or did not answer.
    case askAgain(ProviderID)
    /// Minutes bought for this person alone, at most at this price.
    case spot(ceilingPence: Int, mostPence: Int, budgetLeftPence: Int)

    /// Hours are bought: a block with these minutes, awarded to a provider that may carry them. Named where nothing smaller
    /// would do, so that nobody waits without a question being asked.
    /// `isCarried`: whether there is a provider that may carry it and would be asked.
    case buy(WeeklyPattern, from: Day, until: Day, isCarried: Bool)

    /// Minutes a claim is short of in one band.
    public struct Shortage: Hashable, Sendable {
        public let band: Band
        /// On the worst of the days.
        public let minutes: Int
        public let days: Int
        public let first: Day
        public let last: Day
    }

    /// Smaller changes first: minutes and times that a provider may find, then other days and arrangements, then what
    /// touches the person's care or costs money.
    var effort: (Int, Int) {
        switch self {
        case .triage, .choose: return (-1, 0)
        case .moreMinutes(_, _, let short):
            let minutes = short.reduce(0) { $0 + $1.minutes }
            return (minutes <= 60 ? 0 : 5, minutes * 1_000 + short.reduce(0) { $0 + $1.days })
        case .otherTime: return (1, 0)
        case .start(let day): return (2, Int(day.number))
        case .claim(let block): return (3, Int(block.number))
        case .twoProviders: return (4, 0)
        case .oneMorePerson: return (6, 0)
        case .askAgain: return (7, 0)
        case .singleHanded: return (8, 0)
        case .weeks(let weeks): return (9, 6 - weeks)
        case .anyGender: return (10, 0)
        case .spot: return (11, 0)
        case .buy: return (12, 0)
        }
    }
}
