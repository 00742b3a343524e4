// What every keeper must do, written once. A keeper's tests run each case over a venue of its own kind; the
// raw value is the sentence that the report shows.

import Journal

/// A fresh, empty place in which journals can be opened; several keepers of one system share its journal.
public protocol JournalVenue: Sendable {
    /// Opens a keeper; called twice for a system it gives another handle on the same journal.
    func open(_ system: String) throws -> any JournalKeeper
}

/// The keeper did not do what the contract says.
public struct ContractBroken: Error, CustomStringConvertible {
    /// What was wrong, with the line of the contract.
    public let description: String
}

/// The cases of the contract.
public enum JournalContract: String, CaseIterable, Sendable {
    case beginsEmpty = "an empty journal ends at the start and has nothing to read"
    case densePositions = "positions are dense and begin at 1"
    case wrongPosition =
        "an append after any position but the last is refused, tells the last and writes nothing"
    case allOrNothing = "an append is written as a whole or not at all"
    case emptyAppend = "an append of nothing checks the position and writes nothing"
    case bytesStay = "bodies come back byte for byte, in order, a page at a time"
    case bigPages = "a page is bounded by bytes, yet never empty before the end"
    case hashesLink = "hashes link every record to the one before it"
    case otherSystems = "systems share nothing, and their chains differ"
    case enclosuresWithRecords = "enclosures are written with their record, a later one replacing an earlier"
    case refusedEnclosures = "a refused append leaves the enclosures alone"
    case enclosuresListed = "enclosures of a kind are listed in the order of their subjects, a page at a time"
    case allEnclosuresListed = "enclosures of all kinds are listed by subject and kind, a page at a time"
    case forgetting = "forgetting a subject removes all its enclosures, nobody else's and no record"
    case replacing = "an enclosure is replaced only while it is what the caller read"
    case secondHandle = "another handle sees an append at once, and loses to it"
    case race = "of many appends after one position exactly one is written"
    case reopening = "a reopened keeper has everything and goes on"

    /// Runs the case; throws `ContractBroken` or the keeper's error where it does not hold.
    public func check(in venue: any JournalVenue) throws {
        let keeper = try venue.open("warwick")
        switch self {
        case .beginsEmpty: try Self.beginsEmpty(keeper)
        case .densePositions: try Self.densePositions(keeper)
        case .wrongPosition: try Self.wrongPosition(keeper)
        case .allOrNothing: try Self.allOrNothing(keeper)
        case .emptyAppend: try Self.emptyAppend(keeper)
        case .bytesStay: try Self.bytesStay(keeper)
        case .bigPages: try Self.bigPages(keeper)
        case .hashesLink: try Self.hashesLink(keeper)
        case .otherSystems: try Self.otherSystems(keeper, venue)
        case .enclosuresWithRecords: try Self.enclosuresWithRecords(keeper)
        case .refusedEnclosures: try Self.refusedEnclosures(keeper)
        case .enclosuresListed: try Self.enclosuresListed(keeper)
        case .allEnclosuresListed: try Self.allEnclosuresListed(keeper)
        case .forgetting: try Self.forgetting(keeper)
        case .replacing: try Self.replacing(keeper)
        case .secondHandle: try Self.secondHandle(keeper, venue)
        case .race: try Self.race(venue)
        case .reopening: try Self.reopening(keeper)
        }
    }
}

/// Throws unless the condition holds.
func expect(_ condition: Bool, _ what: String, line: Int = #line) throws {
    if !condition { throw ContractBroken(description: "contract line \(line): \(what)") }
}

/// Throws unless the call is refused with this error.
func expect(_ error: JournalError, line: Int = #line, _ call: () throws -> Void) throws {
    do {
        try call()
    } catch let thrown as JournalError {
        if case .tooLarge = error, case .tooLarge = thrown { return }
        return try expect(thrown == error, "expected \(error), got \(thrown)", line: line)
    }
    throw ContractBroken(description: "contract line \(line): expected \(error), got none")
}

/// A record whose body is a text.
func record(_ text: String, _ enclosures: [Enclosure] = []) -> NewRecord {
    NewRecord(body: Array(text.utf8), enclosures: enclosures)
}
