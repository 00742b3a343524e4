@testable import Allocation

extension Region {
    /// The whole of a problem as one region, with a plan to begin from.
    convenience init(undivided problem: Problem, home: Plan) {
        let division = Division(problem, home, regions: 1, round: 0)
        self.init(
            problem,
            needs: division.needs[0],
            blocks: division.blocks[0],
            free: division.free,
            received: division.received,
            home: home
        )
    }
}
