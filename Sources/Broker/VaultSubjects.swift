import Brokerage
import Journal

// Whose the vault's sealed values are, for the commands of an operator.

extension State {
    /// Whether a subject of the vault is anything this state knows. After a journal was cut, what is beyond its end is not, and its
    /// identifiers will be given to others.
    public func knows(subject: String) -> Bool {
        if let person = PersonID(subject) { return referral(of: person) != nil }
        if let id = ClaimID(subject) { return claims[id] != nil }
        if let id = ShortfallID(subject) { return shortfalls[id] != nil }
        if let id = BlockID(subject) { return blocks[id] != nil }
        if let id = OfferID(subject) { return offers[id] != nil }
        if let id = KeyID(subject) { return keys[id] != nil }
        return true
    }
}

/// Who a person also is.
public enum Namesakes {
    /// Other persons under the NHS number of one, by their kept digests, ascending; none where it has no number.
    public static func persons(of person: PersonID, in keeper: any JournalKeeper) throws(JournalError) -> [PersonID] {
        let kind = Secrets.numberKind
        guard let digest = try keeper.enclosure(subject: person.description, kind: kind), digest != Secrets.noNumber
        else { return [] }
        var found: [PersonID] = []
        var last: String?
        while true {
            let page = try keeper.enclosures(kind: kind, after: last, limit: Recovery.chunk)
            guard let end = page.last else { return found.sorted() }
            last = end.subject
            for enclosure in page where enclosure.sealed == digest && enclosure.subject != person.description {
                if let other = PersonID(enclosure.subject) { found.append(other) }
            }
        }
    }
}
