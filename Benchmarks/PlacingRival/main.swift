// The service as people build it, for comparison: POST /v1/referrals as one transaction on PostgreSQL that locks the block's
// row, in two round trips and on prepared statements, behind the same HTTP server as ours. Tables: schema.sql.
//
//     PlacingRival PORT FOLDER:PORT:USER [CONNECTIONS]

import Dispatch
import Foundation
import HTTPServer
import HTTPWire
import JSON
import PostgresWire
import Synchronization

/// Requests on their way to a connection, as many as clients wait; each connection has a thread of its own.
final class Desk: Sendable {
    struct Job: Sendable {
        let body: [UInt8]
        let key: [UInt8]
        let ticket: ReplyTicket
    }

    private let jobs = Mutex<[Job]>([])
    private let filled = DispatchSemaphore(value: 0)

    func put(_ job: Job) {
        jobs.withLock { $0.append(job) }
        filled.signal()
    }

    func take() -> Job {
        filled.wait()
        return jobs.withLock { $0.removeFirst() }
    }
}

final class Placing: Responder {
    private let desk: Desk

    init(_ desk: Desk) { self.desk = desk }

    func respond(to request: borrowing RequestView) -> Answer {
        let key = request.field(.idempotencyKey).map { [UInt8]($0) } ?? []
        desk.put(Desk.Job(body: [UInt8](request.body), key: key, ticket: request.makeTicket()))
        return .later
    }
}

/// One connection at work.
func serve(_ desk: Desk, _ connection: PostgresConnection) throws {
    try connection.prepare("begin", "BEGIN")
    try connection.prepare("commit", "COMMIT")
    try connection.prepare("rollback", "ROLLBACK")
    try connection.prepare("known", "SELECT id FROM referral WHERE key = $1")
    try connection.prepare(
        "block",
        "SELECT id, free FROM block WHERE district = $1 AND free >= $2::bigint LIMIT 1 FOR UPDATE"
    )
    try connection.prepare("refer", "INSERT INTO referral (key, district, status) VALUES ($1, $2, 'offered')")
    try connection.prepare("person", "INSERT INTO person (referral, details) VALUES (currval('referral_id_seq'), $1)")
    try connection.prepare(
        "offer",
        "INSERT INTO offer (referral, block, minutes) VALUES (currval('referral_id_seq'), $1::int, $2::int) RETURNING referral, id"
    )
    try connection.prepare("take", "UPDATE block SET free = free - $2::bigint WHERE id = $1::int")
    while true {
        let job = desk.take()
        job.ticket.reply(try place(job, on: connection))
    }
}

func place(_ job: Desk.Job, on connection: PostgresConnection) throws -> Response {
    let document = try JSONParser.parse(job.body)
    guard let district = document["district"]?.text, case .array(let visits)? = document["visits"] else {
        return Response(status: 400)
    }
    var minutes = 0
    for visit in visits {
        guard case .integer(let length)? = visit["minutes"], case .array(let days)? = visit["days"] else {
            return Response(status: 400)
        }
        minutes += Int(length) * days.count
    }
    let needed = Array("\(minutes)".utf8)
    let found = try connection.run(
        PostgresCall("begin"),
        PostgresCall("known", [job.key]),
        PostgresCall("block", [Array(district.utf8), needed])
    )
    guard found[1].isEmpty, let block = found[2].first?[0] else {
        try connection.run(PostgresCall("rollback"))
        return Response(status: 409)
    }
    let written = try connection.run(
        PostgresCall("refer", [job.key, Array(district.utf8)]),
        PostgresCall("person", [job.body]),
        PostgresCall("offer", [block, needed]),
        PostgresCall("take", [block, needed]),
        PostgresCall("commit")
    )
    let ids = written[2][0].map { String(decoding: $0, as: UTF8.self) }
    let body = #"{"id":"r\#(ids[0])","status":"offered","offer":"o\#(ids[1])","district":"\#(district)"}"#
    return Response(status: 201, fields: [.init("Content-Type", "application/json")], body: Array(body.utf8))
}

extension JSONValue {
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
}

let arguments = CommandLine.arguments
let place = arguments[2].split(separator: ":").map(String.init)
let desk = Desk()
for _ in 0..<(arguments.count > 3 ? Int(arguments[3]) ?? 32 : 32) {
    let thread = Thread {
        do {
            try serve(desk, PostgresConnection(folder: place[0], port: Int(place[1]) ?? 0, user: place[2]))
        } catch {
            FileHandle.standardError.write(Data("PlacingRival: \(error)\n".utf8))
            exit(1)
        }
    }
    thread.start()
}
let configuration = ServerConfiguration(addresses: [.init(host: "127.0.0.1", port: UInt16(arguments[1]) ?? 0)])
let server = Server(configuration: configuration) { _ in Placing(desk) }
print("listening on http://127.0.0.1:\(try server.start().first?.port ?? 0)")
fflush(nil)
dispatchMain()
