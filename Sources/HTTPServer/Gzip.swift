// Compressing answers with zlib. One stream belongs to each lane and is used again and again, since making one
// allocates a quarter of a megabyte.

import CZlib
import HTTPWire

/// A gzip compressor.
final class Gzip {
    /// zlib's level. 4 takes half the time of the usual 6 for 2 % more bytes of JSON; a lane must not wait.
    private static let level: Int32 = 4
    /// Bytes of a body above which it is sent as it is. Default 1 MiB, about 10 ms. Blocks holding up a lane.
    private static let maxBytes = 1 << 20

    private var stream = z_stream()
    private let isReady: Bool
    private var buffer: [UInt8] = []

    init() { isReady = zlib_begin_gzip(&stream, Self.level) == Z_OK }

    deinit { deflateEnd(&stream) }

    /// The compressed form; nil when it is not smaller by a tenth, or too large to try.
    func compress(_ body: UnsafeRawBufferPointer) -> [UInt8]? {
        guard isReady, body.count <= Self.maxBytes, let start = body.baseAddress else { return nil }
        let room = body.count - body.count / 10
        if buffer.count < room { buffer = [UInt8](repeating: 0, count: room) }
        deflateReset(&stream)
        // zlib does not write to its input.
        stream.next_in = UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(body.count)
        let count: Int? = buffer.withUnsafeMutableBufferPointer { output in
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(room)
            guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { return nil }
            return room - Int(stream.avail_out)
        }
        return count.map { Array(buffer[..<$0]) }
    }
}

extension Lane {
    /// The form of an answer that this client wants.
    ///
    /// - Parameters:
    ///   - response: the answer as it was made.
    ///   - context: whether the client prefers gzip, and whether it asked by the tag of a compressed form.
    func coded(_ response: PreparedResponse, _ context: AnswerContext) -> PreparedResponse {
        guard context.acceptsGzip, response.isWorthCompressing || response.status == 304 && context.knowsGzip
        else {
            return response
        }
        return response.gzipVariant { [gzip] fields, body in
            let coded = ContentCoding.gzipFields(fields, status: response.status)
            if body.isEmpty { return PreparedResponse(status: response.status, fields: coded) }
            return body.withUnsafeBytes { gzip.compress($0) }.map {
                PreparedResponse(status: response.status, fields: coded, body: $0)
            }
        } ?? response
    }

    /// The same for an answer that is sent once.
    func coded(_ response: Response, _ context: AnswerContext) -> Response {
        guard context.acceptsGzip else { return response }
        let isWorthIt = ContentCoding.isWorthIt(
            status: response.status,
            fields: response.fields,
            bodyCount: response.body.count
        )
        guard isWorthIt || response.status == 304 && context.knowsGzip else { return response }
        var coded = response
        if isWorthIt {
            guard let body = response.body.withUnsafeBytes({ gzip.compress($0) }) else { return response }
            coded.body = body
        }
        coded.fields = ContentCoding.gzipFields(response.fields, status: response.status)
        return coded
    }
}
