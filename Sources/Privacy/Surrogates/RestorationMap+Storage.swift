import JSONText

extension RestorationMap {
    /// The table, and what the search looks at first.
    final class Storage: Sendable {
        static let beginsLabel: UInt8 = 1
        static let beginsLiteral: UInt8 = 2

        /// Ascending.
        let codes: [UInt64]
        let literals: RestorationLiterals
        /// Where each value ends in `values`, codes before literals; it begins where the one before ends.
        let ends: [Int]
        let values: [UInt8]
        /// Labels of the codes' classes by their first letter's last five bits, longer ones first.
        let labels: [[SurrogateSyntax.Label]]
        /// By byte: what may begin with it.
        nonisolated(unsafe) let starts: UnsafeMutablePointer<UInt8>
        /// By the first two letters of a label: whether there is one.
        nonisolated(unsafe) let pairs: UnsafeMutablePointer<UInt8>

        init(codes: [UInt64], literals: RestorationLiterals, ends: [Int], values: [UInt8]) {
            precondition(ends.count == codes.count + literals.all.count, "\(ends.count) values")
            self.codes = codes
            self.literals = literals
            self.ends = ends
            self.values = values
            starts = .allocate(capacity: 256)
            starts.initialize(repeating: 0, count: 256)
            pairs = .allocate(capacity: SurrogateSyntax.pairCount)
            pairs.initialize(repeating: 0, count: SurrogateSyntax.pairCount)
            var labels = [[SurrogateSyntax.Label]](repeating: [], count: 32)
            var last: UInt64?
            for code in codes where code >> 40 != last {
                last = code >> 40
                let label = SurrogateSyntax.Labels.all[Int(code >> 40)]
                labels[Int(label[0] & 0x1F)].append(label)
                starts[Int(label[0])] |= Self.beginsLabel
                starts[Int(label[0] | 0x20)] |= Self.beginsLabel
                pairs[SurrogateSyntax.pair(label[0], label[1])] = 1
            }
            self.labels = labels.map { $0.count > 1 ? $0.sorted { $0.length > $1.length } : $0 }
            for literal in literals.all {
                guard let first = literal.folded.first else { continue }
                starts[Int(first)] |= Self.beginsLiteral
                if first >= 0x61 && first <= 0x7A { starts[Int(first & 0xDF)] |= Self.beginsLiteral }
            }
        }

        /// A table of surrogates only.
        convenience init(codes: [UInt64], ends: [Int], values: [UInt8], classes: SensitiveClassSet) {
            self.init(codes: codes, literals: RestorationLiterals([]), ends: ends, values: values)
        }

        deinit {
            starts.deallocate()
            pairs.deallocate()
        }
    }
}

extension RestorationMap.Storage {
    /// The index of a code.
    func index(of code: UInt64) -> Int? {
        let index = lowerBound(code)
        return index < codes.count && codes[index] == code ? index : nil
    }

    /// Whether a code begins with this class and these `count` digits.
    func hasPrefix(_ sensitiveClass: SensitiveClass, digits: UInt64, count: Int) -> Bool {
        let shift = UInt64((SurrogateSyntax.digits - count) * 5)
        let least = UInt64(sensitiveClass.rawValue) << 40 | digits << shift
        let index = lowerBound(least)
        return index < codes.count && codes[index] >> shift == least >> shift
    }

    /// Appends the value for a surrogate as it was written. Marks of emphasis inside it stay: behind the value where the byte before is
    /// such a mark, which they close, else in front.
    func append(
        _ index: Int, for surrogate: UnsafeBufferPointer<UInt8>, before: UInt8, encoding: RestorationMap.Encoding,
        to output: inout [UInt8]
    ) {
        let marks = index < codes.count ? SurrogateSpelling.marks(surrogate) : []
        let isClosing = SurrogateSpelling.isMark(before)
        if !isClosing { output.append(contentsOf: marks) }
        let value = values[(index > 0 ? ends[index - 1] : 0)..<ends[index]]
        switch encoding {
        case .plain: output.append(contentsOf: value)
        case .json: JSONEscape.append(value, to: &output)
        }
        if isClosing { output.append(contentsOf: marks) }
    }

    private func lowerBound(_ code: UInt64) -> Int {
        var low = 0
        var high = codes.count
        while low < high {
            let middle = (low + high) / 2
            if codes[middle] < code { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
