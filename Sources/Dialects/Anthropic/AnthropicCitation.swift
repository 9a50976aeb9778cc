internal import JSONText

/// A text's citations, in answers and in the events of their streams.
enum AnthropicCitation {
    /// Reads one; `nil` for a kind that is not known.
    static func read(_ node: Int, of tape: Tape) -> Citation? {
        func text(_ name: StaticString) -> EscapedText? {
            tape.member(name, of: node).flatMap { tape.text($0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        func number(_ name: StaticString) -> Int? { tape.member(name, of: node).flatMap { tape.value($0).int } }
        func place(
            _ unit: Citation.Location.Unit, _ index: StaticString, _ start: StaticString, _ end: StaticString
        ) -> Citation.Location? {
            guard let index = number(index), let start = number(start), let end = number(end) else { return nil }
            return Citation.Location(unit: unit, index: index, start: start, end: end)
        }
        guard let type = tape.member("type", of: node) else { return nil }
        var citation = Citation(title: text("title") ?? text("document_title"), quote: text("cited_text"))
        switch tape.word(type) {
        case "web_search_result_location": (citation.address, citation.seal) = (text("url"), text("encrypted_index"))
        case "char_location":
            citation.location = place(.character, "document_index", "start_char_index", "end_char_index")
        case "page_location":
            citation.location = place(.page, "document_index", "start_page_number", "end_page_number")
        case "content_block_location":
            citation.location = place(.block, "document_index", "start_block_index", "end_block_index")
        case "search_result_location":
            citation.address = text("source")
            citation.location = place(.searchResult, "search_result_index", "start_block_index", "end_block_index")
        default: return nil
        }
        return citation
    }

    /// What has a form here: a place in a document, or an address.
    static func canWrite(_ citation: Citation) -> Bool { citation.location != nil || citation.address != nil }

    /// Writes one that can be.
    static func write(_ citation: Citation, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("type")
        switch citation.location?.unit {
        case nil: writeAddress(citation, to: &writer)
        case .searchResult?: writeSearchResult(citation, to: &writer)
        case .character?: writePlace("char_location", "start_char_index", "end_char_index", citation, to: &writer)
        case .page?: writePlace("page_location", "start_page_number", "end_page_number", citation, to: &writer)
        case .block?:
            writePlace("content_block_location", "start_block_index", "end_block_index", citation, to: &writer)
        }
        writer.key("cited_text")
        writer.string(citation.quote ?? EscapedText(""))
        writer.endObject()
    }

    private static func writeAddress(_ citation: Citation, to writer: inout JSONWriter) {
        writer.string("web_search_result_location")
        writer.key("url")
        writer.string(citation.address ?? EscapedText(""))
        writer.key("title")
        writer.stringOrNull(citation.title)
        writer.key("encrypted_index")
        writer.string(citation.seal ?? EscapedText(""))
    }

    private static func writeSearchResult(_ citation: Citation, to writer: inout JSONWriter) {
        writer.string("search_result_location")
        writer.key("source")
        writer.string(citation.address ?? EscapedText(""))
        writer.key("title")
        writer.stringOrNull(citation.title)
        writeNumbers("search_result_index", "start_block_index", "end_block_index", citation, to: &writer)
    }

    private static func writePlace(
        _ type: StaticString, _ start: StaticString, _ end: StaticString, _ citation: Citation,
        to writer: inout JSONWriter
    ) {
        writer.string(type)
        writer.key("document_title")
        writer.stringOrNull(citation.title)
        writer.key("file_id")
        writer.null()
        writeNumbers("document_index", start, end, citation, to: &writer)
    }

    private static func writeNumbers(
        _ index: StaticString, _ start: StaticString, _ end: StaticString, _ citation: Citation,
        to writer: inout JSONWriter
    ) {
        guard let location = citation.location else { return }
        writer.key(index)
        writer.int(location.index)
        writer.key(start)
        writer.int(location.start)
        writer.key(end)
        writer.int(location.end)
    }
}
