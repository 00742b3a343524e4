import Broker
import Brokerage
import HTTPWire

/// The polls a lane answered lately, by the very bytes of target and `Authorization`: the same bytes in the same
/// state on the same day have the same answer, and giving it allocates nothing. Where the whole head is the same as
/// before, its number is enough. One owner: the lane.
struct PollCache {
    /// Places for polls, a power of two: a thousand keys polling on one lane, each with the answer it was given last.
    /// A poll that falls on a taken place takes it over.
    private static let places = 1_024
    /// Longer targets and keys are not kept; bounds what a place holds.
    private static let mostKeyBytes = 1_024

    private final class Poll {
        let hash: UInt64
        let target: [UInt8]
        let authorization: [UInt8]
        /// What the client's certificate named.
        let organisation: String?
        /// The broker's, not the broker: asking an object that others refer to weakly costs a table look-up.
        let publications: Publications
        let answers: CapacityBoard.Prepared
        /// The London day the answer is for: a default `from` moves at midnight.
        let begins: Instant
        let ends: Instant

        init(
            hash: UInt64,
            target: [UInt8],
            authorization: [UInt8],
            organisation: String?,
            publications: Publications,
            answers: CapacityBoard.Prepared,
            day: Day
        ) {
            self.hash = hash
            self.target = target
            self.authorization = authorization
            self.organisation = organisation
            self.publications = publications
            self.answers = answers
            begins = London.instant(day, minuteOfDay: 0)
            ends = London.instant(day.adding(days: 1), minuteOfDay: 0)
        }

        /// Whether the answers are of the present state and day.
        func isCurrent(_ now: Instant) -> Bool {
            answers.generation == publications.generation && begins <= now && now < ends
        }
    }

    /// The answer to a head that came before, byte for byte, while the poll's answers are of the present state.
    private struct Repeated {
        /// The number of the head; 0 in a free place.
        var head: UInt64 = 0
        var poll: Poll?
        var answer: PreparedResponse?
    }

    private var polls: [Poll?] = Array(repeating: nil, count: places)
    /// By the number of the head; as many places as the lane keeps heads.
    private var repeated = [Repeated](repeating: Repeated(), count: KnownHeads.places)
    /// Drawn for each lane, so that nobody can choose keys that fall on one place.
    private let seed = UInt64.random(in: .min ... .max)

    private static let path = Array("/v1/capacity".utf8)
    private static let anything = Array("*/*".utf8)
    private static let json = Array("application/json".utf8)

    /// Whether a request is a capacity poll, by its path.
    static func isPoll(_ request: borrowing RequestView) -> Bool {
        request.method == .get && isEqual(request.path, path)
    }

    /// The answer to a poll that was answered before and has not changed; nil when it must be made.
    mutating func answer(to request: borrowing RequestView, now: Instant) -> PreparedResponse? {
        guard request.knownHead != 0 else { return find(request, now)?.answer }
        let place = Int(truncatingIfNeeded: request.knownHead) & (KnownHeads.places - 1)
        if repeated[place].head == request.knownHead, let poll = repeated[place].poll, poll.isCurrent(now),
            poll.organisation == request.clientOrganisation
        {
            return repeated[place].answer
        }
        guard let (poll, answer) = find(request, now) else { return nil }
        repeated[place] = Repeated(head: request.knownHead, poll: poll, answer: answer)
        return answer
    }

    private func find(
        _ request: borrowing RequestView,
        _ now: Instant
    ) -> (poll: Poll, answer: PreparedResponse)? {
        guard PollCache.isPoll(request), let authorization = request.field(.authorization) else { return nil }
        // Whatever needs reading takes the long way; these two are what clients send.
        guard request.field(.ifMatch) == nil else { return nil }
        if let accept = request.field(.accept) {
            guard PollCache.isEqual(accept, PollCache.anything) || PollCache.isEqual(accept, PollCache.json) else {
                return nil
            }
        }
        let hash = hash(request.target, authorization)
        guard let poll = polls[Int(truncatingIfNeeded: hash) & (PollCache.places - 1)], poll.hash == hash,
            poll.isCurrent(now),
            PollCache.isEqual(request.target, poll.target),
            PollCache.isEqual(authorization, poll.authorization), request.clientOrganisation == poll.organisation
        else { return nil }
        guard let known = request.field(.ifNoneMatch) else { return (poll, poll.answers.full) }
        if PollCache.isEqual(known, poll.answers.tag) { return (poll, poll.answers.notModified) }
        // What is no longer than the tag cannot hold it among others, unless it is the one byte that means any.
        return known.count <= poll.answers.tag.count && known.count > 1 ? (poll, poll.answers.full) : nil
    }

    /// Keeps the answers to a poll.
    mutating func keep(
        _ answers: CapacityBoard.Prepared,
        for request: borrowing RequestView,
        broker: any Brokering,
        day: Day
    ) {
        guard PollCache.isPoll(request), let authorization = request.field(.authorization),
            request.target.count + authorization.count <= PollCache.mostKeyBytes
        else { return }
        let hash = hash(request.target, authorization)
        polls[Int(truncatingIfNeeded: hash) & (PollCache.places - 1)] = Poll(
            hash: hash,
            target: Array(request.target),
            authorization: Array(authorization),
            organisation: request.clientOrganisation,
            publications: broker.publications,
            answers: answers,
            day: day
        )
    }

    private func hash(_ target: UnsafeRawBufferPointer, _ authorization: UnsafeRawBufferPointer) -> UInt64 {
        ByteHash.hash(authorization, seed: ByteHash.hash(target, seed: seed))
    }

    private static func isEqual(_ a: UnsafeRawBufferPointer, _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return b.withUnsafeBytes { b in
            var difference: UInt8 = 0
            for index in a.indices { difference |= a[index] ^ b[index] }
            return difference == 0
        }
    }
}
