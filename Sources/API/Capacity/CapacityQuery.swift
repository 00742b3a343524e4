import Brokerage

/// What a capacity poll asks for.
struct CapacityQuery: Hashable {
    /// nil: every zone.
    let zone: ZoneID?
    /// Ascending, each once; all must be there.
    let skills: [Skill]
    let from: Day
    let days: Int
    /// The day after today in London: when a package referred now could begin.
    let tomorrow: Day

    /// Days of one answer at most.
    static let mostDays = 64
    /// Skills of one poll at most: a package's skills are few.
    static let mostSkills = 32

    init(_ text: String?, _ state: State, today: Day) throws(Problem) {
        var query = try QueryReader(text)
        let name = try query.one("zone")
        var skills: Set<Skill> = []
        for text in query.all("skill") {
            guard let skill = Skill(text), skills.count < CapacityQuery.mostSkills else {
                throw .query("skill", "must be \(Words.code)")
            }
            skills.insert(skill)
        }
        from = try query.day("from") ?? today
        days = try query.integer("days", in: 1...CapacityQuery.mostDays) ?? 14
        tomorrow = today.adding(days: 1)
        try query.finish()
        zone = name.flatMap { ZoneID($0) }.filter { state.zones[$0] != nil }
        if name != nil, zone == nil { throw .notThere }
        self.skills = skills.sorted()
        // The ledger may still stand on yesterday when nobody has written since midnight.
        let window = Window(today: max(today, state.today))
        let last = from.adding(days: days - 1)
        guard window.contains(from), window.contains(last) else {
            throw .rule(
                window.contains(from) ? "/query/days" : "/query/from",
                "the ledger holds \(window.first) to \(window.last)"
            )
        }
    }
}
