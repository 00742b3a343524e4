import Broker
import Brokerage
import JSON

/// `/v1/offers`: a provider's answers.
enum Offers {
    @Sendable static func list(_ exchange: Exchange) throws(Problem) -> Reply {
        let state = exchange.state
        var query = try QueryReader(exchange.request.query)
        let paging = try Paging(&query)
        let status = try query.one("status", Words.oneOf(Offer.Status.self)) { Offer.Status(rawValue: $0) }
        try query.finish()
        let isIn: (OfferID) -> Bool = { id in
            guard let offer = state.offers[id], status == nil || offer.status == status else { return false }
            return state.isVisible(offer, to: exchange.actor)
        }
        let page =
            status == .open
            ? try paging.listed(state.offersOpen, isIn: isIn)
            : try paging.dense(OfferID.self, of: state.offers.count, isIn: isIn)
        let offers = page.items.compactMap { state.offers[$0] }
        let link = Paging.link(exchange.request, after: page.next)
        let (actor, now) = (exchange.actor, exchange.now)
        let seesPerson = actor.seesPersons
        let keys = seesPerson ? offers.compactMap { key(of: $0, for: actor, state, at: now) } : []
        let render: @Sendable (Texts) -> Served = { texts in
            var served = Served(
                JSONWriter.items(offers) { json, offer in
                    json.offer(
                        offer,
                        state,
                        actor,
                        needs: key(of: offer, for: actor, state, at: now).flatMap { texts.value($0.subject, $0.kind) }
                    )
                }
            )
            served.link = link
            return served
        }
        return keys.isEmpty ? .ready(render(Texts())) : .reading(keys, render)
    }

    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        return show(try find(exchange), exchange.actor, exchange.snapshot, at: exchange.now)
    }

    private static func find(_ exchange: Exchange) throws(Problem) -> Offer {
        guard let offer = exchange.state.offers[try exchange.id()],
            exchange.state.isVisible(offer, to: exchange.actor)
        else { throw .notThere }
        return offer
    }

    /// Where an offer's words about the person are kept; nil once it was refused, lapsed or was withdrawn, or for a provider
    /// whose care has ended: they are then about somebody else's person.
    private static func key(of offer: Offer, for reader: Actor, _ state: State, at now: Instant) -> TextKey? {
        guard let referral = state.referrals[offer.referral] else { return nil }
        switch offer.status {
        case .open: break
        case .accepted:
            let isInCare = referral.packages.compactMap { state.packages[$0] }.contains {
                $0.provider == offer.provider && !$0.isOver(at: now)
            }
            guard isInCare || reader.role != .provider else { return nil }
        case .refused, .expired, .withdrawn: return nil
        }
        return TextKey(subject: referral.person.description, kind: TextKind.needs)
    }

    private static func show(_ offer: Offer, _ reader: Actor, _ snapshot: Snapshot, at now: Instant) -> Reply {
        let state = snapshot.state
        let needs = key(of: offer, for: reader, state, at: now)
        let render: @Sendable (Texts) -> Served = { texts in
            var json = JSONWriter(capacity: 2048)
            guard reader.seesPersons else {
                json.offer(offer, state, reader, needs: nil)
                return Served(json)
            }
            let subject = state.referrals[offer.referral]?.person.description ?? ""
            json.offer(
                offer,
                state,
                reader,
                needs: needs.flatMap { texts.value($0.subject, $0.kind) },
                refusal: .some(texts.value(subject, TextKind.refusal(offer.id)))
            )
            return Served(json)
        }
        guard reader.seesPersons, let person = state.referrals[offer.referral]?.person else {
            return .ready(render(Texts()))
        }
        let note = offer.refusal.map { _ in
            TextKey(subject: person.description, kind: TextKind.refusal(offer.id))
        }
        let keys = [needs, note].compactMap { $0 }
        return keys.isEmpty ? .ready(render(Texts())) : .reading(keys, render)
    }

    @Sendable static func accept(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let offer = try find(exchange)
        let (acceptance, text) = try Body.acceptance(body, of: offer.id)
        return .submit(
            exchange.intent(.accept(offer.id, acceptance), body: body, texts: [text]) {
                _,
                resource,
                snapshot in
                guard case .package(let package) = resource else { return nil }
                return Packages.show(
                    package,
                    exchange.actor,
                    snapshot,
                    today: exchange.today,
                    location: "/v1/packages/\(package.id)"
                )
            }
        )
    }

    @Sendable static func refuse(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let offer = try find(exchange)
        let (reason, text) = try Body.refusal(body, of: offer.id)
        return .submit(
            exchange.intent(.refuse(offer.id, reason), body: body, texts: text.map { [$0] } ?? []) {
                _,
                resource,
                snapshot in
                guard case .offer(let offer) = resource else { return nil }
                return show(offer, exchange.actor, snapshot, at: exchange.now)
            }
        )
    }
}
