/// Why the vault did not do what it was asked for. No case carries a key or what was sealed.
public enum VaultError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The sealed bytes, or whom they are said to belong to, are not what was sealed.
    case altered
    /// The bytes were sealed under a key that was not given.
    case unknownKey(UInt8)
    /// More than `Keyring.plainBytes` were to be sealed.
    case tooLarge
    /// A key cannot be used; the text says which file or variable, why, and what to do.
    case key(String)

    /// One line for an operator.
    public var description: String {
        switch self {
        case .altered: "the sealed bytes were altered or belong to somebody else"
        case .unknownKey(let id):
            "sealed under key \(id), which is not among the vault's keys; add it as an old key"
        case .tooLarge: "too much to seal at once"
        case .key(let text): text
        }
    }
}
