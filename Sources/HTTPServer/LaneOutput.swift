// How a connection's turn ends: bytes leave, the connection closes or gets its deadline.

import CLinux
import Glibc
import HTTPWire

extension Lane {
    /// Sends what was written; what the socket does not take is kept. False when the connection was closed.
    func flush(_ place: Int) -> Bool {
        let connection = connections + place
        defer { out.clear(keeping: Self.writeSize) }
        if let tls = connection.pointee.tls, let wire {
            guard tls.write(out.bytes) else {
                close(place)
                return false
            }
            defer { wire.output.clear(keeping: Self.cipherSize) }
            return send(place, wire.output.bytes)
        }
        return send(place, out.bytes)
    }

    private func send(_ place: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let connection = connections + place
        guard let start = bytes.baseAddress, bytes.count > 0 else { return true }
        if let output = connection.pointee.output {
            // A late answer behind output that is still blocked.
            let before = output.buffer.capacity
            output.buffer.append(bytes)
            account(output.buffer.capacity - before)
            return true
        }
        switch Socket.write(connection.pointee.descriptor, from: start, count: bytes.count) {
        case .failed:
            close(place)
            return false
        case .bytes(let sent):
            counters.count(.sent, sent)
            guard sent < bytes.count else { return true }
            if buffered > configuration.maxBufferedBytesPerLane {
                close(place)
                return false
            }
            let output = PendingOutput(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
            connection.pointee.output = output
            connection.pointee.renewsDeadline = true
            account(output.buffer.capacity)
            return true
        }
    }

    /// Sends more of what was kept; true when all of it is gone.
    func resumeOutput(_ place: Int) -> Bool {
        let connection = connections + place
        guard let output = connection.pointee.output else { return true }
        let rest = output.buffer.count - output.sent
        switch Socket.write(
            connection.pointee.descriptor,
            from: output.buffer.start + output.sent,
            count: rest
        ) {
        case .failed:
            close(place)
            return false
        case .bytes(let sent):
            counters.count(.sent, sent)
            output.sent += sent
            if sent == rest {
                dropOutput(place)
                connection.pointee.renewsDeadline = true
                return true
            }
            // A reader that keeps going gets a new deadline for each 64 KiB.
            if output.sent - output.sentAtDeadline >= 64 << 10 {
                output.sentAtDeadline = output.sent
                connection.pointee.renewsDeadline = true
            }
            arm(place)
            return false
        }
    }

    /// Ends a turn: closes a connection that is over, or sets what it waits for.
    func settle(_ place: Int) {
        let connection = connections + place
        guard connection.pointee.descriptor >= 0 else { return }
        if connection.pointee.output == nil {
            if connection.pointee.machine.isClosing {
                leave(place)
                return
            }
            if isDraining, connection.pointee.isIdle, connection.pointee.isAdmitted,
                !connection.pointee.isQueued
            {
                close(place)
                return
            }
        }
        arm(place)
    }

    /// Closes a connection whose last answer was sent. If the client may still be sending, closing would reset the
    /// connection and could take the answer from it (RFC 9112 section 9.6): then only sending ends for now.
    private func leave(_ place: Int) {
        let connection = connections + place
        let isClean = !connection.pointee.owesLinger && connection.pointee.input == nil
        if !connection.pointee.mayHaveInput, isClean || connection.pointee.machine.inputEnded {
            close(place)
            return
        }
        if let tls = connection.pointee.tls { endSession(place, tls) }
        Socket.endSending(connection.pointee.descriptor)
        connection.pointee.isLingering = true
        dropInput(place)
        connection.pointee.mayHaveInput = true
        drop(place)
    }

    /// Reads and drops, until the client ends too.
    func drop(_ place: Int) {
        let connection = connections + place
        for _ in 0..<Self.readBatch {
            switch Socket.read(connection.pointee.descriptor, into: readBuffer, capacity: Self.readSize) {
            case .bytes: continue
            case .drained:
                connection.pointee.mayHaveInput = false
                arm(place)
                return
            case .ended, .failed:
                close(place)
                return
            }
        }
        enqueue(place)
        arm(place)
    }

    /// Puts a connection that has more work behind the others.
    func enqueue(_ place: Int) {
        guard !connections[place].isQueued else { return }
        connections[place].isQueued = true
        again.append(Int32(place))
    }

    /// Sets the deadline of what the connection waits for now, unless it runs already.
    func arm(_ place: Int) {
        let connection = connections + place
        let waiting = waiting(connection.pointee)
        if waiting == connection.pointee.waiting, !connection.pointee.renewsDeadline { return }
        connection.pointee.waiting = waiting
        connection.pointee.renewsDeadline = false
        let milliseconds =
            switch waiting {
            case .handshake: configuration.handshakeDeadline
            case .head: configuration.headDeadline
            case .body: configuration.bodyDeadline
            case .answer: configuration.answerDeadline
            case .write: configuration.writeDeadline
            case .idle: configuration.idleDeadline
            case .linger: configuration.lingerDeadline
            }
        wheel.arm(place, due: Clock.tick(now + UInt64(milliseconds)) + 1)
    }

    private func waiting(_ connection: borrowing Connection) -> ConnectionMachine.Waiting {
        if connection.isLingering || !connection.isAdmitted { return .linger }
        if connection.output != nil { return .write }
        if let tls = connection.tls, !tls.isEstablished { return .handshake }
        if connection.machine.awaitsAnswer { return .answer }
        if connection.machine.isDiscarding { return .body }
        guard let input = connection.input else { return connection.hasAsked ? .idle : .head }
        if input.parser.headIsDone { return .body }
        return input.parser.hasBegun(count: input.buffer.count) || !connection.hasAsked ? .head : .idle
    }
}
