import Dispatch
import Synchronization
import Testing

@testable import Broker
@testable import Brokerage

@Suite("The batch beside the broker")
struct ImproverTests {
    private func block(_ minutes: Int32, _ provider: String, skills: [String]) -> Command {
        guard case .buyBlock(var terms, let awarded) = TestBroker.block(minutes, awardedTo: provider) else {
            preconditionFailure("a block")
        }
        terms.skills = skills.map { Skill($0)! }
        return .buyBlock(terms, awardedTo: awarded)
    }

    private func ask(_ minutes: Int, skills: [String] = []) -> Ask {
        TestBroker.ask.with(visits: [
            Visit(
                band: .morning,
                minutes: minutes,
                carers: 1,
                days: .all,
                skills: skills.map { Skill($0)! },
                personalCare: true
            )
        ])
    }

    /// One person holds the only minutes with the skill that another needs, and could be cared for elsewhere.
    private func crossed(_ broker: Broker) {
        broker.answer(TestBroker.zone)
        for name in ["acorn", "birch"] { broker.answer(TestBroker.provider(name)) }
        broker.answer(block(30, "acorn", skills: ["medication"]))
        broker.answer(block(100, "birch", skills: []))
        for ask in [ask(70), ask(30), ask(30, skills: ["medication"])] {
            broker.answer(.refer(ask), by: TestBroker.ward)
        }
        #expect(broker.published().state.waitingCount(in: Slug("leam")!) == 1)
    }

    @Test("somebody who waits is placed by it without anyone asking, and the journal replays to the same state")
    func places() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        crossed(broker)
        broker.improve(everyMilliseconds: 1, movesEach: 500)
        broker.turn { broker.published().state.waitingCount(in: Slug("leam")!) == 0 }
        #expect(broker.published().state.waitingCount(in: Slug("leam")!) == 0)
        #expect(broker.improverCounts.map { $0.runs > 0 && $0.exchanges > 0 } ?? false)
        let closed = DispatchSemaphore(value: 0)
        broker.close { closed.signal() }
        closed.wait()
        let replayed = try Recovered(from: journal).published.state
        #expect(replayed.differences(from: broker.published().state).isEmpty)
        #expect(replayed.recount().isEmpty)
    }

    @Test("a zone where nothing changed is left alone, but for every thirtieth look")
    func idle() throws {
        let broker = try TestBroker.open(TestBroker.journal())
        crossed(broker)
        let state = broker.published().state
        let improver = Improver(system: "test", movesEach: 500)
        let zone = Slug("leam")!
        let looks = (0..<62).map { _ in improver.look(at: zone, state).isEmpty }
        #expect(looks.enumerated().filter { !$0.element }.map(\.offset) == [0, 30, 60])
        #expect(improver.tally.runs == 3)
    }

    @Test(
        "what is found is handed in a few moves at a time, each once the one before is written, and no more after a failure"
    )
    func oneByOne() throws {
        let broker = try TestBroker.open(TestBroker.journal())
        broker.answer(TestBroker.zone)
        for name in ["acorn", "birch"] { broker.answer(TestBroker.provider(name)) }
        let skills = (1...9).map { "skill-\($0)" }
        // Whoever needs no skill takes the closest fit, so each takes the only minutes with some skill.
        for skill in skills { broker.answer(block(30, "acorn", skills: [skill])) }
        for _ in skills { broker.answer(.refer(ask(30)), by: TestBroker.ward) }
        broker.answer(block(300, "birch", skills: []))
        for skill in skills { broker.answer(.refer(ask(30, skills: [skill])), by: TestBroker.ward) }
        #expect(broker.published().state.waitingCount(in: Slug("leam")!) == skills.count)
        let improver = Improver(system: "test", movesEach: 500)
        let found = DispatchSemaphore(value: 0)
        let waiting = Mutex<[@Sendable (Bool) -> Void]>([])
        improver.look({ broker.published() }) { _, written in
            waiting.withLock { $0.append(written) }
            found.signal()
        }
        found.wait()
        #expect(waiting.withLock(\.count) == 1)
        waiting.withLock { $0.removeLast() }(true)
        found.wait()
        #expect(waiting.withLock(\.count) == 1)
        // A look meanwhile is none; after a failure the rest is let go, and there may be another.
        improver.look({ broker.published() }) { _, _ in Issue.record("two looks at once") }
        waiting.withLock { $0.removeLast() }(false)
        #expect(waiting.withLock(\.isEmpty) && improver.tally.runs == 1)
    }

    @Test("two nodes that find the same improvement carry it out once")
    func twoNodes() throws {
        let journal = TestBroker.journal()
        let first = try TestBroker.open(journal)
        crossed(first)
        let second = try TestBroker.open(journal)
        let commands = Improver(system: "test", movesEach: 500).look(at: Slug("leam")!, first.published().state)
        #expect(!commands.isEmpty)
        for command in commands {
            #expect(first.answer(command, by: Broker.itself).isAccepted)
            #expect(second.answer(command, by: Broker.itself).isAccepted)
        }
        let state = try Recovered(from: journal).published.state
        // Three referrals, and one more offer for each of the two that the exchange moved.
        #expect(state.offers.count == 4 && state.recount().isEmpty)
    }
}
