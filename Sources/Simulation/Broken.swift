/// What a simulation found broken, and when.
public struct Broken: Error, Sendable, CustomStringConvertible {
    /// The seed that shows it.
    public let seed: UInt64
    /// The step at which it showed.
    public let step: Int
    /// What broke, in words.
    public let what: String

    /// One line: with the seed it can be seen again.
    public var description: String { "seed \(seed), step \(step): \(what)" }
}

/// A fault as the part that noticed it tells it, before the simulation adds its seed and step.
struct Fault: Error {
    let what: String
    /// The step after which it was so, where it was found out later.
    var step: Int?

    init(_ what: String) { self.what = what }
}
