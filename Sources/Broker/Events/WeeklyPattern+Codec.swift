import Brokerage
import JSON

/// A pattern is written as rows, like people write it: a band, the days that are alike in it, and what each of them
/// holds. Bands come in their order, and within a band the row of the earlier day first.
extension WeeklyPattern: Recorded {
    func write(to json: inout JSONWriter) {
        json.array {
            for band in Band.allCases {
                var rows: [Row] = []
                for day in Weekday.allCases where self[day, band] != .empty {
                    let cell = self[day, band]
                    let bit = 1 << UInt8(day.index)
                    if let index = rows.firstIndex(where: { $0.cell == cell }) {
                        rows[index].days = Weekdays(bits: rows[index].days.bits | UInt8(bit))
                    } else {
                        rows.append(Row(days: Weekdays(bits: UInt8(bit)), band: band, cell: cell))
                    }
                }
                for row in rows { row.write(to: &$0) }
            }
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> WeeklyPattern {
        var pattern = WeeklyPattern()
        try reader.elements { (reader) throws(CodecError) in
            let row = try Row.read(from: &reader)
            for day in Weekday.allCases where row.days.contains(day) {
                guard pattern[day, row.band] == .empty else {
                    throw CodecError("expected each day of a band in one row only")
                }
                pattern[day, row.band] = row.cell
            }
        }
        return pattern
    }
}

extension WeeklyPattern.Row: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("band", band)
            $0.put("days", days)
            $0.put("minutes", cell.minutes)
            $0.put("carers", Int(cell.carers))
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> WeeklyPattern.Row {
        try reader.object { (reader) throws(CodecError) in
            let band: Band = try reader.field("band")
            let days: Weekdays = try reader.field("days")
            let minutes: Int32 = try reader.field("minutes")
            guard let carers = UInt8(exactly: try reader.field("carers", as: Int.self)) else {
                throw CodecError("expected 0 to 255 carers")
            }
            return WeeklyPattern.Row(
                days: days,
                band: band,
                cell: WeeklyPattern.Cell(minutes: minutes, carers: carers)
            )
        }
    }
}
