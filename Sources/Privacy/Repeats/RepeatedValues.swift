/// The values that were found in a request, to be found again wherever they stand in it: a number that its words proved to be an account
/// in one message is the same account in the next, where no word is beside it.
///
/// Values are compared byte for byte and must stand for themselves, as one's own words must. Time is linear in the text: two bytes tell
/// how far no value can begin (Wu and Manber, A Fast Algorithm for Multi-Pattern Searching, 1994), and where one may, the sorted values
/// are halved.
struct RepeatedValues {
    private enum Bounds {
        /// Shorter ones stand everywhere for something else; longer ones prove themselves.
        static let least = 5
        static let most = 128
        /// A word in small letters may be any word, unless it is this long.
        static let leastWord = 8
        /// Digits that may be a part of a number with a fraction or of a range.
        static let shortNumber = 6
        /// Different values of one request; those found first count.
        static let values = 1 << 14
        /// What a tagger must be sure of to count for a name of one word.
        static let surelyName = 80
    }

    /// What need not be looked for: one finds it wherever it stands.
    private static let found = SensitiveClassSet([
        .email, .url, .ipAddress, .macAddress, .uuid, .custom, .cryptoAddress,
    ])
    /// What would be found where something else is meant.
    private static let ambiguous = SensitiveClassSet([.age, .cardExpiry, .cardSecurityCode])

    /// A value's bytes, hashed in one go.
    private struct Value: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
    }

    private var known: [Value: Candidate] = [:]

    /// Whether there is nothing to look for.
    var isEmpty: Bool { known.isEmpty }

    /// Takes what was found in a text.
    mutating func collect(_ findings: [Candidate], in text: UnsafeRawBufferPointer) {
        for finding in findings where known.count < Bounds.values && !finding.isMerged {
            let range = Int(finding.start)..<Int(finding.end)
            guard (Bounds.least...Bounds.most).contains(range.count), range.upperBound <= text.count,
                !Self.found.contains(finding.sensitiveClass), !Self.ambiguous.contains(finding.sensitiveClass)
            else { continue }
            let value = UnsafeRawBufferPointer(rebasing: text[range])
            guard Self.isTelling(value, finding) else { continue }
            let key = Value(bytes: [UInt8](value))
            // Where a value was found as two things, the surer one counts.
            if let other = known[key], other.score >= finding.score { continue }
            known[key] = finding
        }
    }

    /// Whether a value means the same wherever it stands.
    private static func isTelling(_ value: UnsafeRawBufferPointer, _ finding: Candidate) -> Bool {
        switch finding.sensitiveClass {
        case .person, .place: return finding.score >= Bounds.surelyName || value.contains(0x20)
        default: return value.count >= Bounds.leastWord || !value.allSatisfy { $0 >= 0x61 && $0 <= 0x7A }
        }
    }

    /// Ready to be looked for.
    func search() -> Search {
        Search(
            known.map { ($0.key.bytes, $0.value) }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) })
    }

    /// Looks for the values in texts.
    struct Search {
        private struct Value {
            let range: Range<Int>
            let finding: Candidate
            /// The longest other value that it begins with.
            var beginning: Int?
            let isShortNumber: Bool
        }

        private enum Window {
            /// Bits of the numbers that two bytes get.
            static let pairBits = 12
            /// Bits of the numbers that four bytes get.
            static let filterBits = 16
            /// What no value begins within is skipped at once, up to so many bytes.
            static let longest = 16
        }

        /// Sorted, their bytes one after the other.
        private var values: [Value] = []
        private var bytes: [UInt8] = []
        /// By a hash of the first four bytes: whether a value begins so.
        private var filter = [UInt64](repeating: 0, count: (1 << Window.filterBits) / 64)
        /// How many bytes of every value are looked at: as many as the shortest has.
        private var window = Window.longest
        /// By a number of two bytes: how far behind a window that ends with them the first one lies in which a value may begin.
        private var skips: [UInt8]

        /// Takes values in the order of their bytes.
        fileprivate init(_ known: [(bytes: [UInt8], finding: Candidate)]) {
            for value in known { window = min(window, value.bytes.count) }
            skips = [UInt8](repeating: UInt8(window - 1), count: 1 << Window.pairBits)
            values.reserveCapacity(known.count)
            var open: [Int] = []
            for (value, finding) in known {
                while let last = open.last, !value.starts(with: bytes[values[last].range]) { open.removeLast() }
                let isNumber = value.count <= Bounds.shortNumber && value.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
                values.append(
                    Value(
                        range: bytes.count..<bytes.count + value.count, finding: finding, beginning: open.last,
                        isShortNumber: isNumber))
                open.append(values.count - 1)
                bytes += value
                value.withUnsafeBytes { value in
                    let hash = Self.hash(value.loadUnaligned(as: UInt32.self))
                    filter[hash >> 6] |= 1 << UInt64(hash & 63)
                    for end in 2...window {
                        let pair = Self.pair(value.loadUnaligned(fromByteOffset: end - 2, as: UInt16.self))
                        skips[pair] = min(skips[pair], UInt8(window - end))
                    }
                }
            }
        }

        @inline(__always)
        private static func pair(_ bytes: UInt16) -> Int {
            Int((UInt32(bytes) &* 0x9E37_79B1) &>> UInt32(32 - Window.pairBits))
        }

        @inline(__always)
        private static func hash(_ first: UInt32) -> Int {
            Int((first &* 0x9E37_79B1) &>> UInt32(32 - Window.filterBits))
        }

        /// Appends where values stand, with what each was found to be; none overlap. Asks `watch` now and then.
        func find(
            in text: UnsafeRawBufferPointer, _ watch: InspectionWatch, into found: inout [Candidate]
        ) throws(InspectionError) {
            guard let base = text.bindMemory(to: UInt8.self).baseAddress, text.count >= window else { return }
            let scanned = ScannedText(base: base, count: text.count)
            let end = text.count - window + 1
            var position = 0
            while position < end {
                let pause = min(end, position + InspectionWatch.interval)
                while let place = next(text, position, pause) {
                    position = place + 1
                    guard let match = match(scanned, at: place) else { continue }
                    var finding = values[match].finding
                    finding.start = Int32(truncatingIfNeeded: place)
                    position = place + values[match].range.count
                    finding.end = Int32(truncatingIfNeeded: position)
                    found.append(finding)
                }
                position = max(position, pause)
                if position < end { try watch.check() }
            }
        }

        /// The next place before `end` where a value may begin; behind each such place a whole window lies.
        private func next(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
            let last = window &- 2
            let full = window &- 1
            return filter.withUnsafeBufferPointer { filter in
                skips.withUnsafeBufferPointer { skips in
                    func skip(_ position: Int) -> Int {
                        Int(skips[Self.pair(text.loadUnaligned(fromByteOffset: position &+ last, as: UInt16.self))])
                    }
                    var position = start
                    while position < end {
                        // Four windows without a value's beginning, which do not wait for each other.
                        while position &+ 3 &* full < end,
                            skip(position) & skip(position &+ full) & skip(position &+ 2 &* full)
                                & skip(position &+ 3 &* full) == full
                        {
                            position &+= 4 &* full
                        }
                        guard position < end else { break }
                        let skip = skip(position)
                        if skip == 0 {
                            let hash = Self.hash(text.loadUnaligned(fromByteOffset: position, as: UInt32.self))
                            if filter[hash &>> 6] & (1 &<< UInt64(hash & 63)) != 0 { return position }
                        }
                        position &+= max(skip, 1)
                    }
                    return nil
                }
            }
        }

        /// The longest value that begins at a place and stands for itself.
        private func match(_ text: ScannedText, at place: Int) -> Int? {
            guard let last = lastBefore(text, place) else { return nil }
            guard WordBoundary.isStart(place, in: text) else { return nil }
            let common = commonLength(values[last], text, place)
            var index: Int? = last
            while let candidate = index {
                let value = values[candidate]
                // A value that the last one begins with stands here as far as the last one does.
                if value.range.count <= common {
                    let end = place + value.range.count
                    if WordBoundary.isEnd(end, in: text), !value.isShortNumber || isNumber(place..<end, in: text) {
                        return candidate
                    }
                }
                index = value.beginning
            }
            return nil
        }

        /// The last value, in their order, that does not stand behind the text from a place on: it, or one that it begins with, is the
        /// longest that stands there.
        private func lastBefore(_ text: ScannedText, _ place: Int) -> Int? {
            var low = 0
            var high = values.count
            while low < high {
                let middle = (low + high) / 2
                let value = values[middle]
                let common = commonLength(value, text, place)
                let isBehind =
                    common < value.range.count
                    && (place + common >= text.count
                        || bytes[value.range.lowerBound + common] > text.base[place + common])
                if isBehind { high = middle } else { low = middle + 1 }
            }
            return low > 0 ? low - 1 : nil
        }

        private func commonLength(_ value: Value, _ text: ScannedText, _ place: Int) -> Int {
            let limit = min(value.range.count, text.count - place)
            var length = 0
            while length < limit, bytes[value.range.lowerBound + length] == text.base[place + length] { length += 1 }
            return length
        }

        /// Whether a few digits are a number of their own: no fraction, no part of a range or a date.
        private func isNumber(_ range: Range<Int>, in text: ScannedText) -> Bool {
            func joins(_ sign: Int, _ digit: Int) -> Bool {
                ".,-/:".utf8.contains(text.byte(sign)) && text.has(digit, ByteClass.digit)
            }
            return !joins(range.lowerBound - 1, range.lowerBound - 2) && !joins(range.upperBound, range.upperBound + 1)
        }
    }
}
