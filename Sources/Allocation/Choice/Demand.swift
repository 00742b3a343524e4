/// What some visits of a need take, laid out cell by cell as a claim's free minutes lie: `(day & 127) * 5 + band`. Whether it
/// fits is then a subtraction of rows, sixteen cells at a time, with no look at a calendar.
public struct Demand: Sendable {
    /// Minutes taken, as long as a claim's free cells.
    private let cells: [Int16]
    /// Steps of sixteen cells in which anything is taken.
    private let steps: [Int32]

    private static let stride = 16

    /// The demand of some visits of a need.
    public init(_ need: Need, visits mask: UInt16) {
        var cells = [Int16](repeating: 0, count: Capacity.horizon * 5)
        var isUsed = [Bool](repeating: false, count: cells.count / Demand.stride)
        need.forEachCell(mask) { day, band, minutes in
            let cell = (day & (Capacity.horizon - 1)) * 5 + band
            cells[cell] = Int16(clamping: minutes)
            isUsed[cell / Demand.stride] = true
        }
        self.cells = cells
        steps = isUsed.indices.filter { isUsed[$0] }.map(Int32.init)
    }

    /// Whether free cells hold it. More minutes than a cell can hold are asked for as the most it can, and so never fit
    /// what holds less; `Capacity.obstacle` counts them exactly.
    public func fits(_ free: [Int16]) -> Bool { slack(of: free) >= 0 }

    /// The fewest minutes left in any cell it touches; below 0 where they do not hold it.
    func slack(of free: [Int16]) -> Int16 {
        precondition(free.count >= cells.count)
        return free.withUnsafeBufferPointer { free in
            cells.withUnsafeBufferPointer { cells in
                guard let have = UnsafeRawPointer(free.baseAddress), let take = UnsafeRawPointer(cells.baseAddress)
                else {
                    return .max
                }
                var least = SIMD16<Int16>(repeating: .max)
                for step in steps {
                    let offset = Int(step) * Demand.stride * MemoryLayout<Int16>.size
                    let asked = take.loadUnaligned(fromByteOffset: offset, as: SIMD16<Int16>.self)
                    // Free cells are never negative, so the difference does not overflow.
                    let left = have.loadUnaligned(fromByteOffset: offset, as: SIMD16<Int16>.self) &- asked
                    // Most claims that are short are so on the first days already.
                    if Demand.isShort(left) { return -1 }
                    least.replace(with: left, where: left .< least .& asked .> 0)
                }
                // By halves: `min()` goes through all lanes one after the other.
                let eight = least.lowHalf.replacing(with: least.highHalf, where: least.highHalf .< least.lowHalf)
                let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .< eight.lowHalf)
                let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
                return min(two.x, two.y)
            }
        }
    }

    /// Whether two claims' free cells hold it between them, minute by minute: without that they cannot carry it, however its
    /// visits are shared.
    func fits(_ free: [Int16], and other: [Int16]) -> Bool {
        precondition(free.count >= cells.count && other.count >= cells.count)
        return free.withUnsafeBytes { free in
            other.withUnsafeBytes { other in
                cells.withUnsafeBytes { cells in
                    steps.allSatisfy { step in
                        let offset = Int(step) * Demand.stride * MemoryLayout<Int16>.size
                        // Unsigned: two cells of 32,767 add up to less than 65,536.
                        let have =
                            free.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt16>.self)
                            &+ other.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt16>.self)
                        return all(have .>= cells.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt16>.self))
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func isShort(_ left: SIMD16<Int16>) -> Bool {
        let words = unsafeBitCast(left, to: SIMD4<UInt64>.self)
        let both = words.lowHalf | words.highHalf
        return (both[0] | both[1]) & 0x8000_8000_8000_8000 != 0
    }
}
