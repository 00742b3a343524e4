import Foundation
import HTTPWire
import Testing

/// The documents in `Corpus`, each case fed whole, byte by byte, and cut in two at every place.
@Suite("The corpus")
struct CorpusTests {
    @Test("each case of a document gives its events, however it is cut", arguments: try Corpus.documents())
    func document(_ document: Corpus.Document) {
        #expect(!document.cases.isEmpty)
        for example in document.cases {
            let expected = example.events.joined(separator: "\n")
            func check(_ cuts: [Int], _ name: String) {
                let events = Conversation.run(example.bytes, cuts: cuts, endsInput: example.endsInput)
                #expect(
                    events.joined(separator: "\n") == expected,
                    "\(document.name): \(example.title), \(name)"
                )
            }
            check([], "whole")
            check(Array(1..<max(1, example.bytes.count)), "byte by byte")
            // Long cases repeat one byte over and over: places in the middle tell nothing new.
            let places = example.bytes.count > 2_000 ? Array(1..<200) : Array(1..<max(1, example.bytes.count))
            for place in places { check([place], "cut at \(place)") }
        }
    }
}

/// Reads the documents.
enum Corpus {
    struct Case: Sendable {
        var title: String
        var bytes: [UInt8]
        var endsInput: Bool
        var events: [String]
    }

    struct Document: Sendable, CustomTestStringConvertible {
        var name: String
        var cases: [Case]
        var testDescription: String { name }
    }

    static func documents() throws -> [Document] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
        return try names.filter { $0.hasSuffix(".md") }.map { name in
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            return Document(name: name, cases: parse(text))
        }
    }

    /// `## title`, then a block of request text, then a block of events.
    private static func parse(_ text: String) -> [Case] {
        var cases: [Case] = []
        var title = ""
        var block: [String]?
        var request: (bytes: [UInt8], endsInput: Bool)?
        var isRequest = false
        var endsInput = false
        for line in text.components(separatedBy: "\n") {
            if let open = block {
                guard line == "```" else {
                    block = open + [line]
                    continue
                }
                block = nil
                if isRequest {
                    request = (open.flatMap(unescape), endsInput)
                } else if let sent = request {
                    cases.append(
                        Case(title: title, bytes: sent.bytes, endsInput: sent.endsInput, events: open)
                    )
                    request = nil
                }
            } else if line.hasPrefix("## ") {
                title = String(line.dropFirst(3))
            } else if line.hasPrefix("```") {
                isRequest = line.hasPrefix("```http")
                endsInput = line == "```http end"
                block = []
            }
        }
        return cases
    }

    /// Line ends of the document mean nothing; `\r`, `\n`, `\t`, `\0`, `\\`, `\xNN` are bytes, and `\{text*N}` is
    /// a text repeated.
    private static func unescape(_ line: String) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Substring(line)
        while let character = rest.popFirst() {
            guard character == "\\" else {
                result += Array(String(character).utf8)
                continue
            }
            switch rest.popFirst() {
            case "r": result.append(13)
            case "n": result.append(10)
            case "t": result.append(9)
            case "0": result.append(0)
            case "x":
                result.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            case "{":
                let end = rest.firstIndex(of: "}") ?? rest.endIndex
                let parts = rest[..<end].split(separator: "*", maxSplits: 1)
                let unit = unescape(String(parts[0]))
                for _ in 0..<(Int(parts[1]) ?? 0) { result += unit }
                rest = rest[end...].dropFirst()
            default: result.append(UInt8(ascii: "\\"))
            }
        }
        return result
    }
}
