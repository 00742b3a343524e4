import ArgumentParser
import Broker
import Brokerage
import JSON

/// Fills an empty data folder, so that someone can see the service at work within a minute.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fills an empty data folder with a Warwickshire-like county and prints a key for each role."
    )

    /// How large; each county is about 60 providers, 3,600 block hours a week and 230 people.
    enum Scale: String, CaseIterable, ExpressibleByArgument {
        case county, ics, england

        var counties: Int {
            switch self {
            case .county: 1
            case .ics: 3
            case .england: 116
            }
        }

        var people: Int { 230 * counties }
    }

    @OptionGroup var options: DataOptions
    @Option(help: "How large the demonstration is.")
    var scale = Scale.county
    @Option(help: "The seed; the same seed on the same day gives the same county.")
    var seed: UInt64 = 1
    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        try orFail {
            try DataFolder.expectName(options.system)
            let folder = try DataFolder(options.data)
            if try folder.store.systems().contains(options.system),
                try folder.store.journal(system: options.system).lastPosition() > .start
            {
                throw Failure("\(options.data) holds a journal already: the demonstration needs an empty folder")
            }
            let clock = SetClock(systemClock())
            let now = clock.now
            let broker = try folder.broker(options.system, createIfAbsent: true, clock: { clock.now })
            var county = DemoCounty(broker: broker, clock: clock, scale: scale, random: SplitMix(seed: seed))
            try county.fill(today: now)
            clock.now = systemClock()
            try printKeys(broker)
        }
    }

    private func printKeys(_ broker: Broker) throws {
        let state = broker.published().state
        // The provider whose key is shown has an offer to answer, if anyone has.
        let provider =
            state.offersOpen.first.flatMap { state.offers[$0]?.provider }
            ?? state.providers.keys.min() ?? DemoCounty.slug("nobody")
        var organisations: [(Role, OrganisationID)] = []
        for role in Role.allCases {
            switch role {
            case .referrer: organisations.append((role, DemoCounty.hospitals[0].organisation))
            case .provider: organisations.append((role, provider))
            case .clinician: organisations.append((role, DemoCounty.clinician.organisation))
            case .broker: organisations.append((role, DemoCounty.hub.organisation))
            case .commissioner: organisations.append((role, DemoCounty.commissioner.organisation))
            case .dashboard: organisations.append((role, DemoCounty.slug("control-room")))
            case .administrator: organisations.append((role, Broker.itself.organisation))
            }
        }
        let keys = try organisations.map { ($0.0, $0.1, try broker.addKey($0.0, $0.1)) }
        if json {
            try standardOutput(Self.json(keys, zones: state.zones.keys.sorted()))
        } else {
            try standardOutput(
                "\(state.zones.count) zones, \(state.providers.count) providers, \(state.blocks.count) blocks, "
                    + "\(state.packagesInCare.count) people cared for, \(state.referralsSeekingCare.count) seeking care"
            )
            for (role, organisation, key) in keys { try standardOutput("\(role.rawValue)\t\(organisation)\t\(key)") }
        }
    }

    private static func json(_ keys: [(Role, OrganisationID, String)], zones: [ZoneID]) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("keys")
            writer.object { writer in
                for (role, _, key) in keys {
                    writer.key(text: role.rawValue)
                    writer.value(key)
                }
            }
            writer.key("organisations")
            writer.object { writer in
                for (role, organisation, _) in keys {
                    writer.key(text: role.rawValue)
                    writer.value(organisation.description)
                }
            }
            writer.key("zones")
            writer.array { writer in
                for zone in zones { writer.value(zone.description) }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
