import Dispatch
import Foundation
import Synchronization

/// What one run gave.
struct Figures: CustomStringConvertible {
    var perSecond = 0.0
    var batch = 0.0
    /// Milliseconds from submission to answer.
    var p50 = 0.0
    var p99 = 0.0
    var p999 = 0.0

    var description: String {
        String(
            format: "%.0f commands/s, batches of %.1f, ms: p50 %.2f, p99 %.2f, p99.9 %.2f",
            perSecond,
            batch,
            p50,
            p99,
            p999
        )
    }
}

/// Submitters in a closed loop around one appender. The broker's queue makes bodies and takes answers, the
/// journal's queue commits; neither waits for the other.
///
/// `@unchecked Sendable`: `waiting`, `latencies` and the counters are touched on `broker` only, `appender` on
/// `journal` only, and `measure` reads them once both have come to rest.
final class Run: @unchecked Sendable {
    private struct Submission {
        var body: [UInt8]
        var since: UInt64
    }

    let appender: any Appender
    private let submitters: Int
    /// Bodies that differ, since real ones do; made beforehand, since making them is nobody's work here.
    private let bodies: [[UInt8]]
    private let broker = DispatchQueue(label: "bench.broker")
    private let journal = DispatchQueue(label: "bench.journal")
    private var waiting: [Submission] = []
    private var isCommitting = false
    private var latencies: [UInt64] = []
    private var batches = 0
    private var elapsed = 0.0
    /// Commands a second in each slice.
    private(set) var slices: [Double] = []
    private var end: UInt64 = 0
    private var failure: (any Error)?
    private let finished = DispatchSemaphore(value: 0)

    init(appender: any Appender, submitters: Int, bytes: Int) {
        self.appender = appender
        self.submitters = submitters
        bodies = (0..<251).map { number in
            var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1
            return (0..<bytes).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1
                return UInt8(32 + (state >> 56) % 64)
            }
        }
    }

    /// Runs one slice.
    func measure(milliseconds: Int) throws {
        let begin = DispatchTime.now().uptimeNanoseconds
        end = begin + UInt64(milliseconds) * 1_000_000
        let before = latencies.count
        broker.sync {
            for _ in 0..<submitters { submit() }
            commit()
        }
        finished.wait()
        if let failure { throw failure }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - begin) / 1e9
        elapsed += seconds
        slices.append(Double(latencies.count - before) / seconds)
    }

    /// Drops what was measured so far.
    func forget() {
        latencies = []
        latencies.reserveCapacity(1_000_000)
        (batches, elapsed, slices) = (0, 0, [])
    }

    /// Over all slices.
    var figures: Figures {
        let sorted = latencies.sorted()
        func percentile(_ share: Double) -> Double {
            Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1e6
        }
        return Figures(
            perSecond: Double(sorted.count) / elapsed,
            batch: Double(sorted.count) / Double(batches),
            p50: percentile(0.5),
            p99: percentile(0.99),
            p999: percentile(0.999)
        )
    }

    /// On `broker`: one submitter's next command.
    private func submit() {
        let body = bodies[(latencies.count + waiting.count) % bodies.count]
        waiting.append(Submission(body: body, since: DispatchTime.now().uptimeNanoseconds))
    }

    /// On `broker`: hands what gathered to the journal, unless it is busy.
    private func commit() {
        guard !isCommitting else { return }
        guard !waiting.isEmpty else {
            finished.signal()
            return
        }
        isCommitting = true
        let batch = waiting
        waiting = []
        journal.async { [self] in
            let outcome = Result { try appender.append(batch.map(\.body)) }
            broker.async { [self] in answered(batch, outcome) }
        }
    }

    private func answered(_ batch: [Submission], _ outcome: Result<Void, any Error>) {
        isCommitting = false
        let now = DispatchTime.now().uptimeNanoseconds
        batches += 1
        if case .failure(let error) = outcome {
            failure = error
            waiting = []
        } else {
            for submission in batch {
                latencies.append(now - submission.since)
                if now < end { submit() }
            }
        }
        commit()
    }
}
