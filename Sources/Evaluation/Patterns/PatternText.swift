/// A text to be searched, perhaps with many patterns: what stands in it is looked up once.
struct PatternText: Sendable {
    let scalars: [Unicode.Scalar]
    /// Which scalars of ASCII stand anywhere.
    private(set) var all = ASCIISet()
    /// Which of them stand behind a word's border, at its beginning or its end.
    private(set) var behindBorders = ASCIISet()
    /// Whether there are others.
    private(set) var hasOthers = false

    init(_ scalars: [Unicode.Scalar]) {
        self.scalars = scalars
        var isInWord = false
        for scalar in scalars {
            let isOfWord = scalar.isOfWord
            if scalar.isASCII {
                all.insert(scalar)
                if isOfWord != isInWord { behindBorders.insert(scalar) }
            } else {
                hasOthers = true
            }
            isInWord = isOfWord
        }
    }
}
