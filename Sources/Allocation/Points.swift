/// The engine counts what a package costs in 32 bits and what a plan costs in 64, without looking at each step. Whoever makes an
/// instance from figures that are not its own asks first whether they could come to more.
extension Instance {
    /// Points beyond what can be counted, and what most of them come from.
    public enum Excess: Error, Equatable, Sendable {
        /// A need that could cost too much on one block.
        case need(Int, points: Int128, by: Part)
        /// What a plan could come to in all.
        case plan(by: Part)

        /// What is charged for.
        public enum Part: Sendable { case travel, spot, preferences, waiting, placing, fairness }
    }

    /// Points that one package may cost on one block, fairness apart: 2^31 - 1.
    public static let mostPointsOfNeed = Int128(Int32.max)
    /// Points that a plan may cost, 2^55: while a search is warm it adds grudges of up to fifteen times as much.
    public static let mostPointsOfPlan = Int128(1) << 55

    /// The dearest that blocks which serve a place would charge; they may not be allowed to take a need at all.
    private struct Dearest {
        var metres = 0
        var rate = 0
    }

    /// Looks whether points could become too large to count.
    public func checkPoints() throws(Excess) {
        var dearest = [Dearest](repeating: Dearest(), count: places.count)
        for block in blocks {
            for place in block.zone {
                if let rate = block.spotRate {
                    dearest[place].rate = max(dearest[place].rate, rate)
                } else {
                    dearest[place].metres = max(dearest[place].metres, distance(place, block.base))
                }
            }
        }
        var (waiting, placing, weekly) = (Int128(0), Int128(0), Int128(0))
        for (index, need) in needs.enumerated() {
            let (points, part) = mostPoints(need, dearest[need.place])
            guard points <= Instance.mostPointsOfNeed else { throw .need(index, points: points, by: part) }
            waiting += Int128(need.waiting) + Int128(need.stayCost)
            placing += points + Int128(weights.split)
            weekly += Int128(need.weekly(need.bands))
        }
        let received = providers.reduce(weekly) { $0 + Int128($1.recent) }
        let fairness = (Int128(weights.overFair) + Int128(weights.farOverFair)) * received
        guard waiting + placing + fairness <= Instance.mostPointsOfPlan else {
            throw .plan(
                by: fairness > max(waiting, placing) ? .fairness : placing > waiting ? .placing : .waiting
            )
        }
    }

    /// The most points that a need could cost on one block, and what most of them come from.
    private func mostPoints(_ need: Need, _ dearest: Dearest) -> (points: Int128, by: Excess.Part) {
        var (travel, spot, missed) = (Int128(0), Int128(0), Int128(0))
        for call in need.calls {
            let visits = Int128(call.days.nonzeroBitCount * call.carers)
            travel += Int128(dearest.metres) * visits * Int128(weights.travelPerKilometreVisit) / 1000
            spot += (Int128(dearest.rate) * visits * Int128(call.minutes) + 59) / 60
            missed += 2 * Int128(weights.preferenceMissed)
        }
        return (
            max(travel, spot) + missed,
            missed > max(travel, spot) ? .preferences : travel > spot ? .travel : .spot
        )
    }
}
