import JSON
import Testing

@Suite struct JSONPointerTests {
    @Test("a pointer is written as RFC 6901 section 5 shows")
    func description() {
        #expect(JSONPointer.root.description == "")
        #expect(JSONPointer.root.appending("foo").appending(0).description == "/foo/0")
        #expect(JSONPointer.root.appending("").description == "/")
        #expect(JSONPointer.root.appending("a/b").description == "/a~1b")
        #expect(JSONPointer.root.appending("m~n").description == "/m~0n")
        #expect(JSONPointer.root.appending("k\"l").appending("~1").description == "/k\"l/~01")
    }

    @Test("control characters of a name do not reach whoever reads the pointer")
    func controls() {
        #expect(JSONPointer.root.appending("a\u{1B}[2Jb\n").description == "/a\u{FFFD}[2Jb\u{FFFD}")
    }
}
