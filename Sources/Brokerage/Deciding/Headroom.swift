import Allocation

/// The most minutes that any one claim of a zone has free, cell by cell. A visit that does not fit this fits no claim there,
/// whoever holds it: most of a long queue is told apart by it, for the price of one claim each.
///
/// What is placed afterwards leaves less: then it promises too much, which costs a closer look, and never too little.
struct Headroom {
    private let cells: [Int16]

    /// Looks at all that the zone's claims have free.
    init(_ state: State, _ zone: ZoneID) {
        var cells = [Int16](repeating: 0, count: Slab.horizon * Band.count)
        for block in state.blocks(of: zone).compactMap({ state.blocks[$0] }) {
            for claim in block.claims {
                guard let slab = state.slabs[claim] else { continue }
                cells.withUnsafeMutableBufferPointer { cells in
                    slab.cells.withUnsafeBufferPointer { free in
                        for cell in cells.indices { cells[cell] = max(cells[cell], free[cell]) }
                    }
                }
            }
        }
        self.cells = cells
    }

    /// Whether some claim might have the minutes.
    func mayHold(_ demand: Demand) -> Bool { demand.fits(cells) }
}
