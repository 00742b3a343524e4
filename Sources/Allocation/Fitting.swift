/// The fit test of the search: whether a candidate's minutes, and carers where they are counted, are there, sixteen rows a step.
///
/// A block has two words of rows on average and hardly ever more than four. In steps of four a test has no loop whose end would
/// have to be foreseen, and that was what it took longest over: a tenth of a search though the words are twice as many.
extension Search {
    /// Four words of `Binding`.
    typealias Quad = SIMD4<UInt64>
    /// Words in a quad.
    static let words = 4
    // Not stored: the first use of what is stored would be asked after at each use.
    @inline(__always)
    static var guards: Quad { Quad(repeating: Binding.guards) }

    /// All bits that any of four words has.
    @inline(__always)
    static func any(_ quad: Quad) -> UInt64 {
        let both = quad.lowHalf | quad.highHalf
        return both[0] | both[1]
    }

    /// All bits under the guards of those lanes whose band is in `bands`.
    @inline(__always)
    static func lanes(_ laneBands: Quad, _ bands: UInt8) -> Quad {
        let chosen = laneBands & Quad(repeating: UInt64(bands) &* 0x0001_0001_0001_0001)
        return under((chosen &+ Quad(repeating: 0x7FFF_7FFF_7FFF_7FFF)) & guards)
    }

    /// All bits under some guards.
    @inline(__always)
    static func under(_ guards: Quad) -> Quad { guards &- (guards &>> Quad(repeating: 15)) }

    /// The guards of those lanes in which `cells` has less than `ask`.
    @inline(__always)
    static func short(_ cells: Quad, _ ask: Quad) -> Quad { ~(cells &- ask) & guards }

    /// The first quad of a candidate's block.
    @inline(__always)
    static func place(_ head: UInt64) -> Int { Int(truncatingIfNeeded: head & 0xFFFF_FFFF) }

    /// How many quads a candidate's block has, at least one.
    @inline(__always)
    static func quads(_ head: UInt64) -> Int { Int(truncatingIfNeeded: (head >> 32) & 0xF_FFFF) }

    /// The bands that fit an empty block, from a candidate's header.
    @inline(__always)
    static func fitsEmpty(_ head: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: head >> 52) & 0x1F }

    /// The bands of a candidate that fit `cells`.
    @inline(__always)
    func fitting(
        _ head: UInt64,
        _ ask: UnsafeMutablePointer<Quad>,
        _ cells: UnsafeMutablePointer<Quad>
    ) -> UInt8 {
        let cell = cells + Search.place(head)
        let lanes = region.laneBands + Search.place(head)
        var failed = Search.under(Search.short(cell[0], ask[0])) & lanes[0]
        var index = 1
        while index < Search.quads(head) {
            failed |= Search.under(Search.short(cell[index], ask[index])) & lanes[index]
            index = index &+ 1
        }
        var bands = Search.any(failed)
        bands |= bands >> 32
        bands |= bands >> 16
        return Search.fitsEmpty(head) & ~UInt8(truncatingIfNeeded: bands)
    }

    /// True when all that a candidate asks of an empty block fits `cells`.
    @inline(__always)
    func holds(
        _ head: UInt64,
        _ ask: UnsafeMutablePointer<Quad>,
        _ cells: UnsafeMutablePointer<Quad>
    ) -> Bool {
        let cell = cells + Search.place(head)
        var short = Search.short(cell[0], ask[0])
        var index = 1
        while index < Search.quads(head) {
            short |= Search.short(cell[index], ask[index])
            index = index &+ 1
        }
        return Search.any(short) == 0
    }

    @inline(__always)
    func fitsEmpty(_ c: Int) -> UInt8 { Search.fitsEmpty(region.heads[c]) }

    /// What a quad of a candidate asks for `bands`; for all that fit an empty block it is the quad itself.
    @inline(__always)
    static func asked(_ quad: Quad, _ laneBands: Quad, _ bands: UInt8, _ whole: Bool) -> Quad {
        whole ? quad : quad & lanes(laneBands, bands)
    }

    /// In how many lanes `bands` of a candidate find too little.
    @inline(__always)
    func shortage(_ c: Int, _ bands: UInt8) -> Int {
        let head = region.heads[c]
        let whole = Search.fitsEmpty(head) == bands
        let place = Search.place(head)
        let ask = region.asks + Int(region.askAt[c])
        var count = Quad.zero
        var index = 0
        repeat {
            let asked = Search.asked(ask[index], region.laneBands[place &+ index], bands, whole)
            count = count &+ Search.short(cells[place &+ index], asked) &>> Quad(repeating: 15)
            index = index &+ 1
        } while index < Search.quads(head)
        // Each lane has counted for itself: a product with a one in each adds them up in the highest. That is cheaper than
        // counting bits, which the oldest processors this runs on have no instruction for.
        let both = count.lowHalf &+ count.highHalf
        return Int(truncatingIfNeeded: ((both[0] &+ both[1]) &* 0x0001_0001_0001_0001) >> 48)
    }
}
