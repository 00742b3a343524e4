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

    /// The compressed form; nil when it is too large to try, or not smaller by a tenth.
    ///
    /// - Parameter whateverItSaves: whether it may also be larger, for a client that takes nothing else.
    func compress(_ body: UnsafeRawBufferPointer, whateverItSaves: Bool = false) -> [UInt8]? {
        guard isReady, body.count <= Self.maxBytes, let start = body.baseAddress else { return nil }
        // gzip adds 18 bytes, and 5 for each block that it cannot compress.
        let room = whateverItSaves ? body.count + body.count / 1_024 + 64 : body.count - body.count / 10
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
    ///   - context: what the client takes it in, and whether it asked by the tag of a compressed form.
    func coded(_ response: PreparedResponse, _ context: AnswerContext) -> PreparedResponse {
        switch context.coding {
        case .identity, .nothing: return response
        case .gzip, .gzipOnly: break
        }
        if response.isWorthCompressing || response.status == 304 && context.knowsGzip {
            let variant = response.gzipVariant { [gzip] fields, body in
                let coded = ContentCoding.gzipFields(fields, status: response.status)
                if body.isEmpty { return PreparedResponse(status: response.status, fields: coded) }
                return body.withUnsafeBytes { gzip.compress($0) }.map {
                    PreparedResponse(status: response.status, fields: coded, body: $0)
                }
            }
            if let variant { return variant }
        }
        guard context.coding == .gzipOnly else { return response }
        let plain = Response(status: response.status, fields: response.fields, body: Array(response.body))
        return compressedAtAnyRate(plain).map { PreparedResponse($0) } ?? response
    }

    /// The same for an answer that is sent once.
    func coded(_ response: Response, _ context: AnswerContext) -> Response {
        switch context.coding {
        case .identity, .nothing: return response
        case .gzip, .gzipOnly: break
        }
        let isWorthIt = ContentCoding.isWorthIt(
            status: response.status,
            fields: response.fields,
            bodyCount: response.body.count
        )
        if response.status == 304 && context.knowsGzip {
            var coded = response
            coded.fields = ContentCoding.gzipFields(response.fields, status: response.status)
            return coded
        }
        if isWorthIt, let body = response.body.withUnsafeBytes({ gzip.compress($0) }) {
            return Response(
                status: response.status,
                fields: ContentCoding.gzipFields(response.fields, status: response.status),
                body: body
            )
        }
        guard context.coding == .gzipOnly else { return response }
        return compressedAtAnyRate(response) ?? response
    }

    /// The compressed form for a client that ruled every other out: also of what is small or secret, since that client
    /// said that it knows what it asks for. Nil for what has no body or a coding already.
    private func compressedAtAnyRate(_ response: Response) -> Response? {
        guard !response.body.isEmpty, !response.fields.contains(where: { $0.name == "Content-Encoding" }) else {
            return nil
        }
        return response.body.withUnsafeBytes { gzip.compress($0, whateverItSaves: true) }.map {
            Response(
                status: response.status,
                fields: ContentCoding.gzipFields(response.fields, status: response.status),
                body: $0
            )
        }
    }
}
