/// Values that are never findings, without regard to ASCII case: exact, or with a `*` at either end.
struct AllowList: Sendable {
    private enum Pattern: Sendable {
        case prefix([UInt8])
        case suffix([UInt8])
        case part([UInt8])
    }

    private var values: Set<[UInt8]> = []
    private var patterns: [Pattern] = []

    init(_ entries: [String]) {
        for entry in entries {
            var bytes = Self.folded(Array(entry.utf8))
            let isOpen = (start: bytes.first == Self.star, end: bytes.count > 1 && bytes.last == Self.star)
            if isOpen.start { bytes.removeFirst() }
            if isOpen.end { bytes.removeLast() }
            guard !bytes.isEmpty else { continue }
            switch isOpen {
            case (false, false): values.insert(bytes)
            case (true, false): patterns.append(.suffix(bytes))
            case (false, true): patterns.append(.prefix(bytes))
            case (true, true): patterns.append(.part(bytes))
            }
        }
    }

    var isEmpty: Bool { values.isEmpty && patterns.isEmpty }

    func contains(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        let value = Self.folded(value)
        if values.contains(value) { return true }
        return patterns.contains { pattern in
            switch pattern {
            case .prefix(let text): value.starts(with: text)
            case .suffix(let text): value.count >= text.count && value.suffix(text.count).elementsEqual(text)
            case .part(let text): Self.holds(value, text)
            }
        }
    }

    private static let star = UInt8(ascii: "*")

    private static func folded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }

    private static func holds(_ value: [UInt8], _ part: [UInt8]) -> Bool {
        guard value.count >= part.count else { return false }
        return (0...value.count - part.count).contains { value[$0...].starts(with: part) }
    }
}
