extension Judge {
    /// The request that asks a question: at temperature 0 unless several votes are asked, which get a seed each.
    public func request(_ question: Question) -> EvaluationRequest {
        var sampling = Sampling()
        if votes == 1 { sampling.temperature = 0 }
        sampling.maximumTokens = Self.mostTokens
        return EvaluationRequest(
            model: model, messages: question.messages, tools: [], schema: question.schema, sampling: sampling,
            seed: votes > 1 ? question.vote + 1 : nil, vote: question.vote)
    }

    /// A sentence and a verdict, with room for a model that thinks before.
    private static let mostTokens = 2_048
}
