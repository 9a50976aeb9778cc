/// Runs a program over a text, all alternatives at once, each with the places that it took down.
struct PatternMachine {
    private let program: [PatternInstruction]
    private let start: PatternStart
    private let scalars: [Unicode.Scalar]
    private let mostSteps: Int
    private var threads: [Thread] = []
    private var following: [Thread] = []
    /// In which round a thread last stood at an instruction; made for the first thread, which many texts never have.
    private var visited: [Int32] = []
    private var round: Int32 = 0
    private var steps = 0
    private var pending: [Thread] = []

    /// Where in the program, and the places: all of it, the first group; -1 for none.
    private struct Thread {
        var instruction: Int
        var places: SIMD4<Int32>
    }

    init(program: [PatternInstruction], start: PatternStart, scalars: [Unicode.Scalar], mostSteps: Int) {
        self.program = program
        self.start = start
        self.mostSteps = mostSteps
        self.scalars = scalars
    }

    mutating func search() -> Pattern.Outcome {
        guard scalars.count < Int(Int32.max) else { return .tooCostly }
        var found: SIMD4<Int32>?
        for index in 0...scalars.count {
            let scalar = index < scalars.count ? scalars[index] : nil
            // A match further left wins: nothing new begins once there is one.
            if found == nil, start.admits(scalar) {
                if visited.isEmpty { visited = [Int32](repeating: -1, count: program.count) }
                add(Thread(instruction: 0, places: SIMD4(repeating: -1)), at: index, isNext: false)
            }
            if threads.isEmpty, found != nil { break }
            round += 1
            for thread in threads {
                steps += 1
                switch program[thread.instruction] {
                case .scalar(let set):
                    guard let scalar, set.contains(scalar) else { continue }
                    add(
                        Thread(instruction: thread.instruction + 1, places: thread.places), at: index + 1,
                        isNext: true)
                    continue
                case .match: found = thread.places
                default: continue
                }
                // Those behind a match are less preferred.
                break
            }
            guard steps < mostSteps else { return .tooCostly }
            (threads, following) = (following, threads)
            following.removeAll(keepingCapacity: true)
        }
        guard let found else { return .none }
        return .match(
            Pattern.Match(
                range: Int(found[0])..<Int(found[1]),
                firstGroup: found[2] >= 0 && found[3] >= found[2] ? Int(found[2])..<Int(found[3]) : nil))
    }

    /// Follows everything that takes no scalar, the preferred way first.
    private mutating func add(_ thread: Thread, at index: Int, isNext: Bool) {
        pending.append(thread)
        while var thread = pending.popLast() {
            guard visited[thread.instruction] != round else { continue }
            visited[thread.instruction] = round
            steps += 1
            switch program[thread.instruction] {
            case .jump(let target):
                thread.instruction = target
                pending.append(thread)
            case .split(let first, let second):
                pending.append(Thread(instruction: second, places: thread.places))
                thread.instruction = first
                pending.append(thread)
            case .save(let slot):
                thread.places[slot] = Int32(truncatingIfNeeded: index)
                thread.instruction += 1
                pending.append(thread)
            case .assert(let assertion):
                guard holds(assertion, at: index) else { continue }
                thread.instruction += 1
                pending.append(thread)
            case .scalar, .match: if isNext { following.append(thread) } else { threads.append(thread) }
            }
        }
    }

    private func holds(_ assertion: PatternAssertion, at index: Int) -> Bool {
        switch assertion {
        case .textStart: index == 0
        case .textEnd: index == scalars.count
        case .lastLineEnd: index == scalars.count || (index == scalars.count - 1 && scalars[index] == "\n")
        case .lineStart: index == 0 || scalars[index - 1] == "\n"
        case .lineEnd: index == scalars.count || scalars[index] == "\n"
        case .wordBorder: isWord(index - 1) != isWord(index)
        case .noWordBorder: isWord(index - 1) == isWord(index)
        }
    }

    private func isWord(_ index: Int) -> Bool { index >= 0 && index < scalars.count && scalars[index].isOfWord }
}
