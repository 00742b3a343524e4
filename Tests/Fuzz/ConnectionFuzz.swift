// The libFuzzer target over the parser and the connection machine: `scripts/fuzz [SECONDS]`.
//
// The first two bytes say where the input is cut. Whatever comes, feeding it whole and feeding it cut must tell the same
// story, and no step may reach outside its bytes (the address sanitizer watches).

import HTTPWire

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    guard count > 2 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data + 2, count: count - 2))
    let first = Int(data[0]) % (bytes.count + 1)
    let second = first + Int(data[1]) % (bytes.count - first + 1)
    var limits = WireLimits()
    // Small limits, so that short inputs reach them.
    limits.maxTargetBytes = 64
    limits.maxHeadBytes = 512
    limits.maxFields = 8
    limits.maxBodyBytes = 64
    limits.maxChunkExtensionBytes = 16
    limits.maxTrailerBytes = 64
    limits.maxDiscardedBytes = 256
    let whole = Conversation.run(bytes, endsInput: true, limits: limits)
    let cut = Conversation.run(bytes, cuts: [first, second], endsInput: true, limits: limits)
    precondition(whole == cut, "\(whole) is not \(cut)")
    remember(bytes, limits)
    return 0
}

/// A head that is kept is known again in its own bytes, and in no others.
private func remember(_ received: [UInt8], _ limits: WireLimits) {
    var bytes = received
    var heads = KnownHeads()
    bytes.withUnsafeMutableBufferPointer { buffer in
        var parser = RequestParser()
        guard let base = buffer.baseAddress,
            parser.parseHead(base, count: buffer.count, limits: limits) == .done, heads.stage(parser.head, base)
        else { return }
        let end = parser.head.end
        var head = parser.head
        let knowsGzip = head.removeCodingFromTags(at: base)
        let place = heads.keep(head, base, coding: .identity, knowsGzip: knowsGzip)
        received.withUnsafeBufferPointer { original in
            guard let start = original.baseAddress else { return }
            precondition(heads.recall(place, start, count: end)?.pointee.count == end, "known again")
            precondition(heads.recall(place, start, count: end - 1) == nil, "not from a part of it")
        }
        base.update(from: received, count: end)
        base[end / 2] ^= 1
        precondition(heads.recall(place, base, count: end) == nil, "not from other bytes")
    }
}
