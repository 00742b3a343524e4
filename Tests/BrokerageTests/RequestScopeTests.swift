import Seeded
import Testing

@testable import Brokerage

@Suite("What an idempotency key counts for")
struct RequestScopeTests {
    @Test("a scope has the bytes it was made of, and no more than fit")
    func bytes() {
        for count in 0...RequestScope.mostBytes {
            let digest = (0..<count).map { UInt8(truncatingIfNeeded: 255 - $0 * 7) }
            #expect(RequestScope(digest)?.bytes == digest)
        }
        #expect(RequestScope(Array(repeating: 0, count: RequestScope.mostBytes + 1)) == nil)
    }

    @Test("scopes are equal and ordered as their bytes are")
    func order() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        // Few values, so that long beginnings are shared, and ends of zeros too.
        let digests = (0..<300).map { _ in
            (0..<Int.random(in: 0...RequestScope.mostBytes, using: &random)).map { _ in
                [0, 0, 0, 1, 255].randomElement(using: &random)! as UInt8
            }
        }
        for a in digests {
            for b in digests {
                let (x, y) = (RequestScope(a)!, RequestScope(b)!)
                #expect((x == y) == (a == b))
                #expect((x < y) == a.lexicographicallyPrecedes(b))
                if a == b { #expect(x.hashValue == y.hashValue) }
            }
        }
    }
}
