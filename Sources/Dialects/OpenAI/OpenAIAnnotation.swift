internal import JSONText

/// A text's annotations, in chat completions and responses: the addresses that it cites.
enum OpenAIAnnotation {
    /// Reads one of a chat completion's; `nil` for a kind that is not known.
    static func read(_ node: Int, of tape: Tape) -> Citation? {
        guard let type = tape.member("type", of: node), "url_citation" ~= tape.word(type) else { return nil }
        // Some servers write it flat, as responses have it.
        let cited = tape.member("url_citation", of: node) ?? node
        guard let address = tape.member("url", of: cited).flatMap({ tape.text($0) }), !address.isEmpty else {
            return nil
        }
        func number(_ name: StaticString) -> Int? { tape.member(name, of: cited).flatMap { tape.value($0).int } }
        func text(_ name: StaticString) -> EscapedText? { tape.member(name, of: cited).flatMap { tape.text($0) } }
        return Citation(
            address: address, title: text("title"), quote: text("content"),
            span: Citation.range(number("start_index"), number("end_index")).map { .scalars($0) } ?? .part)
    }

    /// Whether a citation has a form here, and what of it has none.
    static func canWrite(_ citation: Citation, _ losses: inout Losses) -> Bool {
        guard let address = citation.address, Citation.isAddress(address) else {
            losses.drop(.citations)
            return false
        }
        if !(citation.quote?.isEmpty ?? true) { losses.drop(.citedText) }
        if citation.location != nil { losses.drop(.citedPlace) }
        return true
    }

    /// Writes one that can be: a chat completion's is nested, a response's flat.
    static func write(_ citation: Citation, isNested: Bool, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("type")
        writer.string("url_citation")
        if isNested {
            writer.key("url_citation")
            writer.beginObject()
        }
        writer.key("start_index")
        writer.int(citation.scalars.lowerBound)
        writer.key("end_index")
        writer.int(citation.scalars.upperBound)
        writer.key("title")
        writer.string(citation.title ?? EscapedText(""))
        writer.key("url")
        writer.string(citation.address ?? EscapedText(""))
        if isNested { writer.endObject() }
        writer.endObject()
    }
}

/// Pictures in a chat completion's answer, as OpenRouter, LiteLLM and others have them: OpenAI's own chats answer with none.
enum OpenAIPicture {
    /// Reads one; `nil` for what is none.
    static func read(_ node: Int, of tape: Tape) -> Conversation.Media? {
        guard let image = tape.member("image_url", of: node) else { return nil }
        let url = tape.text(image) ?? tape.member("url", of: image).flatMap { tape.text($0) }
        return url.flatMap { try? ConversationDraft.media($0, Origin("images")) }
    }

    /// Writes one.
    static func write(
        _ media: Conversation.Media, _ index: Int, to writer: inout JSONWriter
    ) throws(TranslationFault) {
        let address: EscapedText
        do throws(RequestError) {
            address = try OpenAIConversationWriter.address(of: media, Origin("images"))
        } catch {
            throw TranslationFault("a picture of the answer's is neither inline nor an address")
        }
        writer.beginObject()
        writer.key("type")
        writer.string("image_url")
        writer.key("image_url")
        writer.block("url", address)
        writer.key("index")
        writer.int(index)
        writer.endObject()
    }
}
