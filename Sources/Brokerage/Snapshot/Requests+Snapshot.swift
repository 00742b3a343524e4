// Remembered requests, nouns and the indexes' own values, in a snapshot.

extension RequestScope: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: RequestScope?) throws(SnapshotError) -> RequestScope
    {
        if coder.isWriting, let value {
            _ = try [UInt8].code(&coder, value.bytes)
            return value
        }
        guard let scope = RequestScope(try [UInt8].code(&coder, nil)) else {
            throw SnapshotError("a scope is too long")
        }
        return scope
    }
}

extension SnapshotCoder {
    /// Remembered requests, oldest first.
    mutating func requests(
        _ value: @autoclosure () -> RememberedRequests?
    ) throws(SnapshotError) -> RememberedRequests {
        fieldCounted()
        if isWriting, let value = value() {
            write(value.forgotten)
            write(UInt64(value.count))
            for request in value.all { _ = try RememberedFields.code(&self, RememberedFields(request)) }
            return value
        }
        var requests = RememberedRequests(forgotten: try UInt64.code(&self, nil))
        for _ in 0..<(try readCount()) { requests.append(try RememberedFields.code(&self, nil).remembered) }
        return requests
    }
}

/// The fields of a remembered request.
private struct RememberedFields: CodedFields {
    let remembered: RememberedRequests.Remembered

    init(_ remembered: RememberedRequests.Remembered) { self.remembered = remembered }

    init(_ field: inout SnapshotCoder, _ old: RememberedFields?) throws(SnapshotError) {
        let old = old?.remembered
        remembered = RememberedRequests.Remembered(
            scope: try field(old?.scope),
            at: try field(old?.at),
            body: try field(old?.body),
            outcome: try field(old?.outcome),
            resource: try field(old?.resource)
        )
    }
}

extension Receiver: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Receiver?) throws(SnapshotError) {
        zone = try field(old?.zone)
        provider = try field(old?.provider)
    }
}

extension Receipts: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Receipts?) throws(SnapshotError) {
        entries = try field(old?.entries)
    }
}

extension Receipts.Entry: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Receipts.Entry?) throws(SnapshotError) {
        day = try field(old?.day)
        minutes = try field(old?.minutes)
    }
}

extension Noun: Coded {
    /// The number of a case, never given to another, and the number of what it is about.
    var place: (UInt8, UInt32) {
        switch self {
        case .reduction(let id): (1, id.number)
        case .withdrawal(let id): (2, id.number)
        case .acceptance(let id): (3, id.number)
        case .refusal(let id): (4, id.number)
        case .firstVisit(let id): (5, id.number)
        case .start(let id): (6, id.number)
        case .ending(let id): (7, id.number)
        case .override(let id): (8, id.number)
        }
    }

    package static func code(_ coder: inout SnapshotCoder, _ value: Noun?) throws(SnapshotError) -> Noun {
        if coder.isWriting, let value {
            coder.byte(value.place.0)
            coder.write(UInt64(value.place.1))
            return value
        }
        switch try coder.readByte() {
        case 1: return .reduction(try coder.part())
        case 2: return .withdrawal(try coder.part())
        case 3: return .acceptance(try coder.part())
        case 4: return .refusal(try coder.part())
        case 5: return .firstVisit(try coder.part())
        case 6: return .start(try coder.part())
        case 7: return .ending(try coder.part())
        case 8: return .override(try coder.part())
        default: throw SnapshotError("a noun is not known")
        }
    }
}

extension Outcome: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Outcome?) throws(SnapshotError) -> Outcome {
        if coder.isWriting, let value {
            switch value {
            case .zone(let id, let created): try coder.tagged(1, id, created)
            case .provider(let id, let created): try coder.tagged(2, id, created)
            case .block(let id): try coder.tagged(3, id)
            case .claim(let id): try coder.tagged(4, id)
            case .shortfall(let id): try coder.tagged(5, id)
            case .referral(let id, let created): try coder.tagged(6, id, created)
            case .offer(let id): try coder.tagged(7, id)
            case .package(let id): try coder.tagged(8, id)
            case .person(let referral, let person): try coder.tagged(9, referral, person)
            case .key(let id): try coder.tagged(10, id)
            case .policy: coder.byte(11)
            case .advanced: coder.byte(12)
            }
            return value
        }
        switch try coder.readByte() {
        case 1: return .zone(try coder.part(), created: try coder.part())
        case 2: return .provider(try coder.part(), created: try coder.part())
        case 3: return .block(try coder.part())
        case 4: return .claim(try coder.part())
        case 5: return .shortfall(try coder.part())
        case 6: return .referral(try coder.part(), created: try coder.part())
        case 7: return .offer(try coder.part())
        case 8: return .package(try coder.part())
        case 9: return .person(try coder.part(), try coder.part())
        case 10: return .key(try coder.part())
        case 11: return .policy
        case 12: return .advanced
        default: throw SnapshotError("an outcome is not known")
        }
    }
}

extension Resource: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Resource?) throws(SnapshotError) -> Resource {
        if coder.isWriting, let value {
            switch value {
            case .zone(let zone): try coder.tagged(1, zone)
            case .provider(let provider): try coder.tagged(2, provider)
            case .block(let block, let claims): try coder.tagged(3, block, claims)
            case .claim(let claim): try coder.tagged(4, claim)
            case .shortfall(let shortfall): try coder.tagged(5, shortfall)
            case .referral(let referral): try coder.tagged(6, referral)
            case .offer(let offer): try coder.tagged(7, offer)
            case .package(let package): try coder.tagged(8, package)
            case .person(let referral, let person): try coder.tagged(9, referral, person)
            case .key(let key): try coder.tagged(10, key)
            case .nothing: coder.byte(11)
            case .policy(let policy): try coder.tagged(12, policy)
            }
            return value
        }
        switch try coder.readByte() {
        case 1: return .zone(try coder.part())
        case 2: return .provider(try coder.part())
        case 3: return .block(try coder.part(), try coder.part())
        case 4: return .claim(try coder.part())
        case 5: return .shortfall(try coder.part())
        case 6: return .referral(try coder.part())
        case 7: return .offer(try coder.part())
        case 8: return .package(try coder.part())
        case 9: return .person(try coder.part(), try coder.part())
        case 10: return .key(try coder.part())
        case 11: return .nothing
        case 12: return .policy(try coder.part())
        default: throw SnapshotError("a resource is not known")
        }
    }
}

extension SnapshotCoder {
    // Each spelt out: over a parameter pack the parts would be met as types known at run time only.

    /// Writes the number of a case, never given to another, and what goes with it.
    fileprivate mutating func tagged(_ tag: UInt8, _ part: some Coded) throws(SnapshotError) {
        byte(tag)
        _ = try self.part(part)
    }

    /// The same for a case with two parts.
    fileprivate mutating func tagged(_ tag: UInt8, _ first: some Coded, _ second: some Coded) throws(SnapshotError) {
        byte(tag)
        _ = try part(first)
        _ = try part(second)
    }
}
