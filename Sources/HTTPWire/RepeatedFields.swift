// Fields that came on several lines, joined into one value (RFC 9110 section 5.3). Rare, so it may allocate.

extension RequestParser {
    /// A copy of the head's bytes with the values of repeated fields joined by ", " after it, and a head that points
    /// there. The body is not copied.
    ///
    /// - Parameter bytes: the request from its first byte on.
    public func joiningRepeatedFields(_ bytes: UnsafePointer<UInt8>) -> (bytes: [UInt8], head: RequestHead) {
        var joined = Array(UnsafeBufferPointer(start: bytes, count: head.end))
        var result = head
        for field in KnownField.allCases where head.repeated & 1 << UInt16(field.rawValue) != 0 {
            let start = joined.count
            var line = FieldLine()
            var position = fieldsStart
            while case .field = line.scan(bytes, from: position, end: head.end) {
                position = line.next
                let name = line.nameStart..<line.nameEnd
                guard FieldName.kind(bytes + name.lowerBound, count: name.count) == .known(field) else {
                    continue
                }
                if joined.count > start { joined += [UInt8(ascii: ","), UInt8(ascii: " ")] }
                let value = line.valueStart..<line.valueEnd
                joined += UnsafeBufferPointer(start: bytes + value.lowerBound, count: value.count)
            }
            result.known[Int(field.rawValue)] = ByteRange(start, joined.count)
        }
        return (joined, result)
    }
}
