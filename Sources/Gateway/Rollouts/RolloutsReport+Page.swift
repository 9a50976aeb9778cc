internal import Foundation
internal import HyperText
internal import Rollout

/// How rollouts stand, as a page for people, at `/rollouts.html` of the operators' port.
extension RolloutsReport {
    func page() -> AdminAnswer {
        let html = AdminPage.document(
            title: "Rollouts",
            about:
                "Which candidates are tried on whose requests, how both arms answer, and what the guards know. A guard is broken, "
                + "or kept, once its evidence is what it needs; looking often changes nothing.",
            links: [.models, .monitor, .json("/rollouts")],
            read: "Read at \(AlertText.time(Clock.epochMilliseconds()))."
        ) { html in
            if let trouble {
                html.section("trouble", "Trouble") { $0.element("p", text: "Rollouts stay as they are: \(trouble)") }
            }
            html.section("rollouts", "Rollouts", isLong: true) { overview(&$0) }
            for (number, line) in rollouts.enumerated() {
                html.section("r\(number)", line.name, isLong: true) { html in
                    if let test = line.ab { Self.comparison(test, of: line, &html) }
                    Self.guards(line, &html)
                }
            }
        }
        return AdminAnswer(type: "text/html; charset=utf-8", headers: ExposureHeaders.all, body: Array(html.utf8))
    }

    private func overview(_ html: inout HTML) {
        guard !rollouts.isEmpty else {
            return html.element("p", text: "None: policies/rollouts.yaml, or sallyport rollout start.")
        }
        html.table(
            "The rollouts in the order in which they began",
            columns: [
                .text("Name"), .text("Alias"), .text("Candidate"), .text("How"), .text("State"), .number("Share"),
                .number("Stage"), .number("Candidate's requests"), .number("Control's"), .text("Since"), .text("Why"),
                .number("Shadow today, $"), .number("Judge today, $"),
            ]
        ) { body in
            for line in rollouts {
                body.element("tr") { row in
                    row.rowHead(line.name)
                    row.cell(line.alias)
                    row.cell(line.to)
                    row.cell(line.mode)
                    row.cell(line.phase.rawValue)
                    row.figure("\(Self.number(line.share)) %")
                    row.figure("\(line.step) of \(line.stages)")
                    row.number(line.requests)
                    row.number(line.controlRequests)
                    row.cell(AlertText.time(line.stepMs))
                    row.cell(line.reason.rawValue)
                    row.figure(Self.dollars(line.spentNanoUsd))
                    row.figure(Self.dollars(line.judgeSpentNanoUsd))
                }
            }
        }
    }

    private static func guards(_ line: Line, _ html: inout HTML) {
        html.table(
            "The guards of \(line.name): means of both arms and the evidence against the candidate",
            columns: [
                .text("Guard"), .number("Candidate"), .number("Values"), .number("Control"), .number("Values"),
                .number("Evidence (ln)"), .number("Needed (ln)"), .text("Verdict"),
            ]
        ) { body in
            for rule in line.guards {
                body.element("tr") { row in
                    row.rowHead(rule.rule)
                    row.figure(rule.treatmentMean.map(number) ?? "–")
                    row.number(rule.treatmentCount)
                    row.figure(rule.controlMean.map(number) ?? "–")
                    row.number(rule.controlCount)
                    row.figure(number(rule.logEvidence))
                    row.figure(number(rule.logNeeded))
                    row.cell(rule.isBroken ? "broken" : rule.isKept ? "kept" : "open")
                }
            }
        }
    }

    private static func comparison(_ test: ABEvidence, of line: Line, _ html: inout HTML) {
        html.table(
            "The A/B test of \(line.name) by \(test.measure): means of both arms, and the evidence for either verdict",
            columns: [
                .text("Measure"), .number("Candidate"), .number("Values"), .number("Control"), .number("Values"),
                .number("Better (ln)"), .number("Worse (ln)"), .number("Needed (ln)"), .text("Verdict"),
            ]
        ) { body in
            body.element("tr") { row in
                row.rowHead(test.measure)
                row.figure(test.treatmentMean.map(number) ?? "–")
                row.number(test.treatmentCount)
                row.figure(test.controlMean.map(number) ?? "–")
                row.number(test.controlCount)
                row.figure(number(test.logBetter))
                row.figure(number(test.logWorse))
                row.figure(number(test.logNeeded))
                row.cell(test.verdict?.rawValue ?? "open")
            }
        }
    }

    private static func dollars(_ nanoUSD: Int64?) -> String { nanoUSD.map { number(Double($0) / 1e9) } ?? "–" }

    /// Four significant digits are enough to read.
    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(format: "%.4g", value)
    }
}
