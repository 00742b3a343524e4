import Synchronization

/// What a lane counted. Written by the lane alone, read by anyone: plain stores suffice, no locked addition.
final class LaneCounters: Sendable {
    private let accepted = Atomic<UInt64>(0)
    private let turnedAway = Atomic<UInt64>(0)
    private let open = Atomic<UInt64>(0)
    private let requests = Atomic<UInt64>(0)
    private let refusals = Atomic<UInt64>(0)
    private let timeouts = Atomic<UInt64>(0)
    private let buffered = Atomic<UInt64>(0)

    private static func bump(_ counter: borrowing Atomic<UInt64>) {
        counter.store(counter.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    func countAccepted() { Self.bump(accepted) }
    func countTurnedAway() { Self.bump(turnedAway) }
    func countRequest() { Self.bump(requests) }
    func countRefusal() { Self.bump(refusals) }
    func countTimeout() { Self.bump(timeouts) }
    func set(open: Int) { self.open.store(UInt64(open), ordering: .relaxed) }
    func set(buffered: Int) { self.buffered.store(UInt64(max(0, buffered)), ordering: .relaxed) }

    /// Adds this lane's figures.
    func add(to sum: inout ServerStatistics) {
        sum.connectionsAccepted += accepted.load(ordering: .relaxed)
        sum.connectionsTurnedAway += turnedAway.load(ordering: .relaxed)
        sum.connectionsOpen += open.load(ordering: .relaxed)
        sum.requests += requests.load(ordering: .relaxed)
        sum.refusals += refusals.load(ordering: .relaxed)
        sum.timeouts += timeouts.load(ordering: .relaxed)
        sum.bufferedBytes += buffered.load(ordering: .relaxed)
    }
}

/// What the server counted since it started, over all lanes; for metrics.
public struct ServerStatistics: Sendable, Equatable {
    /// Connections accepted, turned away ones included.
    public var connectionsAccepted: UInt64 = 0
    /// Connections answered 503 or closed at the door.
    public var connectionsTurnedAway: UInt64 = 0
    /// Connections open now.
    public var connectionsOpen: UInt64 = 0
    /// Requests handed to responders.
    public var requests: UInt64 = 0
    /// Requests refused by the server itself.
    public var refusals: UInt64 = 0
    /// Connections ended by a deadline.
    public var timeouts: UInt64 = 0
    /// Bytes held for partial requests and unsent answers.
    public var bufferedBytes: UInt64 = 0
}
