// The door of a lane: accepting, turning away, closing.

import CLinux
import Glibc
import HTTPWire

extension Lane {
    /// Accepts what waits, up to a batch.
    func accept() {
        acceptIsPending = false
        guard !isAcceptPaused else { return }
        for listener in listeners {
            for attempt in 0...Self.acceptBatch {
                if attempt == Self.acceptBatch {
                    acceptIsPending = true
                    break
                }
                guard acceptOne(listener) else { break }
            }
        }
    }

    /// Accepts one connection; false when none waits.
    private func acceptOne(_ listener: Int32) -> Bool {
        var storage = sockaddr_storage()
        let (descriptor, code) = doorkeeper.passing { (linux_accept(listener, &storage), errno) }
        guard descriptor >= 0 else {
            switch code {
            case EAGAIN, EWOULDBLOCK: return false
            case EMFILE, ENFILE: return turnAwayWithoutDescriptor(listener)
            case ENOBUFS, ENOMEM:
                pauseAccepting()
                return false
            // The client gave up in the meantime, or the network reports of one: the next may be well.
            default: return true
            }
        }
        counters.count(.accepted)
        let address = SocketAddress(storage)
        if let cause = doorkeeper.admit(address.key) {
            turnAway(descriptor, address, cause)
        } else {
            enter(descriptor, address, isAdmitted: true)
        }
        return true
    }

    /// Takes a connection in.
    private func enter(_ descriptor: Int32, _ address: SocketAddress, isAdmitted: Bool) {
        guard let place = takePlace() else {
            if isAdmitted { doorkeeper.leave(address.key) }
            counters.countTurnedAway(.descriptors)
            Glibc.close(descriptor)
            return
        }
        let generation = connections[place].generation &+ 1
        connections[place] = Connection()
        connections[place].descriptor = descriptor
        connections[place].generation = generation
        connections[place].address = address.key
        connections[place].peerIsLoopback = address.isLoopback
        connections[place].isAdmitted = isAdmitted
        connections[place].machine.isDraining = isDraining
        if isAdmitted { open += 1 } else { refused += 1 }
        counters.set(.open, open)
        runTimer(true)
        if let shelf, let wire {
            // Without a session nothing may be said on this port.
            guard let session = shelf.context.makeSession(wire) else {
                close(place)
                return
            }
            connections[place].tls = session
        }
        if isAdmitted {
            // The request is often there already. A client that asks once, or that has gone again, is done with
            // before it costs a place in the epoll set.
            connections[place].mayHaveInput = true
            serve(place)
            if connections[place].machine.isClosing { sendUnsent() }
            guard connections[place].descriptor >= 0 else { return }
        } else {
            arm(place)
        }
        do {
            // What came in the meantime is reported at once.
            try register(descriptor, data: Token.connection(place: place, generation: generation))
        } catch {
            close(place)
        }
    }

    private func takePlace() -> Int? {
        if let place = freePlaces.popLast() { return Int(place) }
        guard usedPlaces < capacity else { return nil }
        (connections + usedPlaces).initialize(to: Connection())
        usedPlaces += 1
        return usedPlaces - 1
    }

    /// Says 503 at once and waits a moment, so that the client can read it.
    private func turnAway(_ descriptor: Int32, _ address: SocketAddress, _ cause: ServerStatistics.TurnedAway) {
        counters.countTurnedAway(cause)
        guard refused < (shelf == nil ? Self.maxRefused : Self.maxRefusedSessions) else {
            Glibc.close(descriptor)
            return
        }
        // On a port that speaks TLS it can be said only after the handshake (`sayTooManySecurely`).
        if shelf == nil {
            sayTooMany(descriptor)
            Socket.endSending(descriptor)
        }
        enter(descriptor, address, isAdmitted: false)
    }

    private func sayTooMany(_ descriptor: Int32) {
        let start = out.count
        writeRefusal(.tooManyConnections, RequestHead(), at: nil, .close, omitsBody: false)
        _ = Socket.write(descriptor, from: out.start + start, count: out.count - start)
        out.truncate(to: start)
    }

    /// Takes a client that is turned away through its handshake, then says 503. Its time is that of a connection that
    /// lingers.
    func sayTooManySecurely(_ place: Int, _ tls: TLSSession) {
        beginTurn()
        switch receive(place) {
        case .bytes, .drained: break
        case .ended, .failed:
            dropTurn()
            close(place)
            return
        }
        // What it sent in plain text was answered, and its session is gone.
        guard connections[place].tls != nil else { return }
        if tls.isEstablished {
            writeRefusal(.tooManyConnections, RequestHead(), at: nil, .close, omitsBody: false)
        }
        guard sendTurn(place), tls.isEstablished else { return }
        guard connections[place].output == nil else {
            close(place)
            return
        }
        endSession(place, tls)
        connections[place].tls = nil
        connections[place].isLingering = true
        Socket.endSending(connections[place].descriptor)
        drop(place)
    }

    /// Gives up the spare descriptor to take one client in, tell it, and let it go: waiting clients are answered and
    /// the listener does not stay readable for ever.
    private func turnAwayWithoutDescriptor(_ listener: Int32) -> Bool {
        if spare < 0 { spare = Socket.openNothing() }
        guard spare >= 0 else {
            pauseAccepting()
            return false
        }
        let (descriptor, code) = doorkeeper.passing {
            Glibc.close(spare)
            var storage = sockaddr_storage()
            let descriptor = linux_accept(listener, &storage)
            let code = errno
            if descriptor >= 0 {
                counters.count(.accepted)
                counters.countTurnedAway(.descriptors)
                if shelf == nil { sayTooMany(descriptor) }
                Glibc.close(descriptor)
            }
            spare = Socket.openNothing()
            return (descriptor, code)
        }
        if descriptor >= 0 { return true }
        if code != EAGAIN { pauseAccepting() }
        return false
    }

    /// Leaves clients in the kernel's queue until the next tick.
    private func pauseAccepting() {
        isAcceptPaused = true
        runTimer(true)
    }

    /// Ends a connection and forgets it.
    func close(_ place: Int) {
        let connection = connections + place
        guard connection.pointee.descriptor >= 0 else { return }
        if let tls = connection.pointee.tls {
            endSession(place, tls)
            connection.pointee.tls = nil
        }
        // Closing the last descriptor of a socket takes it out of the epoll set.
        Glibc.close(connection.pointee.descriptor)
        connection.pointee.descriptor = -1
        dropInput(place)
        dropOutput(place)
        connection.pointee.late = nil
        connection.pointee.isQueued = false
        wheel.disarm(place)
        freePlaces.append(Int32(place))
        if connection.pointee.isAdmitted {
            doorkeeper.leave(connection.pointee.address)
            open -= 1
            counters.set(.open, open)
        } else {
            refused -= 1
        }
        if isAcceptPaused {
            isAcceptPaused = false
            acceptIsPending = true
        }
        if open == 0, refused == 0 {
            if !isAcceptPaused { runTimer(false) }
            endIfEmpty()
        }
    }

    // MARK: Memory that connections hold

    func dropInput(_ place: Int) {
        guard let input = connections[place].input else { return }
        account(-input.buffer.capacity)
        connections[place].input = nil
    }

    func dropOutput(_ place: Int) {
        guard let output = connections[place].output else { return }
        account(-output.buffer.capacity)
        connections[place].output = nil
    }

    func account(_ bytes: Int) {
        buffered += bytes
        counters.set(.buffered, buffered)
    }
}
