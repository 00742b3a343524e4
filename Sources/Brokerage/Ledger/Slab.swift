/// One claim's ledger: for each (day, band) of the horizon, where every claimed minute is. Flat, because a hold
/// touches up to 168 cells and a copy of the whole is one allocation.
public struct Slab: Hashable, Sendable {
    /// Where a claimed minute can be.
    public enum Account: Int, CaseIterable, Sendable {
        /// Staffed and nobody's: what may be placed on.
        case free
        /// Under an open offer.
        case held
        /// Under an accepted package.
        case committed
        /// Kept for a postponed first visit or a paused package.
        case retained
        /// Not staffed: a shortfall, or before the claim is firm.
        case unavailable
    }

    /// Days the slab looks ahead: yesterday (a night in progress), today, a start up to 84 days ahead and six weeks.
    /// A power of two, so that midnight copies nothing: a day's row is its number modulo this.
    public static let horizon = 128

    /// Account by account, free first; within one, (day's ring row) x 5 + band. Flat for the allocator to read.
    public internal(set) var cells: [Int16]

    /// A slab without minutes.
    public init() {
        cells = Array(repeating: 0, count: Account.allCases.count * Slab.horizon * Band.count)
    }

    /// Minutes in an account on a day in a band. The day must lie within the horizon: the caller's window says so.
    public subscript(account: Account, day: Day, band: Band) -> Int {
        get { Int(cells[index(account, day, band.index)]) }
        set {
            precondition((0...Int(Int16.max)).contains(newValue), "ledger cell \(account) \(day) \(band) = \(newValue)")
            cells[index(account, day, band.index)] = Int16(newValue)
        }
    }

    /// All that is claimed on a day in a band, summed over the accounts.
    public func total(_ day: Day, _ band: Band) -> Int {
        Account.allCases.reduce(0) { $0 + self[$1, day, band] }
    }

    /// Moves minutes from one account to another. A balance below zero would be a minute sold twice, so it stops
    /// the process.
    public mutating func move(_ minutes: Int, from: Account, to: Account, _ day: Day, _ band: Band) {
        self[from, day, band] -= minutes
        self[to, day, band] += minutes
    }

    private func index(_ account: Account, _ day: Day, _ band: Int) -> Int { Slab.index(account.rawValue, day, band) }

    private static func index(_ account: Int, _ day: Day, _ band: Int) -> Int {
        (account * Slab.horizon + Int(day.number & Int32(Slab.horizon - 1))) * Band.count + band
    }

    // Many cells at once: whether the slab is shared is asked once, and not for each cell that is written.

    /// Lends the cells for changes with the two functions below.
    mutating func change(_ body: (UnsafeMutableBufferPointer<Int16>) -> Void) {
        cells.withUnsafeMutableBufferPointer { body($0) }
    }

    /// Like the method, on lent cells.
    static func move(
        _ minutes: Int,
        from: Account,
        to: Account,
        _ day: Day,
        _ band: Int,
        in cells: UnsafeMutableBufferPointer<Int16>
    ) {
        let (source, target) = (index(from.rawValue, day, band), index(to.rawValue, day, band))
        let less = Int(cells[source]) - minutes
        precondition((0...Int(Int16.max)).contains(less), "ledger cell \(from) \(day) \(band) = \(less)")
        cells[source] = Int16(less)
        let more = Int(cells[target]) + minutes
        precondition((0...Int(Int16.max)).contains(more), "ledger cell \(to) \(day) \(band) = \(more)")
        cells[target] = Int16(more)
    }

    /// Like the method, on lent cells.
    static func total(_ day: Day, _ band: Int, in cells: UnsafeMutableBufferPointer<Int16>) -> Int {
        var sum = 0
        for account in 0..<accounts { sum += Int(cells[index(account, day, band)]) }
        return sum
    }

    private static let accounts = 5
}

/// The days a slab holds, from yesterday on.
public struct Window: Hashable, Sendable {
    /// Yesterday in London: a night that began then may still be going on.
    public let first: Day

    /// The window on a London date.
    public init(today: Day) {
        first = today.adding(days: -1)
    }

    /// The last day, inclusive.
    public var last: Day { first.adding(days: Slab.horizon - 1) }

    /// Whether a day lies in the window.
    public func contains(_ day: Day) -> Bool { day >= first && day <= last }

    /// The part of a range of days that lies in the window, as day numbers; empty when none does.
    public func clamp(_ from: Day, _ until: Day) -> Range<Int32> {
        let low = max(from.number, first.number)
        let high = min(until.number, last.number)
        return low <= high ? low..<high + 1 : low..<low
    }
}
