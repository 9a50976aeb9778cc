/// What a piece of an answer rests on, in no dialect's words.
struct Citation: Sendable, Hashable {
    /// The source's address on the web.
    var address: EscapedText?
    /// What the source is called.
    var title: EscapedText?
    /// The source's own words.
    var quote: EscapedText?
    /// Where they stand in the request's documents or search results.
    var location: Location?
    /// What the provider has to see again where the answer goes back to it.
    var seal: EscapedText?
    /// Which piece of the answer rests on it.
    var span = Span.part

    /// A piece of the answer's text.
    enum Span: Sendable, Hashable {
        /// The part of text that it stands with, whole.
        case part
        /// Of the whole text, in Unicode code points, as OpenAI counts.
        case scalars(Range<Int>)
        /// Of the whole text, in bytes of UTF-8, as Gemini counts.
        case bytes(Range<Int>)
        /// Both, known.
        case placed(scalars: Range<Int>, bytes: Range<Int>)
    }

    /// A place in a document of the request, or in a search result that it brought. Positions are the provider's, and so is their unit's
    /// first number.
    struct Location: Sendable, Hashable {
        enum Unit: Sendable, Hashable {
            case character, page, block, searchResult
        }
        var unit: Unit
        /// Which document, or which search result.
        var index: Int
        var start: Int
        var end: Int
    }

    /// Code points of the whole text; empty where they are not known.
    var scalars: Range<Int> {
        if case .placed(let scalars, _) = span { return scalars }
        return 0..<0
    }

    /// Bytes of the whole text; empty where they are not known.
    var bytes: Range<Int> {
        if case .placed(_, let bytes) = span { return bytes }
        return 0..<0
    }

    /// A range of a provider's numbers, which may be absurd; `nil` for what is none.
    static func range(_ start: Int?, _ end: Int?) -> Range<Int>? {
        guard let start, let end, start >= 0, start <= end else { return nil }
        return start..<end
    }

    /// The source's address, where it is one: some providers say it in another place.
    static func isAddress(_ text: EscapedText) -> Bool {
        text.bytes.starts(with: "https:".utf8) || text.bytes.starts(with: "http:".utf8)
    }

    /// About how many bytes it takes to keep.
    var size: Int {
        [address, title, quote, seal].reduce(64) { $0 + ($1?.bytes.count ?? 0) }
    }
}
