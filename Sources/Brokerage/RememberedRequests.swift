/// Accepted requests that may be sent again, in the order in which they came: new ones go to the end, old ones leave at the
/// front. They are found by their scope.
///
/// A value like every map of the state. Each has a number, counted from the first that was ever accepted; they lie in three levels of
/// 64 by their numbers, so that what is appended copies three short runs of references, however many are remembered. Their
/// scopes are looked up by one word, without a reference to what is not looked for.
public struct RememberedRequests: Sendable {
    /// The newest ones last. A run that is wholly forgotten is empty, a block of them gone.
    private var blocks: [[[Remembered]]] = []
    /// The number of what stands, or stood, first in the first block.
    private var first: UInt64 = 0
    /// The number of each by a word of its scope. Numbers of forgotten requests may still be in it.
    private var numbers = RunMap<UInt64, UInt64>()
    /// How many have been forgotten: the number of the oldest that is not.
    private(set) var forgotten: UInt64 = 0
    /// How many are remembered.
    public private(set) var count = 0

    /// None.
    init() {}

    /// None, of which some were forgotten already.
    init(forgotten: UInt64) {
        self.forgotten = forgotten
        first = forgotten
    }

    /// An accepted request, with what it came to, as it was then. Never changed, so an object: what is moved is a reference and
    /// not a resource.
    public final class Remembered: Sendable, Equatable {
        /// Names the request.
        public let scope: RequestScope
        /// When it was accepted.
        public let at: Instant
        /// HMAC of the body.
        public let body: [UInt8]
        public let outcome: Outcome
        /// The resource as it was answered.
        public let resource: Resource

        init(scope: RequestScope, at: Instant, body: [UInt8], outcome: Outcome, resource: Resource) {
            self.scope = scope
            self.at = at
            self.body = body
            self.outcome = outcome
            self.resource = resource
        }

        public static func == (a: Remembered, b: Remembered) -> Bool {
            a === b
                || (a.scope == b.scope && a.at == b.at && a.body == b.body && a.outcome == b.outcome
                    && a.resource == b.resource)
        }
    }

    /// The newest request of a scope; nil when none is remembered.
    public subscript(scope: RequestScope) -> Remembered? {
        numbers.last(scope.word) { self[$0]?.scope == scope }.flatMap { self[$0] }
    }

    /// The oldest; nil when there is none.
    var oldest: Remembered? { self[forgotten] }

    /// Oldest first.
    var all: [Remembered] { (0..<UInt64(count)).compactMap { self[forgotten + $0] } }

    /// Adds the newest. Its time is not before that of any other.
    mutating func append(_ request: Remembered) {
        let number = forgotten + UInt64(count)
        let (block, run, _) = place(number)
        if block == blocks.count { blocks.append([]) }
        if run == blocks[block].count { blocks[block].append([]) }
        blocks[block][run].append(request)
        count += 1
        let forgotten = forgotten
        numbers.append(request.scope.word, number) { $0 >= forgotten }
    }

    /// Forgets those accepted before a moment. They come in the order of time, so they stand first.
    mutating func forget(before: Instant) {
        while let oldest, oldest.at < before {
            let (block, run, place) = place(forgotten)
            forgotten += 1
            count -= 1
            guard place == 63 else { continue }
            blocks[block][run] = []
            guard run == 63 else { continue }
            blocks.removeFirst()
            first += 4_096
        }
    }

    private subscript(number: UInt64) -> Remembered? {
        guard number >= forgotten, number < forgotten + UInt64(count) else { return nil }
        let (block, run, place) = place(number)
        return blocks[block][run][place]
    }

    private func place(_ number: UInt64) -> (block: Int, run: Int, place: Int) {
        let index = Int(number - first)
        return (index >> 12, index >> 6 & 63, index & 63)
    }
}

extension RememberedRequests: Equatable {
    public static func == (a: RememberedRequests, b: RememberedRequests) -> Bool {
        a.forgotten == b.forgotten && a.count == b.count && a.all == b.all
    }
}
