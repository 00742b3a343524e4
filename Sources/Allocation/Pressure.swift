/// How sought after minutes are: bid prices for the choices to come.
extension Allocator {
    /// Days over which demand is held against what is free, 56: what a package that begins within two weeks lies on.
    private static let pressureDays = 56

    /// For each (block, band), at `block * Instance.bands + band`: minutes that the needs could take there, each need's shared
    /// evenly among the blocks that could take them, per thousand minutes free. 0 where nothing is free or nobody asks.
    ///
    /// Taking the option with the least of it leaves to later needs what they have the least choice in: a little fewer wait
    /// than by the closest fit alone (`PressureTests` counts them).
    public func pressure() -> [Int] {
        let candidates = problem.candidates
        var asked = [Int](repeating: 0, count: instance.blocks.count * Instance.bands)
        for (index, need) in instance.needs.enumerated() {
            var minutes = [Int](repeating: 0, count: Instance.bands)
            for call in need.calls { minutes[call.band] += call.load * call.days.nonzeroBitCount }
            let pairs = candidates.of(index).map { candidates.pairs[$0] }
            for band in 0..<Instance.bands where minutes[band] > 0 {
                let able = pairs.filter { $0.fits >> UInt8(band) & 1 == 1 }
                for pair in able {
                    asked[Int(pair.block) * Instance.bands + band] += minutes[band] * 1_000 / able.count
                }
            }
        }
        for block in instance.blocks.indices {
            for band in 0..<Instance.bands {
                let row = instance.slab(block, band)
                let days = 0..<min(instance.horizon, Allocator.pressureDays)
                let free = days.reduce(0) { $0 + Int(instance.free[row + $1]) }
                asked[block * Instance.bands + band] = free > 0 ? asked[block * Instance.bands + band] / free : 0
            }
        }
        return asked
    }
}
