import Testing

@testable import Brokerage

@Suite("The policy")
struct PolicyTests {
    @Test("a policy set by a commissioner outlasts the same file, and yields to a file that says something new")
    func fileAndPerson() throws {
        var county = County()
        let file = Policy()
        try county.must(.adoptPolicy(file), by: County.commissioner)
        var mine = county.state.policy
        mine.answerMinutes = 45
        try county.must(.setPolicy(mine, .absent), by: County.commissioner)
        #expect(county.state.policy.version == 2)
        try county.must(.adoptPolicy(file), by: County.commissioner)
        #expect(county.state.policy.answerMinutes == 45)
        var newer = file
        newer.answerMinutesUrgent = 15
        try county.must(.adoptPolicy(newer), by: County.commissioner)
        #expect(county.state.policy.answerMinutes == 45)
        #expect(county.state.policy.answerMinutesUrgent == 15)
        #expect(county.state.policy.version == 3 && county.state.filedPolicy?.answerMinutes == 60)
        try county.must(.adoptPolicy(newer), by: County.commissioner)
        #expect(county.events.isEmpty)
        newer.answerMinutes = 50
        try county.must(.adoptPolicy(newer), by: County.commissioner)
        #expect(county.state.policy.answerMinutes == 50 && county.state.policy.answerMinutesUrgent == 15)
        #expect(county.state.policy.version == 4)
    }

    @Test("every figure is taken by itself")
    func everyFigure() {
        func leaves(_ value: Any) -> Int {
            let children = Mirror(reflecting: value).children
            let isGroup = value is Policy || value is Policy.HoursToPlace || value is Objective || value is SpotRules
            return isGroup ? children.reduce(0) { $0 + leaves($1.value) } : 1
        }
        // All but the version.
        #expect(Policy.figures.count == leaves(Policy()) - 1)
    }

    @Test("a file and a person whose figures do not go together are refused, and nothing is written")
    func dominanceOfBoth() throws {
        var county = County()
        var mine = county.state.policy
        mine.shortVisit = 20
        try county.must(.setPolicy(mine, .absent), by: County.commissioner)
        var filed = Policy()
        filed.shortestVisit = 25
        #expect(filed.objections.isEmpty)
        let before = county.state.policy
        guard case .failure(let rejection) = county.submit(.adoptPolicy(filed), by: County.commissioner) else {
            return #expect(Bool(false))
        }
        #expect(rejection.kind == .againstRule && rejection.faults.map(\.pointer) == ["/shortestVisit"])
        #expect(county.state.policy == before)
    }

    @Test("a policy made from an older version is refused")
    func olderVersion() throws {
        var county = County()
        let seen = county.state.policy
        var first = seen
        first.answerMinutes = 45
        try county.must(.setPolicy(first, .absent), by: County.commissioner)
        var second = seen
        second.answerMinutesUrgent = 10
        guard case .failure(let rejection) = county.submit(.setPolicy(second, .absent), by: County.commissioner) else {
            return #expect(Bool(false))
        }
        #expect(rejection.kind == .clash)
        #expect(county.state.policy.answerMinutesUrgent == 20)
    }

    @Test("tiers that do not dominate are refused with their fields, and nothing is written")
    func dominance() throws {
        var county = County()
        var policy = county.state.policy
        policy.objective.split = 5
        guard case .failure(let rejection) = county.submit(.setPolicy(policy, .absent), by: County.commissioner) else {
            return #expect(Bool(false))
        }
        #expect(rejection.kind == .againstRule)
        #expect(rejection.faults.map(\.pointer).contains("/objective/split"))
        #expect(county.state.policy == Policy())
    }
}
