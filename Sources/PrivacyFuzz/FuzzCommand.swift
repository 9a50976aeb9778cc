import Cryptography
import Foundation
import NameModel
import PatternScanner
import Privacy
import PrivacyTesting

/// Tries the privacy engine on texts that nobody would write: `privacy-fuzz [--seconds 60] [--seed 1] [FRAGMENTS.jsonl…]`.
///
/// The work is done in a child process that says each seed before it tries it, so that a trap or an endless loop is reported with what
/// caused it, and the next child goes on behind. Fragments are lines of JSON with a member `text`, such as the public corpora have.
/// `--once SEED` runs one seed alone; `--linear` tries short pieces many times over instead.
@main struct FuzzCommand {
    private var seconds = 60.0
    private var seed: UInt64 = 1
    private var once: UInt64?
    private var isChild = false
    private var isLinear = false
    private var files: [String] = []

    static func main() {
        do {
            let command = try FuzzCommand(Array(CommandLine.arguments.dropFirst()))
            exit(try command.run() ? 0 : 1)
        } catch {
            fail("\(error)")
        }
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data("privacy-fuzz: \(message)\n".utf8))
        exit(2)
    }

    private init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--seconds": seconds = rest.popFirst().flatMap(Double.init) ?? seconds
            case "--seed": seed = rest.popFirst().flatMap(UInt64.init) ?? seed
            case "--once": once = rest.popFirst().flatMap(UInt64.init)
            case "--child": isChild = true
            case "--linear": isLinear = true
            default:
                guard !argument.hasPrefix("--") else { Self.fail("unknown option `\(argument)`") }
                files.append(argument)
            }
        }
    }

    /// Whether nothing was wrong.
    private func run() throws -> Bool {
        if let once { return try report(fuzz().violations(seed: once)) }
        if isChild { return try child() }
        return try parent()
    }

    // MARK: The child

    private func fuzz() throws -> PrivacyFuzz {
        let key = try TenantKey(master: SymmetricKey([UInt8](repeating: 7, count: 32)), tenant: "fuzz")
        return try PrivacyFuzz(
            key: key, names: NameTagger(model: NameModel.bytes), fragments: files.flatMap(Self.fragments)
        ) { try PatternScanner(settings: $0) }
    }

    private static func fragments(_ path: String) throws -> [[UInt8]] {
        struct Line: Decodable { let text: String }
        return try Data(contentsOf: URL(filePath: path)).split(separator: 0x0A).compactMap {
            try? Array(JSONDecoder().decode(Line.self, from: $0).text.utf8.prefix(400))
        }
    }

    private func child() throws -> Bool {
        let fuzz = try fuzz()
        let end = ContinuousClock.now + .seconds(seconds)
        var isClean = true
        var seed = seed
        while ContinuousClock.now < end {
            print("seed \(seed)")
            fflush(nil)
            let violations =
                isLinear
                ? try fuzz.superlinear(Self.unit(seed, files), time: Self.threadNanoseconds)
                : try fuzz.violations(seed: seed)
            if !report(violations, seed) { isClean = false }
            seed += 1
        }
        return isClean
    }

    private static func unit(_ seed: UInt64, _ files: [String]) throws -> [UInt8] {
        var text = FuzzText(seed: seed, fragments: try files.flatMap(fragments))
        return text.nextUnit()
    }

    private static func threadNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    @discardableResult
    private func report(_ violations: [PrivacyFuzz.Violation], _ seed: UInt64? = nil) -> Bool {
        for violation in violations { print("broken\(seed.map { " at seed \($0)" } ?? ""): \(violation)") }
        return violations.isEmpty
    }

    // MARK: The parent

    /// Runs children until the time is over; one that traps or hangs is reported, and the next begins behind its seed.
    private func parent() throws -> Bool {
        let start = ContinuousClock.now
        var next = seed
        var broken = 0
        while true {
            let left = seconds - (ContinuousClock.now - start) / .seconds(1)
            guard left > 0.5 else { break }
            let (last, end) = try runChild(from: next, seconds: left, &broken)
            if let end {
                broken += 1
                print("broken at seed \(last): \(end)")
            } else if last < next {
                Self.fail("the child did not start")
            }
            next = last + 1
        }
        print("\(next - seed) seeds from \(seed) on, \(broken) broken promises")
        return broken == 0
    }

    /// Gives back the last seed, and how the child ended if not well.
    private func runChild(from seed: UInt64, seconds: Double, _ broken: inout Int) throws -> (UInt64, String?) {
        let process = Process()
        process.executableURL = Bundle.main.executableURL
        process.arguments =
            ["--child", "--seed", "\(seed)", "--seconds", "\(seconds)"] + (isLinear ? ["--linear"] : []) + files
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let watch = Watch(process)
        var last = seed - 1
        var rest = Data()
        while true {
            let data = pipe.fileHandleForReading.availableData
            if data.isEmpty { break }
            watch.feed()
            rest += data
            while let end = rest.firstIndex(of: 0x0A) {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                rest = rest[(end + 1)...]
                if line.hasPrefix("seed "), let number = UInt64(line.dropFirst(5)) {
                    last = number
                } else {
                    broken += 1
                    print(line)
                }
            }
        }
        process.waitUntilExit()
        watch.end()
        switch (process.terminationReason, process.terminationStatus) {
        case (.exit, 0), (.exit, 1): return (last, nil)
        case (.exit, let status): return (last, "the child failed with \(status)")
        case (_, SIGALRM), (_, SIGKILL): return (last, "no end in \(Int(Watch.patience)) seconds")
        case (_, let signal): return (last, "trapped with signal \(signal)")
        }
    }
}

/// Ends a child that says nothing for too long.
private final class Watch: @unchecked Sendable {
    static let patience = 60.0
    private let lock = NSLock()
    private var last = ContinuousClock.now
    private var isOver = false

    init(_ process: Process) {
        let identifier = process.processIdentifier
        Thread.detachNewThread { [self] in
            while true {
                Thread.sleep(forTimeInterval: 1)
                let isLate = lock.withLock {
                    isOver ? nil : (ContinuousClock.now - last) / .seconds(1) > Self.patience
                }
                guard let isLate else { return }
                if isLate {
                    kill(identifier, SIGKILL)
                    return
                }
            }
        }
    }

    func feed() { lock.withLock { last = ContinuousClock.now } }
    func end() { lock.withLock { isOver = true } }
}
