/// A small seeded generator (splitmix64): the same seed gives the same sequence on every machine.
struct Chance: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
        _ = next()
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0 to before `bound`, which lies below 2^32. The brackets matter: Swift binds `>>` tighter than `&*`.
    @inline(__always)
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
    }
}
