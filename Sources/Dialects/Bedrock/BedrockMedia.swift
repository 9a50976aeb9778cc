/// Formats of media: Bedrock's words, and the types that other dialects have for them.
enum BedrockMedia {
    private static let documents = [
        ("pdf", "application/pdf"), ("txt", "text/plain"), ("md", "text/markdown"), ("html", "text/html"),
        ("csv", "text/csv"), ("doc", "application/msword"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("xls", "application/vnd.ms-excel"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ]
    private static let images = ["png", "jpeg", "gif", "webp"]
    private static let sounds = ["mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "m4a", "mpeg", "webm"]

    static func documentType(ofFormat format: String) -> String? { documents.first { $0.0 == format }?.1 }
    static func documentFormat(ofType type: String) -> String? { documents.first { $0.1 == type.lowercased() }?.0 }

    static func imageFormat(ofType type: String) -> String? {
        let type = type.lowercased()
        return type == "image/jpg" ? "jpeg" : images.first { "image/\($0)" == type }
    }

    static func soundFormat(ofType type: String) -> String? {
        let type = type.lowercased()
        return sounds.first { "audio/\($0)" == type }
    }

    /// A document's name as Bedrock takes it: letters, digits, hyphens, brackets and single blanks, at most 200.
    static func documentName(_ name: String) -> String {
        var plain = ""
        for scalar in name.unicodeScalars.prefix(200) {
            let isPlain = scalar.isASCII && scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
            let letter: Character =
                isPlain && scalar.isASCII || "-()[]".unicodeScalars.contains(scalar)
                ? Character(scalar) : scalar.properties.isWhitespace ? " " : "-"
            if letter != " " || plain.last != " " { plain.append(letter) }
        }
        return plain
    }
}
