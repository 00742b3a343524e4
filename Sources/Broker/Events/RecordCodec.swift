import Brokerage
import JSON
import Journal

/// The journal's records: one command, one line of JSON.
///
///     {"v":1,"at":"2027-01-04T09:30:00Z","command":"<32 hexadecimal digits>",
///      "by":{"key":"k1","role":"referrer","organisation":"warwick-hospital"},
///      "events":[{"e":"referralReceived","referral":{...}},{"e":"placementDecided",...}]}
///
/// * `v` comes first and says how to read the rest. What this codec writes is `newest`; what it reads is every
///   version ever written.
/// * Members come in the order in which they are written here, and a reader asks for them in that order. So the
///   same entry is always the same bytes, and a member that is repeated, misplaced or unknown is refused.
/// * Instants are RFC 3339 in UTC, dates `2027-01-04`, times `08:00`, identifiers their text, days of the week names
///   with spaces between them, hashes hexadecimal digits. A value that is absent is left out, but for `by.key`:
///   null says that the service itself acted.
///
/// An offer leaves out its `ask` where its referral, earlier in the same record, says the same: most offers are sent by the
/// command that brought the referral, and it would be a quarter of the record. Since version 2.
///
/// A new event, or a new member that may be absent, keeps the version. A member that changes its meaning or its shape
/// makes a new one: raise `newest`, and let the type's `read(from:)` look at `reader.version` and bring up what older
/// records say to what it means today. The golden file of the old version stays and must read to the same entries.
public enum RecordCodec {
    /// The version this codec writes.
    public static let newest = 2

    /// The bytes of a record. The same entry gives the same bytes, on every machine.
    public static func encode(_ entry: JournalEntry) -> [UInt8] {
        var json = JSONWriter(capacity: 256 + 512 * entry.events.count)
        json.object {
            $0.put("v", newest)
            $0.put("at", entry.at)
            $0.put("command", entry.command)
            $0.put("by", entry.by)
            $0.array("events") { json in
                var asks = AsksOfRecord()
                for event in entry.events { event.write(to: &json, knowing: &asks) }
            }
        }
        return json.bytes
    }

    /// Reads a record of any version up to `newest`.
    ///
    /// - Throws: where the bytes are no record, and what was expected there. Bytes longer than a journal takes
    ///   (`JournalLimits.bodyBytes`) are not looked at.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> JournalEntry {
        guard bytes.count <= JournalLimits.bodyBytes else {
            throw CodecError("a record is at most \(JournalLimits.bodyBytes) bytes long")
        }
        // The closure cannot throw typed through the standard library, hence the value instead of a throw.
        let outcome: Result<JournalEntry, CodecError> = bytes.withUnsafeBytes { buffer in
            var reader = RecordReader(buffer)
            do throws(CodecError) {
                let entry = try reader.object(JournalEntry.read(from:))
                try reader.finish()
                return .success(entry)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}

extension JournalEntry {
    fileprivate static func read(from reader: inout RecordReader) throws(CodecError) -> JournalEntry {
        let version: Int = try reader.field("v")
        guard version >= 1 else { throw CodecError("expected a version from 1", at: "/v") }
        guard version <= RecordCodec.newest else {
            throw CodecError(
                "this record has version \(version) and this program reads up to \(RecordCodec.newest): "
                    + "run a newer homeward",
                at: "/v"
            )
        }
        reader.version = version
        return JournalEntry(
            at: try reader.field("at"),
            command: try reader.field("command"),
            by: try reader.field("by"),
            events: try reader.field("events")
        )
    }
}

/// What referrals of one record ask for, so that their offers need not say it again. Writing and reading keep the same.
struct AsksOfRecord {
    /// Few: a command receives or amends one referral.
    private var asks: [(referral: ReferralID, ask: Ask)] = []

    /// What a referral asks for, as far as this record has said.
    subscript(referral: ReferralID) -> Ask? { asks.last { $0.referral == referral }?.ask }

    /// Takes note of what an event says.
    mutating func note(_ event: Event) {
        switch event {
        case .referralReceived(let referral): asks.append((referral.id, referral.ask))
        case .referralAmended(let id, let ask, _, _): asks.append((id, ask))
        case .policyAdopted, .policySet, .dayBegan, .keyAdded, .keyRevoked, .zoneSet, .providerSet, .blockBought,
            .minutesClaimed, .claimReduced, .shortfallReported, .referralRezoned, .referralTriaged, .readyDateRecorded,
            .referralWithdrawn, .placementDecided, .placementOverridden, .offerSent, .offerAccepted, .offerRefused,
            .offerExpired, .offerWithdrawn, .firstVisitPostponed, .careStarted, .packageEnded, .careOverran,
            .coverFound, .alertRaised, .triesDeferred, .scarcitySet, .personDisclosed, .requestRemembered, .nounSet,
            .requestsForgotten:
            break
        }
    }
}

extension Actor: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.key("key")
            if let key { key.write(to: &$0) } else { $0.null() }
            $0.put("role", role)
            $0.put("organisation", organisation)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Actor {
        try reader.object { (reader) throws(CodecError) in
            Actor(
                key: try reader.nullable("key"),
                role: try reader.field("role"),
                organisation: try reader.field("organisation")
            )
        }
    }
}
