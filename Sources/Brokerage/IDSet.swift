/// Some of what the server numbered itself, as a bit each: who waits, what is open. A value like every map of the state.
///
/// Identifiers that live at the same time lie close together, so the bits between the first and the last are few; and the
/// newest is nearly always the next to be set, where a tree of hashes would copy nodes all over it. It comes out ascending.
public struct IDSet<ID: DenseIdentifier>: Sendable, Equatable {
    /// Identifiers of one leaf, 1,024: sixteen words.
    private static var leafBits: Int { 1_024 }

    /// The words of a leaf, or nothing where none of its bits is set. The first and the last hold something, so that equal
    /// sets are equal in every part.
    private var leaves: [[UInt64]] = []
    /// The place of the first leaf.
    private var first = 0
    /// How many there are.
    public private(set) var count = 0

    /// The empty set.
    public init() {}

    /// Whether there is none.
    public var isEmpty: Bool { count == 0 }

    /// Whether an identifier is in the set.
    public func contains(_ id: ID) -> Bool {
        let (leaf, word, bit) = IDSet.place(id)
        let index = leaf - first
        guard leaves.indices.contains(index), !leaves[index].isEmpty else { return false }
        return leaves[index][word] & bit != 0
    }

    /// Adds an identifier; nothing happens when it is there already.
    public mutating func insert(_ id: ID) {
        let (leaf, word, bit) = IDSet.place(id)
        if leaves.isEmpty { first = leaf }
        if leaf < first {
            leaves.insert(contentsOf: Array(repeating: [], count: first - leaf), at: 0)
            first = leaf
        }
        while leaves.count <= leaf - first { leaves.append([]) }
        if leaves[leaf - first].isEmpty { leaves[leaf - first] = Array(repeating: 0, count: IDSet.leafBits / 64) }
        guard leaves[leaf - first][word] & bit == 0 else { return }
        leaves[leaf - first][word] |= bit
        count += 1
    }

    /// Takes an identifier away; nothing happens when it is not there.
    public mutating func remove(_ id: ID) {
        guard contains(id) else { return }
        let (leaf, word, bit) = IDSet.place(id)
        leaves[leaf - first][word] &= ~bit
        count -= 1
        guard leaves[leaf - first].allSatisfy({ $0 == 0 }) else { return }
        leaves[leaf - first] = []
        while leaves.last?.isEmpty ?? false { leaves.removeLast() }
        let empty = leaves.prefix { $0.isEmpty }.count
        leaves.removeFirst(empty)
        first = leaves.isEmpty ? 0 : first + empty
    }

    private static func place(_ id: ID) -> (leaf: Int, word: Int, bit: UInt64) {
        let number = Int(id.number)
        return (number / leafBits, number % leafBits / 64, 1 << UInt64(number % 64))
    }
}

extension IDSet: Sequence {
    /// Every identifier, ascending.
    public struct Iterator: IteratorProtocol {
        fileprivate let leaves: [[UInt64]]
        fileprivate let first: Int
        private var leaf = 0
        private var word = -1
        private var bits: UInt64 = 0

        fileprivate init(leaves: [[UInt64]], first: Int) {
            self.leaves = leaves
            self.first = first
        }

        public mutating func next() -> ID? {
            while bits == 0 {
                guard leaf < leaves.count else { return nil }
                word += 1
                guard word < leaves[leaf].count else {
                    leaf += 1
                    word = -1
                    continue
                }
                bits = leaves[leaf][word]
            }
            defer { bits &= bits - 1 }
            let number = (first + leaf) * IDSet.leafBits + word * 64 + bits.trailingZeroBitCount
            return ID(number: UInt32(number))
        }
    }

    public func makeIterator() -> Iterator { Iterator(leaves: leaves, first: first) }

    public var underestimatedCount: Int { count }
}

extension IDSet: Coded where ID: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: IDSet?) throws(SnapshotError) -> IDSet {
        if coder.isWriting, let value {
            _ = try [ID].code(&coder, Array(value))
            return value
        }
        var set = IDSet()
        let ids = try [ID].code(&coder, nil)
        for id in ids { set.insert(id) }
        guard set.count == ids.count else { throw SnapshotError("an element stands there twice") }
        return set
    }
}
