import Cedar
import Foundation

/// Tries parsers, formatter, JSON forms, validator and evaluator of Cedar on texts that nobody would write:
/// `cedar-fuzz [--seconds 60] [--seed 1] [--state FILE]`.
///
/// The seed is written to the file before it is tried, so that a trap leaves the seed that caused it. `--once SEED` runs one
/// seed alone and shows its text. The work is done on a thread with a stack of 2 MiB.
@main struct FuzzCommand {
    private var seconds = 60.0
    private var seed: UInt64 = 1
    private var once: UInt64?
    private var state: FileHandle?

    static func main() {
        let command = FuzzCommand(Array(CommandLine.arguments.dropFirst()))
        let thread = Thread { exit(command.run() ? 0 : 1) }
        thread.stackSize = 2 << 20
        thread.start()
        while true { sleep(1000) }
    }

    private init(_ arguments: [String]) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let value = rest.popFirst() ?? ""
            switch argument {
            case "--seconds": seconds = Double(value) ?? seconds
            case "--seed": seed = UInt64(value) ?? seed
            case "--once": once = UInt64(value)
            case "--state":
                _ = FileManager.default.createFile(atPath: value, contents: nil)
                state = FileHandle(forWritingAtPath: value)
            default:
                print("cedar-fuzz: unknown option `\(argument)`")
                exit(2)
            }
        }
    }

    /// Whether nothing was wrong.
    private func run() -> Bool {
        if let once {
            var attempt = FuzzAttempt(seed: once)
            print(attempt.text)
            return report(attempt.violations(), once)
        }
        let start = ContinuousClock.now
        var seed = seed
        var isClean = true
        var accepted = 0
        while start.duration(to: .now) < .seconds(seconds) {
            state?.seek(toFileOffset: 0)
            state?.write(Data("\(seed)\n".utf8))
            let begin = ContinuousClock.now
            var attempt = FuzzAttempt(seed: seed)
            var violations = attempt.violations()
            let spent = begin.duration(to: .now)
            // A busy machine may stop a thread for a while, but not that long.
            if spent > .seconds(20) { violations.append("took \(spent)") }
            if attempt.isAccepted { accepted += 1 }
            if !report(violations, seed) { isClean = false }
            seed += 1
        }
        print(
            "cedar-fuzz: \(seed - self.seed) texts from seed \(self.seed) on, \(accepted) of them policies: \(isClean ? "clean" : "BROKEN")"
        )
        return isClean
    }

    private func report(_ violations: [String], _ seed: UInt64) -> Bool {
        for violation in violations { print("broken at seed \(seed): \(violation)") }
        return violations.isEmpty
    }
}
