import HTTPCorpus
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
