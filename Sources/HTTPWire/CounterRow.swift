import Synchronization

/// A row of numbers that one owner counts up and anyone may read: what metrics are made of, without a lock on the path.
///
/// Unchecked because the compiler cannot see through the pointer: it is set once, what it points at is never moved, and
/// every cell is an atomic.
public final class CounterRow: @unchecked Sendable {
    /// How many numbers there are.
    public let count: Int
    @usableFromInline let cells: UnsafeMutablePointer<Atomic<UInt64>>

    /// A row of zeros.
    public init(count: Int) {
        self.count = count
        cells = .allocate(capacity: count)
        for index in 0..<count { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: count)
        cells.deallocate()
    }

    /// Adds to a number that nobody else writes: a plain load and store, no locked addition.
    @inlinable
    public func add(_ amount: UInt64, at index: Int) {
        precondition(index >= 0 && index < count, "a cell of the row")
        cells[index].store(cells[index].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// Adds to a number that others may write at the same time.
    @inlinable
    public func addShared(_ amount: UInt64, at index: Int) {
        precondition(index >= 0 && index < count, "a cell of the row")
        cells[index].add(amount, ordering: .relaxed)
    }

    /// Replaces a number that nobody else writes.
    @inlinable
    public func set(_ value: UInt64, at index: Int) {
        precondition(index >= 0 && index < count, "a cell of the row")
        cells[index].store(value, ordering: .relaxed)
    }

    /// Reads a number.
    @inlinable
    public subscript(index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "a cell of the row")
        return cells[index].load(ordering: .relaxed)
    }
}
