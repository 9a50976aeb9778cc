internal import JSONText

/// A document's nodes by number, without a reference count for each step: every request and every event of a stream is
/// read by this. It lives only inside `withTape`, which keeps the document.
struct Tape {
    /// Not counted: measured, counting took four fifths of a request's reading.
    private let unmanaged: Unmanaged<JSONDocument>
    let base: UnsafePointer<UInt8>

    init(_ document: JSONDocument, base: UnsafePointer<UInt8>) {
        unmanaged = Unmanaged.passUnretained(document)
        self.base = base
    }

    /// The document, counted.
    var document: JSONDocument { unmanaged.takeUnretainedValue() }

    @inline(__always)
    func kind(_ node: Int) -> JSONKind { unmanaged._withUnsafeGuaranteedRef { $0.kind(at: node) } }

    @inline(__always)
    func isKey(_ node: Int) -> Bool { unmanaged._withUnsafeGuaranteedRef { $0.isKey(at: node) } }

    @inline(__always)
    func range(_ node: Int) -> Range<Int> { unmanaged._withUnsafeGuaranteedRef { $0.range(at: node) } }

    /// The node behind a value and all that is inside it.
    @inline(__always)
    func after(_ node: Int) -> Int { unmanaged._withUnsafeGuaranteedRef { $0.nodeAfter(node) } }

    /// A string or a member's name; an empty word for all else.
    @inline(__always)
    func word(_ node: Int) -> Word {
        guard kind(node) == .string else { return Word(tape: self, node: node, start: base, count: 0) }
        let range = range(node)
        return Word(tape: self, node: node, start: base + range.lowerBound + 1, count: range.count - 2)
    }

    /// Whether a string is more than `""`.
    @inline(__always)
    func isText(_ node: Int) -> Bool { kind(node) == .string && range(node).count > 2 }

    /// A cursor, for what is rarer.
    func value(_ node: Int) -> JSONValue { document.value(at: node) }

    /// An object's members in their order; none for all else.
    @inline(__always)
    func members(of node: Int) -> Members {
        Members(tape: self, node: node + 1, end: kind(node) == .object ? after(node) : 0)
    }

    /// An array's elements in their order; none for all else.
    @inline(__always)
    func elements(of node: Int) -> Elements {
        Elements(tape: self, node: node + 1, end: kind(node) == .array ? after(node) : 0)
    }

    /// The value of an object's member.
    @inline(__always)
    func member(_ name: StaticString, of node: Int) -> Int? {
        for member in members(of: node) where name ~= member.name { return member.value }
        return nil
    }

    struct Member {
        let name: Word
        let key: Int
        var value: Int { key + 1 }
    }

    struct Members: Sequence, IteratorProtocol {
        let tape: Tape
        var node: Int
        let end: Int

        @inline(__always)
        mutating func next() -> Member? {
            guard node < end else { return nil }
            let key = node
            node = tape.after(key + 1)
            return Member(name: tape.word(key), key: key)
        }
    }

    struct Elements: Sequence, IteratorProtocol {
        let tape: Tape
        var node: Int
        let end: Int

        @inline(__always)
        mutating func next() -> Int? {
            guard node < end else { return nil }
            defer { node = tape.after(node) }
            return node
        }
    }
}

/// A string of a document, to be compared with words of an API: `switch word { case "role": … }`.
struct Word {
    let tape: Tape
    let node: Int
    let start: UnsafePointer<UInt8>
    let count: Int

    /// Whether the string stands for these (escape-free ASCII) letters, however they are escaped.
    @inline(__always)
    static func ~= (letters: StaticString, word: Word) -> Bool {
        let count = letters.utf8CodeUnitCount
        guard word.count >= count else { return false }
        if word.count == count {
            let other = letters.utf8Start
            var index = 0
            while index < count {
                guard word.start[index] == other[index] else { return false }
                index &+= 1
            }
            return true
        }
        // An escape of a letter is six bytes long.
        return word.count >= count + 5 && word.count <= 6 * count && word.hasEscapes
            && word.tape.value(word.node).equals(letters)
    }

    /// Whether a backslash is in it, which is nearly never so.
    private var hasEscapes: Bool {
        var index = 0
        while index < count {
            if start[index] == 0x5C { return true }
            index &+= 1
        }
        return false
    }
}

extension JSONDocument {
    /// Lends the document's nodes.
    @inline(__always)
    func withTape<Result, Failure: Error>(_ body: (Tape) throws(Failure) -> Result) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer { (text) throws(Failure) -> Result in
            guard let base = text.baseAddress else { preconditionFailure("a document of \(text.count) bytes") }
            return try withExtendedLifetime(self) { () throws(Failure) -> Result in
                try body(Tape(self, base: base))
            }
        }
    }
}
