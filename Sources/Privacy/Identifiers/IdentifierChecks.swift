/// What the formats of a class say of one value.
public enum IdentifierChecks {
    /// What a check says of a text of the right shape.
    public enum Verdict: String, Sendable, Hashable {
        /// The check digits are right.
        case accept
        /// It can't be one.
        case reject
        /// There is nothing to check.
        case neutral

        /// What a check digit says that is right or wrong.
        init(_ isRight: Bool) { self = isRight ? .accept : .reject }
    }

    /// The best that any format of the class says of the whole value; `reject` where it has no shape of them, `nil` where the class
    /// has no formats.
    public static func verdict(_ sensitiveClass: SensitiveClass, _ value: String) -> Verdict? {
        let index = IdentifierIndex.shared
        guard index.formats.contains(where: { $0.sensitiveClass == sensitiveClass }) else { return nil }
        var value = value
        return value.withUTF8 { bytes in
            guard let base = bytes.baseAddress, bytes.count <= 64 else { return .reject }
            let text = ScannedText(base: base, count: bytes.count)
            var best = Verdict.reject
            withUnsafeTemporaryAllocation(of: WordCluster.Word.self, capacity: WordCluster.Bounds.words) { memory in
                let cluster = WordCluster(around: 0, floor: 0, in: text, memory: memory)
                index.match(cluster, from: 0) { entry, words in
                    let format = index.formats[Int(entry.format)]
                    guard format.sensitiveClass == sensitiveClass,
                        cluster.words[words - 1].end + Int(entry.closing) == bytes.count
                    else { return }
                    switch format.check(IdentifierText(bytes)) {
                    case .accept: best = .accept
                    case .neutral: if best == .reject { best = .neutral }
                    case .reject: break
                    }
                }
            }
            return best
        }
    }
}
