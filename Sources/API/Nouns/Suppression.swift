/// Which counts of a board a dashboard may see: none under five, and none from which such a count could be reckoned.
///
/// A board is a table, a row for each zone and a column for each thing that is told apart, with sums at its foot and at its
/// side. Who reads it can subtract. So a count is hidden until no subtraction, done as often as it leads anywhere, gives one
/// that may not be known (secondary suppression).
struct Suppression {
    /// A dashboard sees no count below this: few people are somebody in particular.
    static let least = 5

    /// Row by row, the last being the sums of the rows before; of each row the last cell is its own sum.
    private let counts: [[Int]]
    /// What is shown.
    private var shown: [[Bool]]

    /// Hides what must be.
    ///
    /// - Parameters:
    ///   - rows: the counts of each zone.
    ///   - sums: whether the sum of each zone is shown, and at last that of all.
    init(_ rows: [[Int]], sums: [Bool]) {
        let width = rows.first?.count ?? 0
        let foot = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } }
        counts = (rows + [foot]).map { $0 + [$0.reduce(0, +)] }
        precondition(sums.count == counts.count)
        // Where a sum is hidden, what it is made of would tell it.
        shown = zip(counts, sums).map { row, isShown in
            row.dropLast().map { isShown && $0 >= Suppression.least } + [isShown]
        }
        let lines = lines
        while true {
            let cells = toHide(lines)
            if cells.isEmpty { break }
            for (row, column) in cells { shown[row][column] = false }
        }
    }

    /// A zone's counts as they may be shown, without its sum; the last row is of all zones.
    func row(_ index: Int) -> [Int?] {
        zip(counts[index], shown[index]).dropLast().map { $1 ? $0 : nil }
    }

    /// Which sums may be shown: those of at least five, with no few left between those of the zones and that of all.
    ///
    /// - Returns: one for each zone, and at last that of all.
    static func sums(_ totals: [Int]) -> [Bool] {
        let all = totals.reduce(0, +)
        var shown = totals.map { $0 >= least }
        while true {
            let hidden = totals.indices.filter { !shown[$0] }
            let rest = hidden.reduce(0) { $0 + totals[$1] }
            guard (1..<least).contains(rest), all >= least,
                let next = totals.indices.filter({ shown[$0] }).min(by: { totals[$0] < totals[$1] })
            else { break }
            shown[next] = false
        }
        return shown + [all >= least]
    }

    // MARK: Reckoning

    /// A line whose cells add up to its sum.
    private struct Line {
        var cells: [(row: Int, column: Int)]
        var sum: (row: Int, column: Int)
    }

    private var lines: [Line] {
        let (height, width) = (counts.count, counts[0].count)
        let rows = (0..<height).map { row in
            Line(cells: (0..<width - 1).map { (row, $0) }, sum: (row, width - 1))
        }
        let columns = (0..<width).map { column in
            Line(cells: (0..<height - 1).map { ($0, column) }, sum: (height - 1, column))
        }
        return rows + columns
    }

    /// What can be reckoned from what is shown: a cell that can have only one value, given the sums, or that lies in a line where nothing is left
    /// for those that are unknown.
    private func known(_ lines: [Line]) -> [[Bool]] {
        var known = shown
        var isChanging = true
        while isChanging {
            isChanging = false
            for cell in determined(known) {
                known[cell.row][cell.column] = true
                isChanging = true
            }
            for line in lines where known[line.sum.row][line.sum.column] {
                let unknown = line.cells.filter { !known[$0.row][$0.column] }
                let rest = unknown.reduce(0) { $0 + counts[$1.row][$1.column] }
                guard !unknown.isEmpty, rest == 0 else { continue }
                for cell in unknown { known[cell.row][cell.column] = true }
                isChanging = true
            }
        }
        return known
    }

    /// Unknown cells to which the sums leave one value. Each line says what its cells, its sum among them, come to together; each
    /// cell lies in one row and one column. So the unknown ones are the edges of a graph of rows and columns, and those in a
    /// cycle may all be changed together, up and down in turn, while those in none may not: its bridges (Gusfield, "A Graph
    /// Theoretic Approach to Statistical Data Security", 1988).
    private func determined(_ known: [[Bool]]) -> [(row: Int, column: Int)] {
        let (height, width) = (counts.count, counts[0].count)
        var order = [Int](repeating: 0, count: height + width)
        var lowest = order
        var visited = 0
        var bridges: [(row: Int, column: Int)] = []
        // As deep as there are rows and columns (Tarjan, 1974).
        func visit(_ node: Int, from parent: Int) {
            visited += 1
            (order[node], lowest[node]) = (visited, visited)
            let others = node < height ? Array(height..<height + width) : Array(0..<height)
            for other in others where other != parent {
                let (row, column) = node < height ? (node, other - height) : (other, node - height)
                guard !known[row][column] else { continue }
                if order[other] == 0 {
                    visit(other, from: node)
                    lowest[node] = min(lowest[node], lowest[other])
                    if lowest[other] > order[node] { bridges.append((row, column)) }
                } else {
                    lowest[node] = min(lowest[node], order[other])
                }
            }
        }
        for row in 0..<height where order[row] == 0 { visit(row, from: -1) }
        return bridges
    }

    /// Cells by whose being shown others could be reckoned that may not be, or few people in some that are hidden together;
    /// none where nothing can.
    private func toHide(_ lines: [Line]) -> [(row: Int, column: Int)] {
        let known = known(lines)
        let width = counts[0].count
        func smallest(_ cells: [(row: Int, column: Int)]) -> (row: Int, column: Int)? {
            cells.filter { shown[$0.row][$0.column] && $0.column < width - 1 }
                .min { counts[$0.row][$0.column] < counts[$1.row][$1.column] }
        }
        func isFew(_ count: Int) -> Bool { (1..<Suppression.least).contains(count) }
        var found: [(row: Int, column: Int)] = []
        for line in lines {
            let unknown = line.cells.filter { !known[$0.row][$0.column] }
            let rest = unknown.reduce(0) { $0 + counts[$1.row][$1.column] }
            let isToldTogether = known[line.sum.row][line.sum.column] && isFew(rest)
            guard
                isToldTogether
                    || line.cells.contains(where: { known[$0.row][$0.column] && isFew(counts[$0.row][$0.column]) })
            else { continue }
            // The least that is lost: the smallest count that is shown in this line, or else anywhere.
            if let cell = smallest(line.cells + [line.sum]) {
                found.append(cell)
            } else if found.isEmpty {
                let everywhere = counts.indices.flatMap { row in (0..<width).map { (row: row, column: $0) } }
                if let cell = smallest(everywhere) { found.append(cell) }
            }
        }
        return found
    }
}
