internal import JSONText

/// A text's citations, in answers and in the frames of their streams.
enum BedrockCitation {
    /// Reads one; `nil` for what says nothing.
    static func read(_ node: Int, of tape: Tape) -> Citation? {
        func text(_ name: StaticString, of node: Int) -> EscapedText? {
            tape.member(name, of: node).flatMap { tape.text($0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        var citation = Citation(title: text("title", of: node))
        if let source = text("source", of: node), Citation.isAddress(source) { citation.address = source }
        if let content = tape.member("sourceContent", of: node) {
            let texts = tape.elements(of: content).compactMap { text("text", of: $0) }
            if !texts.isEmpty { citation.quote = EscapedText.joined(texts, by: "\\n") }
        }
        if let location = tape.member("location", of: node) {
            if let web = tape.member("web", of: location) {
                citation.address = text("url", of: web) ?? citation.address
            }
            citation.location = place(location, of: tape)
        }
        let isEmpty =
            citation.address == nil && citation.title == nil && citation.quote == nil && citation.location == nil
        return isEmpty ? nil : citation
    }

    private static func place(_ location: Int, of tape: Tape) -> Citation.Location? {
        for kind in tape.members(of: location) {
            func number(_ name: StaticString) -> Int? {
                tape.member(name, of: kind.value).flatMap { tape.value($0).int }
            }
            let unit: Citation.Location.Unit
            switch kind.name {
            case "documentChar": unit = .character
            case "documentPage": unit = .page
            case "documentChunk": unit = .block
            case "searchResultLocation": unit = .searchResult
            default: continue
            }
            guard let index = number(unit == .searchResult ? "searchResultIndex" : "documentIndex"),
                let start = number("start"), let end = number("end")
            else { continue }
            return Citation.Location(unit: unit, index: index, start: start, end: end)
        }
        return nil
    }

    /// Writes one; every kind has a form here.
    static func write(_ citation: Citation, to writer: inout JSONWriter) {
        writer.beginObject()
        if let title = citation.title {
            writer.key("title")
            writer.string(title)
        }
        if citation.location != nil, let address = citation.address {
            writer.key("source")
            writer.string(address)
        }
        if let quote = citation.quote {
            writer.key("sourceContent")
            writer.beginArray()
            writer.block("text", quote)
            writer.endArray()
        }
        if let location = citation.location {
            writer.key("location")
            write(location, to: &writer)
        } else if let address = citation.address {
            writer.key("location")
            writer.beginObject()
            writer.key("web")
            writer.block("url", address)
            writer.endObject()
        }
        writer.endObject()
    }

    private static func write(_ location: Citation.Location, to writer: inout JSONWriter) {
        writer.beginObject()
        switch location.unit {
        case .character: writer.key("documentChar")
        case .page: writer.key("documentPage")
        case .block: writer.key("documentChunk")
        case .searchResult: writer.key("searchResultLocation")
        }
        writer.beginObject()
        writer.key(location.unit == .searchResult ? "searchResultIndex" : "documentIndex")
        writer.int(location.index)
        writer.key("start")
        writer.int(location.start)
        writer.key("end")
        writer.int(location.end)
        writer.endObject()
        writer.endObject()
    }
}
