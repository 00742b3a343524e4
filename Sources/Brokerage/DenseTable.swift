/// What the server numbers itself, by its number: referrals, offers, packages. Numbers count from 1 without holes and nothing is
/// ever removed, so this is a growing list, and needs no hashing.
///
/// A value like every map of the state: a copy costs nothing. It lies in three levels of 64, and each entry is an object:
/// setting one that others share copies three short runs of references, where a map of large structs would copy its neighbours
/// with all that they refer to. What nobody shares is changed where it lies.
public struct DenseTable<ID: DenseIdentifier, Value: Sendable>: Sendable {
    /// One entry. `@unchecked Sendable` is sound: the value is changed only where the table that changes it holds the one
    /// reference there is (`change`), so nobody else can be reading it.
    final class Entry: @unchecked Sendable {
        fileprivate(set) var value: Value

        init(_ value: consuming Value) { self.value = value }
    }

    private var entries: [[[Entry]]] = []
    /// How many there are: the number of the last one.
    public private(set) var count = 0

    /// An empty table.
    public init() {}

    /// Whether there is none.
    public var isEmpty: Bool { count == 0 }

    /// The entry of an identifier; nil when there is none. One that is set must be there already or be the next: anything else,
    /// and taking one away, is a broken invariant.
    public subscript(id: ID) -> Value? {
        get {
            let index = Int(id.number) - 1
            guard index >= 0, index < count else { return nil }
            return entries[index >> 12][index >> 6 & 63][index & 63].value
        }
        set {
            let index = Int(id.number) - 1
            guard let newValue, index >= 0, index <= count else {
                preconditionFailure("\(id) is not the next after \(count), or is taken away")
            }
            if index == count {
                append(newValue)
            } else {
                entries[index >> 12][index >> 6 & 63][index & 63] = Entry(newValue)
            }
        }
    }

    /// Adds the next entry.
    mutating func append(_ value: consuming Value) {
        let index = count
        count += 1
        if index & 4095 == 0 { entries.append([]) }
        if index & 63 == 0 { entries[index >> 12].append([]) }
        entries[index >> 12][index >> 6 & 63].append(Entry(value))
    }

    /// Looks at single fields of an entry where it lies. It is the entry that is lent and not its value, of which the compiler
    /// would make a copy for the closure, counting every reference in it. nil when there is none.
    func look<Result>(_ id: ID, _ body: (Entry) -> Result) -> Result? {
        let index = Int(id.number) - 1
        guard index >= 0, index < count else { return nil }
        return body(entries[index >> 12][index >> 6 & 63][index & 63])
    }

    /// Changes the entry of an identifier, which must be there.
    mutating func change<Result>(_ id: ID, _ body: (inout Value) -> Result) -> Result {
        let index = Int(id.number) - 1
        guard index >= 0, index < count else { preconditionFailure("there is no \(id)") }
        return DenseTable.change(&entries[index >> 12][index >> 6 & 63][index & 63], body)
    }

    private static func change<Result>(_ entry: inout Entry, _ body: (inout Value) -> Result) -> Result {
        if !isKnownUniquelyReferenced(&entry) { entry = Entry(entry.value) }
        return body(&entry.value)
    }
}

extension DenseTable: Sequence {
    /// Every entry with its identifier, ascending.
    public func makeIterator() -> AnyIterator<(key: ID, value: Value)> {
        var number: UInt32 = 0
        return AnyIterator {
            number += 1
            let id = ID(number: number)
            return self[id].map { (id, $0) }
        }
    }

    /// Every entry, ascending by identifier.
    public var values: [Value] { map(\.value) }
}

extension DenseTable: Equatable where Value: Equatable {
    public static func == (a: DenseTable, b: DenseTable) -> Bool {
        guard a.count == b.count else { return false }
        for index in 0..<a.count {
            let x = a.entries[index >> 12][index >> 6 & 63][index & 63]
            let y = b.entries[index >> 12][index >> 6 & 63][index & 63]
            if x !== y, x.value != y.value { return false }
        }
        return true
    }
}
