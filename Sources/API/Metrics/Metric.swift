/// Every metric there is: the one table of names, kinds and meanings. Labels are bounded by the program (route patterns,
/// statuses, reasons, systems), never by what clients send, and say nothing about people.
public enum Metric: String, CaseIterable, Sendable {
    // What the lanes count.
    case connectionsOpen = "homeward_connections_open"
    case connectionsAccepted = "homeward_connections_accepted_total"
    case connectionsRefused = "homeward_connections_refused_total"
    case bufferedBytes = "homeward_buffered_bytes"
    case receivedBytes = "homeward_received_bytes_total"
    case sentBytes = "homeward_sent_bytes_total"
    case tlsHandshakes = "homeward_tls_handshakes_total"
    case deadlines = "homeward_deadlines_total"
    case wireRefusals = "homeward_wire_refusals_total"
    case requestSeconds = "homeward_request_duration_seconds"
    // What the API counts.
    case requests = "homeward_requests_total"
    // What each system's broker says.
    case systemReady = "homeward_system_ready"
    case journalPosition = "homeward_journal_position"
    case aheadOfClock = "homeward_journal_ahead_of_clock_seconds"
    case commandsUnanswered = "homeward_commands_unanswered"
    case commits = "homeward_commits_total"
    case committedRecords = "homeward_committed_records_total"
    case largestCommit = "homeward_largest_commit_records"
    // What each system's store says.
    case appendSeconds = "homeward_append_duration_seconds"
    case appendFailures = "homeward_append_failures_total"
    case storeDamaged = "homeward_store_damaged"
    case startedFrom = "homeward_started_from_position"
    case verifiedPosition = "homeward_verified_position"
    case isVerified = "homeward_verified"
    case sealedVerified = "homeward_sealed_verified"
    case snapshotPosition = "homeward_snapshot_position"
    case snapshotAge = "homeward_snapshot_age_seconds"
    case snapshotFailing = "homeward_snapshot_failing"
    case checkpointFailing = "homeward_checkpoint_failing"
    // What the batch says.
    case batchRuns = "homeward_batch_runs_total"
    case batchMoves = "homeward_batch_moves_total"
    case batchSeconds = "homeward_batch_seconds_total"
    case batchLongest = "homeward_batch_longest_seconds"
    case batchLongestDurable = "homeward_batch_longest_durable_seconds"
    case batchExchanges = "homeward_batch_exchanges_total"

    /// How a value behaves in time.
    enum Kind: String {
        case counter, gauge, histogram
    }

    var kind: Kind {
        switch self {
        case .connectionsOpen, .bufferedBytes, .systemReady, .journalPosition, .aheadOfClock, .commandsUnanswered,
            .largestCommit,
            .storeDamaged, .startedFrom, .verifiedPosition, .isVerified, .sealedVerified, .snapshotPosition,
            .snapshotAge, .snapshotFailing, .checkpointFailing, .batchLongest, .batchLongestDurable:
            .gauge
        case .connectionsAccepted, .connectionsRefused, .receivedBytes, .sentBytes, .tlsHandshakes, .deadlines,
            .wireRefusals, .requests, .commits, .committedRecords, .appendFailures, .batchRuns, .batchMoves,
            .batchSeconds, .batchExchanges:
            .counter
        case .requestSeconds, .appendSeconds: .histogram
        }
    }

    var help: String {
        switch self {
        case .connectionsOpen: "Connections that are open now."
        case .connectionsAccepted: "Connections taken from the kernel, refused ones included."
        case .connectionsRefused:
            "Connections told 503 or closed at the door: too many in all, too many from one address, no descriptor left."
        case .bufferedBytes: "Bytes held for requests that are not whole and answers that were not read."
        case .receivedBytes: "Bytes read from sockets, encrypted where TLS is spoken."
        case .sentBytes: "Bytes that sockets took, encrypted where TLS is spoken."
        case .tlsHandshakes: "TLS handshakes: full, resumed, or failed."
        case .deadlines: "Deadlines that passed, by what was waited for."
        case .wireRefusals: "Requests refused before any route saw them, by the code of the problem."
        case .requestSeconds: "From reading a request to handing its answer to the kernel."
        case .requests: "Answers by route and status; a poll that had not changed is a 304 of /v1/capacity."
        case .systemReady: "Whether the system takes commands (1) or answers reads only (0)."
        case .journalPosition: "The durable position of the journal that reads are answered from."
        case .aheadOfClock:
            "Seconds by which the journal's time is ahead of the clock, because the clock was ahead, or another node's was."
        case .commandsUnanswered: "Commands taken and not answered yet."
        case .commits: "Appends to the journal by this process."
        case .committedRecords: "Records in them; over the commits, the size of a batch."
        case .largestCommit: "Records in the largest append since the start."
        case .appendSeconds: "How long an append took until it was durable, those that succeeded."
        case .appendFailures:
            "Appends that failed, by why; a conflict is another node that wrote first, and nothing is wrong."
        case .storeDamaged:
            "1 once stored data was found not to be what was written: no command is taken until a restart."
        case .startedFrom: "The position of the snapshot the start began from; 0: the beginning."
        case .verifiedPosition: "Up to where the records that the start took on trust are proved."
        case .isVerified:
            "Whether all that was there at the start is proved (1), sealed values and structure included."
        case .sealedVerified: "Sealed values of the vault that were opened since the start."
        case .snapshotPosition: "The position of the newest snapshot known."
        case .snapshotAge: "Seconds since this process wrote a snapshot, or since it started."
        case .snapshotFailing:
            "Whether the last attempt to write a snapshot failed (1); commands do not suffer from it."
        case .checkpointFailing:
            "Whether the last copying of the log into the database failed (1); the log grows meanwhile."
        case .batchRuns: "Searches of one zone by the batch."
        case .batchMoves: "Moves tried in them."
        case .batchSeconds: "Time spent in them, on a queue of their own."
        case .batchLongest: "The longest of them since the start."
        case .batchLongestDurable: "The longest from the look at a zone until all that was found there was durable."
        case .batchExchanges: "Exchanges found and put to the brokerage, which looks at each again."
        }
    }
}

/// One value of a metric.
public struct MetricSample: Sendable {
    let metric: Metric
    /// `_bucket`, `_sum` or `_count` of a histogram.
    var suffix = ""
    let labels: [(name: String, value: String)]
    let value: Double

    /// A value with its labels, whose values are words of the program.
    public init(_ metric: Metric, _ labels: [(name: String, value: String)] = [], _ value: Double) {
        self.metric = metric
        self.labels = labels
        self.value = value
    }

    /// A value that counts.
    public init(_ metric: Metric, _ labels: [(name: String, value: String)] = [], _ value: UInt64) {
        self.init(metric, labels, Double(value))
    }

    /// A histogram.
    ///
    /// - Parameters:
    ///   - buckets: how many observations lie at or below each bound and above the one before, ascending; those above
    ///     the last bound come last, with an infinite bound.
    ///   - sum: all observations added.
    public static func histogram(
        _ metric: Metric,
        _ labels: [(name: String, value: String)] = [],
        buckets: [(bound: Double, count: UInt64)],
        sum: Double
    ) -> [MetricSample] {
        var samples: [MetricSample] = []
        var total: UInt64 = 0
        for bucket in buckets {
            total += bucket.count
            let bound = bucket.bound.isInfinite ? "+Inf" : MetricsText.number(bucket.bound)
            samples.append(MetricSample(metric, labels + [("le", bound)], total).named("_bucket"))
        }
        samples.append(MetricSample(metric, labels, sum).named("_sum"))
        samples.append(MetricSample(metric, labels, total).named("_count"))
        return samples
    }

    private func named(_ suffix: String) -> MetricSample {
        var sample = self
        sample.suffix = suffix
        return sample
    }
}

/// The text format of Prometheus, version 0.0.4.
enum MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All samples, gathered by metric in the order of the table.
    static func of(_ samples: [MetricSample]) -> [UInt8] {
        var text = ""
        for metric in Metric.allCases {
            text += "# HELP \(metric.rawValue) \(metric.help)\n# TYPE \(metric.rawValue) \(metric.kind.rawValue)\n"
            for sample in samples where sample.metric == metric {
                text += metric.rawValue + sample.suffix
                if !sample.labels.isEmpty {
                    let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
                    text += "{" + labels.joined(separator: ",") + "}"
                }
                text += " \(number(sample.value))\n"
            }
        }
        return Array(text.utf8)
    }

    /// Whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 9e15 ? "\(Int64(value))" : "\(value)"
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { escaped, character in
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
    }
}
