import Cryptography
import Inference
import JSONText

/// Gives each value of one request its surrogate, so that restoring is exact.
///
/// The surrogate is a keyed hash of class and value, so a value has the same one in each turn of a conversation. Where that one is
/// taken by another value, or stands in the caller's own text (then the answer's would be ambiguous), a counter is hashed in.
struct SurrogateMint {
    private enum Bounds {
        /// Each try fails by chance once in 2³⁵ over the number of values.
        static let tries: UInt32 = 10_000
    }

    /// What replaces each finding.
    private(set) var texts: [[UInt8]] = []
    /// Turns them back.
    private(set) var restoration = RestorationMap.empty

    init(_ request: InferenceRequest, _ findings: Findings, _ key: TenantKey) throws(TreatmentError) {
        let reserved = Self.codesInTexts(request, findings)
        var codes: [Digest32: SurrogateSyntax.Code] = [:]
        var taken = reserved
        var values: [(code: SurrogateSyntax.Code, value: [UInt8])] = []
        var classes = SensitiveClassSet()
        var isExhausted = false
        texts.reserveCapacity(findings.items.count)
        findings.forEachText { items, index in
            let text = request.texts[index]
            request.documents[text.document].json.value(at: text.node).withDecodedUTF8 { bytes in
                for finding in findings.items[items] {
                    let digest = Self.digest(finding, bytes, key)
                    var code = codes[digest]
                    if code == nil, let free = Self.freeCode(finding.sensitiveClass, digest, key, taken) {
                        code = free
                        codes[digest] = free
                        taken.insert(free)
                        classes.insert(finding.sensitiveClass)
                        values.append((free, [UInt8](bytes[finding.range])))
                    }
                    guard let code else {
                        isExhausted = true
                        return
                    }
                    texts.append(SurrogateSyntax.text(of: code))
                }
            }
        }
        guard !isExhausted else { throw .surrogatesExhausted }
        values.sort { $0.code < $1.code }
        var bytes: [UInt8] = []
        let ends = values.map { entry in
            bytes.append(contentsOf: entry.value)
            return bytes.count
        }
        restoration = RestorationMap(
            storage: RestorationMap.Storage(
                codes: values.map(\.code.rawValue), ends: ends, values: bytes, classes: classes))
    }

    private static func digest(_ finding: Finding, _ text: UnsafeRawBufferPointer, _ key: TenantKey) -> Digest32 {
        let label = finding.sensitiveClass.label
        return withUnsafeTemporaryAllocation(byteCount: label.utf8CodeUnitCount + 1, alignment: 1) { prefix in
            prefix.copyMemory(from: UnsafeRawBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount))
            prefix[label.utf8CodeUnitCount] = 0
            return key.authenticator.authenticate(
                UnsafeRawBufferPointer(prefix), UnsafeRawBufferPointer(rebasing: text[finding.range]))
        }
    }

    private static func freeCode(
        _ sensitiveClass: SensitiveClass, _ digest: Digest32, _ key: TenantKey, _ taken: Set<SurrogateSyntax.Code>
    ) -> SurrogateSyntax.Code? {
        var digest = digest
        var counter: UInt32 = 0
        while counter < Bounds.tries {
            let hash = digest.withBytes { $0.loadUnaligned(as: UInt64.self) }
            let code = SurrogateSyntax.code(sensitiveClass, hash: UInt64(littleEndian: hash))
            if !taken.contains(code) { return code }
            counter += 1
            digest = digest.withBytes { first in
                withUnsafeBytes(of: counter.littleEndian) { key.authenticator.authenticate(first, $0) }
            }
        }
        return nil
    }

    // MARK: What the caller's text holds already

    /// Every surrogate, of any class, that the texts would show in the treated request without being one of its own.
    private static func codesInTexts(_ request: InferenceRequest, _ findings: Findings) -> Set<SurrogateSyntax.Code> {
        var codes: Set<SurrogateSyntax.Code> = []
        let all = SensitiveClassSet.all
        var item = 0
        for (index, text) in request.texts.enumerated() {
            let first = item
            while item < findings.items.count, findings.items[item].text == index { item += 1 }
            let value = request.documents[text.document].json.value(at: text.node)
            // `_` is never escaped but on purpose; then the decoded text shows it all the same.
            value.withDecodedUTF8 { bytes in
                guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
                var position = 0
                var next = first
                while true {
                    position = SurrogateSyntax.nextUnderscore(base, from: position, count: bytes.count)
                    guard position < bytes.count else { break }
                    position += 1
                    guard
                        let label = SurrogateSyntax.label(
                            before: position - 1, in: base, lowest: 0, previous: 0, classes: all, isAnywhere: true)
                    else { continue }
                    while next < item, findings.items[next].range.lowerBound < position { next += 1 }
                    let finding = next < item ? findings.items[next] : nil
                    if let code = code(label.sensitiveClass, position, base, bytes.count, next: finding) {
                        codes.insert(code)
                    }
                }
            }
        }
        return codes
    }

    /// What a label and `_` become with the digits that follow. Where a finding follows after less than eight, its surrogate's
    /// label gives the rest: `SSN_7KQ2` before an address reads `SSN_7KQ2EMAIL_…`.
    private static func code(
        _ sensitiveClass: SensitiveClass, _ start: Int, _ base: UnsafePointer<UInt8>, _ count: Int, next: Finding?
    ) -> SurrogateSyntax.Code? {
        var digits: UInt64 = 0
        var taken = 0
        func take(_ byte: UInt8) -> Bool {
            let value = SurrogateSyntax.values[Int(byte)]
            guard value != 255, taken < SurrogateSyntax.digits else { return false }
            digits = digits << 5 | UInt64(value)
            taken += 1
            return true
        }
        let end = min(count, next?.range.lowerBound ?? count)
        var position = start
        while position < end, take(base[position]) { position += 1 }
        if let next, position == next.range.lowerBound {
            let label = SurrogateSyntax.Labels.all[Int(next.sensitiveClass.rawValue)]
            var index = 0
            while index < label.length, take(label[index]) { index += 1 }
        }
        return taken == SurrogateSyntax.digits ? SurrogateSyntax.Code(sensitiveClass, digits: digits) : nil
    }
}
