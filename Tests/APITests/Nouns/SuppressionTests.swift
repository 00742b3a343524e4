import Seeded
import Testing

@testable import API

@Suite("Counts that a dashboard may not see")
struct SuppressionTests {
    /// Rows as shown, the last of all zones, with the sums.
    private func shown(_ rows: [[Int]]) -> (rows: [[Int?]], sums: [Int?]) {
        let totals = rows.map { $0.reduce(0, +) }
        let sums = Suppression.sums(totals)
        let suppression = Suppression(rows, sums: sums)
        return (
            sums.indices.map { suppression.row($0) },
            zip(totals + [totals.reduce(0, +)], sums).map { $1 ? $0 : nil }
        )
    }

    @Test("none under five, and where it is what the others leave of the sum, the next smallest is hidden, too")
    func single() {
        #expect(shown([[12, 3, 0]]).rows == [[nil, nil, nil], [nil, nil, nil]])
        #expect(shown([[12, 7, 3]]).rows[0] == [12, nil, nil])
        #expect(shown([[12, 7, 0]]).rows[0] == [12, 7, nil])
        #expect(Suppression.sums([20, 2, 7]) == [true, false, false, true])
        #expect(Suppression.sums([2, 1]) == [false, false, false])
        #expect(Suppression.sums([20, 3, 4]) == [true, false, false, true])
    }

    @Test("what every zone leaves of the whole is no few, though it takes several steps to reckon")
    func several() {
        let (rows, sums) = shown([[6, 0, 0], [4, 6, 2], [3, 6, 2]])
        #expect(sums == [6, 12, 11, 29])
        // The first zone's others are nobody, so the second column is the two sixes; with the first it would leave four.
        #expect(rows[3] == [nil, nil, nil])
    }

    @Test("no count under five is the only one that could be, whoever reckons however well")
    func nobodyCanTell() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for round in 0..<400 {
            let rows = (0..<(round % 100 == 0 ? 3 : 2)).map { _ in
                (0..<2).map { _ in [0, 0, 1, 2, 4, 5, 6, 8].randomElement(using: &random) ?? 0 }
            }
            let (cells, sums) = shown(rows)
            for (row, counts) in zip(cells, rows) {
                for (cell, count) in zip(row, counts) { #expect(cell == nil || cell == count && count >= 5) }
            }
            let possible = tables(cells, sums)
            #expect(possible.contains(rows), "\(rows), seed \(seed)")
            for row in rows.indices {
                for column in rows[row].indices where (1..<5).contains(rows[row][column]) {
                    let values = Set(possible.map { $0[row][column] })
                    #expect(values.count > 1, "\(rows), shown as \(cells) and \(sums), seed \(seed)")
                }
            }
        }
    }

    /// Every table of counts up to nine that agrees with what is shown.
    private func tables(_ cells: [[Int?]], _ sums: [Int?]) -> [[[Int]]] {
        let most = 9
        let zones = cells.count - 1
        var found: [[[Int]]] = []
        func agrees(_ wanted: Int?, _ sum: Int) -> Bool { wanted.map { $0 == sum } ?? true }
        func go(_ table: [[Int]]) {
            guard table.count < zones else {
                let foot = (0..<2).map { column in table.reduce(0) { $0 + $1[column] } }
                if zip(cells[zones], foot).allSatisfy({ agrees($0, $1) }), agrees(sums[zones], foot.reduce(0, +)) {
                    found.append(table)
                }
                return
            }
            let row = cells[table.count]
            for first in row[0].map({ $0...$0 }) ?? 0...most {
                for second in row[1].map({ $0...$0 }) ?? 0...most
                where agrees(sums[table.count], first + second) { go(table + [[first, second]]) }
            }
        }
        go([])
        return found
    }
}
