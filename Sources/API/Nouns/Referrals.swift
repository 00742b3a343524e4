import Broker
import Brokerage
import JSON

/// `/v1/referrals` and the nouns of their state.
enum Referrals {
    // MARK: Reading

    @Sendable static func list(_ exchange: Exchange) throws(Problem) -> Reply {
        let state = exchange.state
        var query = try QueryReader(exchange.request.query)
        let paging = try Paging(&query)
        let status = try query.one("status", Words.oneOf(Referral.Status.self)) {
            Referral.Status(rawValue: $0)
        }
        let zone = try query.one("zone")
        let overdue = try query.one("overdue", "true or false") { Bool($0) }
        try query.finish()
        let isIn: (ReferralID) -> Bool = { id in
            guard let referral = state.referrals[id], status == nil || referral.status == status,
                zone == nil || referral.zone.description == zone,
                overdue == nil || referral.isOverdue(at: exchange.now) == overdue
            else { return false }
            return state.isVisible(referral, to: exchange.actor)
        }
        // Those for whom care is sought, or has yet to begin, are few and indexed; all others are walked in order.
        let isSought = overdue == true || status?.isSeekingCare ?? false
        let page =
            isSought
            ? try paging.listed(
                Set(state.referralsSeekingCare).union(state.referralsAwaitingStart).sorted(),
                isIn: isIn
            )
            : try paging.dense(ReferralID.self, of: state.referrals.count, isIn: isIn)
        let referrals = page.items.compactMap { state.referrals[$0] }
        let link = Paging.link(exchange.request, after: page.next)
        let reader = exchange.actor
        let seesPerson = reader.seesPersons
        let keys =
            seesPerson ? referrals.map { TextKey(subject: $0.person.description, kind: TextKind.person) } : []
        let render: @Sendable (Texts) -> Served = { texts in
            var served = Served(
                JSONWriter.items(referrals) { json, referral in
                    let shown = ReferralTexts(
                        person: texts.value(referral.person.description, TextKind.person),
                        isWhole: false
                    )
                    ReferralView(referral: referral, reader: reader, texts: seesPerson ? shown : nil)
                        .write(to: &json, in: state)
                }
            )
            served.link = link
            return served
        }
        return keys.isEmpty ? .ready(render(Texts())) : .reading(keys, render)
    }

    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        return show(try find(exchange), exchange.actor, exchange.snapshot)
    }

    static func find(_ exchange: Exchange) throws(Problem) -> Referral {
        guard let referral = exchange.state.referrals[try exchange.id()],
            exchange.state.isVisible(referral, to: exchange.actor)
        else { throw .notThere }
        return referral
    }

    /// A referral for one reader, with the texts that reader may see.
    ///
    /// - Parameter posted: texts of the request that is answered. A repeat of it is answered with the same words, whatever
    ///   was written over them since: they stand beside what that request decided.
    private static func show(
        _ referral: Referral,
        _ reader: Actor,
        _ snapshot: Snapshot,
        status: UInt16 = 200,
        posted: [SensitiveText] = []
    ) -> Reply {
        guard reader.seesPersons else { return .ready(served(referral, reader, nil, [], snapshot, status: status)) }
        let subject = referral.person.description
        var keys = [
            TextKey(subject: subject, kind: TextKind.person), TextKey(subject: subject, kind: TextKind.needs),
        ]
        if referral.triage != nil { keys.append(TextKey(subject: subject, kind: TextKind.triage)) }
        if referral.status == .withdrawn { keys.append(TextKey(subject: subject, kind: TextKind.withdrawal)) }
        return .reading(keys) { [keys] read in
            var texts = read
            for text in posted { texts.found[TextKey(subject: subject, kind: text.kind)] = text.json }
            let shown = ReferralTexts(
                person: texts.value(subject, TextKind.person),
                needs: texts.value(subject, TextKind.needs),
                triage: texts.value(subject, TextKind.triage),
                withdrawal: texts.value(subject, TextKind.withdrawal)
            )
            return served(referral, reader, shown, keys.flatMap { texts.found[$0] ?? [] }, snapshot, status: status)
        }
    }

    /// The tag has a part of its own for the vault's texts, so that `If-Match` can be judged without reading them:
    /// whoever changes them changes the version too.
    private static func served(
        _ referral: Referral,
        _ reader: Actor,
        _ texts: ReferralTexts?,
        _ raw: [UInt8],
        _ snapshot: Snapshot,
        status: UInt16
    ) -> Served {
        var json = JSONWriter(capacity: 2048)
        let asides = ReferralView(referral: referral, reader: reader, texts: texts).write(to: &json, in: snapshot.state)
        let body = json.bytes
        let tag = EntityTag.of(version: referral.version, content: body.without(asides), texts: raw)
        var served = Served(body: body, tag: tag)
        served.status = status
        return served
    }

    private static func tag(_ referral: Referral, _ reader: Actor, _ state: State, _ raw: [UInt8]) -> String {
        var json = JSONWriter(capacity: 2048)
        let asides = ReferralView(referral: referral, reader: reader, texts: nil).write(to: &json, in: state)
        return EntityTag.of(version: referral.version, content: json.bytes.without(asides), texts: raw)
    }

    // MARK: Changing

    @Sendable static func refer(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let posted = try ReferralBody(body, today: exchange.today, known: nil)
        return .submit(
            exchange.intent(
                .refer(posted.ask),
                body: body,
                texts: [posted.person, posted.needs],
                nhsNumber: posted.nhsNumber,
                idempotency: try exchange.idempotencyKey()
            ) { _, resource, snapshot in
                guard case .referral(let referral) = resource else { return nil }
                var answer = answer(referral, posted, exchange.actor, snapshot)
                answer.becomeCreated(at: "/v1/referrals/\(referral.id)")
                return .ready(answer)
            }
        )
    }

    @Sendable static func amend(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let known = try find(exchange)
        let posted = try ReferralBody(body, today: exchange.today, known: known.ask)
        let precondition = exchange.precondition((known.version, tag(known, exchange.actor, exchange.state, [])))
        let subject = known.person.description
        let person = TextKey(subject: subject, kind: TextKind.person)
        let needs = TextKey(subject: subject, kind: TextKind.needs)
        return .reading([person, needs]) { texts in
            let areNeedsChanged = texts.found[needs] != posted.needs.json
            let isOtherwiseChanged = texts.found[person] != posted.person.json
            return exchange.intent(
                .amend(
                    known.id,
                    posted.ask,
                    needsChanged: areNeedsChanged,
                    otherwiseChanged: isOtherwiseChanged,
                    precondition
                ),
                body: body,
                texts: [posted.person, posted.needs],
                nhsNumber: posted.nhsNumber
            ) { _, resource, snapshot in
                guard case .referral(let referral) = resource else { return nil }
                return show(referral, exchange.actor, snapshot)
            }
        }
    }

    /// A referral as it was just posted: its texts are those of the request, so nothing need be read back.
    private static func answer(
        _ referral: Referral,
        _ posted: ReferralBody,
        _ reader: Actor,
        _ snapshot: Snapshot
    )
        -> Served
    {
        let shown = ReferralTexts(person: posted.personValue, needs: posted.needsValue)
        return reader.seesPersons
            ? served(referral, reader, shown, posted.person.json + posted.needs.json, snapshot, status: 200)
            : served(referral, reader, nil, [], snapshot, status: 200)
    }

    @Sendable static func triage(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let known = try find(exchange)
        let (outcome, by, text) = try Body.triage(body)
        return .submit(
            exchange.intent(
                .triage(known.id, outcome, role: by.code),
                body: body,
                texts: [text],
                idempotency: try exchange.idempotencyKey()
            ) { _, resource, snapshot in
                guard case .referral(let referral) = resource else { return nil }
                return show(referral, exchange.actor, snapshot, posted: [text])
            }
        )
    }

    @Sendable static func recordReadyDate(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let known = try find(exchange)
        let at = try Body.readyDate(body)
        return .submit(
            exchange.intent(
                .recordReadyDate(known.id, at: at),
                body: body,
                idempotency: try exchange.idempotencyKey()
            ) { _, resource, snapshot in
                guard case .referral(let referral) = resource else { return nil }
                return show(referral, exchange.actor, snapshot)
            }
        )
    }

    @Sendable static func override(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let known = try find(exchange)
        let (terms, text) = try Body.override(body, of: known.version)
        return .submit(
            exchange.intent(.override(known.id, terms), body: body, texts: [text]) { _, resource, snapshot in
                guard case .referral(let referral) = resource else { return nil }
                return show(referral, exchange.actor, snapshot)
            }
        )
    }

    @Sendable static func withdraw(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let known = try find(exchange)
        let text = try Body.withdrawal(body)
        return .submit(
            exchange.intent(.withdraw(known.id), body: body, texts: [text]) { _, resource, snapshot in
                guard case .referral(let referral) = resource else { return nil }
                return show(referral, exchange.actor, snapshot)
            }
        )
    }
}

extension Actor {
    /// Whether rates are shown to this key wherever they stand; a holder of a claim sees its own besides.
    var seesRates: Bool {
        switch role {
        case .commissioner, .administrator: true
        case .referrer, .provider, .clinician, .broker, .dashboard: false
        }
    }

    /// Whether names, references and words about a person are for this key at all; which person's is another matter.
    var seesPersons: Bool {
        switch role {
        case .referrer, .provider, .clinician, .broker, .administrator: true
        case .commissioner, .dashboard: false
        }
    }
}

extension Referral {
    /// Whether its time to be placed has run out: nobody was found, or only for later.
    func isOverdue(at now: Instant) -> Bool {
        if status == .accepted { return hasAlert(.placementBreached) }
        return status.isSeekingCare && due.map { $0 <= now } ?? false
    }
}
