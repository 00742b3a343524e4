/// What an idempotency key counts for: the digest of its holder, its route and its text, as the vault's keys make it.
///
/// As words and not as an array, so that copying a scope counts no reference.
public struct RequestScope: Hashable, Comparable, Sendable {
    /// Bytes that a digest may have, 39: it has 33 (the id of a vault key and HMAC-SHA-256), and its length needs one.
    public static let mostBytes = 39

    // The bytes, big-endian, filled up with zeros; the last byte of all is how many there are.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64
    private let last: UInt64

    /// A scope from a digest; nil when that is longer than `mostBytes`.
    public init?(_ digest: [UInt8]) {
        guard digest.count <= RequestScope.mostBytes else { return nil }
        func word(_ number: Int) -> UInt64 {
            (number * 8..<number * 8 + 8).reduce(0) { $0 << 8 | ($1 < digest.count ? UInt64(digest[$1]) : 0) }
        }
        first = word(0)
        second = word(1)
        third = word(2)
        fourth = word(3)
        last = word(4) | UInt64(digest.count)
    }

    /// The digest.
    public var bytes: [UInt8] {
        let words = [first, second, third, fourth, last]
        return (0..<Int(last & 0xFF)).map { UInt8(truncatingIfNeeded: words[$0 >> 3] >> UInt64(56 - ($0 & 7) * 8)) }
    }

    /// A word that tells scopes apart, but for one pair in 2^64: it is a keyed digest's, so nobody can choose it.
    var word: UInt64 { second }

    public func hash(into hasher: inout Hasher) { hasher.combine(word) }

    public static func < (a: RequestScope, b: RequestScope) -> Bool {
        if a.first != b.first { return a.first < b.first }
        if a.second != b.second { return a.second < b.second }
        if a.third != b.third { return a.third < b.third }
        if a.fourth != b.fourth { return a.fourth < b.fourth }
        return a.last < b.last
    }
}
