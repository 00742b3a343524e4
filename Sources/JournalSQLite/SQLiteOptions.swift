/// How a store behaves; every field has the default that a service wants.
public struct SQLiteOptions: Sendable {
    /// How long to wait for another process's lock, 5,000 ms; then the answer is `busy`. Blocks a process
    /// that froze while it held the lock from freezing us.
    public var busyMilliseconds = 5_000
    /// The page size of a new database, 8 KiB: five records of 1.5 kB to a page. Measured against 4 and 16
    /// KiB.
    public var pageBytes = 8_192
    /// The write-ahead log is copied back into the database, beside the commits, whenever it grew by this, 16
    /// MiB. Larger logs cost time at the next start.
    public var checkpointBytes = 16 << 20
    /// Past this the log is begun anew, for which commits wait a moment, 64 MiB. Bounds the disk that a load
    /// without any pause takes. A log that grew further behind a long reader (a backup) is cut to it, or to
    /// its room, once it is begun anew.
    public var logBytes = 64 << 20
    /// The room that the log is given once the store is open, 64 MiB, so that commits overwrite (`LogRoom`).
    public var roomBytes = 64 << 20
    /// What is left in the log is copied back after this long at the latest, 60 s.
    public var checkpointSeconds = 60

    /// The defaults.
    public init() {}
}
