private import Cryptography
private import Inference
private import JSONText

extension LedgerEntry {
    /// The entry as canonical JSON, to be given its place by a `LedgerSequencer`. Throws for what does not fit a line.
    public func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        switch self {
        case .intent(let intent): try intent.encoded()
        case .exposure(let part): try part.encoded()
        case .result(let result): try result.encoded()
        case .cached(let cached): try cached.encoded()
        case .denied(let denied): try denied.encoded()
        case .refused(let refused): try refused.encoded()
        case .unidentified(let unidentified): try unidentified.encoded()
        case .start(let start): try start.encoded()
        case .stop(let stop): try stop.encoded()
        case .continued(let continued): try continued.encoded()
        case .reload(let reload): try reload.encoded()
        case .administered(let act): try act.encoded()
        case .keyCreated(let change): try change.encoded(kind: "key_created")
        case .keyRevoked(let change): try change.encoded(kind: "key_revoked")
        case .keysRotated(let rotation): try rotation.encoded()
        case .shredded(let shredding): try shredding.encoded()
        case .opened(let opening): try opening.encoded()
        case .exported(let export): try export.encoded()
        case .rollout(let rollout): try rollout.encoded()
        }
    }
}

extension LedgerEntry.Intent {
    /// Without the entries that its fingerprints may need beside it: `EncodedIntent` has them.
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry { try encoded(ExposureSlices(exposure)) }

    func encoded(_ slices: ExposureSlices) throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 1_280 + 26 * min(exposure.fingerprintCount, LedgerSchema.fingerprintsInIntent))
        line.member("attempt", attempt)
        line.member("client", asked.clientAddress)
        line.considered(considered)
        line.coverage(asked.data.coverage)
        line.data(exposure.counts)
        line.destination(destination, region: region, isInternal: isInternal)
        line.member("dialect", asked.dialect.rawValue)
        line.exposed(slices.intent)
        if !slices.parts.isEmpty { line.member("exposure_parts", slices.parts.count) }
        line.member("form", form.rawValue)
        line.kind("intent")
        line.foreign("model", asked.model.rawValue)
        line.member("operation", asked.operation.rawValue)
        line.member("policies", policies)
        line.member("policy_set", asked.policySet)
        line.principal(asked.principal)
        line.member("prompt", commitment)
        if let purpose = asked.purpose { line.member("purpose", purpose.rawValue) }
        line.request(asked.requestID)
        if let choice { line.route(choice) }
        line.json.key("sealed")
        line.json.bool(isSealed)
        line.sequence()
        line.stages(asked.stages)
        line.json.key("stream")
        line.json.bool(asked.isStreaming)
        line.member("time", time)
        line.member("tokens_estimated", asked.estimatedInputTokens)
        line.tools(asked.tools)
        if let traceparent = asked.traceparent { line.foreign("traceparent", traceparent) }
        return try line.finish()
    }
}

extension LedgerEntry.ExposurePart {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        try encoded(values.map { ExposureSlices.Slice($0, $0.fingerprints[...]) })
    }

    func encoded(_ slices: [ExposureSlices.Slice]) throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 512 + 26 * slices.reduce(0) { $0 + $1.fingerprints.count })
        line.member("attempt", attempt)
        line.exposed(slices)
        line.kind("exposure")
        line.member("part", part)
        line.request(requestID)
        line.sequence()
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.Result {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 512)
        line.member("attempt", attempt)
        line.member("bytes_received", bytesReceived)
        line.member("bytes_sent", bytesSent)
        line.json.key("cost_nano_usd")
        if let cost { line.number(cost.nanoUSD) } else { line.json.null() }
        if let firstByteMicroseconds { line.member("first_byte_us", firstByteMicroseconds) }
        line.member("intent", Int64(clamping: intent))
        line.kind("result")
        line.member("outcome", outcome.rawValue)
        line.request(requestID)
        line.sequence()
        if let status { line.member("status", status) }
        line.member("time", time)
        line.member("total_us", totalMicroseconds)
        line.json.key("usage")
        if let usage {
            line.json.beginObject()
            line.member("cached_input", usage.cachedInput)
            if usage.isEstimate {
                line.json.key("estimated")
                line.json.bool(true)
            }
            line.member("input", usage.input)
            line.member("output", usage.output)
            line.json.endObject()
        } else {
            line.json.null()
        }
        return try line.finish()
    }
}

extension LedgerEntry.Cached {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 1_280)
        line.member("age_ms", ageMilliseconds)
        line.member("answer_bytes", answerBytes)
        line.member("answer_of", answerOf.description)
        line.member("attempt", attempt)
        line.member("client", asked.clientAddress)
        line.considered(considered)
        line.coverage(asked.data.coverage)
        line.data(asked.data.counts)
        line.destination(destination, region: region, isInternal: isInternal)
        line.member("dialect", asked.dialect.rawValue)
        line.member("form", form.rawValue)
        line.kind("cached")
        line.foreign("model", asked.model.rawValue)
        line.member("operation", asked.operation.rawValue)
        line.member("policies", policies)
        line.member("policy_set", asked.policySet)
        line.principal(asked.principal)
        if let purpose = asked.purpose { line.member("purpose", purpose.rawValue) }
        line.request(asked.requestID)
        line.sequence()
        line.stages(asked.stages)
        line.json.key("stream")
        line.json.bool(asked.isStreaming)
        line.member("time", time)
        line.member("tokens_estimated", asked.estimatedInputTokens)
        line.tools(asked.tools)
        if let traceparent = asked.traceparent { line.foreign("traceparent", traceparent) }
        return try line.finish()
    }
}

extension LedgerEntry.Denied {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 1_280)
        line.member("client", asked.clientAddress)
        line.considered(considered)
        line.coverage(asked.data.coverage)
        line.data(asked.data.counts)
        line.member("dialect", asked.dialect.rawValue)
        line.kind("denied")
        line.foreign("model", asked.model.rawValue)
        line.member("operation", asked.operation.rawValue)
        line.member("policy_set", asked.policySet)
        line.principal(asked.principal)
        if let purpose = asked.purpose { line.member("purpose", purpose.rawValue) }
        line.member("reason", reason.rawValue)
        line.request(asked.requestID)
        line.sequence()
        line.stages(asked.stages)
        line.member("status", status)
        line.json.key("stream")
        line.json.bool(asked.isStreaming)
        line.member("time", time)
        line.member("tokens_estimated", asked.estimatedInputTokens)
        line.tools(asked.tools)
        if let traceparent = asked.traceparent { line.foreign("traceparent", traceparent) }
        return try line.finish()
    }
}

extension LedgerEntry.Refused {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 512)
        line.kind("refused")
        line.member("others", others)
        line.objects("principals", principals) { line, principal in
            line.member("count", principal.count)
            line.member("name", principal.name)
            line.member("tenant", principal.tenant)
        }
        line.member("reasons", reasons)
        line.sequence()
        line.member("since", since)
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.Unidentified {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 512)
        line.member("clients", clientAddresses)
        line.kind("unidentified")
        line.member("others", others)
        line.member("reasons", reasons)
        line.sequence()
        line.member("since", since)
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.Start {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 384)
        line.member("cut_bytes", cutBytes)
        line.member("durability", durability)
        line.kind("start")
        line.member("policy_set", policySet)
        line.sequence()
        line.member("time", time)
        line.version()
        line.member("version", version)
        return try line.finish(versionIsWritten: true)
    }
}

extension LedgerEntry.Stop {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 256)
        line.kind("stop")
        line.member("reason", reason)
        line.sequence()
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.Reload {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 320)
        line.member("keys", keys)
        line.kind("reload")
        line.json.key("ok")
        line.json.bool(isInForce)
        line.member("policy_set", policySet)
        line.member("policy_set_before", policySetBefore)
        line.sequence()
        line.member("time", time)
        line.member("trigger", trigger.rawValue)
        return try line.finish()
    }
}

extension LedgerEntry.Administered {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 640)
        line.member("client", clientAddress)
        line.member("function", function)
        line.kind("administered")
        line.json.key("ok")
        line.json.bool(isPermitted)
        line.member("policies", policies)
        line.member("policy_set", policySet)
        line.principal(principal)
        line.request(requestID)
        line.sequence()
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.KeyChange {
    func encoded(kind word: StaticString) throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 384)
        line.member("addresses", addresses)
        if let expires { line.member("expires", expires) }
        line.member("key", keyID)
        line.kind(word)
        line.member("models", models)
        line.json.key("principal")
        line.json.beginObject()
        line.member("kind", kind.rawValue)
        line.member("name", name)
        line.member("teams", teams)
        line.member("tenant", tenant)
        line.json.endObject()
        line.sequence()
        line.member("since", since)
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.KeyRotation {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 256)
        line.member("generation", generation)
        line.kind("keys_rotated")
        line.sequence()
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.Continued {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 384)
        line.json.key("after")
        line.json.beginObject()
        line.member("origin", origin)
        line.member("root", root)
        line.member("size", Int64(clamping: size))
        line.json.endObject()
        line.kind("continued")
        line.sequence()
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.Shredding {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 384 + 26 * subjects.count)
        if let before { line.member("before", before) }
        line.member("keys", keys)
        line.kind("shredded")
        line.json.key("ok")
        line.json.bool(isComplete)
        line.member("reason", reason)
        if let request { line.member("request", request) }
        line.member("requests", requests)
        line.sequence()
        if !subjects.isEmpty { line.member("subjects", subjects) }
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.Opening {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 256)
        line.kind("opened")
        line.member("request", request)
        line.sequence()
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.DataExport {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 512)
        if let digest { line.member("digest", digest) }
        line.member("filters", filters)
        line.member("format", format)
        line.kind("exported")
        line.json.key("ok")
        line.json.bool(isComplete)
        line.member("records", records)
        line.member("requests", requests)
        line.sequence()
        line.member("time", time)
        line.member("user", user)
        return try line.finish()
    }
}
