/// When minutes may be bought on the spot, outside any block. The engine only says that it could help; a named person
/// buys, under this ceiling and within this budget.
public struct SpotRules: Hashable, Sendable {
    /// The most pence an hour may cost, 3,214: the Homecare Association's minimum price of 2025/26.
    public var ceilingPence = 3_214
    /// Pence that may be committed within the window, 0: nothing is bought until a commissioner sets a budget.
    public var budgetPence = 0
    /// Days over which the budget is counted, today included, 28.
    public var budgetDays = 28

    /// The defaults.
    public init() {}
}
