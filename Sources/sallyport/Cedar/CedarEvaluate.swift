import ArgumentParser
import Cedar

struct CedarEvaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Evaluate a Cedar expression and print its value.",
        discussion: """
              sallyport cedar evaluate 'ip("10.1.2.3").isInRange(ip("10.0.0.0/8"))'

            An expression may speak of principal, action, resource and context if the request is given.
            """)

    @OptionGroup var schema: CedarSchemaOption
    @OptionGroup var entities: CedarEntitiesOption
    @OptionGroup var request: CedarRequestOption

    @Argument(help: "The expression.")
    var expression: String

    func run() throws {
        try reporting {
            var inputs = CedarInputs()
            let parsed = try inputs.read { try StandaloneExpression(parsing: expression, source: "<expression>") }
            let schema = try inputs.read(self.schema.read) ?? nil
            let hierarchy = try inputs.read { try entities.hierarchy(schema) }
            let question = try inputs.read { request.isGiven ? try request.request(schema) : nil }
            try inputs.finish()
            guard let parsed, let hierarchy else { return }
            print(try parsed.evaluate(question ?? nil, entities: hierarchy))
        }
    }
}
