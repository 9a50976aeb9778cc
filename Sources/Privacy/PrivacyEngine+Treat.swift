public import Inference
public import JSONText

extension PrivacyEngine {
    /// Makes the form of a request that may go to a destination.
    ///
    /// `edits` are the dialect's own changes of the body (the model's name); they are made in every form, in the same splice, and all
    /// other bytes stay as they came. Findings are those that `inspect` gave for this very request.
    public func treat(
        _ request: InferenceRequest, findings: Findings, requestID: RequestID, form: SendingForm,
        destination: Destination, tenantKey: TenantKey, edits: [JSONReplacement] = []
    ) throws(TreatmentError) -> TreatedRequest {
        guard findings.body === request.body else { throw .foreignFindings }
        if let dataClass = blocked(findings).first { throw .blocked(dataClass) }
        guard form != .raw, !findings.isEmpty else {
            return TreatedRequest(
                requestID: requestID, destination: destination, form: form, body: try splice(request.body, edits, []),
                restoration: .empty, treatments: [])
        }
        let replacements = try Replacements(request, findings, form, treatments, tenantKey)
        return TreatedRequest(
            requestID: requestID, destination: destination, form: form,
            body: try body(request, findings, replacements, edits), restoration: replacements.restoration,
            treatments: findings.items.indices.map { replacements.treatment($0) })
    }

    /// Makes the form of a request that may go to a destination which speaks another dialect than the caller: the body is treated as it
    /// came, and what leaves is made of the treated body and of nothing else of the request.
    ///
    /// `translation` takes the treated body and gives what to send; what it throws is thrown on, and nothing is sent.
    public func treat(
        _ request: InferenceRequest, findings: Findings, requestID: RequestID, form: SendingForm,
        destination: Destination, tenantKey: TenantKey, translation: (_ treated: [UInt8]) throws -> [UInt8]
    ) throws -> TreatedRequest {
        let treated = try treat(
            request, findings: findings, requestID: requestID, form: form, destination: destination,
            tenantKey: tenantKey)
        return treated.translated(try translation(treated.body))
    }

    /// The body with each finding replaced. Texts inside strings are spliced first, then become the text of their string, and so on
    /// outwards: a document's number is greater than its parent's.
    private func body(
        _ request: InferenceRequest, _ findings: Findings, _ replaced: Replacements, _ edits: [JSONReplacement]
    ) throws(TreatmentError) -> [UInt8] {
        var replacements = [[JSONReplacement]](repeating: [], count: request.documents.count)
        var hasNames = [Bool](repeating: false, count: request.documents.count)
        findings.forEachText { items, index in
            let text = request.texts[index]
            let value = request.documents[text.document].json.value(at: text.node)
            if value.isKey { hasNames[text.document] = true }
            guard value.kind == .string else {
                return replacements[text.document].append(numberReplacement(value, findings, items, replaced))
            }
            var mapper = value.offsetMapper()
            for item in items {
                let range = mapper.rawRange(ofDecoded: findings.items[item].range)
                replacements[text.document].append(
                    JSONReplacement(range: range, bytes: JSONEscape.escaped(replaced.text(item))))
            }
        }
        var number = request.documents.count - 1
        while number > 0 {
            let document = request.documents[number]
            if !replacements[number].isEmpty, let parent = document.parent {
                let inner = try splice(document.json, [], replacements[number])
                if replaced.changesNames, hasNames[number] { try checkNames(inner) }
                let outer = request.documents[parent.document].json.value(at: parent.node)
                replacements[parent.document].append(
                    JSONReplacement(range: outer.contentRange, bytes: JSONEscape.escaped(inner)))
            }
            number -= 1
        }
        let body = try splice(request.body, edits, replacements[0])
        if replaced.changesNames, hasNames[0] { try checkNames(body) }
        return body
    }

    /// A number with a finding becomes a string: no surrogate is a number, and its digits may not go out.
    private func numberReplacement(
        _ value: JSONValue, _ findings: Findings, _ items: Range<Int>, _ replaced: Replacements
    ) -> JSONReplacement {
        let written = value.decodedUTF8()
        var text: [UInt8] = []
        var end = 0
        for item in items {
            let range = findings.items[item].range
            text += written[end..<range.lowerBound] + replaced.text(item)
            end = range.upperBound
        }
        text += written[end...]
        let quote = [UInt8(ascii: "\"")]
        return JSONReplacement(range: value.contentRange, bytes: quote + JSONEscape.escaped(text) + quote)
    }

    private func splice(
        _ document: JSONDocument, _ edits: [JSONReplacement], _ replacements: [JSONReplacement]
    ) throws(TreatmentError) -> [UInt8] {
        if edits.isEmpty && replacements.isEmpty && document.extent.count == document.bytes.count {
            return document.bytes
        }
        var all = edits + replacements
        if all.count > 1 { all.sort { $0.range.lowerBound < $1.range.lowerBound } }
        var end = document.extent.lowerBound
        for replacement in all {
            guard replacement.range.lowerBound >= end, replacement.range.upperBound <= document.extent.upperBound else {
                throw .overlappingEdits
            }
            end = replacement.range.upperBound
        }
        return document.replacing(all)
    }

    /// A caller may have written `[EMAIL 2]` itself: then better nothing than two members of one name.
    private func checkNames(_ json: [UInt8]) throws(TreatmentError) {
        do { _ = try JSONDocument(parsing: json) } catch { throw .ambiguousNames }
    }
}
