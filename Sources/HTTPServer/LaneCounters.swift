import HTTPWire

/// What a lane counted. Written by the lane alone, read by anyone.
final class LaneCounters: Sendable {
    /// The numbers that stand by themselves.
    enum Counter: Int, CaseIterable {
        case accepted, open, requests, buffered, received, sent
        case fullHandshakes, resumptions, failedHandshakes
        case durationNanoseconds
    }

    private let numbers = CounterRow(count: Counter.allCases.count)
    private let doors = CounterRow(count: ServerStatistics.TurnedAway.allCases.count)
    private let problems = CounterRow(count: WireProblem.allCases.count)
    private let deadlines = CounterRow(count: ConnectionMachine.Waiting.allCases.count)
    private let durations = CounterRow(count: ServerStatistics.durationBounds.count + 1)

    func count(_ counter: Counter, _ amount: Int = 1) {
        numbers.add(UInt64(amount), at: counter.rawValue)
    }

    func set(_ counter: Counter, _ value: Int) {
        numbers.set(UInt64(max(0, value)), at: counter.rawValue)
    }

    func countTurnedAway(_ cause: ServerStatistics.TurnedAway) { doors.add(1, at: cause.place) }

    func countRefusal(_ problem: WireProblem) { problems.add(1, at: problem.place) }

    func countDeadline(_ waiting: ConnectionMachine.Waiting) { deadlines.add(1, at: Int(waiting.rawValue)) }

    /// Counts requests that were answered together, and how long that took.
    func countDuration(nanoseconds: UInt64, requests: Int = 1) {
        durations.add(UInt64(requests), at: ServerStatistics.bucket(nanoseconds: nanoseconds))
        numbers.add(nanoseconds &* UInt64(requests), at: Counter.durationNanoseconds.rawValue)
    }

    /// Adds this lane's figures.
    func add(to sum: inout ServerStatistics) {
        sum.connectionsAccepted += numbers[Counter.accepted.rawValue]
        sum.connectionsOpen += numbers[Counter.open.rawValue]
        sum.requests += numbers[Counter.requests.rawValue]
        sum.bufferedBytes += numbers[Counter.buffered.rawValue]
        sum.receivedBytes += numbers[Counter.received.rawValue]
        sum.sentBytes += numbers[Counter.sent.rawValue]
        sum.fullHandshakes += numbers[Counter.fullHandshakes.rawValue]
        sum.resumptions += numbers[Counter.resumptions.rawValue]
        sum.failedHandshakes += numbers[Counter.failedHandshakes.rawValue]
        sum.durationNanoseconds += numbers[Counter.durationNanoseconds.rawValue]
        for cause in ServerStatistics.TurnedAway.allCases { sum.turnedAway[cause, default: 0] += doors[cause.place] }
        for problem in WireProblem.allCases { sum.refused[problem, default: 0] += problems[problem.place] }
        for waiting in ConnectionMachine.Waiting.allCases {
            sum.deadlines[waiting, default: 0] += deadlines[Int(waiting.rawValue)]
        }
        for index in sum.durations.indices { sum.durations[index] += durations[index] }
    }
}

/// What the server counted since it started, over all lanes; for metrics.
public struct ServerStatistics: Sendable, Equatable {
    /// Why a connection was turned away.
    public enum TurnedAway: String, Sendable, CaseIterable {
        /// As many as the server takes are open.
        case total
        /// As many as one address may have are open.
        case address
        /// No descriptor or no place was left.
        case descriptors

        var place: Int {
            switch self {
            case .total: 0
            case .address: 1
            case .descriptors: 2
            }
        }
    }

    /// Nanoseconds up to which each bucket of `durations` counts: 16 microseconds, doubled up to 8.6 seconds. Powers of
    /// two, so that finding the bucket is one instruction.
    public static let durationBounds: [UInt64] = (14...33).map { 1 << $0 }

    /// The bucket of a duration; the last one has no bound.
    static func bucket(nanoseconds: UInt64) -> Int {
        guard nanoseconds > 1 << 14 else { return 0 }
        return min(64 - (nanoseconds - 1).leadingZeroBitCount - 14, durationBounds.count)
    }

    /// Connections accepted, turned away ones included.
    public var connectionsAccepted: UInt64 = 0
    /// Connections open now.
    public var connectionsOpen: UInt64 = 0
    /// Connections answered 503 or closed at the door, by why.
    public var turnedAway: [TurnedAway: UInt64] = [:]
    /// Requests handed to responders.
    public var requests: UInt64 = 0
    /// Requests refused by the server itself, by why.
    public var refused: [WireProblem: UInt64] = [:]
    /// Deadlines that passed, by what they were for.
    public var deadlines: [ConnectionMachine.Waiting: UInt64] = [:]
    /// Bytes held for partial requests and unsent answers.
    public var bufferedBytes: UInt64 = 0
    /// Bytes read from sockets.
    public var receivedBytes: UInt64 = 0
    /// Bytes that sockets took.
    public var sentBytes: UInt64 = 0
    /// TLS handshakes from scratch.
    public var fullHandshakes: UInt64 = 0
    /// TLS handshakes that resumed a session.
    public var resumptions: UInt64 = 0
    /// TLS handshakes that failed.
    public var failedHandshakes: UInt64 = 0
    /// Requests by how long they took from being read to their answer being handed to the kernel.
    public var durations = [UInt64](repeating: 0, count: durationBounds.count + 1)
    /// All of these durations added, in nanoseconds.
    public var durationNanoseconds: UInt64 = 0

    /// Connections turned away for any reason.
    public var connectionsTurnedAway: UInt64 { turnedAway.values.reduce(0, +) }
    /// Requests refused by the server for any reason.
    public var refusals: UInt64 { refused.values.reduce(0, +) }
    /// Deadlines that passed, whatever they were for.
    public var timeouts: UInt64 { deadlines.values.reduce(0, +) }
}
