import Journal

// The cases about records and positions.
extension JournalContract {
    static func beginsEmpty(_ keeper: any JournalKeeper) throws {
        try expect(keeper.lastPosition() == .start, "an empty journal ends at 0")
        try expect(keeper.read(after: .start, limit: 10).isEmpty, "nothing to read")
        try expect(keeper.read(after: Position(7), limit: 10).isEmpty, "nothing to read past the end")
        try expect(keeper.enclosure(subject: "p", kind: "k") == nil, "no enclosure")
    }

    static func densePositions(_ keeper: any JournalKeeper) throws {
        var last = Position.start
        for count in [1, 3, 1, 64] {
            let before = last
            last = try keeper.append((0..<count).map { record("r\($0)") }, after: last)
            try expect(last == before.advanced(by: count), "an append answers the new last position")
            try expect(keeper.lastPosition() == last, "the journal ends where the append said")
        }
        let positions = try keeper.read(after: .start, limit: 1_000).map(\.position.value)
        try expect(positions == Array(1...69), "positions 1...69")
    }

    static func wrongPosition(_ keeper: any JournalKeeper) throws {
        _ = try keeper.append([record("a"), record("b")], after: .start)
        for wrong in [0, 1, 3, 9, UInt64(Int64.max)] {
            try expect(.conflict(last: Position(2))) {
                _ = try keeper.append([record("c")], after: Position(wrong))
            }
        }
        try expect(keeper.lastPosition() == Position(2), "nothing was written")
        try expect(
            keeper.append([record("c")], after: Position(2)) == Position(3),
            "the right one still works"
        )
    }

    static func allOrNothing(_ keeper: any JournalKeeper) throws {
        let tooLong = NewRecord(body: Array(repeating: 0, count: JournalLimits.bodyBytes + 1))
        let enclosure = Enclosure(subject: "p", kind: "k", sealed: [1])
        try expect(.tooLarge("")) {
            _ = try keeper.append([record("a", [enclosure]), tooLong], after: .start)
        }
        let many = Array(repeating: record("a"), count: JournalLimits.recordsInAppend + 1)
        try expect(.tooLarge("")) { _ = try keeper.append(many, after: .start) }
        let unnamed = record("a", [Enclosure(subject: "", kind: "k", sealed: [])])
        try expect(.tooLarge("")) { _ = try keeper.append([record("a"), unnamed], after: .start) }
        try expect(keeper.lastPosition() == .start, "no record was written")
        try expect(keeper.enclosure(subject: "p", kind: "k") == nil, "no enclosure was written")
    }

    static func emptyAppend(_ keeper: any JournalKeeper) throws {
        try expect(keeper.append([], after: .start) == .start, "nothing after the start")
        _ = try keeper.append([record("a")], after: .start)
        try expect(.conflict(last: Position(1))) { _ = try keeper.append([], after: .start) }
        try expect(keeper.append([], after: Position(1)) == Position(1), "nothing after 1")
    }

    static func bytesStay(_ keeper: any JournalKeeper) throws {
        let bodies: [[UInt8]] = [[], [0], Array(0...255), Array("{\"é\":\"\\u0000'\"}".utf8)]
        let long = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let last = try keeper.append((bodies + [long]).map { NewRecord(body: $0) }, after: .start)
        var read: [Record] = []
        while read.count < 5 {
            let page = try keeper.read(after: Position(UInt64(read.count)), limit: 2)
            try expect((1...2).contains(page.count), "a page of at most two")
            read += page
        }
        try expect(read.map(\.body) == bodies + [long], "bodies as they were")
        try expect(read.last?.position == last, "the last is the last")
        try expect(keeper.read(after: last, limit: 2).isEmpty, "nothing follows")
        try expect(keeper.read(after: .start, limit: 0).isEmpty, "a limit of none")
    }

    static func bigPages(_ keeper: any JournalKeeper) throws {
        let big = NewRecord(body: Array(repeating: 7, count: JournalLimits.bodyBytes))
        var last = Position.start
        for _ in 0..<3 { last = try keeper.append([big], after: last) }
        var seen = Position.start
        var pages = 0
        while true {
            let page = try keeper.read(after: seen, limit: 10)
            guard let end = page.last else { break }
            try expect(
                page.reduce(0) { $0 + $1.body.count } <= JournalLimits.readBytes,
                "a page within its bytes"
            )
            seen = end.position
            pages += 1
        }
        try expect(seen == last && pages == 2, "three records in two pages")
    }

    static func hashesLink(_ keeper: any JournalKeeper) throws {
        _ = try keeper.append([record("a"), record("b")], after: .start)
        _ = try keeper.append([record("a")], after: Position(2))
        let records = try keeper.read(after: .start, limit: 10)
        var previous = keeper.chain.first
        for record in records {
            let hash = keeper.chain.hash(previous: previous, position: record.position, body: record.body)
            try expect(record.hash == hash && hash.count == HashChain.hashBytes, "hash at \(record.position)")
            previous = hash
        }
        try expect(Set(records.map(\.hash)).count == 3, "the same body elsewhere has another hash")
        try expect(keeper.verify().position == Position(3), "the whole chain is proved")
    }

    static func otherSystems(_ keeper: any JournalKeeper, _ venue: any JournalVenue) throws {
        let other = try venue.open("coventry")
        let enclosure = Enclosure(subject: "p", kind: "k", sealed: [1])
        _ = try keeper.append([record("a", [enclosure])], after: .start)
        try expect(other.lastPosition() == .start, "the other journal is empty")
        try expect(other.enclosure(subject: "p", kind: "k") == nil, "the other vault is empty")
        try expect(other.forget(subject: "p") == 0, "nothing to forget there")
        _ = try other.append([record("a"), record("b")], after: .start)
        try expect(keeper.lastPosition() == Position(1), "the first journal stays")
        try expect(keeper.enclosure(subject: "p", kind: "k") == [1], "the first vault stays")
        try expect(
            keeper.read(after: .start, limit: 1).first?.hash
                != other.read(after: .start, limit: 1).first?.hash,
            "one body, two systems, two hashes"
        )
    }

    static func secondHandle(_ keeper: any JournalKeeper, _ venue: any JournalVenue) throws {
        let other = try venue.open("warwick")
        _ = try keeper.append([record("a")], after: .start)
        try expect(other.lastPosition() == Position(1), "the other handle sees it")
        try expect(.conflict(last: Position(1))) { _ = try other.append([record("b")], after: .start) }
        _ = try other.append([record("b"), record("c")], after: Position(1))
        try expect(keeper.lastPosition() == Position(3), "the first handle sees the other's")
        try expect(.conflict(last: Position(3))) { _ = try keeper.append([record("d")], after: Position(1)) }
        _ = try keeper.append([record("d")], after: Position(3))
        try expect(other.verify().position == Position(4), "the chain runs through both")
    }

    static func race(_ venue: any JournalVenue) throws {
        let handles = try (0..<4).map { _ in try venue.open("warwick") }
        let rounds: UInt64 = 25
        for round in 0..<rounds {
            let wins = Tally()
            concurrently(handles.count) { index in
                do throws(JournalError) {
                    _ = try handles[index].append([record("\(round)/\(index)")], after: Position(round))
                    wins.add(1)
                } catch {
                    if error != .conflict(last: Position(round + 1)) { wins.add(100) }
                }
            }
            try expect(wins.total == 1, "one winner and three conflicts, tally \(wins.total)")
        }
        try expect(handles[0].verify().position == Position(rounds), "one record a round")
    }

    static func reopening(_ keeper: any JournalKeeper) throws {
        _ = try keeper.append([record("a", [Enclosure(subject: "p", kind: "k", sealed: [1])])], after: .start)
        try keeper.reopen()
        try expect(keeper.lastPosition() == Position(1), "the record is there")
        try expect(keeper.enclosure(subject: "p", kind: "k") == [1], "the enclosure is there")
        try expect(keeper.append([record("b")], after: Position(1)) == Position(2), "and on it goes")
        try expect(keeper.verify().position == Position(2), "in one chain")
    }
}
