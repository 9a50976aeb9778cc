internal import Cedar
internal import Inference

/// Values as policies would write them.
struct ValueText {
    /// The text of the one address that there is.
    let clientAddress: String?

    func text(_ value: Value) -> String {
        switch value {
        case .bool(let value): "\(value)"
        case .long(let value): "\(value)"
        case .string(let text): Self.quoted(text)
        case .entity(let uid): uid.description
        case .set(let set): "[\(set.elements.map(text).sorted().joined(separator: ", "))]"
        case .record(let record): "{\(record.fields.map { "\($0.name): \(text($0.value))" }.joined(separator: ", "))}"
        case .dateTime(let moment): "datetime(\"\(Timestamp.text(moment.milliseconds / 1000))\")"
        case .duration(let span): "duration(\"\(span.milliseconds)ms\")"
        case .ipAddress: "ip(\"\(clientAddress ?? "")\")"
        // No decimal is among the values that the gateway supplies.
        case .decimal: "decimal(…)"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
