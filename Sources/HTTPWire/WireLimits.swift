/// What one request may take, whoever sends it.
public struct WireLimits: Sendable, Equatable {
    /// Bytes of a request line's target. Default 8,192. Blocks filling the head with one line; beyond it 414.
    public var maxTargetBytes = 8_192
    /// Bytes of a head, request line included. Default 16,384. Blocks endless heads; beyond it 431.
    public var maxHeadBytes = 16_384
    /// Field lines of a head. Default 128. Blocks work per line; beyond it 431.
    public var maxFields = 128
    /// Bytes of a body. Default 1 MiB. Blocks filling the memory; beyond it 413.
    public var maxBodyBytes = 1 << 20
    /// Bytes of chunk extensions in one body. Default 4,096. Blocks endless extensions, which carry nothing.
    public var maxChunkExtensionBytes = 4_096
    /// Bytes of a trailer section. Default 8,192. Blocks endless trailers.
    public var maxTrailerBytes = 8_192
    /// Bytes of a refused body that are read and dropped so that the connection stays usable. Default 8 MiB.
    /// Blocks making the server read without end; beyond it the connection closes.
    public var maxDiscardedBytes = 8 << 20

    /// The default limits.
    public init() {}
}
