/// SplitMix64: a simulation's only source of chance. One seed gives the same history on every machine.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in the range; the range is not empty.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// True so many times in a thousand.
    mutating func chance(_ perMille: Int) -> Bool { number(1...1000) <= perMille }

    /// One of the list; nil when it is empty.
    mutating func one<Element>(of list: [Element]) -> Element? {
        list.isEmpty ? nil : list[number(0...list.count - 1)]
    }
}
