// How a connection's turn ends: bytes leave, the connection closes or gets its deadline.

import CLinux
import Glibc
import HTTPWire

extension Lane {
    /// Answers of one connection that wait to be sent: a range of what the lane writes, `out` or, on a lane that speaks
    /// TLS, the wire's output.
    struct Unsent {
        let place: Int32
        let generation: UInt32
        let start: Int
        let end: Int
    }

    /// Begins the turn of a connection: what is written from here on is its.
    func beginTurn() {
        turnStart = out.count
        wireStart = wire?.output.count ?? 0
    }

    /// Bytes that were written in this turn.
    var turnBytes: Int { out.count - turnStart + (wire?.output.count ?? 0) - wireStart }

    /// Forgets what was written in this turn: the connection is gone.
    func dropTurn() {
        out.truncate(to: turnStart)
        wire?.output.truncate(to: wireStart)
    }

    /// Encrypts what was written, where it must be; false when the session broke and the connection was closed.
    func seal(_ place: Int) -> Bool {
        guard wire != nil, out.count > turnStart else { return true }
        guard let tls = connections[place].tls else {
            preconditionFailure("on a lane that speaks TLS answers are written into sessions")
        }
        guard tls.write(UnsafeRawBufferPointer(rebasing: out.bytes[turnStart...])) else {
            close(place)
            return false
        }
        out.truncate(to: turnStart)
        return true
    }

    /// Sends what was written in this turn now, behind what waits. False when the connection was closed.
    func sendTurn(_ place: Int) -> Bool {
        guard seal(place) else {
            dropTurn()
            return false
        }
        if connections[place].unsentTurns > 0 {
            // Answers keep their order.
            pend(place)
            sendUnsent()
            beginTurn()
            return connections[place].descriptor >= 0
        }
        let isOpen = send(place, written(from: wire == nil ? turnStart : wireStart, to: writtenCount))
        dropTurn()
        noteAnswers()
        return isOpen
    }

    /// Ends a turn: what was written is sent with the answers of the other connections of the batch. The kernel's
    /// way of sending stays in the caches then, and a client's process is woken once for many answers
    /// (docs/performance/http.md).
    func endTurn(_ place: Int) {
        guard seal(place) else {
            dropTurn()
            return
        }
        if turnBytes > 0 { pend(place) }
        if connections[place].unsentTurns == 0 {
            settle(place)
        } else if writtenCount >= Self.unsentSize {
            sendUnsent()
        }
    }

    private func pend(_ place: Int) {
        unsent.append(
            Unsent(
                place: Int32(place),
                generation: connections[place].generation,
                start: wire == nil ? turnStart : wireStart,
                end: writtenCount
            )
        )
        connections[place].unsentTurns += 1
    }

    /// Sends what waits, in the order in which it was written.
    func sendUnsent() {
        guard !unsent.isEmpty else { return }
        for turn in unsent {
            let place = Int(turn.place)
            // The connection may have broken meanwhile.
            guard connections[place].generation == turn.generation, connections[place].descriptor >= 0 else {
                continue
            }
            connections[place].unsentTurns -= 1
            if send(place, written(from: turn.start, to: turn.end)), connections[place].unsentTurns == 0 {
                settle(place)
            }
        }
        unsent.removeAll(keepingCapacity: true)
        out.clear(keeping: Self.writeSize)
        wire?.output.clear(keeping: Self.writeSize)
        noteAnswers()
    }

    /// What is ready for sockets.
    private var writtenCount: Int { wire?.output.count ?? out.count }

    private func written(from start: Int, to end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: (wire?.output.start ?? out.start) + start, count: end - start)
    }

    /// Counts what was answered since answers were last sent. All of it left together, so all of it took as long.
    private func noteAnswers() {
        guard answered > 0 || !lateStarts.isEmpty else { return }
        let now = clock()
        if answered > 0 { counters.countDuration(nanoseconds: now &- stamp, requests: answered) }
        for began in lateStarts { counters.countDuration(nanoseconds: now &- began) }
        lateStarts.removeAll(keepingCapacity: true)
        stamp = now
        answered = 0
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
            if connection.pointee.machine.isClosing, !connection.pointee.isLingering {
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
        let waiting = waiting(connection)
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

    /// What a connection waits for. Through the pointer: a copy of a connection would count references.
    private func waiting(_ connection: UnsafeMutablePointer<Connection>) -> ConnectionMachine.Waiting {
        if connection.pointee.isLingering || !connection.pointee.isAdmitted { return .linger }
        if connection.pointee.output != nil { return .write }
        if let tls = connection.pointee.tls, !tls.isEstablished { return .handshake }
        if connection.pointee.machine.awaitsAnswer { return .answer }
        if connection.pointee.machine.isDiscarding { return .body }
        guard let input = connection.pointee.input else { return connection.pointee.hasAsked ? .idle : .head }
        if input.parser.headIsDone { return .body }
        let hasBegun = input.parser.hasBegun(count: input.buffer.count)
        return hasBegun || !connection.pointee.hasAsked ? .head : .idle
    }
}
