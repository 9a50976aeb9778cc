import ArgumentParser
import Inference
import Privacy

struct PrivacyClasses: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classes",
        abstract: "List the classes of data, with what privacy.yaml makes of each.",
        discussion: "The label is what redacted text shows, and what surrogates begin with.")

    @OptionGroup var policy: PrivacyPolicyOption

    @Flag(help: "One JSON object a class.")
    var json = false

    private struct Line: Encodable {
        let `class`, label, title, treatment: String
        let country: String?
        let enabled: Bool
        let threshold: Int
    }

    func run() throws {
        try reporting {
            let settings = try policy.settings()
            var table = TextTable(["CLASS", "LABEL", "COUNTRY", "SETTING", "THRESHOLD", "WHAT"])
            for name in settings.knownClasses {
                let known = SensitiveClass.named(name)
                let isOn = settings.classes.contains(name)
                let treatment = settings.treatments[name] ?? .surrogate
                let threshold = settings.thresholds[name] ?? settings.threshold
                let label = known.map { "\($0.label)" } ?? "\(SensitiveClass.custom.label)"
                let title = known?.details.title ?? "words and patterns of your own"
                if json {
                    print(
                        try JSONLine.text(
                            Line(
                                class: name.rawValue, label: label, title: title, treatment: treatment.rawValue,
                                country: known?.details.country, enabled: isOn, threshold: threshold)))
                } else {
                    table.add([
                        name.rawValue, label, known?.details.country ?? "", isOn ? treatment.rawValue : "off",
                        "\(threshold)", title,
                    ])
                }
            }
            if !json { print(table.text) }
        }
    }
}
