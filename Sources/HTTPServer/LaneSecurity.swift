// TLS on a lane: decrypting what came, encrypting what goes, ending a session.

import CLinux
import Glibc
import HTTPWire

extension Lane {
    /// Reads from a socket into the read buffer, through its TLS session if it has one.
    func receive(_ place: Int) -> ReadOutcome {
        let connection = connections + place
        guard let tls = connection.pointee.tls, let wire else {
            let outcome = Socket.read(
                connection.pointee.descriptor,
                into: readBuffer,
                capacity: Self.readSize
            )
            noteInput(place, outcome, capacity: Self.readSize)
            return outcome
        }
        if connection.pointee.sessionEnded { return .ended }
        while connection.pointee.mayHaveInput {
            let outcome = Socket.read(
                connection.pointee.descriptor,
                into: cipherBuffer,
                capacity: Self.cipherSize
            )
            noteInput(place, outcome, capacity: Self.cipherSize)
            guard case .bytes(let count) = outcome else { return outcome }
            if !tls.isEstablished, !connection.pointee.hasGreeted {
                connection.pointee.hasGreeted = true
                if cipherBuffer[0] >= UInt8(ascii: "A"), cipherBuffer[0] <= UInt8(ascii: "z") {
                    refusePlain(place, isHead: count >= 5 && memcmp(cipherBuffer, "HEAD ", 5) == 0)
                    return .drained
                }
            }
            wire.offer(cipherBuffer, count: count)
            let wasEstablished = tls.isEstablished
            let read = tls.read(from: wire, into: readBuffer, capacity: Self.readSize)
            if !wasEstablished { noteHandshake(tls, read) }
            switch read {
            case .plain(0): continue
            case .plain(let plain): return .bytes(plain)
            case .ended(let plain):
                connection.pointee.sessionEnded = true
                return plain > 0 ? .bytes(plain) : .ended
            case .failed:
                // The alert says why; nothing else can be said.
                _ = Socket.write(
                    connection.pointee.descriptor,
                    from: wire.output.start + wireStart,
                    count: wire.output.count - wireStart
                )
                wire.output.truncate(to: wireStart)
                return .failed
            }
        }
        return .drained
    }

    private func noteHandshake(_ tls: TLSSession, _ outcome: TLSSession.Outcome) {
        if tls.isEstablished {
            counters.count(tls.isResumed ? .resumptions : .fullHandshakes)
        } else if case .failed = outcome {
            counters.count(.failedHandshakes)
        }
    }

    /// Remembers whether there is more to read.
    private func noteInput(_ place: Int, _ outcome: ReadOutcome, capacity: Int) {
        switch outcome {
        case .bytes(let count):
            counters.count(.received, count)
            connections[place].mayHaveInput = count == capacity || connections[place].hasHungUp
        case .drained, .ended, .failed: connections[place].mayHaveInput = false
        }
    }

    /// Answers a client that speaks plain HTTP to this port, in plain HTTP. What it still sends is dropped for a moment,
    /// so that a reset does not take the answer from it.
    private func refusePlain(_ place: Int, isHead: Bool) {
        counters.countRefusal(.plainHTTPOnTLSPort)
        writeRefusal(.plainHTTPOnTLSPort, RequestHead(), at: nil, .close, omitsBody: isHead)
        _ = Socket.write(connections[place].descriptor, from: out.start + turnStart, count: out.count - turnStart)
        out.truncate(to: turnStart)
        connections[place].tls = nil
        connections[place].isLingering = true
        Socket.endSending(connections[place].descriptor)
        enqueue(place)
    }

    /// Says goodbye to a session, as far as the socket takes it.
    func endSession(_ place: Int, _ tls: TLSSession) {
        guard let wire, connections[place].output == nil else { return }
        let start = wire.output.count
        tls.end()
        _ = Socket.write(
            connections[place].descriptor,
            from: wire.output.start + start,
            count: wire.output.count - start
        )
        wire.output.truncate(to: start)
    }
}
