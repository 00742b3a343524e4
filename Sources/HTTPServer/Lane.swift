// One lane: a serial queue, an epoll set under one dispatch source, a listener, and everything its connections need.
//
// Why an epoll set and not a source per connection: a source costs about eleven system calls a request, this costs
// about four (docs/PERFORMANCE.md). Connections are registered once, edge-triggered, and never modified.

import CLinux
import Dispatch
import Glibc
import HTTPWire

/// Owns sockets, connections, buffers and deadlines of one core's worth of clients.
///
/// Unchecked because the compiler cannot see queues: every method but `init` and `start` runs on `queue`, and traps
/// elsewhere where it is entered. Other queues reach a lane through its mailbox only.
final class Lane: @unchecked Sendable {
    /// Bytes read from a socket at once. Pipelined requests come in blocks of this size.
    static let readSize = 128 << 10
    /// Encrypted bytes read from a socket at once; what they decrypt to fits `readSize` beside a record that was
    /// begun before.
    static let cipherSize = 64 << 10
    /// Bytes of the write buffer that are kept between answers. A larger one is given back.
    static let writeSize = 256 << 10
    /// Bytes of answers, of all connections together, after which they are sent without waiting for the rest of the
    /// batch. What was written is still in the core's second-level cache then.
    static let unsentSize = 128 << 10
    /// Events taken from the epoll set at once.
    static let eventBatch = 256
    /// Milliseconds to wait for more work before the queue is handed back. Re-arming a dispatch source costs more than
    /// this wait when requests follow each other closely, and a wait shorter than the kernel's timer interrupt makes it
    /// program the clock for each request (docs/PERFORMANCE.md).
    static let linger: Int32 = 20
    /// Milliseconds after which the queue is handed back even if there is more work, so that the timer, which is on the
    /// same queue, gets its turn. A lane has a thread of its own (its queue is serial, so Dispatch overcommits), and to be
    /// called back takes tens of microseconds: at every 10 ms that was felt by one request in twenty.
    static let slice: UInt64 = 100
    /// Accepts in a row before other connections get their turn.
    static let acceptBatch = 64
    /// Reads, or blocks of `maxUnsentBytes` of answers, in a row from one connection before others get their turn.
    /// Blocks fifty endless pipelines from keeping a single request waiting.
    static let readBatch = 2
    /// Connections kept beyond the admitted ones, only to be told 503. Beyond it they are closed at once.
    static let maxRefused = 1_024
    /// Of these, those on a port that speaks TLS: each costs a handshake, a third of a millisecond, before it can be
    /// told. Beyond it they are closed at once.
    static let maxRefusedSessions = 64

    let number: Int
    let configuration: ServerConfiguration
    let queue: DispatchQueue
    let mailbox: LaneMailbox
    let counters = LaneCounters()
    let doorkeeper: Doorkeeper
    let shelf: TLSShelf?
    let wire: TLSWire?
    let cipherBuffer: UnsafeMutablePointer<UInt8>
    let responder: any Responder

    let poll: Int32
    var listeners: [Int32]
    /// Closed to make room for one accept when descriptors run out.
    var spare: Int32
    var acceptIsPending = false
    var isAcceptPaused = false

    /// Connections by place; memory is touched only as far as places were ever used.
    let connections: UnsafeMutablePointer<Connection>
    let capacity: Int
    var usedPlaces = 0
    var freePlaces: [Int32] = []
    var open = 0
    var refused = 0
    /// Connections that have more work than their turn allowed.
    var again: [Int32] = []

    let events: UnsafeMutablePointer<epoll_event>
    let readBuffer: UnsafeMutablePointer<UInt8>
    // What is marked here and below is read or written many times for each answer. That no two such accesses overlap is
    // not looked up at run time: they happen on the lane's queue only, and what they are handed to calls nothing of the
    // lane's.
    @exclusivity(unchecked) var out = OutputBuffer(capacity: Lane.writeSize)
    @exclusivity(unchecked) var heads = KnownHeads()
    @exclusivity(unchecked) var scratch = OutputBuffer(capacity: 1_024)
    /// Answers of this batch that are still to be sent, in the order in which they were written. At most one for each
    /// event and each late answer of a batch.
    @exclusivity(unchecked) var unsent: [Unsent] = []
    /// Where in `out` the answers of the connection in hand begin.
    @exclusivity(unchecked) var turnStart = 0
    /// Where in the wire's output that connection's records begin.
    @exclusivity(unchecked) var wireStart = 0
    var buffered = 0

    @exclusivity(unchecked) var wheel: DeadlineWheel
    let clock: @Sendable () -> UInt64
    /// Milliseconds of the monotonic clock, read once a batch.
    var now: UInt64
    /// Nanoseconds of the monotonic clock when the work in hand was begun: the batch, or what was sent before.
    @exclusivity(unchecked) var stamp: UInt64 = 0
    /// Requests answered since answers were last sent.
    @exclusivity(unchecked) var answered = 0
    /// When the requests were read whose late answers wait to be sent. One for each late answer of a batch.
    @exclusivity(unchecked) var lateStarts: [UInt64] = []
    var date = DateText()
    @exclusivity(unchecked) var trace: TraceFields
    let gzip = Gzip()
    @exclusivity(unchecked) var nextTicket: UInt32 = 1

    var source: (any DispatchSourceRead)?
    var timer: (any DispatchSourceTimer)?
    var timerRuns = false
    var isDraining = false
    var onEmpty: (@Sendable () -> Void)?

    init(
        number: Int,
        configuration: ServerConfiguration,
        listeners: [Int32],
        capacity: Int,
        doorkeeper: Doorkeeper,
        shelf: TLSShelf?,
        makeResponder: (Int) -> any Responder
    ) throws(Server.StartError) {
        self.number = number
        self.configuration = configuration
        self.listeners = listeners
        self.capacity = capacity + Self.maxRefused
        self.doorkeeper = doorkeeper
        self.shelf = shelf
        wire = shelf.map { _ in TLSWire() }
        cipherBuffer = .allocate(capacity: shelf == nil ? 1 : Self.cipherSize)
        queue = DispatchQueue(label: "homeward.lane.\(number)", qos: .userInitiated)
        mailbox = try LaneMailbox()
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw .system(call: "epoll_create1", code: errno) }
        spare = Socket.openNothing()
        connections = .allocate(capacity: self.capacity)
        events = .allocate(capacity: Self.eventBatch)
        readBuffer = .allocate(capacity: Self.readSize)
        clock = configuration.clock
        now = clock() / 1_000_000
        wheel = DeadlineWheel(buckets: 2_048, now: Clock.tick(now))
        trace = TraceFields(seed: UInt64.random(in: 0..<(1 << 48)))
        responder = makeResponder(number)
    }

    deinit {
        for place in 0..<usedPlaces where connections[place].descriptor >= 0 {
            Glibc.close(connections[place].descriptor)
        }
        connections.deinitialize(count: usedPlaces)
        connections.deallocate()
        events.deallocate()
        cipherBuffer.deallocate()
        readBuffer.deallocate()
        if spare >= 0 { Glibc.close(spare) }
    }

    /// Starts serving. Called once, before anything else can know the lane.
    func start() throws(Server.StartError) {
        for (index, listener) in listeners.enumerated() {
            try register(listener, data: Token.listener(index))
        }
        try register(mailbox.descriptor, data: Token.mailbox)
        let source = DispatchSource.makeReadSource(fileDescriptor: poll, queue: queue)
        source.setEventHandler { [self] in turn() }
        source.setCancelHandler { [poll] in Glibc.close(poll) }
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler { [self] in tick() }
        timer.schedule(deadline: .distantFuture)
        self.source = source
        self.timer = timer
        source.activate()
        timer.activate()
    }

    /// What an event is about, in the 64 bits that epoll carries.
    enum Token {
        static let mailbox = UInt64.max
        static func listener(_ index: Int) -> UInt64 { UInt64(0xFFFF_FFFE) << 32 | UInt64(index) }
        static func connection(place: Int, generation: UInt32) -> UInt64 {
            UInt64(UInt32(place)) << 32 | UInt64(generation)
        }
    }

    func register(_ descriptor: Int32, data: UInt64) throws(Server.StartError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        // The mailbox is always writable: without this it would report that once and stay silent all the same.
        if data == Token.mailbox { event.events = EPOLLIN.rawValue | EPOLLET.rawValue }
        event.data.u64 = data
        guard epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw .system(call: "epoll_ctl", code: errno)
        }
    }

    // MARK: The loop

    /// Drains the epoll set, waits a moment for more, and hands the queue back.
    private func turn() {
        dispatchPrecondition(condition: .onQueue(queue))
        updateClock()
        let began = now
        while true {
            // With events ready this returns at once, whatever the patience.
            let hasMore = !again.isEmpty || acceptIsPending
            let count = epoll_wait(poll, events, Int32(Self.eventBatch), hasMore ? 0 : Self.linger)
            if count <= 0, !hasMore { return }
            updateClock()
            for index in 0..<Int(max(0, count)) {
                handle(events[index].data.u64, events: events[index].events)
            }
            if acceptIsPending { accept() }
            sendUnsent()
            serveAgain()
            if now - began >= Self.slice {
                // What is left in the set makes the source fire at once; what is left in lists needs a call.
                if !again.isEmpty || acceptIsPending { queue.async { [self] in turn() } }
                return
            }
        }
    }

    private func handle(_ data: UInt64, events: UInt32) {
        if data == Token.mailbox {
            readMailbox()
        } else if data >> 32 == 0xFFFF_FFFE {
            accept()
        } else {
            let place = Int(data >> 32)
            // The connection may have ended earlier in this batch, and its place may be taken again.
            guard connections[place].generation == UInt32(truncatingIfNeeded: data),
                connections[place].descriptor >= 0
            else { return }
            ready(place, events: events)
        }
    }

    private func serveAgain() {
        guard !again.isEmpty else { return }
        var list: [Int32] = []
        swap(&list, &again)
        for place in list where connections[Int(place)].isQueued {
            connections[Int(place)].isQueued = false
            serve(Int(place))
        }
        sendUnsent()
    }

    func updateClock() {
        stamp = clock()
        now = stamp / 1_000_000
        date.update(second: Clock.wallSeconds())
    }

    // MARK: Mail

    private func readMailbox() {
        let content = mailbox.takeAll()
        for (reply, id) in content.replies { finish(reply, id: id) }
        if !content.orders.isEmpty { sendUnsent() }
        for order in content.orders {
            switch order {
            case .drain(let completion):
                onEmpty = completion
                drain()
            case .tick: tick()
            case .stop: stop()
            }
        }
    }

    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        // What the kernel has already accepted for us was promised an answer.
        acceptIsPending = false
        repeat { accept() } while acceptIsPending
        for listener in listeners { Glibc.close(listener) }
        listeners = []
        for place in 0..<usedPlaces where connections[place].descriptor >= 0 {
            connections[place].machine.isDraining = true
            connections[place].mayHaveInput = true
            serve(place)
        }
        sendUnsent()
        endIfEmpty()
    }

    private func stop() {
        drain()
        for place in 0..<usedPlaces where connections[place].descriptor >= 0 { close(place) }
        endIfEmpty()
    }

    /// Lets go of the sources once nothing is open; the queue and the lane end with them.
    func endIfEmpty() {
        guard isDraining, open == 0, refused == 0, let source else { return }
        source.cancel()
        timer?.cancel()
        self.source = nil
        timer = nil
        onEmpty?()
        onEmpty = nil
    }

    // MARK: Deadlines

    /// Wakes the lane for deadlines, only while there are connections to have any.
    func runTimer(_ runs: Bool) {
        guard runs != timerRuns else { return }
        timerRuns = runs
        if runs {
            timer?.schedule(
                deadline: .now() + .milliseconds(Clock.tickMilliseconds * 2),
                repeating: .milliseconds(Clock.tickMilliseconds * 2),
                leeway: .milliseconds(50)
            )
        } else {
            timer?.schedule(deadline: .distantFuture)
        }
    }

    private func tick() {
        updateClock()
        if isAcceptPaused {
            isAcceptPaused = false
            accept()
        }
        while let place = wheel.popExpired(now: Clock.tick(now)) {
            expire(place)
        }
        sendUnsent()
        // Whatever was put off here has no event of its own to take it up again: a listener reports an edge only once.
        if !again.isEmpty || acceptIsPending { queue.async { [self] in turn() } }
    }
}
