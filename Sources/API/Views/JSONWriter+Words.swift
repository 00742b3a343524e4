import Brokerage
import JSON

/// How the words of the domain are written.
extension JSONWriter {
    mutating func field(_ name: StaticString, _ day: Day?) {
        key(name)
        guard let day else { return null() }
        value(ascii: Day.spelledBytes) { day.spell(into: $0) }
    }

    mutating func field(_ name: StaticString, _ instant: Instant?) {
        key(name)
        guard let instant else { return null() }
        value(ascii: Instant.spelledBytes) { instant.spell(into: $0) }
    }

    mutating func field(_ name: StaticString, _ time: TimeOfDay?) { field(name, time?.description) }
    mutating func field(_ name: StaticString, _ slug: Slug?) { field(name, slug?.description) }
    mutating func field<ID: DenseIdentifier>(_ name: StaticString, _ id: ID?) { field(name, id?.description) }

    /// A value that may be absent.
    mutating func field(_ name: StaticString, orNull value: JSONValue?) { field(name, value ?? .null) }

    mutating func strings(_ name: StaticString, _ texts: [String]) {
        array(name) { json in
            for text in texts { json.value(text) }
        }
    }

    mutating func integers(_ name: StaticString, _ numbers: [Int]) {
        array(name) { json in
            for number in numbers { json.value(number) }
        }
    }

    /// An array of texts, null where there is none.
    mutating func strings(_ name: StaticString, orNull texts: [String]?) {
        guard let texts else { return field(name, JSONValue.null) }
        strings(name, texts)
    }

    mutating func days(_ days: Weekdays) {
        array("days") { json in
            for day in Weekday.allCases where days.contains(day) { json.value(day.rawValue) }
        }
    }

    /// Rows of a weekly pattern: `[{days, band, minutes, carers}]`.
    mutating func value(rows: [WeeklyPattern.Row]) {
        array { json in
            for row in rows {
                json.object {
                    $0.days(row.days)
                    $0.field("band", row.band.rawValue)
                    $0.field("minutes", row.cell.minutes)
                    $0.field("carers", row.cell.carers)
                }
            }
        }
    }

    mutating func rows(_ name: StaticString, _ pattern: WeeklyPattern) {
        key(name)
        value(rows: pattern.rows)
    }

    /// Day rows of five bands.
    mutating func table(_ name: StaticString, _ rows: [[Int]]) {
        array(name) { json in
            for row in rows {
                json.array { json in
                    for minutes in row { json.value(minutes) }
                }
            }
        }
    }

    mutating func bands() {
        strings("bands", Band.allCases.map(\.rawValue))
    }

    /// `visits`, as they were asked for; the reasons for short ones where the reader may see them.
    ///
    /// - Returns: where the reasons stand.
    @discardableResult
    mutating func visits(_ visits: [Visit], reasons: [JSONValue] = []) -> [Range<Int>] {
        var asides: [Range<Int>] = []
        array("visits") { json in
            for (index, visit) in visits.enumerated() {
                json.object { json in
                    json.field("band", visit.band.rawValue)
                    json.field("minutes", visit.minutes)
                    json.field("carers", visit.carers)
                    json.days(visit.days)
                    json.strings("skills", visit.skills.map(\.description))
                    json.field("personalCare", visit.personalCare)
                    if let time = visit.time {
                        json.object("time") {
                            $0.field("at", time.at)
                            $0.field("toleranceMinutes", time.toleranceMinutes)
                        }
                    } else {
                        json.field("time", JSONValue.null)
                    }
                    if reasons.indices.contains(index) {
                        let start = json.count
                        json.field("shortVisitReason", reasons[index])
                        asides.append(start..<json.count)
                    }
                }
            }
        }
        return asides
    }

    /// What a referral requires of carers and prefers.
    mutating func wishes(_ ask: Ask) {
        object("requirements") { $0.field("carerGender", ask.carerGender?.rawValue) }
        object("preferences") { $0.field("language", ask.language) }
    }

    /// - Parameter postponement: why it was moved, where the reader may know.
    mutating func firstVisit(_ visit: FirstVisit, _ postponement: JSONValue??) {
        object("firstVisit") { json in
            json.field("date", visit.day)
            json.field("band", visit.band.rawValue)
            json.field("at", visit.at)
            if let postponement { json.field("reason", orNull: postponement?["reason"]) }
        }
    }

    /// `placements`: which claim each visit stands on.
    mutating func placements(_ claims: [ClaimID], _ state: State) {
        array("placements") { json in
            for (index, claim) in claims.enumerated() {
                json.object {
                    $0.field("visit", index)
                    $0.field("block", state.claims[claim]?.block)
                    $0.field("claim", claim)
                }
            }
        }
    }

    /// A page of items.
    static func items<Item>(_ items: [Item], _ write: (inout JSONWriter, Item) -> Void) -> JSONWriter {
        var json = JSONWriter(capacity: 4096)
        json.object { json in
            json.array("items") { json in
                for item in items { write(&json, item) }
            }
        }
        return json
    }
}
