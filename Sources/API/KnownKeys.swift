/// Keys that were good lately, by the very bytes of `Authorization`, with the system they name and what they hash to:
/// neither is worked out anew for each request. Whose key a hash is, and whether it still is one, is asked of the state
/// each time. Belongs to one lane.
struct KnownKeys {
    /// A key that was good.
    struct Known {
        /// The system it names.
        let system: String
        /// Its SHA-256.
        let hash: [UInt8]
        fileprivate let value: [UInt8]
    }

    /// Keys that are kept, a power of two; one that falls on a taken place takes it over.
    private static let places = 256
    /// Bytes of the longest value that is kept: a key and its scheme. White space between them could be made endless.
    private static let mostBytes = Authentication.longestKey + 16
    private var known: [Known?] = Array(repeating: nil, count: places)
    /// Drawn for each lane, so that nobody can choose keys that fall on one place.
    private let seed = UInt64.random(in: .min ... .max)

    /// What is known of a value of `Authorization`; nil when it is not known.
    func find(_ value: String) -> Known? {
        var value = value
        return value.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            guard let found = known[place(of: bytes)], found.value.count == bytes.count else { return nil }
            // All bytes, whatever the first ones say: how long it takes must not tell how much of a key was guessed.
            var difference: UInt8 = 0
            for index in bytes.indices { difference |= bytes[index] ^ found.value[index] }
            return difference == 0 ? found : nil
        }
    }

    /// Keeps a key that was found good.
    mutating func keep(_ value: String, system: String, hash: [UInt8]) {
        let bytes = Array(value.utf8)
        guard bytes.count <= Self.mostBytes else { return }
        known[bytes.withUnsafeBytes(place)] = Known(system: system, hash: hash, value: bytes)
    }

    private func place(of bytes: UnsafeRawBufferPointer) -> Int {
        Int(truncatingIfNeeded: ByteHash.hash(bytes, seed: seed)) & (Self.places - 1)
    }
}
