import Journal

// The cases about enclosures.
extension JournalContract {
    static func enclosuresWithRecords(_ keeper: any JournalKeeper) throws {
        let bytes = Array(UInt8.min...UInt8.max)
        _ = try keeper.append(
            [
                record("a", [sealed("p1", "identity", bytes), sealed("p1", "needs", [])]),
                record("b", [sealed("p2", "identity", [2])]),
            ],
            after: .start
        )
        try expect(keeper.enclosure(subject: "p1", kind: "identity") == bytes, "byte for byte")
        try expect(keeper.enclosure(subject: "p1", kind: "needs") == [], "an empty one is not none")
        try expect(keeper.enclosure(subject: "p2", kind: "needs") == nil, "none for p2")
        _ = try keeper.append(
            [record("c", [sealed("p1", "identity", [3]), sealed("p1", "identity", [4])])],
            after: Position(2)
        )
        try expect(keeper.enclosure(subject: "p1", kind: "identity") == [4], "the last one counts")
    }

    static func refusedEnclosures(_ keeper: any JournalKeeper) throws {
        _ = try keeper.append([record("a", [sealed("p", "k", [1])])], after: .start)
        try expect(.conflict(last: Position(1))) {
            _ = try keeper.append(
                [record("b", [sealed("p", "k", [2]), sealed("q", "k", [2])])],
                after: .start
            )
        }
        try expect(keeper.enclosure(subject: "p", kind: "k") == [1], "the old one stays")
        try expect(keeper.enclosure(subject: "q", kind: "k") == nil, "no new one")
    }

    static func enclosuresListed(_ keeper: any JournalKeeper) throws {
        let subjects = ["p-10", "p-9", "P", "é", "a'b", "\u{65}\u{301}"]
        _ = try keeper.append(
            [
                record(
                    "a",
                    subjects.map { sealed($0, "identity", [UInt8($0.utf8.count)]) } + [
                        sealed("p-0", "needs", [])
                    ]
                )
            ],
            after: .start
        )
        var listed: [Enclosure] = []
        while true {
            let page = try keeper.enclosures(kind: "identity", after: listed.last?.subject, limit: 2)
            try expect(page.count <= 2, "a page of at most two")
            if page.isEmpty { break }
            listed += page
        }
        let ordered = subjects.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        try expect(
            listed.map { Array($0.subject.utf8) } == ordered.map { Array($0.utf8) },
            "in order of bytes"
        )
        try expect(
            listed.allSatisfy { $0.sealed == [UInt8($0.subject.utf8.count)] },
            "each with its own bytes"
        )
        try expect(keeper.enclosures(kind: "other", after: nil, limit: 9).isEmpty, "none of another kind")
    }

    static func allEnclosuresListed(_ keeper: any JournalKeeper) throws {
        let all = [
            sealed("P", "needs", [1]), sealed("p", "identity", [2]), sealed("p", "needs", [3]),
            sealed("p-1", "address", [4]), sealed("é", "identity", []),
        ]
        _ = try keeper.append([record("a", all.reversed())], after: .start)
        for limit in 1...6 {
            var listed: [Enclosure] = []
            while true {
                let place = listed.last.map { EnclosurePlace(subject: $0.subject, kind: $0.kind) }
                let page = try keeper.enclosures(after: place, limit: limit)
                try expect(page.count <= limit, "a page of at most \(limit)")
                if page.isEmpty { break }
                listed += page
            }
            try expect(listed == all, "all in order, \(limit) at a time")
        }
    }

    static func forgetting(_ keeper: any JournalKeeper) throws {
        _ = try keeper.append(
            [
                record(
                    "a",
                    [sealed("p", "identity", [1]), sealed("p", "needs", [2]), sealed("pp", "identity", [3])]
                )
            ],
            after: .start
        )
        try expect(keeper.forget(subject: "p") == 2, "two removed")
        try expect(keeper.forget(subject: "p") == 0, "none left")
        try expect(keeper.enclosure(subject: "p", kind: "identity") == nil, "identity is gone")
        try expect(keeper.enclosure(subject: "p", kind: "needs") == nil, "needs are gone")
        try expect(keeper.enclosure(subject: "pp", kind: "identity") == [3], "a neighbour stays")
        try expect(keeper.verify().position == Position(1), "the record stays")
        _ = try keeper.append([record("b", [sealed("p", "identity", [9])])], after: Position(1))
        try expect(keeper.enclosure(subject: "p", kind: "identity") == [9], "may be known again")
    }

    static func replacing(_ keeper: any JournalKeeper) throws {
        _ = try keeper.append([record("a", [sealed("p", "k", [1])])], after: .start)
        try expect(keeper.replace([1], by: sealed("p", "k", [2])), "replaced")
        try expect(!keeper.replace([1], by: sealed("p", "k", [3])), "no longer what was read")
        try expect(keeper.enclosure(subject: "p", kind: "k") == [2], "the first replacement stays")
        _ = try keeper.forget(subject: "p")
        try expect(!keeper.replace([2], by: sealed("p", "k", [3])), "what is forgotten stays forgotten")
        try expect(keeper.enclosure(subject: "p", kind: "k") == nil, "nothing came back")
        try expect(keeper.lastPosition() == Position(1), "no record for any of it")
    }

    private static func sealed(_ subject: String, _ kind: String, _ bytes: [UInt8]) -> Enclosure {
        Enclosure(subject: subject, kind: kind, sealed: bytes)
    }
}
