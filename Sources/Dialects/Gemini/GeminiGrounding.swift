internal import JSONText

/// What an answer of Gemini's rests on: `groundingMetadata`, and `citationMetadata` for what it repeats.
struct GeminiGrounding {
    private(set) var citations: [Citation] = []
    /// What no other dialect has words for.
    private(set) var losses: [Reply.Extra] = []
    private let tape: Tape
    /// Bytes of text before each of the content's parts, where they are known.
    private let parts: [Int]

    /// More sources, supports and citations than any answer has.
    private static let most = 1_024

    /// Reads what stands beside a candidate's content.
    init(candidate: Int, of tape: Tape, partsAt parts: [Int] = []) {
        self.tape = tape
        self.parts = parts
        for member in tape.members(of: candidate) where !tape.isNull(member.value) {
            switch member.name {
            case "groundingMetadata": readGrounding(member.value)
            case "citationMetadata":
                let list =
                    tape.member("citationSources", of: member.value) ?? tape.member("citations", of: member.value)
                guard let list else { continue }
                for source in tape.elements(of: list) { readSource(source) }
            default: break
            }
        }
    }

    private mutating func add(_ citation: Citation) {
        if citations.count < Self.most { citations.append(citation) } else { losses.append(.citations) }
    }

    private static func text(_ name: StaticString, of node: Int, _ tape: Tape) -> EscapedText? {
        tape.member(name, of: node).flatMap { tape.text($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func number(_ name: StaticString, of node: Int) -> Int? {
        tape.member(name, of: node).flatMap { tape.value($0).int }
    }

    private mutating func readSource(_ node: Int) {
        var citation = Citation(address: Self.text("uri", of: node, tape), title: Self.text("title", of: node, tape))
        guard citation.address != nil || citation.title != nil else { return losses.append(.citations) }
        if let range = Citation.range(number("startIndex", of: node) ?? 0, number("endIndex", of: node)) {
            citation.span = .bytes(range)
        }
        add(citation)
    }

    /// Each support cites some of the chunks; a chunk that none cites is cited by all of the text.
    private mutating func readGrounding(_ node: Int) {
        var chunks: [Citation?] = []
        if let list = tape.member("groundingChunks", of: node) {
            for chunk in tape.elements(of: list).prefix(Self.most) { chunks.append(Self.readChunk(chunk, of: tape)) }
        }
        var cited: Set<Int> = []
        if let list = tape.member("groundingSupports", of: node) {
            for support in tape.elements(of: list).prefix(Self.most) {
                guard let indices = tape.member("groundingChunkIndices", of: support) else { continue }
                let span = span(of: tape.member("segment", of: support))
                for node in tape.elements(of: indices).prefix(Self.most) {
                    guard let index = tape.value(node).int, chunks.indices.contains(index) else { continue }
                    cited.insert(index)
                    guard var citation = chunks[index] else { continue }
                    citation.span = span
                    add(citation)
                }
            }
        }
        for (index, chunk) in chunks.enumerated() {
            guard let chunk else {
                losses.append(.citations)
                continue
            }
            if !cited.contains(index) { add(chunk) }
        }
        if tape.member("searchEntryPoint", of: node).map({ !tape.isNull($0) }) ?? false {
            losses.append(.searchEntryPoint)
        }
        if tape.member("webSearchQueries", of: node).map({ tape.after($0) > $0 + 1 }) ?? false {
            losses.append(.searchQueries)
        }
    }

    private func span(of segment: Int?) -> Citation.Span {
        guard let segment else { return .part }
        let part = number("partIndex", of: segment) ?? 0
        let start = parts.indices.contains(part) ? parts[part] : 0
        guard let end = number("endIndex", of: segment) else { return .part }
        let (lower, over) = (number("startIndex", of: segment) ?? 0).addingReportingOverflow(start)
        let (upper, overToo) = end.addingReportingOverflow(start)
        guard !over, !overToo, let range = Citation.range(lower, upper) else { return .part }
        return .bytes(range)
    }

    private static func readChunk(_ chunk: Int, of tape: Tape) -> Citation? {
        for member in tape.members(of: chunk) {
            switch member.name {
            case "web", "retrievedContext", "maps":
                let citation = Citation(
                    address: text("uri", of: member.value, tape), title: text("title", of: member.value, tape),
                    quote: text("text", of: member.value, tape))
                return citation.address == nil && citation.title == nil && citation.quote == nil ? nil : citation
            default: break
            }
        }
        return nil
    }

    /// Writes the citations of an answer, where it has some, beside its content.
    static func write(_ citations: [Citation], to writer: inout JSONWriter) {
        guard !citations.isEmpty else { return }
        var chunks: [Source: Int] = [:]
        var order: [Source] = []
        let indices = citations.map { citation in
            let source = Source(citation)
            if let known = chunks[source] { return known }
            chunks[source] = order.count
            order.append(source)
            return order.count - 1
        }
        writer.key("groundingMetadata")
        writer.beginObject()
        writer.key("groundingChunks")
        writer.beginArray()
        for source in order { source.write(to: &writer) }
        writer.endArray()
        writer.key("groundingSupports")
        writer.beginArray()
        for (citation, index) in zip(citations, indices) {
            writer.beginObject()
            writer.key("segment")
            writer.beginObject()
            writer.key("startIndex")
            writer.int(citation.bytes.lowerBound)
            writer.key("endIndex")
            writer.int(citation.bytes.upperBound)
            writer.endObject()
            writer.key("groundingChunkIndices")
            writer.beginArray()
            writer.int(index)
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    /// Whether a citation has a form here, and what of it has none.
    static func canWrite(_ citation: Citation, _ losses: inout Losses) -> Bool {
        if citation.location != nil { losses.drop(.citedPlace) }
        guard Source(citation).isSomething else {
            losses.drop(.citations)
            return false
        }
        return true
    }

    /// A chunk: what an address on the web says has no place for its words, so one that has some is a text that was retrieved.
    private struct Source: Hashable {
        let address, title, text: EscapedText?

        init(_ citation: Citation) { (address, title, text) = (citation.address, citation.title, citation.quote) }

        var isSomething: Bool { address != nil || title != nil || text != nil }

        func write(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.key(text == nil && address != nil ? "web" : "retrievedContext")
            writer.beginObject()
            if let address {
                writer.key("uri")
                writer.string(address)
            }
            if let title {
                writer.key("title")
                writer.string(title)
            }
            if let text {
                writer.key("text")
                writer.string(text)
            }
            writer.endObject()
            writer.endObject()
        }
    }
}
