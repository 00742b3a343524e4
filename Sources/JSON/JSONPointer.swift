/// A place in a document (RFC 6901). It is built while reading and rendered only when something is wrong
/// there, so a reader of good input pays for links, not for strings.
public struct JSONPointer: Sendable, Equatable, CustomStringConvertible {
    /// A longer name is cut in what is shown (UTF-8 bytes). Stops a client from having its own megabyte read
    /// back to it, and logs from growing by it.
    static let longestShownName = 64

    private indirect enum Place: Sendable, Equatable {
        case root
        case member(Place, String)
        case element(Place, Int)
    }

    private let place: Place

    /// The whole document, written as the empty string.
    public static let root = JSONPointer(place: .root)

    /// The place of the member called `name` in the object at this place.
    public func appending(_ name: String) -> JSONPointer {
        JSONPointer(place: .member(place, name))
    }

    /// The place of the element at `index`, counted from 0, in the array at this place.
    public func appending(_ index: Int) -> JSONPointer {
        JSONPointer(place: .element(place, index))
    }

    /// The pointer as RFC 6901 section 3 writes it, `/visits/0/minutes`.
    public var description: String {
        var tokens: [String] = []
        var current = place
        walk: while true {
            switch current {
            case .root: break walk
            case .member(let outer, let name):
                tokens.append(Self.token(name))
                current = outer
            case .element(let outer, let index):
                tokens.append("/\(index)")
                current = outer
            }
        }
        return tokens.reversed().joined()
    }

    /// One reference token with its leading `/`: `~` and `/` escaped, long names cut, control characters
    /// replaced.
    static func token(_ name: String) -> String {
        var token = "/"
        for scalar in name.unicodeScalars {
            if token.utf8.count > longestShownName {
                token += "…"
                break
            }
            switch scalar {
            case "~": token += "~0"
            case "/": token += "~1"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": token += "\u{FFFD}"
            default: token.unicodeScalars.append(scalar)
            }
        }
        return token
    }
}
