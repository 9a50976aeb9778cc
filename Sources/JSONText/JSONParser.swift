/// Reads a text once, from left to right, and lays its values on the tape.
///
/// There is no recursion: an open container remembers its parent in its own node, so a text cannot exhaust the stack.
/// All work is linear in the text; names are compared when their object ends (`JSONParser+Keys.swift`).
///
/// What RFC 8259 leaves open is decided here, and tested with the `i_` files of JSONTestSuite:
///
/// | question | decision | why |
/// |---|---|---|
/// | numbers too large, too small or too precise for a double (`1e9999`, 400 digits) | accepted, kept as written | the reader is lossless; who asks for `double` or `int` gets `nil` where it does not fit |
/// | lone or reversed surrogate escapes (`"\uD800"`, also in names) | refused | they stand for no character: no UTF-8 can carry them, and readers disagree on what they mean |
/// | invalid, overlong or truncated UTF-8, UTF-16, Latin-1 | refused | RFC 8259 §8.1 asks for UTF-8 |
/// | escaped non-characters (`"\uFFFF"`) | accepted | they are characters to Unicode, and UTF-8 carries them |
/// | byte order mark | refused | RFC 8259 §8.1 forbids adding one, and what reads the text next may not skip it |
/// | 500 nested arrays | refused past `JSONLimits.maximumDepth` | readers downstream recurse |
/// | the same name twice in an object | refused, also when escaped differently | two readers could see two requests. RFC 8259 §4 only advises against it, so JSONTestSuite lists `y_object_duplicated_key` and `y_object_duplicated_key_and_value` as valid: the two files of `y_` that are refused on purpose |
struct JSONParser {
    let base: UnsafePointer<UInt8>
    let end: Int
    let maximumDepth: Int
    let maximumNodes: Int
    /// The tape, which the caller frees.
    var nodes: UnsafeMutablePointer<Node>
    var capacity: Int
    var count = 0

    init(base: UnsafePointer<UInt8>, start: Int, end: Int, limits: JSONLimits) {
        self.base = base
        self.end = end
        maximumDepth = limits.maximumDepth
        maximumNodes = limits.maximumNodes
        // Chat bodies have a node per 20 to 60 bytes; the first guess seldom has to grow and never exceeds 64 KiB.
        capacity = max(min((end - start) / 12 + 8, 4096, limits.maximumNodes), 1)
        nodes = .allocate(capacity: capacity)
    }

    /// Reads the one value from `start` to `end`.
    mutating func parse(from start: Int) throws(Fault) {
        guard start < end else { throw Fault(.empty, at: start) }
        if end - start >= 3 && base[start] == 0xEF && base[start + 1] == 0xBB && base[start + 2] == 0xBF {
            throw Fault(.byteOrderMark, at: start)
        }
        var position = start
        /// The innermost open container, and what it is.
        var open = Node.none
        var isObject = false
        var depth = 0

        values: while true {
            position = skipBlanks(position)
            guard position < end else { throw Fault(.unexpectedEnd, at: end) }
            let byte = base[position]
            switch byte {
            case 0x22:  // "
                position = try string(at: position, flags: 0)
            case 0x7B, 0x5B:  // { [
                depth &+= 1
                guard depth <= maximumDepth else { throw Fault(.depth, at: position) }
                let node = UInt32(truncatingIfNeeded: count)
                isObject = byte == 0x7B
                try append(.init(isObject ? .object : .array, from: position, to: position, next: open))
                open = node
                position = skipBlanks(position &+ 1)
                guard position < end else { throw Fault(.unexpectedEnd, at: end) }
                // `{` and `}`, `[` and `]` are two apart.
                if base[position] != byte &+ 2 {
                    if isObject { position = try key(at: position, in: open) }
                    continue values
                }
                position &+= 1
                open = try close(open, at: position)
                isObject = open != Node.none && nodes[Int(open)].kind == .object
                depth &-= 1
            case 0x30...0x39, 0x2D:  // 0…9 -
                position = try number(at: position)
            case 0x74:  // t
                position = try literal(.true, "true", at: position)
            case 0x66:  // f
                position = try literal(.false, "false", at: position)
            case 0x6E:  // n
                position = try literal(.null, "null", at: position)
            default:
                throw Fault(.expectedValue, at: position)
            }

            // A value has ended, and with it perhaps the containers around it.
            while open != Node.none {
                nodes[Int(open)].info &+= Node.oneMore
                position = skipBlanks(position)
                guard position < end else { throw Fault(.unexpectedEnd, at: end) }
                let byte = base[position]
                position &+= 1
                if byte == 0x2C {  // ,
                    if isObject { position = try key(at: skipBlanks(position), in: open) }
                    continue values
                }
                guard byte == (isObject ? 0x7D : 0x5D) else { throw Fault(.expectedCommaOrEnd, at: position &- 1) }
                open = try close(open, at: position)
                isObject = open != Node.none && nodes[Int(open)].kind == .object
                depth &-= 1
            }
            position = skipBlanks(position)
            guard position == end else { throw Fault(.trailingBytes, at: position) }
            return
        }
    }

    /// Ends a container whose last byte is just before `position`, and returns its parent.
    private mutating func close(_ container: UInt32, at position: Int) throws(Fault) -> UInt32 {
        let index = Int(container)
        let parent = nodes[index].next
        nodes[index].end = UInt32(truncatingIfNeeded: position)
        nodes[index].next = UInt32(truncatingIfNeeded: count)
        if nodes[index].kind == .object && nodes[index].count > 1 { try refuseDuplicateKeys(of: index) }
        return parent
    }

    /// Reads a member's name and its colon, and returns the position after them.
    @inline(__always)
    private mutating func key(at position: Int, in object: UInt32) throws(Fault) -> Int {
        guard position < end else { throw Fault(.unexpectedEnd, at: end) }
        guard base[position] == 0x22 else { throw Fault(.expectedKey, at: position) }
        let after = skipBlanks(try string(at: position, flags: Node.isKey))
        nodes[Int(object)].info |= nodes[count &- 1].info & Node.hasEscapes
        guard after < end else { throw Fault(.unexpectedEnd, at: end) }
        guard base[after] == 0x3A else { throw Fault(.expectedColon, at: after) }
        return after &+ 1
    }

    /// Reads a string from its opening quote, and returns the position after the closing one.
    @inline(__always)
    private mutating func string(at position: Int, flags: UInt32) throws(Fault) -> Int {
        var hasEscapes = false
        let quote = try JSONStringScanner.scan(base, from: position &+ 1, to: end, hasEscapes: &hasEscapes)
        let flags = hasEscapes ? flags | Node.hasEscapes : flags
        try append(.init(.string, from: position, to: quote &+ 1, next: UInt32(truncatingIfNeeded: count &+ 1), flags))
        return quote &+ 1
    }

    /// Reads `true`, `false` or `null`.
    private mutating func literal(_ kind: JSONKind, _ word: StaticString, at position: Int) throws(Fault) -> Int {
        let length = word.utf8CodeUnitCount
        guard end &- position >= length else { throw Fault(.invalidLiteral, at: position) }
        let expected = word.utf8Start
        var index = 1
        while index < length {
            guard base[position &+ index] == expected[index] else { throw Fault(.invalidLiteral, at: position) }
            index &+= 1
        }
        try append(
            .init(kind, from: position, to: position &+ length, next: UInt32(truncatingIfNeeded: count &+ 1)))
        return position &+ length
    }

    /// Reads a number (RFC 8259 §6) without asking how large it is.
    private mutating func number(at start: Int) throws(Fault) -> Int {
        var position = start
        if base[position] == 0x2D { position &+= 1 }  // -
        guard position < end else { throw Fault(.unexpectedEnd, at: end) }
        if base[position] == 0x30 {  // 0
            position &+= 1
        } else {
            position = try digits(at: position, of: start)
        }
        if position < end && base[position] == 0x2E {  // .
            position = try digits(at: position &+ 1, of: start)
        }
        if position < end && base[position] | 0x20 == 0x65 {  // e E
            position &+= 1
            if position < end && (base[position] == 0x2B || base[position] == 0x2D) { position &+= 1 }  // + -
            position = try digits(at: position, of: start)
        }
        // `01` and `1x` would otherwise be reported as a missing comma.
        if position < end && base[position] &- 0x30 < 10 { throw Fault(.invalidNumber, at: start) }
        try append(.init(.number, from: start, to: position, next: UInt32(truncatingIfNeeded: count &+ 1)))
        return position
    }

    /// Reads one digit or more.
    @inline(__always)
    private func digits(at first: Int, of number: Int) throws(Fault) -> Int {
        var position = first
        while position < end && base[position] &- 0x30 < 10 { position &+= 1 }
        guard position > first else { throw Fault(.invalidNumber, at: number) }
        return position
    }

    /// The next byte that is not a blank, a tab or a line's end.
    @inline(__always)
    private func skipBlanks(_ start: Int) -> Int {
        var position = start
        while position < end {
            let byte = base[position]
            if byte > 0x20 || (byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09) { break }
            position &+= 1
        }
        return position
    }

    /// Puts a node on the tape.
    @inline(__always)
    private mutating func append(_ node: Node) throws(Fault) {
        if count == capacity { try grow(at: Int(node.start)) }
        nodes[count] = node
        count &+= 1
    }

    /// Doubles the tape.
    private mutating func grow(at position: Int) throws(Fault) {
        guard count < maximumNodes else { throw Fault(.tooManyValues, at: position) }
        capacity = min(capacity * 2, maximumNodes)
        let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity)
        larger.moveInitialize(from: nodes, count: count)
        nodes.deallocate()
        nodes = larger
    }
}
