import ArgumentParser
import Foundation
import Inference
import Privacy

/// One labelled text or value.
struct EvaluationCase {
    /// A labelled span, in code points.
    struct Label: Hashable {
        let range: Range<Int>
        let sensitiveClass: SensitiveClass
    }

    enum Kind {
        /// Look for one class alone.
        case alone(SensitiveClass)
        /// Look for everything.
        case everything
        /// Verify check digits; `nil` where they decide nothing.
        case check(SensitiveClass, verdict: Bool?)
    }

    /// Line of the file, or element of its array, from 1.
    let line: Int
    let kind: Kind
    let text: String
    let labels: [Label]
    /// Labelled spans of classes that are left out: what is found there counts neither way.
    let ignored: [Range<Int>]

    /// Reads JSON lines, or one array; names the first bad line.
    static func read(_ input: InputText, _ names: ClassNames) throws -> [EvaluationCase] {
        if input.bytes.starts(with: [0x1F, 0x8B]) {
            throw ValidationError(
                "\(input.name) is compressed: give it as `gunzip -c \(input.name) | sallyport privacy evaluate -`")
        }
        let data = Data(input.bytes)
        if input.bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "["),
            let array = try? JSONSerialization.jsonObject(with: data) as? [[String: Any]]
        {
            return try array.enumerated().compactMap { try one($0.element, $0.offset + 1, input.name, names) }
        }
        return try input.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
            .compactMap { index, line in
                guard line.contains(where: { $0 > 0x20 }) else { return nil }
                guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else {
                    throw ValidationError("\(input.name):\(index + 1): expected a JSON object")
                }
                return try one(object, index + 1, input.name, names)
            }
    }

    private static func one(
        _ object: [String: Any], _ line: Int, _ name: String, _ names: ClassNames
    ) throws -> EvaluationCase? {
        func fault(_ what: String) -> ValidationError { ValidationError("\(name):\(line): \(what)") }
        func known(_ foreign: String) throws -> ClassNames.Meaning {
            guard let meaning = names[foreign] else {
                throw fault(
                    "unknown class `\(foreign)`: say which of ours it is with --map '\(foreign)=…', or - to leave it out"
                )
            }
            return meaning
        }
        let entity = object["entity"] as? String
        if object.keys.contains("value") {
            // `null` stands for a value that is none.
            let value = object["value"] as? String ?? ""
            guard let entity else { throw fault("expected `entity` beside `value`") }
            guard case .ours(let sensitiveClass) = try known(entity) else { return nil }
            return EvaluationCase(
                line: line, kind: .check(sensitiveClass, verdict: object["valid"] as? Bool), text: value, labels: [],
                ignored: [])
        }
        guard let text = (object["text"] ?? object["full_text"]) as? String else {
            throw fault("expected `text` and `spans`, or `value` and `valid`")
        }
        guard let spans = object["spans"] as? [Any] else { throw fault("expected `spans`, a list") }
        let length = text.unicodeScalars.count
        var labels: [Label] = []
        var ignored: [Range<Int>] = []
        for span in spans {
            let pair = span as? [Int]
            let named = span as? [String: Any]
            guard let start = pair?.first ?? (named?["start_position"] ?? named?["start"]) as? Int,
                let end = pair?.dropFirst().first ?? (named?["end_position"] ?? named?["end"]) as? Int,
                start >= 0, start < end, end <= length
            else { throw fault("expected spans `[start, end]` in code points within the text's \(length)") }
            guard let foreign = (named?["entity_type"] ?? named?["entity"] ?? named?["class"]) as? String ?? entity
            else {
                throw fault("expected a class: `entity`, or `entity_type` in each span")
            }
            switch try known(foreign) {
            case .ours(let sensitiveClass): labels.append(Label(range: start..<end, sensitiveClass: sensitiveClass))
            case .leftOut: ignored.append(start..<end)
            }
        }
        var kind = Kind.everything
        if let entity {
            guard case .ours(let sensitiveClass) = try known(entity) else { return nil }
            kind = .alone(sensitiveClass)
        }
        return EvaluationCase(line: line, kind: kind, text: text, labels: labels, ignored: ignored)
    }
}

/// Which of our classes foreign names mean.
struct ClassNames {
    enum Meaning {
        case ours(SensitiveClass)
        case leftOut
    }

    private var own: [String: Meaning] = [:]
    private var others: Meaning?

    init(_ options: [String]) throws {
        for option in options {
            if let equals = option.firstIndex(of: "=") {
                try add(String(option[..<equals]), String(option[option.index(after: equals)...]))
                continue
            }
            let file = try InputText.read(option)
            guard let object = try? JSONSerialization.jsonObject(with: Data(file.bytes)) as? [String: Any] else {
                throw ValidationError("--map \(option): expected a JSON object of class names")
            }
            for (foreign, ours) in object { try add(foreign, ours as? String ?? "-") }
        }
    }

    private mutating func add(_ foreign: String, _ ours: String) throws {
        let meaning: Meaning
        if ours == "-" {
            meaning = .leftOut
        } else if let sensitiveClass = Self.ours(ours) {
            meaning = .ours(sensitiveClass)
        } else {
            throw ValidationError(
                "--map: `\(ours)` is none of our classes; `sallyport privacy evaluate --help` tells the form")
        }
        if foreign == "*" { others = meaning } else { own[foreign] = meaning }
    }

    subscript(_ foreign: String) -> Meaning? {
        if let meaning = own[foreign] { return meaning }
        if let sensitiveClass = Self.ours(foreign) { return .ours(sensitiveClass) }
        return others
    }

    /// Our own name of a class, or Presidio's.
    private static func ours(_ name: String) -> SensitiveClass? {
        SensitiveClass.named(DataClass(name)) ?? PresidioNames.classes[name]
            ?? SensitiveClass.named(DataClass(name.lowercased()))
    }
}
