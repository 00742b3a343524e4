import ArgumentParser

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
