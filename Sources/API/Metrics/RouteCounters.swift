import HTTPWire

/// How often one lane's requests were answered, by route and status. What the lane answers itself and what is answered
/// elsewhere is counted apart, so that the lane needs no locked addition.
final class RouteCounters: Sendable {
    /// Statuses with a column of their own, those of polls first; any other is counted as `other`.
    private static let statuses: [UInt16] = [
        200, 304, 201, 204, 400, 401, 403, 404, 405, 406, 409, 410, 412, 415, 422, 428, 503,
    ]
    private static let columns = statuses.count + 1

    /// The row of requests that matched no route.
    let unmatched: Int
    private let prompt: CounterRow
    private let late: CounterRow

    /// - Parameter routes: how many routes there are; one more row is kept for requests that matched none.
    init(routes: Int) {
        unmatched = routes
        prompt = CounterRow(count: (routes + 1) * Self.columns)
        late = CounterRow(count: (routes + 1) * Self.columns)
    }

    /// Counts an answer that the lane gives, perhaps several times over; on the lane only.
    func count(_ route: Int, _ status: UInt16, times: Int = 1) {
        prompt.add(UInt64(times), at: route * Self.columns + Self.column(status))
    }

    /// Counts an answer that is given from any other queue.
    func countLate(_ route: Int, _ status: UInt16) {
        late.addShared(1, at: route * Self.columns + Self.column(status))
    }

    /// How often a route was answered with each status that occurred; nil is any other.
    func counts(of route: Int) -> [(status: UInt16?, count: UInt64)] {
        (0..<Self.columns).compactMap { column in
            let index = route * Self.columns + column
            let count = prompt[index] + late[index]
            guard count > 0 else { return nil }
            return (column < Self.statuses.count ? Self.statuses[column] : nil, count)
        }
    }

    private static func column(_ status: UInt16) -> Int {
        switch status {
        case 200: 0
        case 304: 1
        default: statuses.firstIndex(of: status) ?? statuses.count
        }
    }
}
