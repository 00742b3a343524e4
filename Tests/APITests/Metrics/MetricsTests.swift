import HTTPWire
import JSON
import Testing

@testable import API

@Suite("Metrics")
struct MetricsTests {
    private func ask(_ lane: LaneResponder, isLoopback: Bool = true) -> Response? {
        Request(method: .get, path: "/metrics").withView(peerIsLoopback: isLoopback) { view in
            if case .now(let response) = lane.respond(to: view) { return response }
            return nil
        }
    }

    private func lines(_ response: Response?) -> [String] {
        String(decoding: response?.body ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("answers are counted by route and status over all lanes, never by what a client wrote")
    func counts() {
        let service = Service()
        let key = service.key(.commissioner)
        let lanes = [service.makeLane(), service.makeLane()]
        let clients = lanes.map { Client(lane: $0, key: key) }
        let tag = clients[0].get("/v1/capacity")["ETag"] ?? ""
        for client in clients {
            #expect(client.get("/v1/capacity").status == 200)
            #expect(client.get("/v1/capacity", fields: [.ifNoneMatch: tag]).status == 304)
        }
        #expect(clients[0].put("/v1/zones/secret-name", #"{"name":"Z","districts":["CV21"]}"#).status == 201)
        #expect(clients[1].get("/v1/zones/secret-name").status == 200)
        #expect(clients[1].get("/secret-path").status == 404)
        #expect(clients[1].send(.delete, "/v1/zones").status == 405)
        let text = lines(ask(lanes[1]))
        for line in [
            #"homeward_requests_total{method="GET",route="/v1/capacity",status="200"} 3"#,
            #"homeward_requests_total{method="GET",route="/v1/capacity",status="304"} 2"#,
            #"homeward_requests_total{method="PUT",route="/v1/zones/{id}",status="201"} 1"#,
            #"homeward_requests_total{method="GET",route="/v1/zones/{id}",status="200"} 1"#,
            #"homeward_requests_total{method="other",route="unmatched",status="404"} 1"#,
            #"homeward_requests_total{method="other",route="unmatched",status="405"} 1"#,
        ] {
            #expect(text.contains(line), "\(line)")
        }
        #expect(!text.contains { $0.contains("secret") })
    }

    @Test("requests that were answered like the one before them are counted with it")
    func repeats() {
        let service = Service()
        let key = service.key(.dashboard)
        let lane = service.makeLane()
        let poll = Request(method: .get, path: "/v1/capacity", fields: [.authorization: "Bearer \(key)"])
        #expect(Client(lane: lane, key: key).get("/v1/zones").status == 200)
        for knownHead in [0, 7, 7] as [UInt64] {
            poll.withView(knownHead: knownHead) { view in
                guard case .prepared(let answer) = lane.respond(to: view) else {
                    Issue.record("a poll is answered from bytes made before")
                    return
                }
                lane.noteRepeats(of: answer, count: 15)
            }
        }
        let line = #"homeward_requests_total{method="GET",route="/v1/capacity",status="200"} 48"#
        #expect(lines(ask(lane)).contains(line))
    }

    @Test("they are for clients on this machine, unless configured otherwise")
    func audience() {
        for (audience, near, far) in [
            (ServiceMetrics.Audience.loopback, UInt16(200), UInt16(404)), (.anyone, 200, 200), (.nobody, 404, 404),
        ] {
            let lane = Service(metrics: audience).makeLane()
            #expect(ask(lane)?.status == near)
            #expect(ask(lane, isLoopback: false)?.status == far)
        }
    }

    @Test("systems, how busy they are and what ails them are told to nobody else; whether it is ready, to anyone")
    func readiness() {
        let lane = Service(metrics: .loopback).makeLane()
        func ask(isLoopback: Bool) -> Response? {
            Request(method: .get, path: "/readyz").withView(peerIsLoopback: isLoopback) { view in
                guard case .now(let response) = lane.respond(to: view) else { return nil }
                return response
            }
        }
        #expect(lines(ask(isLoopback: false)) == [#"{"status":"ready"}"#])
        #expect(lines(ask(isLoopback: true)) != lines(ask(isLoopback: false)))
    }

    @Test("the text has help and kind of each metric, cumulative buckets, and escaped labels")
    func format() {
        let service = Service()
        service.metrics.gather {
            MetricSample.histogram(.requestSeconds, buckets: [(0.001, 2), (0.5, 3), (.infinity, 1)], sum: 2.25)
                + MetricSample.histogram(.appendSeconds, [("system", "x")], buckets: [(.infinity, 4)], sum: 0.5)
                + [MetricSample(.systemReady, [("system", "a\"b\\c\nd")], 1 as UInt64)]
        }
        let response = ask(service.makeLane())
        #expect(response?.fields.contains(.init("Content-Type", "text/plain; version=0.0.4; charset=utf-8")) == true)
        let text = lines(response)
        for metric in Metric.allCases {
            #expect(text.contains("# HELP \(metric.rawValue) \(metric.help)"))
            #expect(text.contains("# TYPE \(metric.rawValue) \(metric.kind.rawValue)"))
            #expect(metric.rawValue.hasSuffix("_total") == (metric.kind == .counter))
        }
        let name = "homeward_request_duration_seconds"
        #expect(
            text.filter { $0.hasPrefix(name) } == [
                "\(name)_bucket{le=\"0.001\"} 2", "\(name)_bucket{le=\"0.5\"} 5", "\(name)_bucket{le=\"+Inf\"} 6",
                "\(name)_sum 2.25", "\(name)_count 6",
            ]
        )
        for line in [#"_bucket{system="x",le="+Inf"} 4"#, #"_sum{system="x"} 0.5"#, #"_count{system="x"} 4"#] {
            #expect(text.contains("homeward_append_duration_seconds" + line))
        }
        #expect(text.contains(#"homeward_system_ready{system="a\"b\\c\nd"} 1"#))
    }

    @Test("asking again in the same second costs no second gathering")
    func cached() {
        let service = Service()
        let counted = Counted()
        service.metrics.gather {
            counted.row.addShared(1, at: 0)
            return []
        }
        let lane = service.makeLane()
        for _ in 0..<5 { #expect(ask(lane)?.status == 200) }
        #expect(counted.row[0] == 1)
        service.wait(minutes: 1)
        _ = ask(lane)
        #expect(counted.row[0] == 2)
    }

    private final class Counted: Sendable { let row = CounterRow(count: 1) }
}
