/// Minutes and carers for each weekday and band: what a block buys, what a claim takes of it.
public struct WeeklyPattern: Hashable, Sendable {
    /// What one (weekday, band) holds.
    public struct Cell: Hashable, Sendable {
        /// Contact minutes, travel excluded; 0...30,000.
        public var minutes: Int32
        /// How many carers can work at once; 0 where there are no minutes.
        public var carers: UInt8

        /// A cell from its two numbers.
        public init(minutes: Int32, carers: UInt8) {
            self.minutes = minutes
            self.carers = carers
        }

        /// Nothing bought, nobody working.
        public static let empty = Cell(minutes: 0, carers: 0)
    }

    /// The most minutes one (block, band, day) may hold, so that every sum fits the ledger's 16-bit cells.
    public static let mostMinutes = 30_000
    /// The most carers at once that one cell may name.
    public static let mostCarers = 100

    /// Thirty-five cells: weekday x 5 + band.
    public internal(set) var cells: [Cell]

    /// A pattern without minutes.
    public init() {
        cells = Array(repeating: .empty, count: 35)
    }

    /// The cell of a weekday and a band.
    public subscript(day: Weekday, band: Band) -> Cell {
        get { cells[day.index * Band.count + band.index] }
        set { cells[day.index * Band.count + band.index] = newValue }
    }

    /// All minutes of one week.
    public var minutesPerWeek: Int { cells.reduce(0) { $0 + Int($1.minutes) } }

    /// The same pattern as rows for people: equal cells of a band gathered into one row with its days.
    public var rows: [Row] {
        var rows: [Row] = []
        for band in Band.allCases {
            for day in Weekday.allCases {
                let cell = self[day, band]
                guard cell.minutes > 0 else { continue }
                if let index = rows.firstIndex(where: { $0.band == band && $0.cell == cell }) {
                    rows[index].days = Weekdays(rows[index].days.days + [day])
                } else {
                    rows.append(Row(days: Weekdays([day]), band: band, cell: cell))
                }
            }
        }
        return rows
    }

    /// Some weekdays on which a band holds the same.
    public struct Row: Hashable, Sendable {
        /// The weekdays.
        public var days: Weekdays
        /// The band.
        public var band: Band
        /// What each of the days holds.
        public var cell: Cell

        /// A row from its parts.
        public init(days: Weekdays, band: Band, cell: Cell) {
            self.days = days
            self.band = band
            self.cell = cell
        }
    }

    /// A pattern from rows; nil when a (day, band) is named twice.
    public init?(rows: [Row]) {
        self.init()
        for row in rows {
            for day in row.days.days {
                guard self[day, row.band].minutes == 0 else { return nil }
                self[day, row.band] = row.cell
            }
        }
    }
}

extension WeeklyPattern {
    /// The same minutes; where a cell with minutes says no carers, those of another pattern.
    func keepingCarers(of other: WeeklyPattern) -> WeeklyPattern {
        var kept = self
        for day in Weekday.allCases {
            for band in Band.allCases where kept[day, band].minutes > 0 && kept[day, band].carers == 0 {
                kept[day, band].carers = other[day, band].carers
            }
        }
        return kept
    }
}
