import HTTPCorpus
import HTTPServer
import HTTPWire
import Testing

/// The corpus once more, through sockets and lanes: each case's answers have the statuses its events say.
@Suite("The corpus over real sockets")
struct CorpusOverSocketsTests {
    @Test("each case of a document is answered as its events say", arguments: try Corpus.documents())
    func document(_ document: Corpus.Document) throws {
        let server = try RunningServer()
        for example in document.cases {
            let expected = statuses(example)
            for piece in [example.bytes.count, 7, 1] where piece > 0 && (piece != 1 || example.bytes.count < 300) {
                let client = try server.client()
                var position = 0
                while position < example.bytes.count {
                    client.send(Array(example.bytes[position..<min(position + piece, example.bytes.count)]))
                    position += piece
                }
                client.endSending()
                let text = client.readToEnd()
                #expect(found(text) == expected, "\(document.name): \(example.title), in pieces of \(piece)")
            }
        }
    }

    /// What the events mean in statuses, when the client ends sending after the last byte.
    private func statuses(_ example: Corpus.Case) -> [Int] {
        example.events.compactMap { event in
            let words = event.split(separator: " ", omittingEmptySubsequences: false)
            switch words[0] {
            case "refuse": return WireProblem(rawValue: String(words[1])).map { Int($0.status) }
            case "unfinished": return 400
            case "close", "discarding", "": return nil
            default:
                let path = words[1].prefix { $0 != "?" && $0 != "," }
                return path == "/" || path == "*" ? 200 : 404
            }
        }
    }

    /// The statuses in what came; `100 Continue` depends on timing and is left out.
    private func found(_ text: String) -> [Int] {
        text.ranges(of: "HTTP/1.1 ").compactMap { range in
            let status = Int(text[range.upperBound...].prefix(3))
            return status == 100 ? nil : status
        }
    }
}
