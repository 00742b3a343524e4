import Synchronization

/// Who carries out the parts of a run that may go on at once. What a run finds never depends on how many there are.
public struct Workers: Sendable {
    /// How many jobs go on at once; jobs are cut so that each worker has some.
    public let count: Int
    private let body: @Sendable (_ jobs: Int, _ job: @Sendable (Int) -> Void) -> Void

    /// Workers that carry out `jobs` calls of `job`, with 0 to before `jobs`, and return when all are done.
    public init(count: Int, run: @escaping @Sendable (_ jobs: Int, _ job: @Sendable (Int) -> Void) -> Void) {
        precondition(count > 0)
        self.count = count
        body = run
    }

    /// The caller's own thread, one job after the other.
    public static let alone = Workers(count: 1) { jobs, job in
        for index in 0..<jobs { job(index) }
    }

    /// Results of `job` for 0 to before `jobs`, in that order whoever came first.
    func map<Result: Sendable>(_ jobs: Int, _ job: @Sendable (Int) -> Result) -> [Result] {
        let results = Mutex([Result?](repeating: nil, count: jobs))
        body(jobs) { index in
            let result = job(index)
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
