import Broker
import Brokerage
import HTTPServer
import JSON

/// The configuration file: JSON, read strictly, since a misspelt limit or policy figure must not be dropped in
/// silence (`docs/decisions/0004-configuration.md`). Everything in it has a default; the command line wins.
struct Configuration {
    var data: String?
    var listen: [String]?
    var server = ServerConfiguration(addresses: [])
    var policy = Policy()
    /// Milliseconds between looks at the store for what other nodes wrote, 40: shows their writes within 100 ms.
    var followMilliseconds = 40
    /// Milliseconds between ticks of time, 1,000.
    var tickMilliseconds = 1_000
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
        } catch let error as JSONError {
            throw Failure("\(path): \(error.pointer): \(error.detail)")
        } catch let error as JSONShapeError {
            throw Failure("\(path): " + error.failures.map { "\($0.pointer): \($0.detail)" }.joined(separator: "; "))
        }
    }

    private init?(_ fields: inout ObjectReader) {
        data = fields.optionalString("data", max: 4_096)
        listen = fields.optionalArray("listen", max: 16) { ObjectReader.string($0, $1, $2, 256) }
        fields.set(&followMilliseconds, "followMilliseconds", 1...60_000)
        fields.set(&tickMilliseconds, "tickMilliseconds", 10...60_000)
        fields.set(&drainMilliseconds, "drainMilliseconds", 0...600_000)
        fields.set(&snapshots.records, "snapshotRecords", 1...1_000_000_000)
        fields.set(&snapshots.minutes, "snapshotMinutes", 1...43_200)
        var server = server
        _ = fields.optionalObject("server") { server.read(&$0) }
        self.server = server
        var policy = policy
        _ = fields.optionalObject("policy") { policy.read(&$0) }
        self.policy = policy
    }
}

extension ObjectReader {
    /// Reads a whole number over its default, where it is given.
    fileprivate mutating func set(_ value: inout Int, _ name: String, _ range: ClosedRange<Int64>) {
        if let given = optionalInteger(name, in: range) { value = Int(given) }
    }

    fileprivate mutating func set(_ values: inout [Int], _ name: String, _ range: ClosedRange<Int64>) {
        if let given = optionalArray(name, max: 16, { ObjectReader.integer($0, $1, $2, range) }) {
            values = given.map(Int.init)
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
            guard let certificate, let key else { return nil }
            return TLSConfiguration(certificateFile: certificate, keyFile: key, clientAuthorityFile: authority)
        }
        fields.set(&maxUnsentBytes, "maxUnsentBytes", 4_096...1 << 30)
        fields.set(&handshakeDeadline, "handshakeMilliseconds", 100...600_000)
        fields.set(&headDeadline, "headMilliseconds", 100...600_000)
        fields.set(&bodyDeadline, "bodyMilliseconds", 100...600_000)
        fields.set(&writeDeadline, "writeMilliseconds", 100...600_000)
        fields.set(&idleDeadline, "idleMilliseconds", 100...3_600_000)
        fields.set(&answerDeadline, "answerMilliseconds", 100...600_000)
        return true
    }
}

extension Policy {
    fileprivate mutating func read(_ fields: inout ObjectReader) -> Bool? {
        var starts = bands.starts
        fields.set(&starts, "bandStarts", 0...1_439)
        if let hours = BandHours(starts: starts) {
            bands = hours
        } else {
            fields.fail("bandStarts", "five minutes of the day, ascending")
        }
        _ = fields.optionalObject("hoursToPlace") { hours -> Bool? in
            hours.set(&hoursToPlace.fastTrack, "fastTrack", 1...336)
            hours.set(&hoursToPlace.urgent, "urgent", 1...336)
            hours.set(&hoursToPlace.stepDown, "stepDown", 1...336)
            hours.set(&hoursToPlace.stepUp, "stepUp", 1...336)
            return true
        }
        fields.set(&alertHours, "alertHours", 1...24)
        if alertHours.count != 3 || alertHours != alertHours.sorted() {
            fields.fail("alertHours", "three hours, ascending: early, late, breached")
        }
        fields.set(&urgentUnplacedMinutes, "urgentUnplacedMinutes", 1...1_440)
        fields.set(&answerMinutes, "answerMinutes", 1...10_080)
        fields.set(&answerMinutesUrgent, "answerMinutesUrgent", 1...10_080)
        fields.set(&expiriesBeforeBroker, "expiriesBeforeBroker", 1...100)
        fields.set(&usualTolerance, "usualTolerance", 0...240)
        fields.set(&startAlarmMinutes, "startAlarmMinutes", 1...1_440)
        fields.set(&postponementHours, "postponementHours", 1...336)
        fields.set(&reviewDays, "reviewDays", 1...42)
        fields.set(&shortestVisit, "shortestVisit", 1...60)
        fields.set(&shortVisit, "shortVisit", 1...120)
        fields.set(&reductionNoticeDays, "reductionNoticeDays", 0...365)
        fields.set(&startAheadDays, "startAheadDays", 0...84)
        if let before = fields.optionalBool("triageBeforeStart") { triageBeforeStart = before }
        if let facts = fields.optionalArray(
            "essentialFacts",
            max: 32,
            { ObjectReader.parsed($0, $1, $2, "a fact", { Ask.Fact(rawValue: $0) }) }
        ) {
            essentialFacts = facts
        }
        fields.set(&overstayDaysAhead, "overstayDaysAhead", 1...28)
        return true
    }
}
