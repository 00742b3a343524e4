/// The fit test of the search: whether a candidate's minutes, and carers where they are counted, are there, four rows a
/// word.
extension Search {
    /// All bits under the guards of those lanes whose band is in `bands`.
    @inline(__always)
    static func lanes(_ laneBands: UInt64, _ bands: UInt8) -> UInt64 {
        let chosen = laneBands & (UInt64(bands) &* 0x0001_0001_0001_0001)
        let set = (chosen &+ 0x7FFF_7FFF_7FFF_7FFF) & Binding.guards
        return set &- (set >> 15)
    }

    /// The bands of a candidate that fit `cells`.
    @inline(__always)
    func fitting(_ header: UnsafeMutablePointer<UInt64>, _ cells: UnsafeMutablePointer<UInt64>) -> UInt8 {
        let head = header[0]
        var cell = cells + Int(truncatingIfNeeded: (head & 0xFFFF_FFFF) &* 2)
        var ask = header + 1
        let end = ask + Int(truncatingIfNeeded: (head >> 32) & 0xF_FFFF)
        var failed: UInt64 = 0
        repeat {
            let short = ~(cell[0] &- ask[0]) & Binding.guards
            failed |= ((short >> 15) &* 0xFFFF) & cell[1]
            cell += 2
            ask += 1
        } while ask < end
        failed |= failed >> 32
        failed |= failed >> 16
        return Search.fitsEmpty(head) & ~UInt8(truncatingIfNeeded: failed)
    }

    /// True when all that a candidate asks of an empty block fits `cells`.
    @inline(__always)
    func holds(_ header: UnsafeMutablePointer<UInt64>, _ cells: UnsafeMutablePointer<UInt64>) -> Bool {
        let head = header[0]
        var cell = cells + Int(truncatingIfNeeded: (head & 0xFFFF_FFFF) &* 2)
        var ask = header + 1
        let end = ask + Int(truncatingIfNeeded: (head >> 32) & 0xF_FFFF)
        var fits = Binding.guards
        repeat {
            fits &= cell[0] &- ask[0]
            cell += 2
            ask += 1
        } while ask < end
        return fits & Binding.guards == Binding.guards
    }

    @inline(__always)
    func header(_ c: Int) -> UnsafeMutablePointer<UInt64> { region.stream + Int(region.streamAt[c]) }

    @inline(__always)
    func fitsEmpty(_ c: Int) -> UInt8 { Search.fitsEmpty(header(c)[0]) }

    /// What a word of a candidate asks for `bands`; for all that fit an empty block it is the word itself.
    @inline(__always)
    static func asked(_ word: UInt64, _ laneBands: UInt64, _ bands: UInt8, _ whole: Bool) -> UInt64 {
        whole ? word : word & lanes(laneBands, bands)
    }

    /// Guards of lanes in which `bands` of a candidate find too little, over all its words: how many.
    @inline(__always)
    func shortage(_ c: Int, _ bands: UInt8) -> Int {
        let header = header(c)
        let head = header[0]
        let whole = Search.fitsEmpty(head) == bands
        let cell = cells + Int(truncatingIfNeeded: (head & 0xFFFF_FFFF) &* 2)
        let words = Int(truncatingIfNeeded: (head >> 32) & 0xF_FFFF)
        var count: UInt64 = 0
        for word in 0..<words {
            let ask = Search.asked(header[1 &+ word], cell[2 &* word &+ 1], bands, whole)
            count = count &+ (~(cell[2 &* word] &- ask) & Binding.guards) >> 15
        }
        // Each lane has counted for itself: a product with a one in each adds them up in the highest. That is cheaper than
        // counting bits, which the oldest processors this runs on have no instruction for.
        return Int(truncatingIfNeeded: (count &* 0x0001_0001_0001_0001) >> 48)
    }

    /// The bands that fit an empty block, from a candidate's header.
    @inline(__always)
    static func fitsEmpty(_ head: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: head >> 52) & 0x1F }
}
