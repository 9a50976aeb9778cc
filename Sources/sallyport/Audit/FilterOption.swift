import ArgumentParser
import Foundation
import Ledger
import LedgerReport

/// What of the ledger a question is about; the same for all verbs that ask the index.
struct FilterOption: ParsableArguments {
    @Option(help: ArgumentHelp("From when on: 7d, 12h, 30m, or a date or moment in UTC.", valueName: "span or date"))
    var since: String?

    @Option(help: ArgumentHelp("Until when: the same; without it until now.", valueName: "span or date"))
    var until: String?

    @Option(help: ArgumentHelp("Whose requests.", valueName: "name"))
    var principal: String?

    @Option(help: ArgumentHelp("Of principals of this team.", valueName: "name"))
    var team: String?

    @Option(help: ArgumentHelp("Of principals of this tenant.", valueName: "name"))
    var tenant: String?

    @Option(
        help: ArgumentHelp("The model asked for, or the provider's name of the one that answered.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("Where they went.", valueName: "name"))
    var provider: String?

    @Option(
        name: .customLong("class"), help: ArgumentHelp("With data of this class, such as email.", valueName: "name"))
    var dataClass: String?

    @Option(help: ArgumentHelp("In this form: raw, pseudonymised, redacted.", valueName: "form"))
    var form: String?

    @Option(
        help: ArgumentHelp(
            "With values that left so: raw, surrogate, realistic, mask, hash, remove, label.", valueName: "way"))
    var treatment: String?

    @Option(help: ArgumentHelp("permitted or denied.", valueName: "word"))
    var decision: String?

    @Option(
        help: ArgumentHelp("How it ended, such as completed, or why it was denied, such as policy.", valueName: "word"))
    var outcome: String?

    @Option(help: ArgumentHelp("Which this policy decided.", valueName: "id"))
    var policy: String?

    @Option(help: ArgumentHelp("This request, all its attempts.", valueName: "req_…"))
    var request: String?

    /// The filter that the options say.
    func filter() throws -> LedgerFilter {
        let now = LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        var filter = LedgerFilter(
            since: try PolicyReplayVerb.moment(since, "--since", now),
            until: try PolicyReplayVerb.moment(until, "--until", now))
        if let decision {
            guard let word = LedgerFilter.Decision(rawValue: decision) else {
                throw ValidationError("--decision: expected permitted or denied, found `\(decision)`")
            }
            filter.decision = word
        }
        let values: [LedgerFilter.Field: String?] = [
            .principal: principal, .team: team, .tenant: tenant, .model: model, .provider: provider,
            .dataClass: dataClass, .form: form, .treatment: treatment, .outcome: outcome, .policy: policy,
            .request: request,
        ]
        for (field, text) in values { filter[field] = text }
        return filter
    }
}
