// Serving one connection: read, let the machine decide, answer, write, arm the deadline.

import CLinux
import Glibc
import HTTPWire

extension Lane {
    /// An event came for a connection.
    func ready(_ place: Int, events: UInt32) {
        let connection = connections + place
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 {
            // Both directions are gone: nobody is left to answer.
            close(place)
            return
        }
        if events & EPOLLRDHUP.rawValue != 0 { connection.pointee.hasHungUp = true }
        if events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 { connection.pointee.mayHaveInput = true }
        if connection.pointee.output != nil {
            guard events & EPOLLOUT.rawValue != 0, resumeOutput(place) else { return }
        } else if !connection.pointee.mayHaveInput {
            // The first writable edge of every connection says nothing new.
            return
        }
        serve(place)
    }

    /// Works on a connection until it needs the client, an answer, or has had its turn.
    func serve(_ place: Int) {
        let connection = connections + place
        if connection.pointee.isLingering || !connection.pointee.isAdmitted {
            if let tls = connection.pointee.tls, !connection.pointee.isLingering {
                sayTooManySecurely(place, tls)
            } else {
                drop(place)
            }
            return
        }
        beginTurn()
        serveOn(place)
    }

    /// Goes on with a turn in which something may have been written already.
    func serveOn(_ place: Int) {
        let connection = connections + place
        for turn in 0...Self.readBatch {
            if connection.pointee.output != nil || connection.pointee.machine.awaitsAnswer { break }
            if turn == Self.readBatch {
                enqueue(place)
                break
            }
            let goesOn = readOn(place)
            guard connection.pointee.descriptor >= 0, seal(place) else {
                dropTurn()
                return
            }
            // A block of answers goes before more is written, so that a client that does not read is noticed.
            if turnBytes >= configuration.maxUnsentBytes {
                guard sendTurn(place) else { return }
            }
            if !goesOn { break }
        }
        endTurn(place)
    }

    /// Reads once, or takes up what was left, and answers what is whole; false when there is nothing to do.
    private func readOn(_ place: Int) -> Bool {
        let connection = connections + place
        if connection.pointee.machine.isClosing { return false }
        if let input = connection.pointee.input {
            if !input.isUnparsed {
                guard readMore(place, input) else { return false }
            }
            var parser = input.parser
            let capacity = input.buffer.capacity
            var count = input.buffer.count
            let used = drive(place, &parser, input.buffer.start, count: &count)
            if connection.pointee.descriptor < 0 { return true }
            if used == count, !connection.pointee.machine.isDiscarding {
                dropInput(place)
                return true
            }
            input.buffer.truncate(to: count)
            input.buffer.removeFirst(used)
            input.parser = parser
            input.isUnparsed = isStopped(place)
            account(input.buffer.capacity - capacity)
            return true
        }
        guard
            connection.pointee.mayHaveInput || connection.pointee.machine.inputEnded
                || connection.pointee.sessionEnded
        else { return false }
        var count = 0
        if !connection.pointee.machine.inputEnded {
            switch receive(place) {
            case .bytes(let read): count = read
            case .drained: return false
            case .ended: connection.pointee.machine.inputEnded = true
            case .failed:
                close(place)
                return true
            }
        }
        var parser = RequestParser()
        let used = drive(place, &parser, readBuffer, count: &count)
        if connection.pointee.descriptor < 0 { return true }
        if used < count || connection.pointee.machine.isDiscarding {
            keep(place, UnsafeRawBufferPointer(start: readBuffer + used, count: count - used), parser)
        }
        return connection.pointee.mayHaveInput || connection.pointee.sessionEnded
            || connection.pointee.input?.isUnparsed == true && !connection.pointee.machine.awaitsAnswer
    }

    /// Whether the machine stopped for another reason than a lack of input.
    func isStopped(_ place: Int) -> Bool {
        connections[place].machine.awaitsAnswer || out.count - turnStart >= configuration.maxUnsentBytes
    }

    /// Keeps what belongs to a request that is not whole, or to requests that wait.
    private func keep(_ place: Int, _ bytes: UnsafeRawBufferPointer, _ parser: RequestParser) {
        guard !connections[place].machine.isClosing else {
            connections[place].owesLinger = true
            return
        }
        let input = PendingInput(bytes, parser: parser, isUnparsed: isStopped(place))
        connections[place].input = input
        account(input.buffer.capacity)
        guard buffered > configuration.maxBufferedBytesPerLane else { return }
        if input.isUnparsed {
            // An answer is under way or blocked; there is no place in the order for a refusal.
            close(place)
        } else {
            _ = isOverBudget(place, input)
        }
    }

    /// Reads from the socket behind what is kept; false when nothing came.
    private func readMore(_ place: Int, _ input: PendingInput) -> Bool {
        let connection = connections + place
        guard connection.pointee.mayHaveInput || connection.pointee.sessionEnded else {
            return connection.pointee.machine.inputEnded
        }
        if connection.pointee.tls != nil { return readMoreSecurely(place, input) }
        let before = input.buffer.capacity
        // Doubling, so that a body is copied a bounded number of times, and nothing is reserved on a promise.
        if input.buffer.capacity - input.buffer.count < 1_024 { input.buffer.reserve(max(4_096, before)) }
        account(input.buffer.capacity - before)
        if isOverBudget(place, input) { return false }
        let room = input.buffer.capacity - input.buffer.count
        switch Socket.read(
            connection.pointee.descriptor,
            into: input.buffer.start + input.buffer.count,
            capacity: room
        )
        {
        case .bytes(let read):
            counters.count(.received, read)
            input.buffer.grow(by: read)
            connection.pointee.mayHaveInput = read == room || connection.pointee.hasHungUp
            return true
        case .drained:
            connection.pointee.mayHaveInput = false
            return false
        case .ended:
            connection.pointee.mayHaveInput = false
            connection.pointee.machine.inputEnded = true
            return true
        case .failed:
            close(place)
            return false
        }
    }

    /// The same through TLS: what was decrypted is copied behind what is kept.
    private func readMoreSecurely(_ place: Int, _ input: PendingInput) -> Bool {
        switch receive(place) {
        case .bytes(let read):
            let before = input.buffer.capacity
            input.buffer.append(UnsafeRawBufferPointer(start: readBuffer, count: read))
            account(input.buffer.capacity - before)
            return !isOverBudget(place, input)
        case .drained: return false
        case .ended:
            connections[place].machine.inputEnded = true
            return true
        case .failed:
            close(place)
            return false
        }
    }

    /// Refuses to keep more when the lane holds too much already.
    private func isOverBudget(_ place: Int, _ input: PendingInput) -> Bool {
        guard buffered > configuration.maxBufferedBytesPerLane else { return false }
        if connections[place].machine.isDiscarding {
            // Its answer was given; a second one would be taken for that of the next request.
            close(place)
            return true
        }
        connections[place].machine.closeAfterAnswer()
        refuse(place, .overloaded, input.parser, at: input.buffer.start)
        dropInput(place)
        return true
    }

    // MARK: Deciding and answering

    /// Lets the machine work through the bytes.
    ///
    /// - Returns: how many bytes belong to requests that are over.
    private func drive(
        _ place: Int,
        _ parser: inout RequestParser,
        _ bytes: UnsafeMutablePointer<UInt8>,
        count: inout Int
    ) -> Int {
        let connection = connections + place
        var used = 0
        while true {
            if parser.position == 0, connection.pointee.machine.isReceiving,
                let known = heads.recall(connection.pointee.knownHead, bytes + used, count: count - used)
            {
                connection.pointee.hasAsked = true
                connection.pointee.renewsDeadline = true
                used += answerKnown(place, known, bytes + used, count: count - used)
                if isStopped(place) { return used }
                continue
            }
            var available = count - used
            let step = connection.pointee.machine.next(
                &parser,
                bytes + used,
                count: &available,
                limits: configuration.limits,
                isSecure: connection.pointee.tls != nil
            )
            count = used + available
            switch step {
            case .more, .wait, .close: return used
            case .expectation:
                if answerEarly(place, parser, bytes + used) { return used }
                ResponseWriter.writeContinue(to: &out)
            case .request, .serverOptions:
                connection.pointee.hasAsked = true
                connection.pointee.renewsDeadline = true
                if step == .request {
                    answer(place, parser, bytes + used)
                } else {
                    answerOptions(place, parser, bytes + used)
                }
                used += parser.position
                parser = RequestParser()
                if isStopped(place) { return used }
            case .refuse(let problem):
                refuse(place, problem, parser, at: bytes + used)
                if connection.pointee.machine.isClosing { return used }
            case .skipped:
                connection.pointee.renewsDeadline = true
                used += parser.position
                parser = RequestParser()
            }
        }
    }
}
