/// Bytes on their way out: a growing block of memory with an explicit owner, so that appending is a copy and
/// nothing else.
public struct OutputBuffer: ~Copyable {
    /// The first byte.
    public private(set) var start: UnsafeMutablePointer<UInt8>
    /// Bytes that are filled.
    public private(set) var count = 0
    /// Bytes that there is room for.
    public private(set) var capacity: Int

    /// An empty buffer with room for so many bytes.
    public init(capacity: Int) {
        precondition(capacity > 0, "a buffer has room")
        start = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { start.deallocate() }

    /// Forgets the content; gives memory beyond `kept` bytes back.
    public mutating func clear(keeping kept: Int) {
        count = 0
        guard capacity > kept else { return }
        start.deallocate()
        start = .allocate(capacity: kept)
        capacity = kept
    }

    /// Drops the last bytes, back to a count that was reached before.
    public mutating func truncate(to count: Int) {
        precondition(count <= self.count, "a buffer is cut, not grown")
        self.count = count
    }

    /// Drops the first bytes and moves the rest to the front.
    public mutating func removeFirst(_ dropped: Int) {
        precondition(dropped >= 0 && dropped <= count, "a buffer is cut, not grown")
        guard dropped > 0 else { return }
        UnsafeMutableRawPointer(start).copyMemory(from: start + dropped, byteCount: count - dropped)
        count -= dropped
    }

    /// Counts bytes that were written behind the content, into room that was reserved.
    public mutating func grow(by added: Int) {
        precondition(added >= 0 && count + added <= capacity, "a buffer grows into its room")
        count += added
    }

    /// The content; valid until the buffer changes.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// Makes room for more bytes.
    @inline(__always)
    public mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(toFit: more) }
    }

    @inline(never)
    private mutating func grow(toFit more: Int) {
        let wanted = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        larger.update(from: start, count: count)
        start.deallocate()
        start = larger
        capacity = wanted
    }

    /// Appends a block of bytes.
    @inline(__always)
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        UnsafeMutableRawPointer(start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Appends bytes.
    public mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends a fixed text.
    @inline(__always)
    public mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a text.
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends one byte.
    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        start[count] = byte
        count += 1
    }

    /// Appends a number in decimal digits.
    public mutating func appendDecimal(_ number: Int) {
        precondition(number >= 0, "lengths and codes are not negative")
        reserve(20)
        var digits = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        rest = number
        for index in stride(from: count + digits - 1, through: count, by: -1) {
            start[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += digits
    }

    /// Appends a number as eight lower-case hexadecimal digits, all at once: each answer has one.
    public mutating func appendHexadecimal(_ number: UInt32) {
        reserve(8)
        // A nibble for each byte, the most significant first.
        var spread = UInt64(number.byteSwapped)
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        spread = (spread >> 4 & 0x000F_000F_000F_000F) | (spread & 0x000F_000F_000F_000F) << 8
        // Adding 6 carries into the high half where a digit is a letter; a letter is 39 further on than `0` to `9`.
        let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        let digits = spread &+ 0x3030_3030_3030_3030 &+ letters &* 39
        UnsafeMutableRawPointer(start + count).storeBytes(of: digits.littleEndian, as: UInt64.self)
        count += 8
    }

    /// Appends a number as so many lower-case hexadecimal digits.
    public mutating func appendHexadecimal(_ number: UInt64, digits: Int) {
        reserve(digits)
        for index in 0..<digits {
            let nibble =
                UInt8(truncatingIfNeeded: number &>> UInt64(truncatingIfNeeded: 4 &* (digits &- 1 &- index))) & 15
            start[count + index] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
        }
        count += digits
    }
}
