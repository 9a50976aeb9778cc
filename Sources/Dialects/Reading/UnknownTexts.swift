internal import JSONText

/// Texts in members of a stream's deltas that we do not know.
///
/// A string that stands in a delta itself is a piece of a text, and so is one further in whose name is that of a text (`reasoning_details`
/// bring `text` and `summary`). Everything else is whole: a link's title, say. What a delta that we make up has besides the text is taken
/// from the first one.
struct UnknownTexts: Sendable {
    /// What a text stands between in a delta.
    private struct Frame: Sendable {
        var before: [UInt8] = []
        var after: [UInt8] = []
    }

    /// Longer ways are no API's; what stands there is read as whole.
    private static let longestPath = 256
    /// Members of the first delta that are kept may have so many bytes.
    private static let longestKept = 256

    private var frames: [StreamChannel: Frame] = [:]

    /// Reads one member of a delta.
    mutating func read(
        _ member: Tape.Member, of delta: Int, block: Int, _ tape: Tape, _ open: inout OpenChannels,
        into event: inout StreamEvent
    ) {
        let kind = AnswerMember(member.name)
        if tape.kind(member.value) == .string {
            guard !kind.isOpaque, tape.isText(member.value),
                !AnswerStrings.isMedia(member.value, as: kind, of: tape)
            else { return }
            piece(member.value, isJSON: kind == .arguments, [delta, member.key], block, tape, &open, into: &event)
        } else if Self.isWhole(member.name) || kind == .tokens {
            Self.wholes(of: member, of: tape, into: &event)
        } else {
            walk(member.value, [delta, member.key], block, tape, &open, into: &event)
        }
    }

    /// All strings of a value, as whole texts.
    static func wholes(in node: Int, of tape: Tape, into event: inout StreamEvent) {
        wholes(node..<tape.after(node), tape, into: &event)
    }

    /// All strings of a member, as whole texts.
    static func wholes(of member: Tape.Member, of tape: Tape, into event: inout StreamEvent) {
        wholes(member.key..<tape.after(member.value), tape, into: &event)
    }

    private static func wholes(_ nodes: Range<Int>, _ tape: Tape, into event: inout StreamEvent) {
        var tokenLists: [JSONReplacement] = []
        AnswerStrings.collect(nodes, of: tape, emptyArray: false, tokenLists: &tokenLists) { node, isJSON in
            event.addWhole(node, isJSON: isJSON)
        }
        event.tokenLists += tokenLists
    }

    /// `way` holds the objects and arrays around a node, each followed by the member's key or the element.
    private mutating func walk(
        _ node: Int, _ way: [Int], _ block: Int, _ tape: Tape, _ open: inout OpenChannels,
        into event: inout StreamEvent
    ) {
        switch tape.kind(node) {
        case .array:
            for element in tape.elements(of: node) {
                walk(element, way + [node, element], block, tape, &open, into: &event)
            }
        case .object:
            for member in tape.members(of: node) {
                let kind = AnswerMember(member.name)
                if tape.kind(member.value) == .string, Self.isPiece(member.name) {
                    guard tape.isText(member.value) else { continue }
                    let way = way + [node, member.key]
                    piece(member.value, isJSON: kind == .arguments, way, block, tape, &open, into: &event)
                } else if tape.kind(member.value) == .string || kind == .tokens || Self.isWhole(member.name) {
                    Self.wholes(of: member, of: tape, into: &event)
                } else {
                    walk(member.value, way + [node, member.key], block, tape, &open, into: &event)
                }
            }
        default: if tape.isText(node) { event.wholes.append(node) }
        }
    }

    /// Names of texts that come in pieces.
    private static func isPiece(_ name: Word) -> Bool {
        switch name {
        case "text", "content", "summary", "thinking", "reasoning", "reasoning_content", "arguments", "input",
            "partial_json", "code", "delta", "transcript", "refusal":
            return true
        default: return false
        }
    }

    /// Names of lists whose strings come whole.
    private static func isWhole(_ name: Word) -> Bool {
        switch name {
        case "annotations", "citations", "citation", "search_results", "images": return true
        default: return false
        }
    }

    private mutating func piece(
        _ node: Int, isJSON: Bool, _ way: [Int], _ block: Int, _ tape: Tape, _ open: inout OpenChannels,
        into event: inout StreamEvent
    ) {
        let channel = StreamChannel(
            block: block, kind: isJSON ? .otherArguments : .other, path: Self.path(way, tape))
        guard channel.path.count <= Self.longestPath else { return event.addWhole(node, isJSON: isJSON) }
        if frames[channel] == nil {
            // Those of texts that have ended have served.
            if frames.count > 2 * OpenChannels.limit { frames = frames.filter { open.contains($0.key) } }
            frames[channel] = Self.frame(way, tape)
        }
        open.open(channel)
        event.deltas.append(StreamEvent.Delta(channel: channel, node: node))
    }

    private static func path(_ way: [Int], _ tape: Tape) -> [UInt8] {
        var path: [UInt8] = []
        for step in stride(from: 0, to: way.count - 1, by: 2) {
            path.append(UInt8(ascii: "/"))
            if tape.kind(way[step]) == .object {
                path += tape.document.bytes[tape.range(way[step + 1])]
            } else {
                path += String(place(of: way[step + 1], in: way[step], tape)).utf8
            }
        }
        return path
    }

    /// An element's own `index`, or where it stands.
    private static func place(of element: Int, in array: Int, _ tape: Tape) -> Int {
        if let index = tape.member("index", of: element).flatMap({ tape.value($0).int }) { return index }
        var place = 0
        for other in tape.elements(of: array) {
            if other == element { break }
            place += 1
        }
        return place
    }

    private static func frame(_ way: [Int], _ tape: Tape) -> Frame {
        var frame = Frame()
        let bytes = tape.document.bytes
        for step in stride(from: 0, to: way.count - 1, by: 2) {
            guard tape.kind(way[step]) == .object else {
                frame.before.append(UInt8(ascii: "["))
                frame.after.append(UInt8(ascii: "]"))
                continue
            }
            frame.before.append(UInt8(ascii: "{"))
            frame.after.append(UInt8(ascii: "}"))
            for member in tape.members(of: way[step]) where member.key != way[step + 1] {
                guard isKept(member.name), tape.range(member.value).count <= longestKept else { continue }
                frame.before += bytes[tape.range(member.key)]
                frame.before.append(UInt8(ascii: ":"))
                frame.before += bytes[tape.range(member.value)]
                frame.before.append(UInt8(ascii: ","))
            }
            frame.before += bytes[tape.range(way[step + 1])]
            frame.before.append(UInt8(ascii: ":"))
        }
        frame.after.reverse()
        return frame
    }

    /// Members that say which text a piece continues.
    private static func isKept(_ name: Word) -> Bool {
        switch name {
        case "type", "index", "id": return true
        default: return false
        }
    }

    /// A delta, as JSON, that brings one more piece; `nil` for texts that are not of this kind.
    func delta(_ channel: StreamChannel, text: [UInt8]) -> [UInt8]? {
        guard let frame = frames[channel] else { return nil }
        var delta = frame.before
        delta.append(UInt8(ascii: "\""))
        JSONEscape.append(text, to: &delta)
        delta.append(UInt8(ascii: "\""))
        return delta + frame.after
    }
}
