import Brokerage
import Dispatch
import Journal

/// What a broker does by itself, every so often.
extension Broker {
    /// Looks whether another node has written, every so many milliseconds: a node that only reads shows the others'
    /// writes within 100 ms, and one that writes soon knows whom another process forgot.
    public func follow(everyMilliseconds interval: Int) {
        repeating(interval) { broker in
            dispatchPrecondition(condition: .onQueue(broker.queue))
            guard !broker.owned.isCatchingUp, !broker.following.exchange(true, ordering: .acquiringAndReleasing) else {
                return
            }
            let known = broker.owned.forgottenCount
            broker.readers.async {
                let last = broker.end()
                if let all = try? broker.keeper.forgotten(beyond: known), !all.isEmpty {
                    // Whose number was sealed again since has it again.
                    let gone = all.filter { subject in
                        let kept = try? broker.keeper.enclosure(subject: subject, kind: Secrets.numberKind)
                        return kept == nil
                    }
                    broker.queue.async {
                        broker.owned.forgottenCount = all.count
                        broker.owned.pipeline.forget(Set(gone.compactMap { PersonID($0) }))
                    }
                }
                broker.following.store(false, ordering: .releasing)
                guard let last, last.value > broker.published().position else { return }
                broker.queue.async {
                    // With a batch in flight its append will find out; reading beside it would race with it.
                    if broker.owned.pipeline.unanswered == 0, last.value > broker.owned.pipeline.durable.position {
                        broker.catchUp()
                    }
                }
            }
        }
    }

    /// The store's end; nil when it cannot be read now. Also notices, while nothing is written, that the store is no longer where
    /// it was opened. With a batch in flight its append notices.
    private func end() -> Position? {
        do throws(JournalError) {
            return try keeper.lastPosition()
        } catch {
            guard case .readOnly = error else { return nil }
            queue.async { [self] in
                if !owned.isCatchingUp, owned.pipeline.unanswered == 0 { refused(error) }
            }
            return nil
        }
    }

    /// Submits `advance` every so many milliseconds.
    public func tick(everyMilliseconds interval: Int) {
        repeating(interval) { broker in
            broker.submit(Submission(.advance, by: Broker.itself)) { [weak broker] ruled in
                switch ruled {
                case .accepted: broker?.note(stalled: nil)
                // No rule stands against time: where it does not pass, offers do not lapse and no alarm rings.
                case .refused(let rejection, _): broker?.note(stalled: rejection.detail)
                case .unavailable: break
                }
            }
        }
    }

    /// The service itself, for commands that time gives.
    public static let itself: Actor = {
        guard let name = Slug("homeward") else { preconditionFailure("a slug") }
        return Actor(key: nil, role: .administrator, organisation: name)
    }()

    func repeating(_ interval: Int, _ body: @escaping @Sendable (Broker) -> Void) {
        queue.async { [self] in
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now() + .milliseconds(interval), repeating: .milliseconds(interval))
            timer.setEventHandler { [weak self] in
                if let self { body(self) }
            }
            timer.resume()
            owned.timers.append(timer)
        }
    }
}
