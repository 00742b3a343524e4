/// A named set of postcode districts. A district lies in one zone at a time.
public struct Zone: Hashable, Sendable {
    /// The zone's name in routes.
    public let id: ZoneID
    /// What people call it.
    public var name: String
    /// Ascending, without repeats.
    public var districts: [PostcodeDistrict]
    /// How often it was set; part of its ETag.
    public var version: UInt32

    /// A zone from its parts.
    public init(id: ZoneID, name: String, districts: [PostcodeDistrict], version: UInt32) {
        self.id = id
        self.name = name
        self.districts = districts
        self.version = version
    }
}
