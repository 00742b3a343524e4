import API
import Broker
import HTTPServer
import HTTPWire

/// Where the figures of `/metrics` come from: the lanes and the brokers, which know nothing of each other.
enum Figures {
    static func gather(_ server: Server, _ systems: Systems) -> [MetricSample] {
        let isStructureProved = systems.isStructureProved.load(ordering: .relaxed)
        return of(server.statistics)
            + systems.all.flatMap { of($0) + store(of: $0, isStructureProved: isStructureProved) }
            + [MetricSample(.checkpointFailing, [], systems.checkpointFailure == nil ? 0 : 1 as UInt64)]
    }

    static func of(_ statistics: ServerStatistics) -> [MetricSample] {
        var samples = [
            MetricSample(.connectionsOpen, [], statistics.connectionsOpen),
            MetricSample(.connectionsAccepted, [], statistics.connectionsAccepted),
            MetricSample(.bufferedBytes, [], statistics.bufferedBytes),
            MetricSample(.receivedBytes, [], statistics.receivedBytes),
            MetricSample(.sentBytes, [], statistics.sentBytes),
            MetricSample(.tlsHandshakes, [("kind", "full")], statistics.fullHandshakes),
            MetricSample(.tlsHandshakes, [("kind", "resumed")], statistics.resumptions),
            MetricSample(.tlsHandshakes, [("kind", "failed")], statistics.failedHandshakes),
        ]
        for cause in ServerStatistics.TurnedAway.allCases {
            let count = statistics.turnedAway[cause, default: 0]
            samples.append(MetricSample(.connectionsRefused, [("cause", cause.rawValue)], count))
        }
        for waiting in ConnectionMachine.Waiting.allCases {
            let count = statistics.deadlines[waiting, default: 0]
            samples.append(MetricSample(.deadlines, [("for", "\(waiting)")], count))
        }
        for problem in WireProblem.allCases {
            let count = statistics.refused[problem, default: 0]
            samples.append(MetricSample(.wireRefusals, [("problem", problem.code)], count))
        }
        let bounds = ServerStatistics.durationBounds.map { Double($0) / 1e9 } + [.infinity]
        samples += MetricSample.histogram(
            .requestSeconds,
            buckets: zip(bounds, statistics.durations).map { (bound: $0, count: $1) },
            sum: Double(statistics.durationNanoseconds) / 1e9
        )
        return samples
    }

    static func of(_ broker: Broker) -> [MetricSample] {
        let labels = [(name: "system", value: broker.system)]
        let figures = broker.figures
        let batch = broker.improverCounts ?? ImproverCounts()
        return [
            MetricSample(.batchRuns, labels, batch.runs),
            MetricSample(.batchMoves, labels, batch.moves),
            MetricSample(.batchSeconds, labels, Double(batch.microseconds) / 1e6),
            MetricSample(.batchLongest, labels, Double(batch.longestMicroseconds) / 1e6),
            MetricSample(.batchLongestDurable, labels, Double(batch.longestUntilDurable) / 1e6),
            MetricSample(.batchExchanges, labels, batch.exchanges),
            MetricSample(.systemReady, labels, broker.health == .ready ? 1 : 0 as UInt64),
            MetricSample(.journalPosition, labels, broker.published().position),
            MetricSample(.aheadOfClock, labels, broker.secondsAheadOfClock),
            MetricSample(.commandsUnanswered, labels, UInt64(max(0, figures.unanswered))),
            MetricSample(.commits, labels, figures.commits),
            MetricSample(.committedRecords, labels, figures.records),
            MetricSample(.largestCommit, labels, figures.largestCommit),
        ]
    }

    /// How a system stands with its store.
    static func store(of broker: Broker, isStructureProved: Bool) -> [MetricSample] {
        let labels = [(name: "system", value: broker.system)]
        let figures = broker.figures
        func flag(_ metric: Metric, _ isSet: Bool) -> MetricSample {
            MetricSample(metric, labels, isSet ? 1 : 0 as UInt64)
        }
        var samples = [
            flag(.storeDamaged, broker.isCondemned),
            MetricSample(.startedFrom, labels, broker.startedFrom.value),
        ]
        for failure in AppendFailure.allCases {
            samples.append(
                MetricSample(
                    .appendFailures,
                    labels + [("why", failure.rawValue)],
                    figures.failures[failure, default: 0]
                )
            )
        }
        let bounds = BrokerFigures.appendBounds.map { Double($0) / 1e9 } + [.infinity]
        samples += MetricSample.histogram(
            .appendSeconds,
            labels,
            buckets: zip(bounds, figures.appends).map { (bound: $0, count: $1) },
            sum: Double(figures.appendNanoseconds) / 1e9
        )
        if let verified = broker.verified {
            samples.append(MetricSample(.verifiedPosition, labels, verified.position))
            samples.append(flag(.isVerified, verified.isDone && verified.fault == nil && isStructureProved))
            samples.append(MetricSample(.sealedVerified, labels, UInt64(max(0, verified.sealed))))
        }
        if let (position, failure) = broker.snapshots {
            samples.append(MetricSample(.snapshotPosition, labels, position))
            samples.append(flag(.snapshotFailing, failure != nil))
        }
        if let age = broker.secondsSinceSnapshot { samples.append(MetricSample(.snapshotAge, labels, age)) }
        return samples
    }
}
