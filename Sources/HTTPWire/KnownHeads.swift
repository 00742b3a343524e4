// A poller sends the same head again and again. One that came before, byte for byte, means what it meant before: it
// need not be understood twice.

/// Heads that came lately, as received, with what was understood of them. Belongs to one lane.
///
/// Only heads of which the request can be told whole and sound from the bytes alone are kept: GET, without a body, an
/// expectation, or a field that makes each request another one. A place is found by a seeded hash, so that nobody can
/// choose heads that drive out another's.
public struct KnownHeads: ~Copyable {
    /// Heads that are kept, a power of two. With both copies of their bytes 340 KiB a lane.
    public static var places: Int { 256 }
    /// Bytes of the longest head that is kept. A poll has 100 to 400.
    static var mostBytes: Int { 512 }
    /// Stands for no place.
    public static var nowhere: UInt16 { .max }

    /// A head that came before.
    public struct Known {
        /// What was understood of it; offsets count from `base`.
        public let head: UnsafePointer<RequestHead>
        /// What its client takes an answer in.
        public fileprivate(set) var coding = ContentCoding.Choice.identity
        /// Whether it named the entity tag of a compressed form.
        public fileprivate(set) var knowsGzip = false
        /// Bytes as received; 0 in a free place.
        public fileprivate(set) var count = 0
        /// The same number, the same bytes, as long as the lane lives; 0 in a free place.
        public fileprivate(set) var serial: UInt64 = 0
        /// The head as the responder sees it: tags of compressed forms are replaced in it.
        public let base: UnsafeMutablePointer<UInt8>
    }

    private let known: UnsafeMutablePointer<Known>
    private let heads: UnsafeMutablePointer<RequestHead>
    private let received: UnsafeMutablePointer<UInt8>
    private let shown: UnsafeMutablePointer<UInt8>
    /// The bytes of the head in hand, before tags were replaced in them.
    private let staged: UnsafeMutablePointer<UInt8>
    private var stagedCount = 0
    private var kept: UInt64 = 0

    /// No heads.
    public init() {
        let bytes = Self.places * Self.mostBytes
        received = .allocate(capacity: bytes)
        shown = .allocate(capacity: bytes)
        staged = .allocate(capacity: Self.mostBytes)
        heads = .allocate(capacity: Self.places)
        heads.initialize(repeating: RequestHead(), count: Self.places)
        known = .allocate(capacity: Self.places)
        for place in 0..<Self.places {
            (known + place).initialize(
                to: Known(head: UnsafePointer(heads + place), base: shown + place * Self.mostBytes)
            )
        }
    }

    deinit {
        known.deinitialize(count: Self.places)
        known.deallocate()
        heads.deinitialize(count: Self.places)
        heads.deallocate()
        staged.deallocate()
        shown.deallocate()
        received.deallocate()
    }

    /// The head that the bytes begin with, when it is the one in a place; valid until another is kept.
    ///
    /// - Parameters:
    ///   - place: where the connection's last head was kept.
    ///   - bytes: a request from its first byte on.
    ///   - count: how many bytes there are.
    @inline(__always)
    public func recall(_ place: UInt16, _ bytes: UnsafePointer<UInt8>, count: Int) -> UnsafePointer<Known>? {
        guard place < UInt16(Self.places) else { return nil }
        let found = known + Int(place)
        let length = found.pointee.count
        guard length > 0, length <= count, isEqual(Int(place), bytes, count: length) else { return nil }
        return UnsafePointer(found)
    }

    /// Whether a head may be kept; if so its bytes are noted, before anything changes them.
    public mutating func stage(_ head: RequestHead, _ bytes: UnsafePointer<UInt8>) -> Bool {
        guard head.method == .get, head.minorVersion == 1, head.keepAlive, head.framing == .none,
            head.expectation == .none, !head.isAsterisk, head.repeated == 0, head.end <= Self.mostBytes,
            head.range(of: .requestID).isAbsent, head.range(of: .traceparent).isAbsent
        else { return false }
        staged.update(from: bytes, count: head.end)
        stagedCount = head.end
        return true
    }

    /// Keeps the head that was staged.
    ///
    /// - Parameters:
    ///   - head: what was understood of it, tags replaced.
    ///   - bytes: the head as the responder saw it.
    ///   - coding: what its client takes an answer in.
    ///   - knowsGzip: whether it named the entity tag of a compressed form.
    /// - Returns: the place to recall it by.
    public mutating func keep(
        _ head: RequestHead,
        _ bytes: UnsafePointer<UInt8>,
        coding: ContentCoding.Choice,
        knowsGzip: Bool
    ) -> UInt16 {
        precondition(stagedCount == head.end, "the head that was staged is kept")
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(start: staged, count: stagedCount))
        let place = hasher.finalize() & (Self.places - 1)
        let entry = known + place
        if entry.pointee.count == stagedCount, isEqual(place, staged, count: stagedCount) { return UInt16(place) }
        (received + place * Self.mostBytes).update(from: staged, count: stagedCount)
        entry.pointee.base.update(from: bytes, count: stagedCount)
        kept += 1
        heads[place] = head
        entry.pointee.coding = coding
        entry.pointee.knowsGzip = knowsGzip
        entry.pointee.count = stagedCount
        entry.pointee.serial = kept
        return UInt16(place)
    }

    /// Compares all bytes, whatever the first ones say: a head holds a key, and how long a comparison takes must not
    /// tell how much of it was guessed.
    @inline(__always)
    private func isEqual(_ place: Int, _ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
        let mine = UnsafeRawPointer(received + place * Self.mostBytes)
        let theirs = UnsafeRawPointer(bytes)
        var difference: UInt64 = 0
        var offset = 0
        while offset + 8 <= count {
            difference |=
                mine.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                ^ theirs.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        while offset < count {
            difference |= UInt64(
                mine.load(fromByteOffset: offset, as: UInt8.self)
                    ^ theirs.load(fromByteOffset: offset, as: UInt8.self)
            )
            offset += 1
        }
        return difference == 0
    }
}
