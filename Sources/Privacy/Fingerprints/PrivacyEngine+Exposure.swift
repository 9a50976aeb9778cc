public import Inference
internal import JSONText

extension PrivacyEngine {
    /// What of a request's sensitive data leaves in which form, and whose it is.
    ///
    /// The counts add up to those of `findings.summary`. The fingerprints are those of every value that some detector was sure of,
    /// also of one that stands within another (the address within a link), under the class of the finding in which it stands. Costs an HMAC
    /// for each different value. Throws `tooManyValues` for more than `limit` of them.
    public func exposure(
        of request: InferenceRequest, findings: Findings, treated: TreatedRequest, key: FingerprintKey, limit: Int
    ) throws(TreatmentError) -> Exposure {
        guard findings.body === request.body else { throw .foreignFindings }
        guard !findings.isEmpty else { return .none }
        var tally = ExposureTally(findings, treated, key, limit: limit)
        findings.forEachText { items, index in
            let text = request.texts[index]
            request.documents[text.document].json.value(at: text.node).withDecodedUTF8 { bytes in
                tally.add(bytes.bindMemory(to: UInt8.self), items, text.place)
            }
        }
        guard tally.isWithinLimit else { throw .tooManyValues(limit) }
        return tally.exposure()
    }
}

/// Gathers an exposure, text by text.
private struct ExposureTally {
    private struct Key: Hashable {
        let dataClass: DataClass
        let place: InferenceRequest.Place
    }

    private struct Group: Hashable {
        let dataClass: DataClass
        let treatment: AppliedTreatment
    }

    private let findings: Findings
    private let treated: TreatedRequest
    private let key: FingerprintKey
    private let limit: Int
    private var form = NormalForm()
    private var known: [[UInt8]: ValueFingerprint] = [:]
    private var values: [Group: Set<ValueFingerprint>] = [:]
    private var counted: [Key: [AppliedTreatment: Int]] = [:]
    /// Of classes that gave way to another: as what they left.
    private var gaveWay: [Key: [AppliedTreatment]] = [:]
    private var nextBeaten = 0
    private var total = 0

    init(_ findings: Findings, _ treated: TreatedRequest, _ key: FingerprintKey, limit: Int) {
        self.findings = findings
        self.treated = treated
        self.key = key
        self.limit = limit
    }

    var isWithinLimit: Bool { total <= limit }

    /// Counts one text's findings.
    mutating func add(_ text: UnsafeBufferPointer<UInt8>, _ items: Range<Int>, _ place: InferenceRequest.Place) {
        guard isWithinLimit, let first = items.first else { return }
        for item in items {
            let finding = findings.items[item]
            let treatment = treated.treatment(of: item)
            counted[Key(dataClass: finding.dataClass, place: place), default: [:]][treatment, default: 0] += 1
            add(finding, in: text, Group(dataClass: finding.dataClass, treatment: treatment))
        }
        // Both are in the order of texts.
        let number = findings.items[first].text
        let beaten = findings.beaten
        while nextBeaten < beaten.count, beaten[nextBeaten].finding.text < number { nextBeaten += 1 }
        while nextBeaten < beaten.count, beaten[nextBeaten].finding.text == number {
            add(beaten[nextBeaten], in: text, items, place)
            nextBeaten += 1
        }
    }

    private mutating func add(
        _ beaten: Findings.Beaten, in text: UnsafeBufferPointer<UInt8>, _ items: Range<Int>,
        _ place: InferenceRequest.Place
    ) {
        guard let winner = winner(at: beaten.finding.range.lowerBound, items) else { return }
        let treatment = treated.treatment(of: winner)
        if beaten.losesClass {
            gaveWay[Key(dataClass: beaten.finding.dataClass, place: place), default: []].append(treatment)
        }
        let dataClass = beaten.losesClass ? beaten.finding.dataClass : findings.items[winner].dataClass
        add(beaten.finding, in: text, Group(dataClass: dataClass, treatment: treatment))
    }

    /// The finding that covers a place.
    private func winner(at place: Int, _ items: Range<Int>) -> Int? {
        var low = items.lowerBound
        var high = items.upperBound
        while low < high {
            let middle = (low + high) / 2
            if findings.items[middle].range.lowerBound <= place { low = middle + 1 } else { high = middle }
        }
        return low > items.lowerBound && findings.items[low - 1].range.upperBound > place ? low - 1 : nil
    }

    private mutating func add(_ finding: Finding, in text: UnsafeBufferPointer<UInt8>, _ group: Group) {
        let kind = NormalForm.kind(of: finding.sensitiveClass)
        if findings.plains.withValue(finding.plain.rawValue, { form.make($0, kind) }) == nil {
            form.make(UnsafeBufferPointer(rebasing: text[finding.range]), kind)
        }
        guard !form.bytes.isEmpty else { return }
        let fingerprint: ValueFingerprint
        if let before = known[form.bytes] {
            fingerprint = before
        } else {
            fingerprint = form.bytes.withUnsafeBytes { key.fingerprint(ofNormalForm: $0) }
            known[form.bytes] = fingerprint
        }
        if values[group, default: []].insert(fingerprint).inserted { total += 1 }
    }

    /// What was gathered.
    func exposure() -> Exposure {
        var counts: [Exposure.Count] = []
        for line in findings.summary.counts {
            let key = Key(dataClass: line.dataClass, place: line.place)
            var rest = line.count
            func take(_ treatment: AppliedTreatment, _ count: Int) {
                let count = min(count, rest)
                guard count > 0 else { return }
                rest -= count
                counts.append(
                    Exposure.Count(
                        dataClass: line.dataClass, place: line.place, treatment: treatment, count: count))
            }
            for (treatment, count) in counted[key] ?? [:] { take(treatment, count) }
            for treatment in gaveWay[key] ?? [] { take(treatment, 1) }
            // What gave way to a repeated value, of which only the class is known: it left as the rest of its class did.
            take(counted[key]?.keys.min() ?? gaveWay[key]?.first ?? treated.usualTreatment, rest)
        }
        return Exposure(
            counts: counts,
            values: values.map {
                Exposure.Values(
                    dataClass: $0.key.dataClass, treatment: $0.key.treatment, fingerprints: $0.value.sorted())
            })
    }
}
