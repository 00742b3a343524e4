import ArgumentParser
import Glibc

/// A command that was refused or failed: one line on standard error, exit code 1.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: some CustomStringConvertible) { self.description = "\(description)" }
}

/// Runs a command's body; what it throws is one line on standard error and exit code 1, while usage errors stay 64.
func orFail<Value>(_ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as ExitCode {
        throw error
    } catch let error as ValidationError {
        throw error
    } catch {
        standardError("homeward: \(error)")
        throw ExitCode(1)
    }
}

func standardError(_ line: String) { write(line, to: STDERR_FILENO) }

/// Prints a line at once, also into a pipe: whoever started the service waits for it.
func standardOutput(_ line: String) { write(line, to: STDOUT_FILENO) }

private func write(_ line: String, to descriptor: Int32) {
    let bytes = Array((line + "\n").utf8)
    bytes.withUnsafeBytes { buffer in
        var rest = buffer
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, base, rest.count)
            // A closed pipe is the reader's choice; there is nobody left to tell.
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
