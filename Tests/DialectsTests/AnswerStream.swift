import Dialects
import Inference
import JSONText

/// What a gateway does with the events of a streamed answer: restores them, leaves out usage figures that only it asked
/// for, and passes all else byte for byte. Here it proves that the readers say enough for that.
struct AnswerStream: Sendable {
    /// Why a stream can't go on.
    enum Fault: Error, Sendable, CustomStringConvertible {
        /// An event is too large.
        case parsing(EventStreamParser.Fault)
        /// An event can't be understood.
        case reading(StreamEventReader.Fault)

        /// In the house's words.
        var description: String {
            switch self {
            case .parsing(let fault): fault.description
            case .reading(let fault): fault.description
            }
        }
    }

    /// How a stream ended.
    struct Ending: Sendable, Hashable {
        /// Last bytes for the caller: what had been held back.
        var bytes: [UInt8]
        /// Whether the provider said that the answer is whole, or gave an error event of its own. Otherwise the caller has
        /// to get an error event, or a cut.
        var isComplete: Bool
    }

    private struct OpenText: Sendable {
        let channel: StreamChannel
        var restorer: FakeRestorer
    }

    private var parser: EventStreamParser
    private var reader: StreamEventReader
    private let dropsUsage: Bool
    private let contentIsJSON: Bool
    private let makeRestorer: (@Sendable (_ isJSON: Bool) -> FakeRestorer)?
    private var texts: [OpenText] = []
    /// Whether the provider ended its answer, by its last event or by an error event.
    private(set) var isComplete = false
    /// Whether the provider sent an error event.
    private(set) var hasFailed = false

    /// Starts on a stream. `contentIsJSON` as `AnswerForm` says; `makeRestorer` is `nil` where nothing was replaced.
    init(
        _ dialect: Dialect, callerWantsUsage: Bool, contentIsJSON: Bool = false, maximumEventBytes: Int = 16 << 20,
        makeRestorer: (@Sendable (_ isJSON: Bool) -> FakeRestorer)?
    ) {
        parser = EventStreamParser(dialect.framing, maximumEventBytes: maximumEventBytes)
        reader = StreamEventReader(dialect)
        dropsUsage = dialect == .openAI && !callerWantsUsage
        self.contentIsJSON = contentIsJSON
        self.makeRestorer = makeRestorer
    }

    /// Usage and finish reason so far.
    var facts: AnswerFacts { reader.facts }

    /// Takes a piece of the provider's body and gives what the caller may have of it; possibly nothing yet.
    mutating func feed(_ chunk: [UInt8]) throws(Fault) -> [UInt8] {
        try feed(chunk, readsAll: makeRestorer != nil)
    }

    private mutating func feed(_ chunk: [UInt8], readsAll: Bool) throws(Fault) -> [UInt8] {
        parser.append(chunk)
        var output: [UInt8] = []
        // Bytes from here up to the present event pass unchanged; they are copied only when an event has to change.
        var unchanged = parser.unfinished.lowerBound
        while let event = try nextEvent() {
            if !readsAll, reader.isPlain(event, of: parser) { continue }
            let message = try read(event)
            if dropsUsage, message.kind == .usageOnly {
                output.append(contentsOf: parser.bytes[unchanged..<event.range.lowerBound])
                unchanged = event.range.upperBound
                continue
            }
            let edits = edits(for: message)
            let rests = rests(before: message)
            guard !edits.isEmpty || !rests.isEmpty else { continue }
            output.append(contentsOf: parser.bytes[unchanged..<event.range.lowerBound])
            output.append(contentsOf: rests)
            unchanged = event.range.lowerBound
            guard let document = message.document, !edits.isEmpty else { continue }
            output.append(contentsOf: parser.rewritten(event, data: document.replacing(edits)))
            unchanged = event.range.upperBound
        }
        let end = parser.unfinished.lowerBound
        if output.isEmpty, unchanged == 0, end == parser.bytes.count { return parser.bytes }
        output.append(contentsOf: parser.bytes[unchanged..<end])
        return output
    }

    /// Ends the stream. A last event whose blank line is missing counts if it can be read; else it is
    /// a piece of one, and is dropped.
    mutating func finish() -> Ending {
        var bytes: [UInt8] = []
        if !parser.closing.isEmpty, let last = try? feed(parser.closing, readsAll: true) { bytes = last }
        for channel in reader.closeAll() { appendRest(of: channel, to: &bytes) }
        return Ending(bytes: bytes, isComplete: isComplete)
    }

    private mutating func nextEvent() throws(Fault) -> ServerSentEvent? {
        do throws(EventStreamParser.Fault) {
            return try parser.next()
        } catch {
            throw .parsing(error)
        }
    }

    private mutating func read(_ event: ServerSentEvent) throws(Fault) -> StreamEvent {
        do throws(StreamEventReader.Fault) {
            let message = try reader.read(event, of: parser)
            if message.kind == .done { isComplete = true }
            if message.kind == .error {
                isComplete = true
                hasFailed = true
            }
            return message
        } catch {
            throw .reading(error)
        }
    }

    /// What an event's strings have to become, sorted; nothing for strings that stay as they are.
    private mutating func edits(for message: StreamEvent) -> [JSONReplacement] {
        guard let document = message.document else { return [] }
        var edits: [JSONReplacement] = []
        if let makeRestorer {
            for (position, delta) in message.deltas.enumerated() {
                let value = document.value(at: delta.node)
                let index = index(of: delta.channel, makeRestorer)
                var text = value.withDecodedUTF8 { texts[index].restorer.push($0) }
                let isLast = !message.deltas[(position + 1)...].contains { $0.channel == delta.channel }
                if isLast, message.closed.contains(delta.channel) { text.append(contentsOf: rest(of: delta.channel)) }
                append(text, insteadOf: value, to: &edits)
            }
            for node in message.wholes {
                let value = document.value(at: node)
                var restorer = makeRestorer(false)
                var text = value.withDecodedUTF8 { restorer.push($0) }
                text.append(contentsOf: restorer.finish())
                append(text, insteadOf: value, to: &edits)
            }
        }
        if dropsUsage, let node = message.usageNode {
            edits.append(JSONReplacement(range: document.range(at: node), bytes: Array("null".utf8)))
        }
        if edits.count > 1 { edits.sort { $0.range.lowerBound < $1.range.lowerBound } }
        return edits
    }

    private func append(_ text: [UInt8], insteadOf value: JSONValue, to edits: inout [JSONReplacement]) {
        let isSame = value.withDecodedUTF8 { $0.elementsEqual(text) }
        guard !isSame else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + 8)
        bytes.append(0x22)
        JSONEscape.append(text, to: &bytes)
        bytes.append(0x22)
        edits.append(JSONReplacement(range: value.range, bytes: bytes))
    }

    /// Events of our own that have to precede an event: what was held back of texts that end without a piece in it.
    private mutating func rests(before message: StreamEvent) -> [UInt8] {
        var events: [UInt8] = []
        for channel in message.closed { appendRest(of: channel, to: &events) }
        return events
    }

    private mutating func index(
        of channel: StreamChannel, _ makeRestorer: @Sendable (_ isJSON: Bool) -> FakeRestorer
    ) -> Int {
        if let known = texts.firstIndex(where: { $0.channel == channel }) { return known }
        let isJSON = channel.isJSON || (contentIsJSON && channel.kind == .content)
        texts.append(OpenText(channel: channel, restorer: makeRestorer(isJSON)))
        return texts.count - 1
    }

    /// Ends a text and gives what was held back of it.
    private mutating func rest(of channel: StreamChannel) -> [UInt8] {
        guard let index = texts.firstIndex(where: { $0.channel == channel }) else { return [] }
        var text = texts.remove(at: index)
        return text.restorer.finish()
    }

    private mutating func appendRest(of channel: StreamChannel, to output: inout [UInt8]) {
        let rest = rest(of: channel)
        if !rest.isEmpty { reader.appendDelta(channel, text: rest, to: &output) }
    }
}
