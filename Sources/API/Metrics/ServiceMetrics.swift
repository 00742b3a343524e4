import Synchronization

/// What `/metrics` says, and to whom. One for the whole service; each lane counts in a part of its own.
public final class ServiceMetrics: Sendable {
    /// Who may read the metrics.
    public enum Audience: String, Sendable, CaseIterable {
        /// Clients whose address is a loopback address. Behind a proxy on the same machine that is everybody.
        case loopback
        case anyone, nobody
    }

    private struct Book {
        var lanes: [RouteCounters] = []
        var gather: @Sendable () -> [MetricSample] = { [] }
        /// The last text, and the second it was made in: asking often costs no more than asking once a second.
        var text: [UInt8] = []
        var second: Int64 = .min
    }

    let audience: Audience
    private let book = Mutex(Book())

    /// Metrics that know only what the API counts, until they are told where to gather more.
    public init(audience: Audience = .loopback) { self.audience = audience }

    /// Sets where the figures of server and brokers come from. Called once a second at most, on a lane: must not block.
    public func gather(from source: @escaping @Sendable () -> [MetricSample]) {
        book.withLock { $0.gather = source }
    }

    /// Counters for one more lane.
    func makeCounters() -> RouteCounters {
        let counters = RouteCounters(routes: Routes.all.count)
        book.withLock { $0.lanes.append(counters) }
        return counters
    }

    /// Whether a client may read them.
    func isOpen(toLoopback isLoopback: Bool) -> Bool {
        switch audience {
        case .loopback: isLoopback
        case .anyone: true
        case .nobody: false
        }
    }

    /// The text of a second.
    func text(at second: Int64) -> [UInt8] {
        book.withLock { book in
            if book.second != second {
                book.text = MetricsText.of(book.gather() + Self.requests(book.lanes))
                book.second = second
            }
            return book.text
        }
    }

    private static func requests(_ lanes: [RouteCounters]) -> [MetricSample] {
        var samples: [MetricSample] = []
        for row in 0...Routes.all.count {
            var sums: [(status: UInt16?, count: UInt64)] = []
            for (status, count) in lanes.flatMap({ $0.counts(of: row) }) {
                if let known = sums.firstIndex(where: { $0.status == status }) {
                    sums[known].count += count
                } else {
                    sums.append((status, count))
                }
            }
            let route = row < Routes.all.count ? Routes.all[row] : nil
            for (status, count) in sums.sorted(by: { $0.status ?? 999 < $1.status ?? 999 }) {
                let labels = [
                    (name: "method", value: route.map { "\($0.method)".uppercased() } ?? "other"),
                    (name: "route", value: route?.pattern ?? "unmatched"),
                    (name: "status", value: status.map { "\($0)" } ?? "other"),
                ]
                samples.append(MetricSample(.requests, labels, count))
            }
        }
        return samples
    }
}
