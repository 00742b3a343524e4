import Dispatch
import Journal
import Synchronization
import Testing
import Vault

@testable import Broker
@testable import Brokerage

@Suite("The broker")
struct BrokerTests {
    @Test("what was accepted is published before it is answered, and a restart finds it")
    func restart() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        broker.setUp()
        let ruled = broker.answer(.refer(TestBroker.ask), by: TestBroker.ward)
        #expect(broker.published().position == ruled.position)
        #expect(broker.published().state.referrals.count == 1)
        let again = try TestBroker.open(journal)
        #expect(again.published().position == ruled.position)
        #expect(again.published().state.referrals[ReferralID(number: 1)]?.status == .offered)
        #expect(again.published().state.recount().isEmpty)
    }

    @Test("a referral whose text cannot be sealed is refused and leaves no trace, whatever was decided before it")
    func tooLong() throws {
        let secrets = Secrets(system: "test", keyring: try TestBroker.keyring())
        let empty = Published(state: State(today: London.day(at: TestBroker.monday)), position: 0)
        var pipeline = Pipeline(durable: empty, secrets: secrets, numbers: KnownNumbers())
        func take(_ command: Command, by actor: Actor, _ number: UInt64, text: Int = 0) {
            let text = SensitiveText(kind: "person", json: [UInt8](repeating: 0x20, count: text))
            pipeline.take(
                Pending(
                    submission: Submission(command, by: actor, texts: [text]),
                    command: CommandID(high: 0, low: number),
                    takenAt: TestBroker.monday,
                    person: PersonID(high: 0, low: number),
                    answer: { _ in }
                )
            )
        }
        take(TestBroker.zone, by: TestBroker.commissioner, 1)
        take(.refer(TestBroker.ask), by: TestBroker.ward, 2)
        let before = pipeline.speculative
        take(.refer(TestBroker.ask), by: TestBroker.ward, 3, text: Keyring.plainBytes + 1)
        #expect(before.referrals.count == 1)
        #expect(pipeline.speculative.differences(from: before).isEmpty)
        take(.refer(TestBroker.ask), by: TestBroker.ward, 4)
        #expect(pipeline.speculative.referrals.count == 2)
        #expect(pipeline.nextBatch()?.records.count == 3)
    }

    @Test("the figures tell damage from a store that cannot be written, and a node that was second from either")
    func figures() throws {
        let journal = TestBroker.journal()
        let first = try TestBroker.open(journal)
        first.setUp()
        let second = try TestBroker.open(journal)
        #expect(first.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        #expect(second.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        #expect(second.figures.failures == [.conflict: 1] && second.figures.commits == 1)
        #expect(first.figures.failures.isEmpty && first.figures.appends.count == BrokerFigures.appendBounds.count + 1)
        #expect(first.secondsSinceSnapshot == nil && !first.isCondemned)
        first.condemn("a record was altered")
        #expect(first.isCondemned && first.health == .readOnly("a record was altered"))
    }

    @Test("500 claims of the last hour at once, over two nodes on one journal: one wins, the rest hear what is left")
    func lastHour() throws {
        let journal = TestBroker.journal()
        let first = try TestBroker.open(journal)
        first.setUp(open: 60)
        let second = try TestBroker.open(journal)
        let block = BlockID(number: 2)
        let claim = ClaimTerms(provider: Slug("birch")!, weekly: TestBroker.pattern(60))
        let done = DispatchGroup()
        let tally = Mutex<(won: Int, lost: Int, other: Int)>((0, 0, 0))
        for index in 0..<500 {
            done.enter()
            (index % 2 == 0 ? first : second).submit(Submission(.claim(block, claim), by: TestBroker.hub)) { ruled in
                tally.withLock { tally in
                    if ruled.isAccepted {
                        tally.won += 1
                    } else if ruled.rejection?.left != nil {
                        tally.lost += 1
                    } else {
                        tally.other += 1
                    }
                }
                done.leave()
            }
        }
        done.wait()
        let result = tally.withLock { $0 }
        #expect(result.won == 1 && result.lost == 499 && result.other == 0)
        #expect(try Recovered(from: journal).published.state.recount().isEmpty)
    }

    @Test("a refusal for want of capacity is not given from an old state: the store's end is read first")
    func freshRefusal() throws {
        let journal = TestBroker.journal()
        let first = try TestBroker.open(journal)
        first.setUp(open: 60)
        let second = try TestBroker.open(journal)
        // The first node buys another block that the second has not seen.
        first.answer(TestBroker.block(500))
        let claim = ClaimTerms(provider: Slug("birch")!, weekly: TestBroker.pattern(100))
        let ruled = second.answer(.claim(BlockID(number: 2), claim), by: TestBroker.hub)
        #expect(ruled.rejection?.kind == .clash)
        #expect(ruled.position == first.published().position)
    }

    @Test("what one node has done is not refused by another that has not read of it: the store's end is read first")
    func retryAtAnotherNode() throws {
        let journal = TestBroker.journal()
        let first = try TestBroker.open(journal)
        first.setUp()
        let second = try TestBroker.open(journal)
        // The second node knows neither the offer nor that it was accepted; its client has lost the answer.
        first.answer(.refer(TestBroker.ask), by: TestBroker.ward)
        let offer = try #require(first.published().state.offersOpen.first)
        let day = London.day(at: TestBroker.monday).adding(days: 1)
        let accept = Command.accept(
            offer,
            Acceptance(firstVisit: FirstVisit(day: day, band: .morning), role: "coordinator")
        )
        let told = first.answer(accept, by: TestBroker.hub, body: [1])
        let again = second.answer(accept, by: TestBroker.hub, body: [1])
        #expect(told.isAccepted)
        #expect(again.resource == told.resource)
    }

    @Test("the same idempotency key and body gets the same answer, also from another node; another body is refused")
    func idempotency() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        broker.setUp()
        func refer(_ broker: Broker, _ body: UInt8) -> Ruled {
            broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, body: [body], key: "once")
        }
        let first = refer(broker, 1)
        broker.answer(.withdraw(ReferralID(number: 1)), by: TestBroker.ward, body: [9])
        let again = refer(try TestBroker.open(journal), 1)
        #expect(again.resource == first.resource)
        #expect(refer(broker, 2).rejection?.kind == .keyReused)
        #expect(broker.published().state.referrals.count == 1)
    }

    @Test("a concurrent duplicate waits for the first answer and gets the same")
    func concurrentDuplicates() throws {
        let broker = try TestBroker.open(TestBroker.journal())
        broker.setUp()
        let done = DispatchGroup()
        let answers = Mutex<[Resource?]>([])
        for _ in 0..<50 {
            done.enter()
            broker.submit(
                Submission(
                    .refer(TestBroker.ask),
                    by: TestBroker.ward,
                    body: [1],
                    idempotency: IdempotencyKey(route: "POST /v1/referrals", value: "k")
                )
            ) { ruled in
                answers.withLock { $0.append(ruled.resource) }
                done.leave()
            }
        }
        done.wait()
        let all = answers.withLock { $0 }
        #expect(all.allSatisfy { $0 != nil && $0 == all[0] })
        #expect(broker.published().state.referrals.count == 1)
    }

    @Test(
        "texts are sealed under the person's pseudonym and opened only by a look-up; the journal's rows hold none of them"
    )
    func texts() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        broker.setUp()
        let secret = Array(#"{"name":"Marked Person","reference":"RJC-88213"}"#.utf8)
        let number = try #require(NHSNumber("999 000 0018"))
        broker.answer(
            .refer(TestBroker.ask),
            by: TestBroker.ward,
            texts: [SensitiveText(kind: "person", json: secret)],
            number: number
        )
        let person = try #require(broker.published().state.referrals[ReferralID(number: 1)]?.person)
        for record in try journal.read(after: .start, limit: 100) {
            let text = String(decoding: record.body, as: UTF8.self)
            for marked in ["Marked", "88213", number.digits, "999 000"] { #expect(!text.contains(marked)) }
        }
        let sealed = try #require(try journal.enclosure(subject: person.description, kind: "person"))
        #expect(!String(decoding: sealed, as: UTF8.self).contains("Marked"))
        let opened = Mutex<[UInt8]?>(nil)
        let done = DispatchSemaphore(value: 0)
        #expect(
            broker.lookUp { reader in
                let text = try? reader.text(subject: person.description, kind: "person")
                opened.withLock { $0 = text }
                done.signal()
            }
        )
        done.wait()
        #expect(opened.withLock { $0 } == secret)
    }

    @Test("the same NHS number is noticed, also after a restart, without a trace of it in the journal")
    func duplicates() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        broker.setUp()
        let number = try #require(NHSNumber("9990000018"))
        broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, number: number)
        let again = try TestBroker.open(journal)
        again.answer(.refer(TestBroker.ask), by: TestBroker.ward, number: number)
        #expect(again.published().state.referrals[ReferralID(number: 2)]?.duplicates == [ReferralID(number: 1)])
    }

    @Test("a node that only reads shows the other's writes once it looks")
    func following() throws {
        let journal = TestBroker.journal()
        let writer = try TestBroker.open(journal)
        let reader = try TestBroker.open(journal)
        reader.follow(everyMilliseconds: 5)
        writer.setUp()
        let end = writer.published().position
        reader.turn(until: { reader.published().position >= end })
        #expect(reader.published().position == end)
    }

    @Test("many at once are decided a few in a row: each is answered once, in their order, and a repeat after them")
    func manyAtOnce() throws {
        let broker = try TestBroker.open(TestBroker.journal())
        broker.setUp()
        let before = broker.figures.commits
        let count = 20 * Broker.mostDecidedInARow + 3
        let answers = Mutex<[ReferralID]>([])
        let done = DispatchGroup()
        for _ in 0..<count {
            done.enter()
            broker.submit(Submission(.refer(TestBroker.ask), by: TestBroker.ward)) { ruled in
                if case .referral(let referral) = ruled.resource {
                    answers.withLock { $0.append(referral.id) }
                }
                done.leave()
            }
        }
        done.wait()
        #expect(answers.withLock { $0 } == (1...count).map { ReferralID(number: UInt32($0)) })
        #expect(broker.figures.commits > before + 1, "not all of them in one append")
        #expect(broker.published().state.recount().isEmpty)
    }

    @Test("when the store fails under many at once, each of them is told so, decided or not")
    func manyFail() throws {
        let journal = FailingJournal(TestBroker.journal())
        let broker = try TestBroker.open(journal)
        broker.setUp()
        journal.mode.withLock { $0 = .failAfter(.failed("the disk went away")) }
        let told = Mutex(0)
        for _ in 0..<1_000 {
            broker.submit(Submission(.refer(TestBroker.ask), by: TestBroker.ward)) { ruled in
                if ruled.isUnavailable { told.withLock { $0 += 1 } }
            }
        }
        broker.turn(until: { told.withLock { $0 } == 1_000 })
        #expect(told.withLock { $0 } == 1_000)
        journal.mode.withLock { $0 = .sound }
        broker.turn(until: { broker.health == .ready })
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
    }

    @Test(
        "when the store fails, what is pending gets 503, reads go on, and the broker comes back knowing what was written"
    )
    func failure() throws {
        let journal = FailingJournal(TestBroker.journal())
        let broker = try TestBroker.open(journal)
        broker.setUp()
        let before = broker.published().position
        journal.mode.withLock { $0 = .failAfter(.failed("the disk went away")) }
        let unknown = broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, body: [1], key: "k")
        #expect(unknown.isUnavailable)
        #expect(broker.published().position == before)
        #expect(broker.health != .ready)
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
        journal.mode.withLock { $0 = .sound }
        broker.turn(until: { broker.health == .ready })
        #expect(broker.health == .ready)
        // Every append is counted once: by how long it took, or by why it failed.
        #expect(broker.figures.failures == [.failed: 1])
        #expect(broker.figures.appends.reduce(0, +) == broker.figures.commits)
        // The append had happened: the client that asks again with its key gets the answer it was owed.
        let again = broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, body: [1], key: "k")
        #expect(again.isAccepted)
        #expect(broker.published().state.referrals.count == 1)
    }
}
