import Dispatch
import Synchronization

/// A sum that several threads add to.
final class Tally: Sendable {
    private let sum = Atomic<Int>(0)

    func add(_ count: Int) {
        sum.add(count, ordering: .relaxed)
    }

    var total: Int { sum.load(ordering: .relaxed) }
}

/// Runs `body` for 0..<count, each on a thread of its own, and waits for all.
/// (`DispatchQueue.concurrentPerform` would run them one after the other where there is one core.)
func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for index in 0..<count {
        DispatchQueue(label: "contract.\(index)").async(group: group) { body(index) }
    }
    group.wait()
}
