/// A place in a document (RFC 6901). It is built while reading and rendered only when something is wrong
/// there, so a reader of good input pays for links, not for strings.
public struct JSONPointer: Sendable, Equatable, CustomStringConvertible {
    /// A longer name is cut in what is shown (UTF-8 bytes). Stops a client from having its own megabyte read
    /// back to it, and logs from growing by it.
    static let longestShownName = 64

    /// The place around this one: an object, so that all members of one place share it.
    @usableFromInline final class Outer: Sendable, Equatable {
        let pointer: JSONPointer

        @usableFromInline init(_ pointer: JSONPointer) { self.pointer = pointer }

        @usableFromInline static func == (a: Outer, b: Outer) -> Bool { a.pointer == b.pointer }
    }

    @usableFromInline enum Step: Sendable, Equatable {
        case member(String)
        case element(Int)
    }

    private let outer: Outer?
    /// nil: the whole document.
    private let step: Step?

    @usableFromInline init(outer: Outer?, step: Step?) {
        self.outer = outer
        self.step = step
    }

    /// The whole document, written as the empty string.
    public static let root = JSONPointer(outer: nil, step: nil)

    /// The place of the member called `name` in the object at this place.
    public func appending(_ name: String) -> JSONPointer {
        JSONPointer(outer: Outer(self), step: .member(name))
    }

    /// The place of the element at `index`, counted from 0, in the array at this place.
    public func appending(_ index: Int) -> JSONPointer {
        JSONPointer(outer: Outer(self), step: .element(index))
    }

    /// The pointer as RFC 6901 section 3 writes it, `/visits/0/minutes`.
    public var description: String {
        var tokens: [String] = []
        var current = self
        while let step = current.step {
            switch step {
            case .member(let name): tokens.append(Self.token(name))
            case .element(let index): tokens.append("/\(index)")
            }
            guard let outer = current.outer else { break }
            current = outer.pointer
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
