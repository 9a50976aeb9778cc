/// Runs of digits joined by separators as people write numbers: `+44 (20) 7123-4567`, `4111 1111 1111 1111`, `192.168.0.1`.
struct DigitCluster {
    /// What stands before a group.
    enum Separator: UInt8 {
        case none, space, dash, dot, slash
        /// ` (`, `(`
        case opening
        /// `)`, `) `, `)-`
        case closing
        /// ` - `
        case wide
    }

    struct Group {
        var start: Int32 = 0
        var length: Int32 = 0
        var separator: Separator = .none

        var end: Int { Int(start + length) }
    }

    enum Bounds {
        /// Enough for the longest number written in single digits.
        static let groups = 24
        /// A longer cluster is examined in pieces that overlap by eight groups.
        static let step = 16
    }

    /// `Bounds.groups` of them, whose memory the caller has: an array inside would be copied at each look into it.
    let groups: UnsafeMutablePointer<Group>
    private(set) var count = 0
    /// All digits.
    private(set) var digits = 0
    /// Groups from which a number may start in this piece.
    private(set) var limit = 0
    /// Where the pass goes on.
    private(set) var resumption = 0

    /// The digits that begin at `start`. `memory` holds `Bounds.groups` groups and outlives the cluster.
    init(at start: Int, in text: ScannedText, memory: UnsafeMutableBufferPointer<Group>) {
        precondition(memory.count >= Bounds.groups, "\(memory.count) groups")
        guard let groups = memory.baseAddress else { preconditionFailure("no memory") }
        self.groups = groups
        var position = start
        var separator = Separator.none
        let opening = text.byte(start - 1) == UInt8(ascii: "+") ? start - 2 : start - 1
        var isOpen = text.byte(opening) == UInt8(ascii: "(")
        while true {
            let first = position
            while position < text.count && text.classes[Int(text.base[position])] & ByteClass.digit != 0 {
                position &+= 1
            }
            (groups + count).initialize(
                to: Group(
                    start: Int32(truncatingIfNeeded: first), length: Int32(truncatingIfNeeded: position - first),
                    separator: separator))
            count += 1
            digits += position - first
            guard count < Bounds.groups else {
                limit = Bounds.step
                resumption = Int(groups[Bounds.step].start)
                return
            }
            guard let (next, kind) = Self.separator(at: position, isOpen: isOpen, in: text) else { break }
            if kind == .opening { isOpen = true }
            if kind == .closing { isOpen = false }
            position = next
            separator = kind
        }
        limit = count
        resumption = position
    }

    /// Whether it is no piece of a longer one.
    var isWhole: Bool { limit == count }

    func digits(from group: Int) -> Int {
        var sum = 0
        var index = group
        while index < count {
            sum &+= Int(groups[index].length)
            index &+= 1
        }
        return sum
    }

    /// How many groups from this one on are a calendar date (`2024-03-31`, `31.3.2024`, `03/31/24`); `nil` if none.
    func dateGroups(from group: Int) -> Int? {
        guard group + 2 < count else { return nil }
        let (first, second, third) = (groups[group], groups[group + 1], groups[group + 2])
        guard second.separator == third.separator else { return nil }
        switch second.separator {
        case .dash, .dot, .slash: break
        default: return nil
        }
        guard second.length <= 2, first.length <= 2 || first.length == 4, third.length <= 2 || third.length == 4
        else { return nil }
        // Two digits everywhere are a date only with slashes; with dots or dashes a number may go on (French telephones).
        if first.length != 4 && third.length != 4 {
            return second.separator == .slash ? 3 : nil
        }
        if first.length == 4 && third.length == 4 { return nil }
        return 3
    }

    /// A group's value, if it has at most nine digits.
    func value(_ group: Int, in text: ScannedText) -> Int {
        var value = 0
        var position = Int(groups[group].start)
        let end = min(groups[group].end, position + 9)
        while position < end {
            value = value &* 10 &+ Int(text.base[position] &- 48)
            position &+= 1
        }
        return value
    }

    private static func separator(
        at position: Int, isOpen: Bool, in text: ScannedText
    ) -> (next: Int, kind: Separator)? {
        guard position + 1 < text.count else { return nil }
        let byte = text.base[position]
        let next = text.base[position + 1]
        func isDigit(_ offset: Int) -> Bool { text.has(offset, ByteClass.digit) }
        switch byte {
        case UInt8(ascii: "."): return isDigit(position + 1) ? (position + 1, .dot) : nil
        case UInt8(ascii: "-"):
            if isDigit(position + 1) { return (position + 1, .dash) }
            if next == UInt8(ascii: "("), isDigit(position + 2) { return (position + 2, .opening) }
        case UInt8(ascii: "/"): return isDigit(position + 1) ? (position + 1, .slash) : nil
        case UInt8(ascii: "("): return isDigit(position + 1) ? (position + 1, .opening) : nil
        case UInt8(ascii: " "):
            if isDigit(position + 1) { return (position + 1, .space) }
            if next == UInt8(ascii: "("), isDigit(position + 2) { return (position + 2, .opening) }
            if next == UInt8(ascii: "-") || next == UInt8(ascii: "/"), text.byte(position + 2) == UInt8(ascii: " "),
                isDigit(position + 3)
            {
                return (position + 3, .wide)
            }
        case UInt8(ascii: ")"):
            guard isOpen else { return nil }
            if isDigit(position + 1) { return (position + 1, .closing) }
            switch next {
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."):
                if isDigit(position + 2) { return (position + 2, .closing) }
            default: break
            }
        case 0xC2:  // U+00A0, no-break space
            if next == 0xA0, isDigit(position + 2) { return (position + 2, .space) }
        case 0xE2:  // U+2010…2015 are dashes, U+2009 and U+202F narrow spaces
            guard next == 0x80, isDigit(position + 3) else { return nil }
            switch text.byte(position + 2) {
            case 0x90...0x95: return (position + 3, .dash)
            case 0x89, 0xAF: return (position + 3, .space)
            default: return nil
            }
        default: break
        }
        return nil
    }
}
