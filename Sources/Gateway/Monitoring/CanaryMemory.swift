import Drift

/// What is remembered of the answers to the questions that are asked every day: sketches, no text.
struct CanaryMemory: Sendable, Codable {
    private enum Bounds {
        /// Answers of each question that make the reference.
        static let answers = 4
        static let questions = 1_000
        static let streams = 256
    }

    /// The day of `spent`, in days since 1970.
    private var day: Int64 = 0
    /// Nano-USD spent on that day.
    private var spent: Int64 = 0
    /// When they were asked last, in milliseconds since 1970; 0: never.
    var asked: Int64 = 0
    /// The answers of the reference, by stream and question.
    private var answers: [Stream] = []

    private struct Stream: Sendable, Codable {
        let name: StreamName
        var questions: [Int: [AnswerVector]] = [:]
    }

    /// Nano-USD spent on the day of this time.
    func spent(at time: Int64) -> Int64 { time / 86_400_000 == day ? spent : 0 }

    /// Counts what an answer cost.
    mutating func spend(_ nanoUSD: Int64, at time: Int64) {
        let today = time / 86_400_000
        if today != day { (day, spent) = (today, 0) }
        // A provider may say anything of what it counted.
        let sum = spent.addingReportingOverflow(max(0, nanoUSD))
        spent = sum.overflow ? .max : sum.partialValue
    }

    /// How far an answer is from the nearest of the reference's, from 0 to 1; the first ones are the reference. `nil` for the
    /// very first.
    mutating func distance(of text: [UInt8], to question: Int, in name: StreamName) -> Double? {
        guard (0..<Bounds.questions).contains(question) else { return nil }
        if !answers.contains(where: { $0.name == name }), answers.count < Bounds.streams {
            answers.append(Stream(name: name))
        }
        guard let place = answers.firstIndex(where: { $0.name == name }) else { return nil }
        let vector = AnswerVector(text)
        let known = answers[place].questions[question] ?? []
        if known.count < Bounds.answers { answers[place].questions[question] = known + [vector] }
        return known.map { $0.distance(to: vector) }.min()
    }

    /// Takes the next answers as the reference: of all streams, or those of an alias, or of its one destination.
    mutating func forget(alias: String?, destination: String?) {
        answers.removeAll { stream in
            (alias ?? stream.name.alias) == stream.name.alias
                && (destination ?? stream.name.destination) == stream.name.destination
        }
    }
}

/// An answer's words and pairs of words, hashed into 64 places with signs: enough to say how alike two answers are. For answers to
/// the gateway's own questions only.
struct AnswerVector: Sendable, Codable {
    private static let places = 64
    private static let looked = 8_192
    private var values: [Float]

    init(_ text: [UInt8]) {
        var values = [Float](repeating: 0, count: Self.places)
        var (word, before, length): (UInt64, UInt64, Int) = (Self.seed, 0, 0)
        func add(_ hash: UInt64, _ weight: Float) {
            let mixed = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
            values[Int(mixed >> 58)] += mixed & 1 == 0 ? weight : -weight
        }
        for byte in text.prefix(Self.looked) + [0x20] {
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            if (0x61...0x7A).contains(lower) || (0x30...0x39).contains(lower) || lower >= 0x80 {
                word = (word ^ UInt64(lower)) &* 0x100_0000_01B3
                length += 1
            } else if length > 0 {
                add(word, 1)
                if before != 0 { add(before &* 31 &+ word, 0.5) }
                (before, word, length) = (word, Self.seed, 0)
            }
        }
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        self.values = norm > 0 ? values.map { $0 / norm } : values
    }

    private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    /// 0: the same words; 1: nothing in common, or the opposite.
    func distance(to other: AnswerVector) -> Double {
        let cosine = zip(values, other.values).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        let distance = Double(min(max(1 - cosine, 0), 1))
        // What rounding makes of equal answers is no distance.
        return distance < 1e-4 ? 0 : distance
    }
}
