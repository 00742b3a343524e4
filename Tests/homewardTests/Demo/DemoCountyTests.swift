import Broker
import Brokerage
import Journal
import Testing
import Vault

@testable import homeward

@Suite("The demonstration county")
struct DemoCountyTests {
    @Test(
        "is filled at any hour of any day: late in a summer evening, at midnight, when the clocks change",
        arguments: ["2026-11-26T22:45:00Z", "2026-07-01T22:55:00Z", "2026-12-02T00:00:00Z", "2027-03-28T01:15:00Z"]
    )
    func fills(time: String) throws {
        let now = try #require(Instant(time))
        let clock = SetClock(now)
        let broker = try Broker.open(
            system: "default",
            keeper: MemoryJournal(chain: HashChain(system: "default", digest: { SHA256.digest($0, $1) })),
            keyring: Keyring([VaultSecret(id: 1, bytes: Array(0..<32))]),
            clock: { clock.now }
        )
        var county = DemoCounty(broker: broker, clock: clock, scale: .county, random: SplitMix(seed: 1))
        try county.fill(today: now)
        let state = broker.published().state
        #expect(state.today == London.day(at: now))
        #expect(state.packagesInCare.count > 150)
        #expect(state.referralsSeekingCare.count > 5)
    }
}
