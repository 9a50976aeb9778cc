import Cryptography
import Inference
import JSONText

/// What replaces each finding of one request, so that restoring is exact.
///
/// Surrogates and stand-ins depend on key and value alone, so a value has the same one in each turn of a conversation. But what the caller
/// wrote may already hold such a text, be it by chance or because somebody wants another value read; and two values may get the same.
/// Then an answer that repeats it would be ambiguous. So what was chosen is tried: every text of the treated request is searched as
/// an answer would be, and whatever is found where it was not put is chosen anew.
struct Replacements {
    private enum Bounds {
        /// Rounds of choosing and trying; nearly always one is enough.
        static let rounds = 12
        /// Rounds after which choices depend on the request, too, so that nobody can have known them when writing it.
        static let foreseeable = 3
        /// Stand-ins tried for a value before it gets a surrogate.
        static let standIns = 4
        /// Each surrogate is taken by chance once in 2³⁵ over the number of values.
        static let surrogates = 1_000
    }

    /// A value that comes back, and what stands for it.
    struct Reversible {
        let sensitiveClass: SensitiveClass
        let value: [UInt8]
        /// Hashed once more for each surrogate that could not be had.
        var digest: Digest32
        /// How many stand-ins could not be had; `nil` for a value that gets surrogates.
        var standInAttempt: Int?
        var surrogateAttempt: UInt32 = 0
        var code: SurrogateSyntax.Code?
        var text: [UInt8]?
    }

    /// What became of a finding.
    enum Outcome {
        /// Index of a value that comes back.
        case reversible(Int)
        /// Text that stays, and how it was made.
        case final([UInt8], AppliedTreatment)
    }

    private(set) var values: [Reversible] = []
    private(set) var outcomes: [Outcome] = []
    /// Turns them back.
    private(set) var restoration = RestorationMap.empty
    /// Whether a name of a member was replaced by what another may be replaced by, too.
    private(set) var changesNames = false

    init(
        _ request: InferenceRequest, _ findings: Findings, _ form: SendingForm, _ treatments: TreatmentTable,
        _ key: TenantKey
    ) throws(TreatmentError) {
        collect(request, findings, form, treatments, key)
        guard !values.isEmpty else { return }
        let check = RestorationCheck(request, findings)
        var salt: Digest32?
        var budget = StandIn.Budget()
        for round in 0..<Bounds.rounds {
            if round == Bounds.foreseeable {
                salt = request.body.bytes.withUnsafeBytes { KeyedSequence.digest(key, .custom, .salt, $0) }
            }
            try choose(key, salt, &budget)
            restoration = map()
            let misleading = check.misleading(self)
            if misleading.isEmpty { return }
            for index in misleading { reject(index, key, salt) }
        }
        throw .surrogatesExhausted
    }

    /// What stands in a finding's place.
    func text(_ item: Int) -> [UInt8] {
        switch outcomes[item] {
        case .final(let text, _): text
        case .reversible(let index): values[index].text ?? []
        }
    }

    /// In which form a finding leaves.
    func treatment(_ item: Int) -> AppliedTreatment {
        switch outcomes[item] {
        case .final(_, let treatment): treatment
        case .reversible(let index): values[index].code == nil ? .realistic : .surrogate
        }
    }

    // MARK: Collecting

    private mutating func collect(
        _ request: InferenceRequest, _ findings: Findings, _ form: SendingForm, _ treatments: TreatmentTable,
        _ key: TenantKey
    ) {
        var known: [Digest32: Int] = [:]
        var names = DistinctNames()
        outcomes.reserveCapacity(findings.items.count)
        findings.forEachText { items, index in
            let text = request.texts[index]
            let json = request.documents[text.document].json.value(at: text.node)
            json.withDecodedUTF8 { bytes in
                for finding in findings.items[items] {
                    let treatment = treatments[finding]
                    let value = UnsafeRawBufferPointer(rebasing: bytes[finding.range])
                    if form == .pseudonymised, treatment == .surrogate || treatment == .realistic {
                        let digest = KeyedSequence.digest(key, finding.sensitiveClass, .surrogate, value)
                        if known[digest] == nil {
                            known[digest] = values.count
                            values.append(
                                Reversible(
                                    sensitiveClass: finding.sensitiveClass, value: [UInt8](value), digest: digest,
                                    standInAttempt: treatment == .realistic && !finding.isMerged ? 0 : nil))
                        }
                        outcomes.append(.reversible(known[digest] ?? 0))
                    } else {
                        // What was merged has no custom of what may stay legible.
                        let (final, applied) = Self.final(
                            finding.sensitiveClass, finding.isMerged && treatment == .mask ? .surrogate : treatment,
                            form,
                            value, key, isName: json.isKey)
                        if json.isKey { changesNames = true }
                        outcomes.append(.final(json.isKey ? names.distinct(final, value) : final, applied))
                    }
                }
            }
        }
    }

    /// A text that stays. In the name of a member nothing is removed: a name must be there, and differ from the others.
    private static func final(
        _ sensitiveClass: SensitiveClass, _ treatment: Treatment, _ form: SendingForm,
        _ value: UnsafeRawBufferPointer, _ key: TenantKey, isName: Bool
    ) -> ([UInt8], AppliedTreatment) {
        switch treatment {
        case .mask where form == .pseudonymised: return (Mask.text(of: [UInt8](value), sensitiveClass), .mask)
        case .remove where !isName: return ([], .remove)
        case .hash where form == .pseudonymised:
            let digest = KeyedSequence.digest(key, sensitiveClass, .hash, value)
            var hex: [UInt8] = []
            digest.appendHex(to: &hex)
            return (ClassMark.text(sensitiveClass, after: [UInt8(ascii: "#")] + hex.prefix(8)), .hash)
        case .surrogate, .realistic, .mask, .hash, .remove, .block: return (ClassMark.text(sensitiveClass), .label)
        }
    }

    // MARK: Choosing

    private mutating func choose(
        _ key: TenantKey, _ salt: Digest32?, _ budget: inout StandIn.Budget
    ) throws(TreatmentError) {
        var taken: Set<[UInt8]> = []
        var codes: Set<SurrogateSyntax.Code> = []
        for value in values {
            if let code = value.code {
                codes.insert(code)
            } else if let text = value.text {
                taken.insert(Self.folded(text))
            }
            // No stand-in is a value of the request, be it another's: nor differs from one by capitals only.
            if value.standInAttempt != nil { taken.insert(Self.folded(value.value)) }
        }
        for index in values.indices where values[index].text == nil {
            if let standIn = standIn(index, key, taken, &budget) {
                values[index].text = standIn
                taken.insert(Self.folded(standIn))
            } else {
                let code = try surrogate(index, key, salt, codes)
                values[index].code = code
                values[index].text = SurrogateSyntax.text(of: code)
                codes.insert(code)
            }
        }
    }

    private static func folded(_ text: [UInt8]) -> [UInt8] {
        text.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }

    private mutating func standIn(
        _ index: Int, _ key: TenantKey, _ taken: Set<[UInt8]>, _ budget: inout StandIn.Budget
    ) -> [UInt8]? {
        while let attempt = values[index].standInAttempt, attempt < Bounds.standIns {
            guard
                let text = StandIn.text(
                    for: values[index].value, values[index].sensitiveClass, attempt: attempt, key, &budget)
            else { break }
            if !taken.contains(Self.folded(text)) { return text }
            values[index].standInAttempt = attempt + 1
        }
        values[index].standInAttempt = nil
        return nil
    }

    private mutating func surrogate(
        _ index: Int, _ key: TenantKey, _ salt: Digest32?, _ taken: Set<SurrogateSyntax.Code>
    ) throws(TreatmentError) -> SurrogateSyntax.Code {
        while values[index].surrogateAttempt < Bounds.surrogates {
            let hash = values[index].digest.withBytes { $0.loadUnaligned(as: UInt64.self) }
            let code = SurrogateSyntax.code(values[index].sensitiveClass, hash: UInt64(littleEndian: hash))
            if !taken.contains(code) { return code }
            advance(index, key, salt)
        }
        throw .surrogatesExhausted
    }

    /// Another digest for the value's next surrogate.
    private mutating func advance(_ index: Int, _ key: TenantKey, _ salt: Digest32?) {
        values[index].surrogateAttempt += 1
        var counter = withUnsafeBytes(of: values[index].surrogateAttempt.littleEndian) { [UInt8]($0) }
        salt?.withBytes { counter += $0 }
        values[index].digest = values[index].digest.withBytes { first in
            counter.withUnsafeBytes { key.authenticator.authenticate(first, $0) }
        }
    }

    /// What was chosen for a value misleads: another choice next time.
    private mutating func reject(_ index: Int, _ key: TenantKey, _ salt: Digest32?) {
        values[index].text = nil
        if values[index].code == nil, let attempt = values[index].standInAttempt {
            values[index].standInAttempt = attempt + 1
        } else {
            values[index].code = nil
            advance(index, key, salt)
        }
    }

    private func map() -> RestorationMap {
        var builder = RestorationMap.Builder()
        for value in values {
            if let code = value.code {
                builder.add(code: code, value: value.value)
            } else if let text = value.text {
                builder.add(literal: text, value: value.value)
            }
        }
        return builder.build()
    }
}
