import Broker
import Brokerage
import Journal
import Vault

/// A county lived through from one seed, on the real pipeline, with two nodes that write one journal and one that
/// only reads, and with everything going wrong that can: appends that fail, appends nobody knows the outcome of,
/// crashes between any two steps, clocks that jump, clients that ask again. After each step and, more thoroughly,
/// after each day it is held against what must be true. Nothing here waits, sleeps or reads a clock.
public final class Simulation {
    /// The seed that everything comes from.
    public let seed: UInt64
    let days: Int
    let county: County

    /// Called before each step with its number, so that a process that traps can say how far it came.
    public var onStep: ((Int) -> Void)?
    /// Called with what happens, a line each.
    public var onTrace: ((String) -> Void)?

    var dice: Dice
    var work: Work
    var weather: Weather
    let journal: MemoryJournal
    let secrets: Secrets
    var nodes: [Node] = []
    var chronicle: Chronicle
    var oracle = Oracle()
    let mailbox = Mailbox()
    var requests: [Request] = []
    /// Attempts on their way: at most what the clients sent at a moment.
    var outstanding: [(command: CommandID, request: Int, node: Int)] = []
    /// Requests whose clients heard nothing, or 503.
    var unheard: [Int] = []
    /// Posts that may be sent again, with their keys.
    var posts: [Int] = []
    var told: [Resource] = []
    var toldChecked = 0
    var prints: [UInt64: Fingerprint] = [:]
    var seen: [UInt64] = []
    /// The snapshot that a restart begins from, as bytes; nil while none was taken.
    private(set) var kept: Snapshot?
    /// The checks of the last day's end, while they may still be under way.
    var inspection: Inspection?
    var now: Instant
    var step = 0
    var tally = Tally()

    /// Nodes that take commands; the last one only reads.
    static let writers = 2
    /// Steps after which work that cannot fail must be done, 200,000: a hundred times what the largest moment takes.
    /// More means that nothing moves any more.
    static let mostSteps = 200_000

    /// A county of a scale, for so many days. Throws `VaultError` when the vault's key cannot be made.
    public init(seed: UInt64, days: Int, scale: Scale = .county) throws(VaultError) {
        self.seed = seed
        self.days = days
        dice = Dice(seed: seed)
        // Short simulations meet a change of the clocks as well.
        let starts = ["2027-01-04T07:00:00Z", "2027-03-25T07:00:00Z", "2027-10-28T07:00:00Z"]
        guard let start = starts[Int(seed % 3)...].lazy.compactMap({ Instant($0) }).first else {
            preconditionFailure("a start")
        }
        now = start
        county = County(scale: scale, firstDay: London.day(at: start), days: days)
        work = Work(county: county, dice: Dice(seed: dice.next()))
        weather = Weather(dice: Dice(seed: dice.next()))
        let keyring = try Keyring([try VaultSecret(id: 1, bytes: Array(repeating: 7, count: VaultSecret.length))])
        secrets = Secrets(system: "simulation", keyring: keyring)
        journal = MemoryJournal(chain: HashChain(system: "simulation", digest: { SHA256.digest($0, $1) }))
        chronicle = Chronicle(journal)
        for name in 0...Simulation.writers {
            let empty = Published(state: State(today: Day(number: 0)), position: 0)
            nodes.append(
                Node(name: name, pipeline: Pipeline(durable: empty, secrets: secrets, numbers: KnownNumbers()))
            )
            seen.append(0)
        }
    }

    /// Lives through all days.
    public func run() throws(Broken) -> Tally {
        do {
            try live()
        } catch {
            throw Broken(seed: seed, step: error.step ?? step, what: error.what)
        }
        return tally
    }

    private func live() throws(Fault) {
        for commands in county.founding(&dice) {
            for command in commands {
                var errand = Errand(command, by: County.commissioner)
                if case .buyBlock = command { errand.isPost = true }
                unheard += add(errand)
            }
            try settle()
        }
        for day in 1...max(1, days) {
            let end = London.instant(county.firstDay.adding(days: day), minuteOfDay: 0).adding(minutes: 30)
            while now < end { try moment() }
            try checkDay(day, isLast: day == max(1, days))
            onTrace?("day \(day): \(tally)")
        }
    }

    /// Waits for the checks of the last day's end, and keeps the snapshot they took.
    func awaitInspection() throws(Fault) {
        if let taken = try inspection.take()?.result() { kept = taken }
    }

    // MARK: A moment

    /// Some minutes pass; people act on what some node shows them; everything happens in some order.
    private func moment() throws(Fault) {
        let minutes = dice.number(5...35)
        now = now.adding(minutes: minutes)
        upsetClocks()
        let view = nodes[dice.number(0...Simulation.writers)].pipeline.durable.state
        var queue: [Int] = []
        for errand in work.errands(of: minutes, until: now, view) { queue += add(errand) }
        queue += repeats()
        unheard = []
        var steps = 0
        while !queue.isEmpty || (dice.chance(985) && nodes.contains { !$0.isIdle }) {
            try begin(&steps)
            if !queue.isEmpty, dice.chance(250) {
                queue.swapAt(dice.number(0...queue.count - 1), queue.count - 1)
                try deliver(queue.removeLast(), to: dice.number(0...Simulation.writers - 1))
            } else {
                try stir(dice.chance(60) ? Simulation.writers : dice.number(0...Simulation.writers - 1))
            }
        }
    }

    private func begin(_ steps: inout Int) throws(Fault) {
        step += 1
        steps += 1
        onStep?(step)
        if steps > Simulation.mostSteps { throw Fault("nothing moves any more") }
    }

    /// A clock goes wrong, or right again.
    private func upsetClocks() {
        for index in nodes.indices {
            if dice.chance(1) { nodes[index].clockError = dice.number(-300...180) }
            if dice.chance(100) { nodes[index].clockError = 0 }
            if dice.number(1...4000) == 1 { nodes[index].clockError = dice.number(600...1800) }
        }
    }

    /// One node does one thing, or dies.
    private func stir(_ index: Int) throws(Fault) {
        if !weather.isFair, dice.chance(1) { try crash(index) }
        switch dice.number(0...9) {
        case 0, 1, 2, 3: nodes[index].take()
        case 4 where index == Simulation.writers || dice.chance(100): nodes[index].follow(journal)
        default:
            let answers = try nodes[index].move(journal, &weather)
            try chronicle.read(journal)
            for answer in answers { answer.give() }
            try hear(from: index)
        }
        try checkStep(index)
    }

    /// A node is dropped with all it held in memory, and recovered: from the beginning, or from what was kept.
    private func crash(_ index: Int) throws(Fault) {
        tally.crashes += 1
        onTrace?("step \(step): node \(index) crashes")
        for lost in outstanding where lost.node == index { lose(lost.request) }
        outstanding.removeAll { $0.node == index }
        try awaitInspection()
        // As a process does it: from the newest snapshot and the records behind it, or from the beginning.
        let fromStart = dice.chance(chronicle.position < 500 ? 300 : 5)
        do {
            let recovered = try Recovered(
                from: journal,
                system: secrets.system,
                snapshots: fromStart ? nil : kept.map(OneSnapshot.init)
            )
            // A process that dies takes no time to fall apart: what it held is freed on another core.
            let dead = nodes[index].pipeline
            _ = Eventually { () throws(JournalError) in withExtendedLifetime(dead) {} }
            tally.fromSnapshots += recovered.snapshot > .start ? 1 : 0
            nodes[index].pipeline = Pipeline(
                durable: recovered.published,
                secrets: secrets,
                numbers: recovered.numbers
            )
        } catch {
            throw Fault("node \(index) cannot recover: \(error)")
        }
        nodes[index].inbox = []
        nodes[index].phase = .behind
        nodes[index].isDown = false
    }

    /// Lets everything end well: no more faults until all that was asked for is answered and every node is at the
    /// journal's end.
    func settle() throws(Fault) {
        weather.isFair = true
        defer { weather.isFair = false }
        var steps = 0
        while true {
            try begin(&steps)
            let again = unheard
            unheard = []
            for request in again { try deliver(request, to: dice.number(0...Simulation.writers - 1)) }
            for index in nodes.indices {
                nodes[index].follow(journal)
                try stir(index)
            }
            let isDone = nodes.allSatisfy { $0.isIdle && $0.pipeline.durable.position == chronicle.position }
            if isDone, unheard.isEmpty { break }
        }
        guard outstanding.isEmpty else { throw Fault("\(outstanding.count) attempts were never answered") }
    }

    // MARK: Clients

    /// Enters an errand's requests; returns their numbers.
    private func add(_ errand: Errand) -> [Int] {
        var numbers: [Int] = []
        let first = enter(errand.command, errand)
        numbers.append(first)
        if let rival = errand.rival { numbers.append(enter(rival, errand)) }
        if errand.isPost {
            posts.append(first)
            // An impatient client sends it twice.
            if dice.chance(40) { numbers.append(again(first, isMisuse: false)) }
        }
        return numbers
    }

    private func enter(_ command: Command, _ errand: Errand) -> Int {
        let number = requests.count
        let body = Array("{\"request\":\(number)}".utf8)
        var submission = Submission(command, by: errand.actor, nhsNumber: errand.number, body: body)
        if errand.isPost { submission.idempotency = IdempotencyKey(route: "POST", value: "key-\(number)") }
        if case .refer = command { submission.texts = [SensitiveText(kind: "needs", json: body)] }
        requests.append(Request(number: number, submission: submission, original: nil, isMisuse: false))
        return number
    }

    private func again(_ original: Int, isMisuse: Bool) -> Int {
        var submission = requests[original].submission
        if isMisuse { submission.body += [0x20] }
        requests[original].hasTwin = true
        requests.append(
            Request(number: requests.count, submission: submission, original: original, isMisuse: isMisuse)
        )
        return requests.count - 1
    }

    /// What was not heard is asked for again, and now and then what was.
    private func repeats() -> [Int] {
        var numbers = unheard
        posts.removeAll { number in
            requests[number].answeredAt.map { now.minutes(since: $0) > 2 * 1440 } ?? false
        }
        if dice.chance(60), let post = dice.one(of: posts), requests[post].answered != nil {
            numbers.append(again(post, isMisuse: dice.chance(200)))
        }
        return numbers
    }

    private func lose(_ request: Int) {
        tally.unheard += 1
        if requests[request].isInsisted { unheard.append(request) }
    }

    private func deliver(_ number: Int, to index: Int) throws(Fault) {
        if nodes[index].isDown { return lose(number) }
        tally.commands += 1
        let command = CommandID(high: dice.next(), low: dice.next())
        requests[number].commands.append(command)
        let mailbox = mailbox
        nodes[index].inbox.append(
            Pending(
                submission: requests[number].submission,
                command: command,
                takenAt: now.adding(minutes: nodes[index].clockError),
                person: PersonID(high: dice.next(), low: dice.next()),
                answer: { mailbox.put(Mailbox.Letter(request: number, command: command, ruled: $0)) }
            )
        )
        outstanding.append((command, number, index))
    }

    /// Reads the answers that a node just gave.
    private func hear(from index: Int) throws(Fault) {
        for letter in mailbox.takeAll() {
            guard let at = outstanding.firstIndex(where: { $0.command == letter.command }) else {
                throw Fault("\(requests[letter.request].words) was answered twice")
            }
            outstanding.remove(at: at)
            let durable = nodes[index].pipeline.durable.position
            switch letter.ruled {
            case .unavailable: lose(letter.request)
            case .refused(let rejection, let position):
                guard position <= durable else { throw Fault("refused at \(position), published is \(durable)") }
                tally.refused += 1
                try chronicle.refuse(requests[letter.request], letter.command)
                if rejection.kind == .keyReused, !requests[letter.request].isMisuse {
                    throw Fault("\(requests[letter.request].words) is said to be another than its key's")
                }
            case .accepted(let outcome, let resource, let position):
                guard position <= durable else { throw Fault("answered at \(position), published is \(durable)") }
                try accepted(letter.request, letter.command, outcome, resource, at: position)
            }
        }
    }

    private func accepted(
        _ number: Int,
        _ command: CommandID,
        _ outcome: Outcome,
        _ resource: Resource,
        at position: UInt64
    ) throws(Fault) {
        let request = requests[number]
        tally.accepted += 1
        if request.isMisuse { throw Fault("\(request.words) used a key for other words and was accepted") }
        try chronicle.check(request, command, outcome, at: position)
        if let original = request.original {
            tally.repeats += 1
            if let first = requests[original].answered, first.outcome != outcome || first.resource != resource {
                throw Fault("\(request.words) repeats \(original) and came to \(outcome), not to \(first.outcome)")
            }
            // Two at once: whichever was answered first is what the other must be told.
            if requests[original].answered == nil { requests[original].answered = (outcome, resource) }
        }
        if let first = request.answered, first.outcome != outcome || first.resource != resource {
            throw Fault("\(request.words) came to \(outcome), and its repetition to \(first.outcome)")
        }
        requests[number].answered = (outcome, resource)
        requests[number].answeredAt = now
        oracle.told(resource)
        told.append(resource)
    }
}
