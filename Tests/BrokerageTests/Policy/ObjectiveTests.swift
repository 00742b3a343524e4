import Seeded
import Testing

@testable import Brokerage

@Suite("The objective")
struct ObjectiveTests {
    @Test("the defaults dominate tier by tier")
    func defaults() {
        #expect(Objective().objections.isEmpty)
    }

    @Test("a tier that does not dominate is named by its field")
    func dominance() {
        let weaker: [(String, (inout Objective) -> Void)] = [
            ("unsafeWaiting", { $0.unsafeWaiting = $0.fastTrackWaiting }),
            ("fastTrackWaiting", { $0.fastTrackWaiting = $0.waitingPerHour * 312 }),
            ("waitingPerHour", { $0.waitingPerHour = $0.offerWithdrawn * 64 }),
            ("offerWithdrawn", { $0.offerWithdrawn = 64 * 42_000_000 }),
            ("preferenceMissed", { $0.preferenceMissed = 1 }),
            ("split", { $0.split = 1 }),
            ("restartMissed", { $0.restartMissed = 18_000_000 }),
            ("preferenceMissed", { $0.overFair = 3 }),
            ("unsafeWaiting", { $0.unsafeWaiting = .max / 4 }),
        ]
        for (field, change) in weaker {
            var objective = Objective()
            change(&objective)
            #expect(objective.objections.map(\.field).contains(field), "\(field)")
        }
    }

    @Test(
        "the folded number says of two exchanges what their tiers say, in whatever they differ",
        arguments: [1, 2] as [UInt64]
    )
    func folding(seed: UInt64) {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let objective = Objective()
        func exchange() -> (tiers: Tiers, points: Int) {
            var tiers = Tiers()
            tiers.unsafeWaiting = Int.random(in: 0...2, using: &random)
            tiers.fastTrackWaiting = tiers.unsafeWaiting == 0 ? Int.random(in: 0...2, using: &random) : 0
            tiers.hoursOfNeed = Int.random(in: 0...3, using: &random)
            tiers.withdrawn = Int.random(in: 0...3, using: &random)
            tiers.wishes = objective.split * Int.random(in: 0...3, using: &random)
            tiers.fairness = Int.random(in: 0...80_640, using: &random)
            let points =
                tiers.unsafeWaiting * objective.unsafeWaiting + tiers.fastTrackWaiting * objective.fastTrackWaiting
                + tiers.hoursOfNeed * objective.waitingPerHour + tiers.withdrawn * objective.offerWithdrawn
                + tiers.wishes + tiers.fairness
            return (tiers, points)
        }
        for _ in 0..<2_000 {
            let (a, b) = (exchange(), exchange())
            // Unsafe and fast track share a tier: one unsafe person weighs as two others, and never against more here.
            if a.tiers.unsafeWaiting != b.tiers.unsafeWaiting,
                a.tiers.fastTrackWaiting != b.tiers.fastTrackWaiting
            {
                continue
            }
            #expect((a.tiers < b.tiers) == (a.points < b.points), "\(a) \(b)")
        }
    }

    @Test("need grows with days waited, up to a most, and as the breach comes nearer")
    func need() {
        let objective = Objective()
        #expect(objective.hoursOfNeed(waited: 0, left: 24) == 48)
        #expect(objective.hoursOfNeed(waited: 25, left: 24) == 72)
        #expect(objective.hoursOfNeed(waited: 24 * 30, left: -100) == 48 + 240 + 24)
        #expect(objective.hoursOfNeed(waited: 0, left: 4) == 68)
    }

    @Test("fairness is free up to the share, then convex")
    func fairness() {
        let objective = Objective()
        #expect(objective.fairness(received: 400, fair: 400) == 0)
        #expect(objective.fairness(received: 500, fair: 400) == 100)
        #expect(objective.fairness(received: 600, fair: 400) == 200 + 3 * 100)
    }
}
