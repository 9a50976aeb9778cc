import Drift
import Statistics

/// Requests as a model and its callers would make them, by a seed.
struct Traffic {
    /// What a model is like.
    struct Model {
        var name = "model-1"
        var answerLength = 200.0
        var refusals = 0.02
        var style = 0.0
        var firstByte = 400.0
        var price = 1_000.0
        var failures = 0.01
        var promptLength = 300.0
    }

    var generator: SeededGenerator
    var model = Model()
    private var time: Int64 = 1_700_000_000_000

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func logNormal(_ median: Double, _ spread: Double) -> Double {
        median * exponential(spread * generator.normal())
    }

    mutating func next() -> RequestFeatures {
        time += 1_000
        var features = RequestFeatures(time: time)
        features[.promptTokens] = logNormal(model.promptLength, 0.8).rounded()
        features[.promptTopic] = Double(generator.index(below: 5))
        features[.promptLanguage] = generator.unit() < 0.7 ? 1 : 2
        features.dataClasses = generator.unit() < 0.2 ? "email" : "none"
        let failed = generator.unit() < model.failures
        features[.failure] = failed ? 1 : 0
        features[.firstByte] = logNormal(model.firstByte, 0.4)
        features[.duration] = logNormal(model.firstByte * 3, 0.5)
        guard !failed else { return features }
        features.reportedModel = model.name
        features.ending = generator.unit() < 0.95 ? "stop" : "length"
        features[.answerTokens] = logNormal(model.answerLength, 0.6).rounded()
        features[.answerTopic] = Double(generator.index(below: 6))
        features[.answerStyle] = model.style + 0.05 * generator.normal()
        features[.answerLanguage] = generator.unit() < 0.7 ? 1 : 2
        features[.refusal] = generator.unit() < model.refusals ? 1 : 0
        features[.price] = model.price
        features[.providerCache] = generator.unit() < 0.3 ? 1 : 0
        return features
    }

    private func exponential(_ value: Double) -> Double {
        // No Foundation here: e^x by squaring a short series.
        var result = 1.0
        let small = value / 1_024
        for power in stride(from: 12, through: 1, by: -1) { result = 1 + small * result / Double(power) }
        for _ in 0..<10 { result *= result }
        return result
    }
}
