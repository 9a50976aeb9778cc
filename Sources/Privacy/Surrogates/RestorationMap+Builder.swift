extension RestorationMap {
    /// Gathers what a request's treated form replaced.
    struct Builder {
        private var codes: [SurrogateSyntax.Code: [UInt8]] = [:]
        private var literals: [[UInt8]: [UInt8]] = [:]

        init() {}

        /// A surrogate and the value it stands for; the first value of a surrogate counts.
        mutating func add(code: SurrogateSyntax.Code, value: [UInt8]) {
            if codes[code] == nil { codes[code] = value }
        }

        /// A stand-in of another form, and the value it stands for; the first value of a stand-in counts, and an empty one does not.
        ///
        /// It is found as it is written; where it has a digit or `@`, ASCII letters count in either case. One without, or of fewer than
        /// eight bytes (`Anna Lund`, `94105`), is not found inside a longer word or number. Of several that begin at one place the
        /// longest is restored.
        mutating func add(literal: [UInt8], value: [UInt8]) {
            if !literal.isEmpty, literals[literal] == nil { literals[literal] = value }
        }

        func build() -> RestorationMap {
            guard !codes.isEmpty || !literals.isEmpty else { return .empty }
            let codes = codes.sorted { $0.key < $1.key }
            let entries = literals.map { (literal: RestorationLiterals.Literal($0.key), value: $0.value) }
                .sorted { $0.literal < $1.literal }
            var bytes: [UInt8] = []
            var ends: [Int] = []
            for value in codes.map(\.value) + entries.map(\.value) {
                bytes.append(contentsOf: value)
                ends.append(bytes.count)
            }
            return RestorationMap(
                storage: Storage(
                    codes: codes.map(\.key.rawValue), literals: RestorationLiterals(entries.map(\.literal)), ends: ends,
                    values: bytes))
        }
    }
}
