import Broker
import Brokerage
import HTTPWire
import JSON

/// Carries one request past the lane: to the broker, to the vault, and the answer back.
struct Courier: Sendable {
    let exchange: Exchange
    let ticket: ReplyTicket
    /// Where the answer is counted, and as whose.
    let counters: RouteCounters
    let row: Int

    private var broker: any Brokering { exchange.caller.broker }

    private func answer(_ response: Response) {
        counters.countLate(row, response.status)
        ticket.reply(response)
    }

    /// Submits a command and answers with what it came to.
    func submit(_ intent: Intent) {
        broker.submit(intent.submission) { ruled in
            switch ruled {
            case .accepted(let outcome, let resource, let position):
                // At least as new as the command: it was published before this call.
                let snapshot = Snapshot.latest(of: broker)
                send(intent.render(outcome, resource, snapshot), from: snapshot, position: position)
            case .refused(let rejection, let position):
                answer(Problem(rejection, position: position).response)
            case .unavailable(_, let retryAfter):
                // The reason is for the operator's log and `/readyz`.
                answer(
                    Problem.unavailable(
                        "The service takes no commands just now; what was sent may or may not have been done.",
                        retryAfter: retryAfter
                    ).response
                )
            }
        }
    }

    /// Answers, after reading what is needed.
    func send(_ reply: Reply, from snapshot: Snapshot, position: UInt64? = nil) {
        let position = position ?? snapshot.position
        switch reply {
        case .ready(let served): answer(served.response(to: exchange.request, position: position))
        case .reading(let keys, let render):
            read(keys) { answer(render($0).response(to: exchange.request, position: position)) }
        case .aside(let render): read([]) { _ in send(render, from: snapshot, position: position) }
        }
    }

    private func send(_ render: () throws(Problem) -> Reply, from snapshot: Snapshot, position: UInt64? = nil) {
        do throws(Problem) {
            send(try render(), from: snapshot, position: position)
        } catch {
            answer(error.response)
        }
    }

    /// Works the answer out beside the lane and the vault's readers.
    func workOut(from snapshot: Snapshot, _ render: @escaping @Sendable () throws(Problem) -> Reply) {
        guard !broker.workOut({ send(render, from: snapshot) }) else { return }
        answer(Problem.unavailable("Too many explanations are asked for just now.", retryAfter: 1).response)
    }

    /// Reads texts off the lane and goes on.
    func read(_ keys: [TextKey], _ next: @escaping @Sendable (Texts) -> Void) {
        let isTaken = broker.lookUp { vault in
            var texts = Texts()
            for key in keys {
                do {
                    texts.found[key] = try vault.text(subject: key.subject, kind: key.kind)
                } catch {
                    answer(
                        Problem.unavailable("The vault cannot be read just now.", retryAfter: 1).response
                    )
                    return
                }
            }
            next(texts)
        }
        if !isTaken {
            answer(
                Problem.unavailable("Too many requests are being worked out just now.", retryAfter: 1).response
            )
        }
    }
}
