extension Ask {
    /// Some facts, as bits: an ask is asked for each of them again and again.
    public struct Facts: ExpressibleByArrayLiteral, Hashable, Sendable {
        private(set) var bits: UInt32

        init(bits: UInt32) { self.bits = bits }

        public init() { bits = 0 }

        /// The set of these facts.
        public init(_ facts: some Sequence<Fact>) { bits = facts.reduce(0) { $0 | $1.bit } }

        public init(arrayLiteral elements: Fact...) { self.init(elements) }

        public func contains(_ fact: Fact) -> Bool { bits & fact.bit != 0 }

        /// - Returns: whether it was not there.
        @discardableResult
        public mutating func insert(_ fact: Fact) -> Bool {
            defer { bits |= fact.bit }
            return !contains(fact)
        }

        public func union(_ other: Facts) -> Facts { Facts(bits: bits | other.bits) }

        /// In the order in which facts are declared.
        public var all: [Fact] { Fact.allCases.filter(contains) }
    }
}

extension Ask.Fact {
    /// Each fact's own bit, in the order in which they are declared. Snapshots hold these: what is there keeps its bit.
    var bit: UInt32 {
        switch self {
        case .transfers: 1 << 0
        case .equipment: 1 << 1
        case .medication: 1 << 2
        case .cognition: 1 << 3
        case .consent: 1 << 4
        case .communication: 1 << 5
        case .swallowing: 1 << 6
        case .continence: 1 << 7
        case .skin: 1 << 8
        case .infection: 1 << 9
        case .risks: 1 << 10
        case .goals: 1 << 11
        case .livesAlone: 1 << 12
        case .unpaidCarer: 1 << 13
        case .access: 1 << 14
        case .pets: 1 << 15
        case .smoking: 1 << 16
        case .assessment: 1 << 17
        case .whereNow: 1 << 18
        }
    }
}
