import Dispatch
import Journal
import Synchronization

/// A value that is made on another core and waited for where it is needed.
package final class Eventually<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, JournalError>?>(nil)
    private let made = DispatchGroup()

    /// Begins to make it.
    package init(_ make: @escaping @Sendable () throws(JournalError) -> Value) {
        made.enter()
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            let outcome: Result<Value, JournalError>
            do throws(JournalError) {
                outcome = .success(try make())
            } catch {
                outcome = .failure(error)
            }
            result.withLock { $0 = outcome }
            made.leave()
        }
    }

    /// Waits for it. It is handed over and not kept: once.
    package func value() throws(JournalError) -> Value {
        made.wait()
        guard let outcome = result.withLock({ $0.take() }) else { preconditionFailure("a value is waited for once") }
        return try outcome.get()
    }
}
