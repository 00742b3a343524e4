import API
import Broker
import Brokerage
import HTTPServer
import HTTPWire
import JSON

/// The configuration file: JSON, read strictly, since a misspelt limit or policy figure must not be dropped in
/// silence (`docs/decisions/0004-configuration.md`). Everything in it has a default; the command line wins.
struct Configuration {
    var data: String?
    var listen: [String]?
    var server = ServerConfiguration(addresses: [])
    /// Who may read `/metrics`: clients on this machine, unless said otherwise.
    var metrics = ServiceMetrics.Audience.loopback
    /// What the file says of the policy; nil: nothing.
    private var policyDocument: JSONValue?
    /// Milliseconds between looks at the store for what other nodes wrote, 40: shows their writes within 100 ms.
    var followMilliseconds = 40
    /// Milliseconds between ticks of time, 1,000.
    var tickMilliseconds = 1_000
    /// Milliseconds between looks of the batch at what changed, 2,000; 0: it does not run.
    var improveMilliseconds = 2_000
    /// Moves the batch tries for each person of a zone, 500.
    var improveMovesEach = 500
    /// Milliseconds that a stopping service waits for requests under way, 20,000.
    var drainMilliseconds = 20_000
    /// When the state is saved for the next start: after so many records, or so many minutes if there are any.
    var snapshots = SnapshotSchedule()

    init() {}

    /// Reads a file. Fails with every fault and its place.
    init(file path: String) throws {
        guard let bytes = Files.bytes(path, most: 1 << 20) else { throw Failure("\(path) cannot be read") }
        do {
            let document = try JSONParser.parse(bytes)
            self = try ObjectReader.read(document) { Configuration(&$0) }
            // A file must be sound by itself; whether it is beside what a person set is asked when it is taken.
            let objections = (try policy(over: Policy())?.objections ?? []).map { "/policy\($0.pointer): \($0.detail)" }
            if !objections.isEmpty { throw Failure("\(path): " + objections.joined(separator: "; ")) }
        } catch let error as JSONError {
            throw Failure("\(path): \(error.pointer): \(error.detail)")
        } catch let error as JSONShapeError {
            throw Failure("\(path): " + error.failures.map { "\($0.pointer): \($0.detail)" }.joined(separator: "; "))
        }
    }

    private init?(_ fields: inout ObjectReader) {
        data = fields.optionalString("data", max: 4_096)
        listen = fields.optionalArray("listen", max: 16) { ObjectReader.string($0, $1, $2, 256) }
        if listen?.isEmpty ?? false { fields.fail("listen", "at least one address") }
        fields.set(&followMilliseconds, "followMilliseconds", 1...60_000)
        fields.set(&tickMilliseconds, "tickMilliseconds", 10...60_000)
        fields.set(&improveMilliseconds, "improveMilliseconds", 0...3_600_000)
        fields.set(&improveMovesEach, "improveMovesEach", 1...100_000)
        fields.set(&drainMilliseconds, "drainMilliseconds", 0...600_000)
        if let given = fields.optionalString("metrics", max: 16) {
            if let audience = ServiceMetrics.Audience(rawValue: given) {
                metrics = audience
            } else {
                fields.fail("metrics", "loopback, anyone or nobody")
            }
        }
        fields.set(&snapshots.records, "snapshotRecords", 1...1_000_000_000)
        fields.set(&snapshots.minutes, "snapshotMinutes", 1...43_200)
        fields.set(&snapshots.seconds, "snapshotSeconds", 0...3_600)
        var server = server
        _ = fields.optionalObject("server") { server.read(&$0) }
        self.server = server
        var policy = Policy()
        if fields.optionalObject("policy", { policy.read(&$0) }) != nil { policyDocument = fields.value("policy") }
    }

    /// A policy with what the file says of it; nil where it says nothing.
    func policy(over known: Policy) throws -> Policy? {
        guard let policyDocument else { return nil }
        return try ObjectReader.read(policyDocument) { fields in
            var policy = known
            return policy.read(&fields).map { _ in policy }
        }
    }
}

extension ServerConfiguration {
    fileprivate mutating func read(_ fields: inout ObjectReader) -> Bool? {
        if let given = fields.optionalInteger("lanes", in: 1...256) { lanes = Int(given) }
        fields.set(&maxConnections, "maxConnections", 1...1_000_000)
        fields.set(&maxConnectionsPerAddress, "maxConnectionsPerAddress", 1...1_000_000)
        fields.set(&maxBufferedBytesPerLane, "maxBufferedBytesPerLane", 1 << 20...64 << 30)
        tls = fields.optionalObject("tls") { files -> TLSConfiguration? in
            let certificate = files.string("certificateFile", max: 4_096)
            let key = files.string("keyFile", max: 4_096)
            let authority = files.optionalString("clientAuthorityFile", max: 4_096)
            var minutes = 60
            files.set(&minutes, "ticketKeyMinutes", 1...10_080)
            guard let certificate, let key else { return nil }
            var tls = TLSConfiguration(certificateFile: certificate, keyFile: key, clientAuthorityFile: authority)
            tls.ticketKeyMinutes = minutes
            return tls
        }
        fields.set(&maxUnsentBytes, "maxUnsentBytes", 4_096...1 << 30)
        fields.set(&handshakeDeadline, "handshakeMilliseconds", 100...600_000)
        fields.set(&headDeadline, "headMilliseconds", 100...600_000)
        fields.set(&bodyDeadline, "bodyMilliseconds", 100...600_000)
        fields.set(&writeDeadline, "writeMilliseconds", 100...600_000)
        fields.set(&idleDeadline, "idleMilliseconds", 100...3_600_000)
        fields.set(&answerDeadline, "answerMilliseconds", 100...600_000)
        fields.set(&lingerDeadline, "lingerMilliseconds", 100...60_000)
        if let given = fields.optionalInteger("backlog", in: 1...1_000_000) { backlog = Int32(given) }
        var limits = limits
        _ = fields.optionalObject("limits") { limits.read(&$0) }
        if limits.maxBodyBytes > maxBufferedBytesPerLane {
            fields.fail("maxBufferedBytesPerLane", "must be at least limits.maxBodyBytes")
        }
        self.limits = limits
        return true
    }
}

extension WireLimits {
    fileprivate mutating func read(_ fields: inout ObjectReader) -> Bool? {
        // RFC 9112 section 3 recommends request lines of 8,000 bytes at least.
        fields.set(&maxTargetBytes, "maxTargetBytes", 1_024...65_536)
        fields.set(&maxHeadBytes, "maxHeadBytes", 4_096...1 << 20)
        fields.set(&maxFields, "maxFields", 16...10_000)
        fields.set(&maxBodyBytes, "maxBodyBytes", 65_536...64 << 20)
        fields.set(&maxChunkExtensionBytes, "maxChunkExtensionBytes", 0...1 << 20)
        fields.set(&maxTrailerBytes, "maxTrailerBytes", 0...1 << 20)
        fields.set(&maxDiscardedBytes, "maxDiscardedBytes", 0...1 << 30)
        if maxTargetBytes >= maxHeadBytes { fields.fail("maxTargetBytes", "must be less than maxHeadBytes") }
        return true
    }
}
