import Allocation
import Glibc
import JSON

/// An instance file of the allocation yardstick, `block-alloc/1`: JSON with districts, providers, blocks and referrals,
/// read strictly (a member that is missing or there twice, an index out of range, a negative minute and weights whose sums
/// could not be counted are refused) but for members it does not need, which are passed over.
///
/// Minutes free on a day are those of its weekday plus what was released by then, nothing outside the block's days.
struct AllocationFile {
    /// What is to be solved; its indexes are the file's.
    var instance: Instance
    /// Indexes of referrals in order of arrival.
    var arrivals: [Int]

    /// Bytes of an instance file; all England is 24 MB. Blocks filling the memory by a wrong path.
    static let mostBytes = 512 << 20
    /// Entries of any of the four lists; what is beyond does not fit 32-bit indexes with room to spare.
    static let mostEntries = 1 << 20

    /// Reads and checks a file.
    static func read(_ path: String) throws -> AllocationFile {
        let bytes = try contents(path)
        let raw: RawInstance
        do {
            raw = try JSONScanner.scan(bytes) { (scanner: inout JSONScanner) throws(JSONError) in
                try RawInstance(&scanner)
            }
        } catch {
            throw Failure("\(path): \(error)")
        }
        do {
            return try raw.build()
        } catch let failure {
            throw Failure("\(path): \(failure)")
        }
    }

    /// Writes a plan as the yardstick's checker reads it: for each referral null or the block of each call.
    static func write(_ plan: Plan, of instance: Instance, to path: String) throws {
        var json = JSONWriter(capacity: plan.placements.count * 16)
        json.beginArray()
        for (index, placement) in plan.placements.enumerated() {
            guard let placement else {
                json.null()
                continue
            }
            json.beginArray()
            for call in instance.needs[index].calls { json.value(placement.block(for: call.band)) }
            json.endArray()
        }
        json.endArray()
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        try json.bytes.withUnsafeBytes { all in
            var rest = all
            while let base = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(descriptor, base, rest.count)
                guard count > 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while bytes.count <= mostBytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
            bytes.append(contentsOf: chunk[..<count])
        }
        throw Failure("\(path): larger than \(mostBytes) bytes")
    }
}
