import Brokerage
import JSON

/// `/v1/waiting`: how many wait, where, how urgently and for what; and who, for those who may see them.
enum WaitingBoard {
    /// Rows of one answer at most; the counts are of everyone.
    static let mostRows = 1_000
    /// A dashboard sees no count below this: few people are somebody in particular.
    static let leastShown = 5

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
        let ids = Set(state.referralsSeekingCare).union(state.referralsAwaitingStart).sorted()
        var all = Counts()
        var zones: [ZoneID: Counts] = [:]
        for zone in only.map({ [$0] }) ?? state.zones.keys.sorted() { zones[zone] = Counts() }
        var rows: [(Referral, State.WaitingFor)] = []
        for id in ids {
            guard let referral = state.referrals[id], only == nil || referral.zone == only,
                let waitingFor = state.waitingFor(referral)
            else { continue }
            all.add(referral, waitingFor, now: exchange.now)
            zones[referral.zone, default: Counts()].add(referral, waitingFor, now: exchange.now)
            if exchange.actor.role != .provider, state.isVisible(referral, to: exchange.actor) {
                rows.append((referral, waitingFor))
            }
        }
        let isSuppressed = exchange.actor.role == .dashboard
        let names = zones.keys.sorted()
        let totals = shown(names.map { zones[$0]?.total ?? 0 }, isSuppressed)
        let parts = names.map { zones[$0] ?? Counts() }
        let isHidden = totals.map { $0 == nil }
        var json = JSONWriter(capacity: 8192)
        json.object { json in
            json.field("suppressed", isSuppressed)
            // What is hidden of a zone must not come out as what the others leave of the whole.
            write(all, of: parts, isHidden, total: shown([all.total], isSuppressed)[0], isSuppressed, &json)
            json.array("zones") { json in
                for (zone, total) in zip(names, totals) {
                    json.object { json in
                        json.field("zone", zone)
                        write(zones[zone] ?? Counts(), of: [], [], total: total, isSuppressed, &json)
                    }
                }
            }
            items(rows, exchange, &json)
        }
        return Served(json)
    }

    private static func write(
        _ counts: Counts,
        of parts: [Counts],
        _ isHidden: [Bool],
        total: Int?,
        _ isSuppressed: Bool,
        _ json: inout JSONWriter
    ) {
        json.field("total", total)
        func group(_ name: StaticString, _ labels: [String], _ column: KeyPath<Counts, [Int]>) {
            let cells = counts[keyPath: column]
            // Where the sum is hidden, what it is made of would tell it.
            let shown =
                isSuppressed && total == nil
                ? cells.map { _ in nil }
                : shown(cells, of: parts.map { $0[keyPath: column] }, hidden: isHidden, isSuppressed)
            json.object(name) { json in
                for (label, count) in zip(labels, shown) {
                    json.key(text: label)
                    if let count { json.value(count) } else { json.null() }
                }
            }
        }
        group("byClass", Ask.Class.allCases.map(\.rawValue), \.classes)
        group("byHoursToDue", Time.allCases.map(\.rawValue), \.times)
        group("byWaitingFor", State.WaitingFor.allCases.map(\.rawValue), \.awaited)
    }

    /// Counts as they may be shown: none under five on a dashboard, and, where the hidden ones could be reckoned
    /// from the total, the next smallest hidden too.
    ///
    /// - Parameters:
    ///   - parts: the same counts of each part of the whole, shown beside it. Where what is hidden of them could be reckoned from the
    ///     whole, the whole is hidden too.
    ///   - isHidden: which of the parts are hidden wholly; empty: none.
    static func shown(
        _ counts: [Int],
        of parts: [[Int]] = [],
        hidden isHidden: [Bool] = [],
        _ isSuppressed: Bool
    ) -> [Int?] {
        guard isSuppressed else { return counts }
        var shown = counts.map { $0 < leastShown ? nil : Optional($0) }
        let partsShown = parts.enumerated().map { index, part -> [Int?] in
            isHidden.isEmpty || !isHidden[index] ? WaitingBoard.shown(part, true) : part.map { _ in nil }
        }
        for index in counts.indices {
            let hidden = parts.indices.filter { partsShown[$0][index] == nil && parts[$0][index] > 0 }
            let sum = hidden.reduce(0) { $0 + parts[$1][index] }
            if hidden.count == 1 || (1..<leastShown).contains(sum) { shown[index] = nil }
        }
        func isReckoned() -> Bool {
            let hidden = counts.indices.filter { shown[$0] == nil && counts[$0] > 0 }
            let sum = hidden.reduce(0) { $0 + counts[$1] }
            return (1..<leastShown).contains(sum) || !parts.isEmpty && hidden.count == 1
        }
        while isReckoned(), let next = shown.indices.filter({ shown[$0] != nil }).min(by: { counts[$0] < counts[$1] }) {
            shown[next] = nil
        }
        return shown
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
                    json.strings("alerts", referral.alerts.map(\.kind.rawValue))
                }
            }
        }
    }
}

extension Optional {
    /// The value, where it passes.
    func filter(_ isIn: (Wrapped) -> Bool) -> Wrapped? { flatMap { isIn($0) ? $0 : nil } }
}
