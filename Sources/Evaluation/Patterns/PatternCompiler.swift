/// Makes a program of a pattern's parts.
struct PatternCompiler {
    private(set) var program: [PatternInstruction] = []

    mutating func compile(_ expression: PatternExpression) throws(Pattern.Failure) {
        try add(.save(0))
        try emit(expression)
        try add(.save(1))
        try add(.match)
    }

    private mutating func emit(_ expression: PatternExpression) throws(Pattern.Failure) {
        switch expression {
        case .empty: break
        case .scalar(let set): try add(.scalar(set))
        case .assertion(let assertion): try add(.assert(assertion))
        case .sequence(let parts):
            for part in parts { try emit(part) }
        case .group(let inside, let number):
            if number == 1 { try add(.save(2)) }
            try emit(inside)
            if number == 1 { try add(.save(3)) }
        case .alternatives(let parts): try emitAlternatives(parts)
        case .repeated(let part, let least, let most, let isLazy):
            for _ in 0..<least { try emit(part) }
            guard let most else { return try emitLoop(part, isLazy) }
            try emitOptional(part, count: most - least, isLazy)
        }
    }

    private mutating func emitAlternatives(_ parts: [PatternExpression]) throws(Pattern.Failure) {
        var ends: [Int] = []
        for part in parts.dropLast() {
            let split = program.count
            try add(.split(split + 1, 0))
            try emit(part)
            ends.append(program.count)
            try add(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        if let last = parts.last { try emit(last) }
        for end in ends { program[end] = .jump(program.count) }
    }

    private mutating func emitLoop(_ part: PatternExpression, _ isLazy: Bool) throws(Pattern.Failure) {
        let split = program.count
        try add(.split(0, 0))
        try emit(part)
        try add(.jump(split))
        program[split] = isLazy ? .split(program.count, split + 1) : .split(split + 1, program.count)
    }

    private mutating func emitOptional(
        _ part: PatternExpression, count: Int, _ isLazy: Bool
    ) throws(Pattern.Failure) {
        var splits: [Int] = []
        for _ in 0..<count {
            splits.append(program.count)
            try add(.split(0, 0))
            try emit(part)
        }
        for split in splits {
            program[split] = isLazy ? .split(program.count, split + 1) : .split(split + 1, program.count)
        }
    }

    private mutating func add(_ instruction: PatternInstruction) throws(Pattern.Failure) {
        guard program.count < Pattern.largestProgram else {
            throw Pattern.Failure(column: 1, message: "the repetitions make the pattern too large")
        }
        program.append(instruction)
    }
}
