/// One secret of the vault, from which keys are derived.
///
/// As text, a line: `ID:SECRET`, where ID is 1...255 and SECRET is 32 bytes in base64 (RFC 4648 section 4) or
/// hexadecimal. Without `ID:` the id is 1. Several stand one a line (in a variable: separated by commas); the
/// first is the current one. Lines that begin with `#` are comments.
public struct VaultSecret: Sendable, Equatable {
    /// The bytes of a secret.
    public static let length = 32

    /// Stands in every value sealed under it; 1...255.
    public let id: UInt8
    /// 32 random bytes.
    public let bytes: [UInt8]

    /// A secret from its parts.
    ///
    /// - Throws: `key` when the id is 0 or there are not 32 bytes.
    public init(id: UInt8, bytes: [UInt8]) throws(VaultError) {
        guard id > 0 else { throw .key("a vault key's id is between 1 and 255") }
        guard bytes.count == Self.length else { throw .key("a vault key has \(Self.length) bytes") }
        self.id = id
        self.bytes = bytes
    }

    /// The secrets in a text.
    ///
    /// - Parameter source: where the text comes from, for the message.
    /// - Throws: `key`, naming the source and the line, never what stands there.
    public static func parse(_ text: String, from source: String) throws(VaultError) -> [VaultSecret] {
        var secrets: [VaultSecret] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            if line.drop(while: \.isWhitespace).hasPrefix("#") { continue }
            for entry in line.filter({ !$0.isWhitespace }).split(separator: ",") {
                let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
                let id = parts.count == 1 ? 1 : UInt8(parts[0]) ?? 0
                guard parts.count <= 2, id > 0, let bytes = decode(parts[parts.count - 1]) else {
                    throw .key(
                        "\(source), line \(index + 1): expected ID:SECRET, ID 1...255, "
                            + "SECRET 32 bytes in base64 or hexadecimal"
                    )
                }
                secrets.append(try VaultSecret(id: id, bytes: bytes))
            }
        }
        guard !secrets.isEmpty else { throw .key("\(source) holds no vault key") }
        return secrets
    }

    /// The secret as `parse` reads it.
    var line: String { "\(id):\(Self.base64(bytes))" }

    /// 64 hexadecimal digits are 32 bytes, 43 or 44 characters of base64 are too; the lengths tell them
    /// apart.
    private static func decode(_ text: Substring) -> [UInt8]? {
        text.utf8.count == 2 * length ? hexadecimal(Array(text.utf8)) : base64(text)
    }

    private static func hexadecimal(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = Character(Unicode.Scalar(text[index])).hexDigitValue,
                let low = Character(Unicode.Scalar(text[index + 1])).hexDigitValue
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    private static func base64(_ text: Substring) -> [UInt8]? {
        var characters = Array(text.utf8)
        if characters.count == 44, characters.last == UInt8(ascii: "=") { characters.removeLast() }
        guard characters.count == 43 else { return nil }
        var bytes: [UInt8] = []
        var (bits, held): (UInt32, Int) = (0, 0)
        for character in characters {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        // Two bits are left over and must be zero, else two texts would be one key (RFC 4648 section 3.5).
        guard bits & 0b11 == 0 else { return nil }
        return bytes
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = (0..<3).map { start + $0 < bytes.count ? UInt32(bytes[start + $0]) : 0 }
            let bits = group[0] << 16 | group[1] << 8 | group[2]
            let count = min(3, bytes.count - start) + 1
            for index in 0..<4 {
                text.append(
                    index < count ? alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "=")
                )
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
