/// A name that the tagger found.
public struct NameSpan: Sendable, Hashable {
    /// What it names.
    public enum Kind: Sendable, Hashable {
        case person, place
    }

    /// Bytes of the text.
    public var range: Range<Int>
    /// What it names.
    public var kind: Kind
    /// 50…99: how sure the tagger is; 50 is where recall and precision were measured.
    public var score: Int
}

/// Finds names of persons and places in prose: a linear-chain perceptron over hashed features of words, their neighbours and lists
/// of names, with weights of one byte.
///
/// It is an aid, never the only control: on texts of other kinds than it was measured on (`NameTaggerCorpusTests`) it misses more.
/// English first; names in Latin script from many countries. Time is linear in the text: a token has a fixed number of features, and
/// memory is bounded whatever the text. Any bytes may be given; what is no UTF-8 is no name.
public struct NameTagger: Sendable {
    private let tables: NameTables

    /// A tagger over a model's bytes, which are checked first: they must stay where they are, unchanged, as long as the tagger is used.
    public init(model: UnsafeRawBufferPointer) throws(NameModelError) { tables = try NameTables(model) }

    /// Appends the names of a text, in order, without overlaps.
    public func tag(_ text: UnsafeBufferPointer<UInt8>, into spans: inout [NameSpan]) {
        var pass = NamePass(text, tables)
        pass.run(into: &spans)
    }

    /// For the tests' comparison with the training script: of each candidate of a short text its bytes, its features and its decision.
    func explain(_ text: UnsafeBufferPointer<UInt8>) -> [(
        range: Range<Int>, rows: [UInt64], label: UInt8, margin: Int32
    )] {
        var pass = NamePass(text, tables)
        return pass.explain()
    }
}

/// One text on its way past the tagger, some thousand tokens at a time.
private struct NamePass: ~Copyable {
    /// Tokens looked at together. A piece ends where a run of candidates begins, so that none is cut; the two tokens before go along as
    /// context.
    private static let window = 4096
    private static let context = 2

    private let tables: NameTables
    private let features: NameFeatures
    private var tokenizer: NameTokenizer
    private var decoder: NameDecoder
    private var tokens: [NameToken] = []
    /// Tokens before this were looked at.
    private var done = 0
    /// Tokens before this know their line.
    private var described = 0
    private var isAtEnd = false
    private var decisions: [NameDecoder.Decision] = []

    init(_ text: UnsafeBufferPointer<UInt8>, _ tables: NameTables) {
        self.tables = tables
        features = NameFeatures(text: text, tables: tables)
        tokenizer = NameTokenizer(text, tables: tables)
        decoder = NameDecoder(tables)
    }

    mutating func run(into spans: inout [NameSpan]) {
        while advance() {
            decisions.removeAll(keepingCapacity: true)
            let end = decidePiece()
            for index in done..<end { collect(index, into: &spans) }
            drop(upTo: end)
        }
    }

    mutating func explain() -> [(range: Range<Int>, rows: [UInt64], label: UInt8, margin: Int32)] {
        var found: [(range: Range<Int>, rows: [UInt64], label: UInt8, margin: Int32)] = []
        while advance() {
            decisions.removeAll(keepingCapacity: true)
            let end = decidePiece()
            var rows = [UInt64](repeating: 0, count: NameTables.templates)
            for index in done..<end {
                tokens.withUnsafeBufferPointer { tokens in
                    guard NameFeatures.isCandidate(index, in: tokens) else { return }
                    rows.withUnsafeMutableBufferPointer { rows in
                        if let base = rows.baseAddress { features.rows(of: index, in: tokens, into: base) }
                    }
                    let decision = decisions[index - done]
                    found.append(
                        (tokens[index].start..<tokens[index].end, rows, decision.label.rawValue, decision.margin))
                }
            }
            drop(upTo: end)
        }
        return found
    }

    /// Reads the next window of tokens and describes its lines; false when nothing is left.
    private mutating func advance() -> Bool {
        while !isAtEnd, tokens.count < Self.window {
            if let token = tokenizer.next() { tokens.append(token) } else { isAtEnd = true }
        }
        while described < tokens.count {
            let end = NameLines.end(of: described, in: tokens)
            // More of this line may follow.
            if end == tokens.count, !isAtEnd, end - described < NameLines.longestPiece { break }
            NameLines.describe(&tokens, described..<end)
            described = end
        }
        return done < tokens.count
    }

    /// Decides the tokens from `done` on, as far as all that they depend on is known; gives back how far.
    private mutating func decidePiece() -> Int {
        let limit = isAtEnd ? tokens.count : min(described, tokens.count - Self.context)
        decisions.append(
            contentsOf: repeatElement(NameDecoder.Decision(label: .none, margin: 0), count: max(limit - done, 0)))
        let first = done
        return tokens.withUnsafeBufferPointer { tokens in
            var index = first
            while index < limit {
                guard NameFeatures.isCandidate(index, in: tokens) else {
                    index += 1
                    continue
                }
                let start = index
                index += 1
                // A name does not go on beyond its line.
                while index < limit, index - start < NameDecoder.longestRun, !tokens[index].isBroken,
                    NameFeatures.isCandidate(index, in: tokens)
                {
                    index += 1
                }
                // The run may go on beyond what is known: it waits for more.
                if index == limit, !isAtEnd, index - start < NameDecoder.longestRun, start > first { return start }
                decoder.decode(start..<index, of: tokens, features) { token, decision in
                    decisions[token - first] = decision
                }
            }
            return limit
        }
    }

    /// Adds a decided token to the spans: to a new one, or to that of the token before.
    private mutating func collect(_ index: Int, into spans: inout [NameSpan]) {
        let decision = decisions[index - done]
        guard let kind = decision.label.kind else { return flush(into: &spans) }
        if decision.label.begins { flush(into: &spans) }
        let token = tokens[index]
        if var name = open, !name.isTitle {
            name.end = token.end
            name.margin = min(name.margin, decision.margin)
            open = name
        } else {
            open = OpenName(
                start: nameStart(index), end: token.end, kind: kind, margin: decision.margin,
                threshold: threshold(index, kind), isTitle: kind == .person && Self.isTitle(token.flags))
        }
        if index == tokens.count - 1, isAtEnd { flush(into: &spans) }
    }

    private struct OpenName {
        var start: Int
        var end: Int
        var kind: NameSpan.Kind
        var margin: Int32
        var threshold: Int32
        /// So far only a title, which is no part of a name.
        var isTitle: Bool
    }
    private var open: OpenName?

    /// A title that is no frequent name as well, as King is.
    private static func isTitle(_ flags: UInt16) -> Bool {
        flags & NameFlags.title != 0 && flags & (NameFlags.frequentFirst | NameFlags.frequentFamily) == 0
    }

    private mutating func flush(into spans: inout [NameSpan]) {
        guard let name = open else { return }
        open = nil
        let surplus = name.margin &- name.threshold
        guard surplus >= 0, !name.isTitle else { return }
        // From 50 towards 100; 75 where the margin is 2.0 above the least.
        let score = 50 + Int(50 &* surplus / (surplus &+ 2 &* tables.unit))
        spans.append(NameSpan(range: name.start..<name.end, kind: name.kind, score: min(score, 99)))
    }

    /// Where a name begins: in texts cut into words (`@ name`) with the at sign.
    private func nameStart(_ index: Int) -> Int {
        tokens.withUnsafeBufferPointer { tokens in
            let isCut = NameFeatures.isHandle(index, in: tokens) && tokens[index].gap == .spaced
            return isCut ? tokens[index - 1].start : tokens[index].start
        }
    }

    private func threshold(_ index: Int, _ kind: NameSpan.Kind) -> Int32 {
        guard kind == .person else { return tables.placeMargin }
        let isHandle = tokens.withUnsafeBufferPointer { NameFeatures.isHandle(index, in: $0) }
        return isHandle ? tables.handleMargin : tables.personMargin
    }

    /// Forgets the tokens before a place but for the last two.
    private mutating func drop(upTo end: Int) {
        let kept = max(end - Self.context, 0)
        tokens.removeFirst(kept)
        done = end - kept
        described -= kept
    }
}
