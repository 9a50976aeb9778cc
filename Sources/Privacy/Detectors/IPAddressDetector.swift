/// IP addresses and networks: version 4 from groups of digits with dots, version 6 (RFC 4291 §2.2) from its colons.
enum IPAddressDetector {
    private enum Bounds {
        /// `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`
        static let length = 45
        static let zone = 16
    }

    // MARK: Version 4

    /// Examines four groups of a cluster; gives back how many groups it took.
    static func examine(_ cluster: DigitCluster, from group: Int, in inspection: inout TextInspection) -> Int? {
        let text = inspection.text
        guard group + 3 < cluster.count else { return nil }
        for index in group...group + 3 {
            guard cluster.groups[index].length <= 3 else { return nil }
            if index > group, cluster.groups[index].separator != .dot { return nil }
        }
        guard group == 0 || cluster.groups[group].separator != .dot, inspection.enabled.contains(.ipAddress) else {
            return nil
        }
        let hasMore = group + 4 < cluster.count && cluster.groups[group + 4].separator == .dot
        for index in group...group + 3 {
            let part = cluster.groups[index]
            guard cluster.value(index, in: text) <= 255 else { return nil }
            // `01.84.17.61.18` is a telephone number.
            if hasMore, part.length > 1, text.base[Int(part.start)] == UInt8(ascii: "0") { return nil }
        }
        let start = Int(cluster.groups[group].start)
        var end = cluster.groups[group + 3].end
        guard text.isWordStart(start), text.isWordEnd(end) || text.byte(end) == UInt8(ascii: "_") else { return nil }
        var taken = 4
        if let prefix = prefixEnd(at: end, most: 32, in: text) {
            end = prefix
            taken = 5
        }
        inspection.context.advance(to: start, text.base)
        var score = hasMore ? 60 : 80
        if start - inspection.context.place(.version) <= 16 { score -= 40 }
        if inspection.context.speaks(of: .ipAddress, before: start) {
            score += 10
        } else if isHeading(start, end, in: text) {
            score -= 40
        }
        inspection.propose(Candidate(.ipAddress, start, end, score: score))
        return taken
    }

    /// `3.2.1.4 Installation` at the start of a line: a section's number.
    private static func isHeading(_ start: Int, _ end: Int, in text: ScannedText) -> Bool {
        guard end - start == 7,
            start == 0 || text.base[start - 1] == UInt8(ascii: "\n") || text.byte(start - 2) == UInt8(ascii: "#"),
            text.byte(end) == UInt8(ascii: " "), text.has(end + 1, ByteClass.letter), text.base[end + 1] < 0x61
        else { return false }
        return !ContextCursor.speaks(of: .ipAddress, after: end, in: text)
    }

    /// The end of `/24` or the like.
    private static func prefixEnd(at slash: Int, most: Int, in text: ScannedText) -> Int? {
        guard text.byte(slash) == UInt8(ascii: "/") else { return nil }
        var position = slash + 1
        var value = 0
        while text.has(position, ByteClass.digit), position <= slash + 3 {
            value = value * 10 + Int(text.base[position] - 48)
            position += 1
        }
        guard position > slash + 1, value <= most, text.isWordEnd(position) else { return nil }
        return position
    }

    // MARK: Version 6

    /// Examines the group of hexadecimal digits and colons around a colon; gives back where to go on.
    static func examine(colon: Int, in inspection: inout TextInspection) -> Int {
        let text = inspection.text
        guard colon >= inspection.rejectedColonsEnd, colon + 1 < text.count else { return colon + 1 }
        let isDouble = text.base[colon + 1] == UInt8(ascii: ":")
        guard isDouble || text.has(colon - 1, ByteClass.hexadecimal) && text.has(colon + 1, ByteClass.hexadecimal),
            inspection.enabled.contains(.ipAddress)
        else { return colon + 1 }
        var start = colon
        while start > 0, colon - start < 5, text.has(start - 1, ByteClass.hexadecimal) { start -= 1 }
        if start < colon, text.isEscapeLetter(start) { start += 1 }
        guard colon - start <= 4, text.isWordStart(start), text.byte(start - 1) != UInt8(ascii: ":") else {
            return colon + 1
        }
        var end = colon
        while end < text.count, isAddressByte(text.base[end], text.classes) { end += 1 }
        let runEnd = end
        if text.base[end - 1] == UInt8(ascii: ".") { end -= 1 }
        if end - start > 2, text.base[end - 1] == UInt8(ascii: ":"), text.base[end - 2] != UInt8(ascii: ":") {
            end -= 1
        }
        guard end - start <= Bounds.length, text.isWordEnd(end) || text.byte(end) == UInt8(ascii: "_"),
            let shape = AddressShape(from: start, to: end, in: text)
        else {
            inspection.rejectedColonsEnd = runEnd
            return colon + 1
        }
        if text.byte(end) == UInt8(ascii: "%"), text.has(end + 1, ByteClass.alphanumeric) {
            end += 1
            let limit = end + Bounds.zone
            while end < limit, text.has(end, ByteClass.alphanumeric) { end += 1 }
        }
        var score = shape.score
        if let prefix = prefixEnd(at: end, most: 128, in: text) {
            end = prefix
            score += 30
        }
        inspection.context.advance(to: start, text.base)
        if inspection.context.speaks(of: .ipAddress, before: start) { score += 30 }
        inspection.propose(Candidate(.ipAddress, start, end, score: score))
        return max(end, runEnd)
    }

    @inline(__always)
    private static func isAddressByte(_ byte: UInt8, _ classes: UnsafePointer<UInt8>) -> Bool {
        classes[Int(byte)] & ByteClass.hexadecimal != 0 || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    /// What a valid version 6 address looks like; the initializer fails for all else.
    private struct AddressShape {
        var groups = 0
        var digits = 0
        var longest = 0
        var isCompressed = false
        var hasVersion4 = false

        init?(from start: Int, to end: Int, in text: ScannedText) {
            var position = start
            if text.byte(start) == UInt8(ascii: ":") {
                guard text.byte(start + 1) == UInt8(ascii: ":") else { return nil }
            }
            while position < end {
                if text.base[position] == UInt8(ascii: ":") {
                    guard position + 1 < end else { return nil }
                    guard text.base[position + 1] == UInt8(ascii: ":") else {
                        position += 1
                        continue
                    }
                    guard !isCompressed else { return nil }
                    isCompressed = true
                    position += 2
                    guard position < end, text.base[position] != UInt8(ascii: ":") else { break }
                    continue
                }
                let first = position
                var isDecimal = true
                while position < end, text.has(position, ByteClass.hexadecimal) {
                    if text.has(position, ByteClass.digit) { digits += 1 } else { isDecimal = false }
                    position += 1
                }
                if position < end, text.base[position] == UInt8(ascii: ".") {
                    guard isDecimal, Self.isVersion4(from: first, to: end, in: text) else { return nil }
                    hasVersion4 = true
                    groups += 2
                    position = end
                    break
                }
                guard position > first, position - first <= 4 else { return nil }
                longest = max(longest, position - first)
                groups += 1
            }
            guard position == end, isCompressed ? groups <= 7 : groups == 8 else { return nil }
        }

        /// How much its form alone says: `a::b` is also code, `12::30` also a time.
        var score: Int {
            if hasVersion4 { return 75 }
            if !isCompressed { return longest > 2 || digits < 4 ? 85 : 40 }
            if digits == 0 { return 30 }
            if groups >= 3 || longest >= 3 { return 80 }
            return groups == 1 ? 55 : 40
        }

        private static func isVersion4(from start: Int, to end: Int, in text: ScannedText) -> Bool {
            var position = start
            var parts = 0
            while position < end {
                let first = position
                var value = 0
                while position < end, position - first < 4, text.has(position, ByteClass.digit) {
                    value = value * 10 + Int(text.base[position] - 48)
                    position += 1
                }
                guard position > first, position - first <= 3, value <= 255 else { return false }
                parts += 1
                if position < end {
                    guard text.base[position] == UInt8(ascii: "."), position + 1 < end else { return false }
                    position += 1
                }
            }
            return parts == 4
        }
    }
}
