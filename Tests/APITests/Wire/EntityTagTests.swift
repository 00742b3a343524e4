import Testing

@testable import API

@Suite("What an entity tag is made of")
struct EntityTagTests {
    @Test(
        "a body that differs in one bit, wherever it is, has another tag",
        arguments: [1, 7, 8, 9, 15, 16, 17, 64, 101]
    )
    func everyBit(count: Int) {
        var body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
        var tags: Set<String> = [EntityTag.of(body)]
        for index in body.indices {
            for bit in 0..<8 {
                body[index] ^= 1 << UInt8(bit)
                #expect(tags.insert(EntityTag.of(body)).inserted, "bit \(bit) of byte \(index)")
                body[index] ^= 1 << UInt8(bit)
            }
        }
    }

    @Test("each digit of a list of counts changes the tag")
    func digits() {
        var tags: Set<String> = []
        for count in 0..<10 {
            for place in 0..<48 {
                var body = Array(#"{"zones":[{"waiting":[0,0,0,0,0,0,0,0,0,0,0,0]}]}"#.utf8)
                if body[place] == 0x30 { body[place] += UInt8(count) } else { continue }
                if count > 0 { #expect(tags.insert(EntityTag.of(body)).inserted) }
            }
        }
        #expect(tags.count == 9 * 12)
    }

    @Test("bodies of zeros of every length have tags of their own")
    func zeros() {
        let tags = Set((0..<200).map { EntityTag.of([UInt8](repeating: 0, count: $0)) })
        #expect(tags.count == 200)
    }
}
