import Brokerage
import HTTPWire
import JSON

/// The capacity of one system as one lane serves it. Rows of a zone are kept while that zone's supply stays, so a
/// commit elsewhere costs a lane some copying and no counting; whole answers are kept while the state stays.
struct CapacityBoard {
    /// One poll's answers, prepared.
    struct Prepared {
        let generation: UInt64
        let tag: [UInt8]
        let full: PreparedResponse
        let notModified: PreparedResponse
    }

    /// Rows of zones kept, by zone, skills and days. Blocks filling the memory with polls that all differ.
    private static let mostRows = 4_096
    /// Whole answers kept, for the same reason.
    private static let mostAnswers = 256

    private struct RowKey: Hashable {
        let zone: ZoneID
        let skills: [Skill]
        let from: Day
        let days: Int
        let tomorrow: Day
        /// The standard visit's length is policy.
        let policyVersion: Int
    }

    private struct Row {
        let version: UInt64
        let json: [UInt8]
    }

    private var rows: [RowKey: Row] = [:]
    private var answers: [CapacityQuery: Prepared] = [:]
    /// Sorting every zone's name for every poll would be wasteful, and zones are never taken away.
    private var zones: [ZoneID] = []

    /// The answers to a poll in a state.
    mutating func answer(_ query: CapacityQuery, _ snapshot: Snapshot) -> Prepared {
        if let known = answers[query], known.generation == snapshot.generation { return known }
        let body = body(query, snapshot.state)
        let tag = EntityTag.of(body)
        let common = [
            Response.Field("Cache-Control", "private, no-cache"), Response.Field("ETag", tag),
            Response.Field("Homeward-Position", String(snapshot.position)),
        ]
        let prepared = Prepared(
            generation: snapshot.generation,
            tag: Array(tag.utf8),
            full: PreparedResponse(
                status: 200,
                fields: [Response.Field("Content-Type", "application/json")] + common,
                body: body
            ),
            notModified: PreparedResponse(status: 304, fields: common)
        )
        if answers.count >= CapacityBoard.mostAnswers { answers = [:] }
        answers[query] = prepared
        return prepared
    }

    private mutating func body(_ query: CapacityQuery, _ state: State) -> [UInt8] {
        if zones.count != state.zones.count { zones = state.zones.keys.sorted() }
        var json = JSONWriter(capacity: 4096)
        json.beginObject()
        json.field("from", query.from)
        json.bands()
        json.key("zones")
        json.beginArray()
        for zone in query.zone.map({ [$0] }) ?? zones { json.raw(row(zone, query, state)) }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    /// `{zone, free: [[five bands], ...], startable: {single4, double4}}`.
    private mutating func row(_ zone: ZoneID, _ query: CapacityQuery, _ state: State) -> [UInt8] {
        let key = RowKey(
            zone: zone,
            skills: query.skills,
            from: query.from,
            days: query.days,
            tomorrow: query.tomorrow,
            policyVersion: state.policy.version
        )
        let version = state.supplyVersion(of: zone)
        if let known = rows[key], known.version == version { return known.json }
        var json = JSONWriter()
        json.object {
            $0.field("zone", zone)
            $0.table(
                "free",
                state.freeMinutes(in: zone, skills: query.skills, from: query.from, days: query.days)
            )
            let startable = state.startable(in: zone, skills: query.skills, on: query.tomorrow)
            $0.object("startable") {
                $0.field("single4", startable.single4)
                $0.field("double4", startable.double4)
            }
        }
        if rows.count >= CapacityBoard.mostRows { rows = [:] }
        rows[key] = Row(version: version, json: json.bytes)
        return json.bytes
    }
}
