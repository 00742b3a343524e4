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

    @Test("no count under five follows from the sums, in tables of any size")
    func reckonedFromSums() {
        // Two zones and two classes that are hidden crosswise: what the others leave of three lines together is one cell.
        expectUndetermined([[3, 3, 6, 6], [3, 3, 2, 6], [6, 6, 3, 3], [6, 6, 3, 3]], "by hand")
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let (height, width) = (Int.random(in: 2...6, using: &random), Int.random(in: 2...5, using: &random))
            let rows = (0..<height).map { _ in
                (0..<width).map { _ in [0, 1, 2, 3, 4, 5, 6, 7, 9].randomElement(using: &random) ?? 0 }
            }
            expectUndetermined(rows, "seed \(seed)")
        }
    }

    /// Solves for every hidden cell, the sums among them, what rows and columns say: a cell that comes out alone is reckoned.
    private func expectUndetermined(_ rows: [[Int]], _ name: String) {
        let (cells, sums) = shown(rows)
        let table = zip(cells, sums).map { $0 + [$1] }
        let whole = (rows + [rows[0].indices.map { column in rows.reduce(0) { $0 + $1[column] } }]).map {
            $0 + [$0.reduce(0, +)]
        }
        var unknown: [[Int]] = []
        for row in table.indices {
            for column in table[row].indices where table[row][column] == nil { unknown.append([row, column]) }
        }
        let lines =
            table.indices.map { row in unknown.map { $0[0] == row ? $0[1] == table[0].count - 1 ? -1 : 1 : 0 } }
            + table[0].indices.map { column in unknown.map { $0[1] == column ? $0[0] == table.count - 1 ? -1 : 1 : 0 } }
        // Whole numbers stay whole: the matrix is totally unimodular.
        var matrix = lines
        var rank = 0
        for column in unknown.indices {
            guard let pivot = matrix.indices.dropFirst(rank).first(where: { matrix[$0][column] != 0 }) else { continue }
            matrix.swapAt(rank, pivot)
            if matrix[rank][column] < 0 { matrix[rank] = matrix[rank].map { -$0 } }
            for other in matrix.indices where other != rank && matrix[other][column] != 0 {
                let times = matrix[other][column]
                matrix[other] = zip(matrix[other], matrix[rank]).map { $0 - times * $1 }
            }
            rank += 1
        }
        for line in matrix.prefix(rank) {
            let left = line.indices.filter { line[$0] != 0 }
            guard left.count == 1 else { continue }
            let (row, column) = (unknown[left[0]][0], unknown[left[0]][1])
            #expect(!(1..<5).contains(whole[row][column]), "\(rows), shown as \(table), \(name)")
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
