// Trials of the store alone that need processes of their own:
//
//     JournalTrials crash [--rounds 20] [--seed S]    writers killed at random moments; nothing acknowledged is lost
//     JournalTrials flip [--count 200] [--seed S] [--within BYTES]
//                                                    a flipped byte anywhere is detected or harmless, never believed
//
// Each prints its seed, and on a failure the folder it keeps. The other commands are what they start as
// children.

import Foundation

let arguments = Arguments(Array(CommandLine.arguments.dropFirst()))
do {
    switch arguments.command {
    case "crash": try CrashTrial(arguments).run()
    case "write": try Writer(arguments).run()
    case "flip": try FlipTrial(arguments).run()
    case "inspect": exit(try Inspection(arguments).run().rawValue)
    default:
        print("usage: JournalTrials crash [--rounds N] [--seed S] | flip [--count N] [--seed S]")
        exit(64)
    }
} catch {
    print("failed: \(error)")
    exit(1)
}
