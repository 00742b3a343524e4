/// A valid NHS number. It is checked here and travels to the vault; no event, log line or URL ever holds one.
public struct NHSNumber: Hashable, Sendable {
    /// Ten digits without spaces.
    public let digits: String

    /// Whether it is all zeros: its check digit fits, and it belongs to nobody.
    public var isNobodys: Bool { digits.utf8.allSatisfy { $0 == 0x30 } }

    /// Reads ten digits, spaces allowed; nil when the check digit does not fit. Weights 10 down to 2 on the first
    /// nine, sum mod 11, the check digit is 11 minus that; 11 becomes 0, 10 is invalid (NHS Data Dictionary).
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8.filter { $0 != 0x20 }
        guard bytes.count == 10, text.utf8.count <= 16, bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return nil
        }
        let sum = (0..<9).reduce(0) { $0 + Int(bytes[$1] - 0x30) * (10 - $1) }
        let check = (11 - sum % 11) % 11
        guard check != 10, check == Int(bytes[9] - 0x30) else { return nil }
        digits = String(decoding: bytes, as: UTF8.self)
    }
}
