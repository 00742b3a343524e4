import Brokerage
import JSON

/// `/v1/waiting`: how many wait, where, how urgently and for what; and who, for those who may see them.
enum WaitingBoard {
    /// Rows of one answer at most; the counts are of everyone.
    static let mostRows = 1_000
    /// Hours left until a first visit is due, as the board groups them.
    private enum Time: String, CaseIterable {
        case overdue, under4, under12, under24, later, unknown

        init(_ referral: Referral, now: Instant) {
            guard let due = referral.due else { self = .unknown; return }
            let minutes = due.minutes(since: now)
            self =
                referral.isOverdue(at: now)
                ? .overdue
                : minutes < 240 ? .under4 : minutes < 720 ? .under12 : minutes < 1440 ? .under24 : .later
        }
    }

    /// Counts of some people, by what the board tells apart.
    private struct Counts {
        var total = 0
        var classes: [Int] = Array(repeating: 0, count: Ask.Class.allCases.count)
        var times: [Int] = Array(repeating: 0, count: Time.allCases.count)
        var awaited: [Int] = Array(repeating: 0, count: State.WaitingFor.allCases.count)

        mutating func add(_ referral: Referral, _ waitingFor: State.WaitingFor, now: Instant) {
            total += 1
            for (index, value) in Ask.Class.allCases.enumerated() where value == referral.ask.class {
                classes[index] += 1
            }
            let time = Time(referral, now: now)
            for (index, value) in Time.allCases.enumerated() where value == time { times[index] += 1 }
            for (index, value) in State.WaitingFor.allCases.enumerated() where value == waitingFor {
                awaited[index] += 1
            }
        }
    }

    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        var query = try QueryReader(exchange.request.query)
        let name = try query.one("zone")
        try query.finish()
        let zone = name.flatMap { ZoneID($0) }.filter { exchange.state.zones[$0] != nil }
        if name != nil, zone == nil { throw .notThere }
        return .ready(served(exchange, zone))
    }

    private static func served(_ exchange: Exchange, _ only: ZoneID?) -> Served {
        let state = exchange.state
        let isSuppressed = exchange.actor.role == .dashboard
        let ids = Set(state.referralsSeekingCare).union(state.referralsAwaitingStart).sorted()
        // What a dashboard may see of one zone hangs on all of them: it could ask for each, and for the whole.
        let isCounted: (ZoneID) -> Bool = { only == nil || isSuppressed || $0 == only }
        var zones: [ZoneID: Counts] = [:]
        for zone in state.zones.keys where isCounted(zone) { zones[zone] = Counts() }
        var rows: [(Referral, State.WaitingFor)] = []
        for id in ids {
            guard let referral = state.referrals[id], isCounted(referral.zone),
                let waitingFor = state.waitingFor(referral)
            else { continue }
            zones[referral.zone, default: Counts()].add(referral, waitingFor, now: exchange.now)
            if exchange.actor.role != .provider, state.isVisible(referral, to: exchange.actor) {
                rows.append((referral, waitingFor))
            }
        }
        let names = zones.keys.sorted()
        let cells = Cells.all(names.map { zones[$0] ?? Counts() }, isSuppressed)
        let asked = names.indices.filter { only == nil || names[$0] == only }
        var json = JSONWriter(capacity: 8192)
        json.object { json in
            json.field("suppressed", isSuppressed)
            (only == nil ? cells[names.count] : cells[asked[0]]).write(to: &json)
            json.array("zones") { json in
                for index in asked {
                    json.object { json in
                        json.field("zone", names[index])
                        cells[index].write(to: &json)
                    }
                }
            }
            items(rows, exchange, &json)
        }
        return Served(json)
    }

    /// Counts as a reader may see them; nil: hidden.
    private struct Cells {
        var total: Int?
        var classes: [Int?]
        var times: [Int?]
        var awaited: [Int?]

        /// Those of each zone, and at last of all.
        static func all(_ zones: [Counts], _ isSuppressed: Bool) -> [Cells] {
            let sums =
                isSuppressed
                ? Suppression.sums(zones.map(\.total)) : Array(repeating: true, count: zones.count + 1)
            func group(_ path: KeyPath<Counts, [Int]>, _ width: Int) -> [[Int?]] {
                let rows = zones.map { $0[keyPath: path] }
                if isSuppressed, !rows.isEmpty {
                    let suppression = Suppression(rows, sums: sums)
                    return sums.indices.map { suppression.row($0) }
                }
                return rows + [(0..<width).map { column in rows.reduce(0) { $0 + $1[column] } }]
            }
            let classes = group(\.classes, Ask.Class.allCases.count)
            let times = group(\.times, Time.allCases.count)
            let awaited = group(\.awaited, State.WaitingFor.allCases.count)
            let totals = zones.map(\.total) + [zones.reduce(0) { $0 + $1.total }]
            return sums.indices.map { index in
                Cells(
                    total: sums[index] ? totals[index] : nil,
                    classes: classes[index],
                    times: times[index],
                    awaited: awaited[index]
                )
            }
        }

        func write(to json: inout JSONWriter) {
            json.field("total", total)
            func group(_ name: StaticString, _ labels: [String], _ counts: [Int?]) {
                json.object(name) { json in
                    for (label, count) in zip(labels, counts) {
                        json.key(text: label)
                        if let count { json.value(count) } else { json.null() }
                    }
                }
            }
            group("byClass", Ask.Class.allCases.map(\.rawValue), classes)
            group("byHoursToDue", Time.allCases.map(\.rawValue), times)
            group("byWaitingFor", State.WaitingFor.allCases.map(\.rawValue), awaited)
        }
    }

    /// The rows, who is due first at the top; null for keys that see none.
    private static func items(
        _ rows: [(Referral, State.WaitingFor)],
        _ exchange: Exchange,
        _ json: inout JSONWriter
    ) {
        switch exchange.actor.role {
        case .provider, .dashboard: return json.field("items", JSONValue.null)
        case .referrer, .clinician, .broker, .commissioner, .administrator: break
        }
        let sorted = rows.sorted {
            ($0.0.due?.seconds ?? .max, $0.0.id.number) < ($1.0.due?.seconds ?? .max, $1.0.id.number)
        }
        json.array("items") { json in
            for (referral, waitingFor) in sorted.prefix(mostRows) {
                json.object { json in
                    json.field("referral", referral.id)
                    json.field("status", referral.status.rawValue)
                    json.field("zone", referral.zone)
                    json.field("district", referral.ask.district.description)
                    json.field("class", referral.ask.class.rawValue)
                    json.field("source", referral.ask.source.rawValue)
                    json.field("due", referral.due)
                    json.field("hoursToDue", referral.due.map { $0.minutes(since: exchange.now) / 60 })
                    json.field("waitingFor", waitingFor.rawValue)
                    json.strings("alerts", referral.alerts(for: exchange.actor).map(\.kind.rawValue))
                }
            }
        }
    }
}

extension Optional {
    /// The value, where it passes.
    func filter(_ isIn: (Wrapped) -> Bool) -> Wrapped? { flatMap { isIn($0) ? $0 : nil } }
}
