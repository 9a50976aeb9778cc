import Dialects
import Inference
import JSONText
import NIOCore
import Privacy

/// Turns the provider's event stream into the caller's, in lines or frames: takes out values that the model added where settings say so, puts the
/// caller's own back in, and leaves out what the caller did not ask for. Pure: bytes in, bytes out; where the pieces are cut makes no
/// difference to the result.
struct AnswerStream {
    /// How far the stream is.
    enum Progress: Equatable {
        /// More is to come.
        case open
        /// The last event came.
        case done
        /// The provider gave up, and its error event was passed on.
        case providerError
    }

    /// A text of which pieces have come.
    private struct OpenText {
        var text: AnswerText
        /// Of a text that is JSON.
        var extent: JSONExtent?
    }

    private(set) var progress = Progress.open
    /// Whether anything came that a caller waits for: a piece of a text, or the end. What only opens an answer, and signs of life, are not.
    private(set) var hasContent = false
    /// What the provider said when it gave up before there was any content.
    private(set) var earlyError: UpstreamError?
    private var estimate = AnswerEstimate()
    private var parser: EventStreamParser
    private var reader: StreamEventReader
    private var texts: [StreamChannel: OpenText] = [:]
    private let restoration: RestorationMap
    private let rules: AnswerRules?
    /// Whether texts pass as they are: nothing has to be restored, and nothing to be taken out.
    private let isUntouched: Bool
    private let contentIsJSON: Bool
    private let dropsUsage: Bool
    /// What puts the provider's events into the caller's dialect before all else, where they are of another.
    private var translation: StreamTranslation?

    /// Starts on an answer to `request`; `restoration` is what its treated form keeps, `rules` say what is taken out.
    init(
        request: InferenceRequest, restoration: RestorationMap, rules: AnswerRules? = nil,
        translation: AnswerTranslation? = nil
    ) {
        self.translation = translation?.stream()
        parser = EventStreamParser(request.dialect.framing)
        reader = StreamEventReader(request.operation)
        self.restoration = restoration
        self.rules = rules
        isUntouched = restoration.isEmpty && rules == nil
        contentIsJSON = !isUntouched && AnswerForm.isJSON(request)
        dropsUsage = [.chat, .completions].contains(request.operation) && !request.wantsStreamUsage
    }

    /// What the provider said of the answer so far.
    var facts: AnswerFacts {
        var facts = reader.facts
        facts.usage = translation?.usage ?? facts.usage
        facts.estimatedOutput = estimate.tokens
        return facts
    }

    /// Whether the stream's next step, with so many more bytes, may take long enough to keep an event loop from its other connections.
    func isLarge(with count: Int) -> Bool {
        let passes = isUntouched && translation == nil
        return parser.unfinished.count + (translation?.keptBytes ?? 0) + count
            >= (passes ? BodyWorkers.passingThreshold : BodyWorkers.threshold)
    }

    /// Takes a piece of the provider's stream and appends what can go to the caller.
    mutating func push(_ chunk: [UInt8], into output: inout ByteBuffer) throws {
        guard translation != nil else { return try read(chunk, into: &output) }
        if let translated = try translation?.push(chunk), !translated.isEmpty {
            try read(translated, into: &output)
        }
    }

    /// Takes a piece of the stream in the caller's dialect.
    private mutating func read(_ chunk: [UInt8], into output: inout ByteBuffer) throws {
        parser.append(chunk)
        // Plain events are passed on in one piece, as long as they follow each other.
        var plain: Range<Int>?
        func pass(_ range: Range<Int>) {
            plain = plain.map { $0.lowerBound..<range.upperBound } ?? range
        }
        func flush(into output: inout ByteBuffer) {
            if let range = plain { output.writeBytes(parser.bytes[range]) }
            plain = nil
        }
        while let event = try parser.next() {
            if isUntouched, hasContent, reader.isPlain(event, of: parser) {
                estimate.add(unread: event.data.count)
                pass(event.range)
                continue
            }
            let read = try reader.read(event, of: parser)
            if let document = read.document, !read.deltas.isEmpty {
                estimate.add(text: read.deltas.reduce(0) { $0 + document.value(at: $1.node).contentRange.count })
            }
            note(read, event)
            switch read.kind {
            case .usageOnly where dropsUsage:
                flush(into: &output)
                continue
            // Some servers end a stream that they broke off with an error like any other.
            case .done: if progress == .open { progress = .done }
            case .error: progress = .providerError
            case .other, .part, .usageOnly: break
            }
            if isUntouched, !dropsUsage || read.usageNode == nil {
                pass(event.range)
            } else {
                flush(into: &output)
                try emit(read, event, into: &output)
            }
        }
        flush(into: &output)
    }

    /// Notes whether an event brings content, or says that there will be none.
    private mutating func note(_ read: StreamEvent, _ event: ServerSentEvent) {
        guard !hasContent else { return }
        switch read.kind {
        case .done, .usageOnly: hasContent = progress == .open
        case .error:
            guard earlyError == nil else { return }
            earlyError = translation?.failure ?? StreamEventReader.error(in: read, event, of: parser)
        case .part, .other:
            hasContent =
                progress == .open
                && read.document.map { document in
                    read.deltas.contains { !document.value(at: $0.node).contentRange.isEmpty }
                } ?? false
        }
    }

    /// The provider's body is at its end: an event whose blank line is missing counts as whole.
    mutating func end(into output: inout ByteBuffer) throws {
        if progress == .open, let rest = try translation?.end(), !rest.isEmpty { try read(rest, into: &output) }
        if progress == .open, translation == nil { try push(parser.closing, into: &output) }
    }

    /// What was held back when the stream broke off, as events of the caller's dialect.
    mutating func breakOff(into output: inout ByteBuffer) {
        var events: [UInt8] = []
        for channel in reader.closeAll() {
            // What can't be looked through stays here.
            guard let rest = try? finish(channel), !rest.isEmpty else { continue }
            reader.appendDelta(channel, text: rest, to: &events)
        }
        output.writeBytes(events)
    }

    private mutating func emit(_ read: StreamEvent, _ event: ServerSentEvent, into output: inout ByteBuffer) throws {
        guard let document = read.document else {
            try emitRests(of: read.closed, into: &output)
            output.writeBytes(parser.bytes[event.range])
            return
        }
        var replacements: [JSONReplacement] = []
        if dropsUsage, let node = read.usageNode {
            replacements.append(JSONReplacement(range: document.range(at: node), bytes: Array("null".utf8)))
        }
        var closed = read.closed
        if !isUntouched {
            replacements += read.tokenLists
            for (position, delta) in read.deltas.enumerated() {
                let value = document.value(at: delta.node)
                let isLast = !read.deltas[(position + 1)...].contains { $0.channel == delta.channel }
                let ends = isLast ? closed.firstIndex(of: delta.channel) : nil
                if let ends { closed.remove(at: ends) }
                if let text = try treat(value, of: delta.channel, isEnd: ends != nil) {
                    replacements.append(
                        JSONReplacement(range: value.contentRange, bytes: JSONEscape.escaped(text)))
                }
            }
            for text in read.repetitions {
                try AnswerText.replace(
                    in: document.value(at: text.node), restoration, rules: rules, encoding: encoding(of: text.channel),
                    into: &replacements)
            }
            for node in read.wholes {
                try AnswerText.replace(
                    in: document.value(at: node), restoration, rules: rules, encoding: .plain, into: &replacements)
            }
        }
        try emitRests(of: closed, into: &output)
        // Numbers go on behind those of events that we made up.
        let shift = reader.numberShift
        if shift > 0, let node = read.numberNode, let number = document.value(at: node).int {
            replacements.append(
                JSONReplacement(range: document.range(at: node), bytes: Array("\(number &+ shift)".utf8)))
        }
        guard !replacements.isEmpty else {
            output.writeBytes(parser.bytes[event.range])
            return
        }
        replacements.sort { $0.range.lowerBound < $1.range.lowerBound }
        output.writeBytes(parser.rewritten(event, data: document.replacing(replacements)))
    }

    private mutating func emitRests(of channels: [StreamChannel], into output: inout ByteBuffer) throws {
        guard !texts.isEmpty, !channels.isEmpty else { return }
        var events: [UInt8] = []
        for channel in channels {
            let rest = try finish(channel)
            if !rest.isEmpty { reader.appendDelta(channel, text: rest, to: &events) }
        }
        output.writeBytes(events)
    }

    /// What a channel gives out for a piece of its text; `nil` where that is the piece itself. Nothing of a JSON text is held back once
    /// it is whole: callers act on it before the provider says that it has ended.
    private mutating func treat(_ value: JSONValue, of channel: StreamChannel, isEnd: Bool) throws -> [UInt8]? {
        var open = texts.removeValue(forKey: channel) ?? makeText(channel)
        var isEnd = isEnd
        var text: [UInt8]?
        try value.withDecodedUTF8 { piece in
            open.extent?.advance(piece)
            isEnd = isEnd || open.extent?.isWhole ?? false
            if open.text.passes(piece) { return }
            var released: [UInt8] = []
            try open.text.push(piece, into: &released)
            if isEnd { try open.text.finish(into: &released) }
            text = released
        }
        if !isEnd { texts[channel] = open }
        return text
    }

    private mutating func finish(_ channel: StreamChannel) throws -> [UInt8] {
        guard var open = texts.removeValue(forKey: channel) else { return [] }
        var rest: [UInt8] = []
        try open.text.finish(into: &rest)
        return rest
    }

    private func makeText(_ channel: StreamChannel) -> OpenText {
        let encoding = encoding(of: channel)
        return OpenText(
            text: AnswerText(restoration, rules: rules, encoding: encoding),
            extent: encoding == .json ? JSONExtent() : nil)
    }

    private func encoding(of channel: StreamChannel) -> RestorationMap.Encoding {
        channel.isJSON || (contentIsJSON && channel.kind == .content) ? .json : .plain
    }
}
