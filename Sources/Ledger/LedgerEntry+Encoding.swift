private import Cryptography
private import Inference
private import JSONText

extension LedgerEntry {
    /// The entry as canonical JSON, to be given its place by a `LedgerSequencer`. Throws for what does not fit a line.
    public func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        switch self {
        case .intent(let intent): try intent.encoded()
        case .result(let result): try result.encoded()
        case .denied(let denied): try denied.encoded()
        case .unidentified(let unidentified): try unidentified.encoded()
        case .start(let start): try start.encoded()
        case .stop(let stop): try stop.encoded()
        case .reload(let reload): try reload.encoded()
        case .administered(let act): try act.encoded()
        case .keyCreated(let change): try change.encoded(kind: "key_created")
        case .keyRevoked(let change): try change.encoded(kind: "key_revoked")
        case .keysRotated(let rotation): try rotation.encoded()
        }
    }
}

extension LedgerEntry.Intent {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 1_280)
        line.member("attempt", attempt)
        line.member("client", asked.clientAddress)
        line.considered(considered)
        line.inspection(asked.data)
        line.json.key("destination")
        line.json.beginObject()
        line.json.key("internal")
        line.json.bool(isInternal)
        line.member("model", destination.model)
        line.member("provider", destination.provider.rawValue)
        if let region { line.member("region", region) }
        line.json.endObject()
        line.member("dialect", asked.dialect.rawValue)
        line.member("form", form.rawValue)
        line.kind("intent")
        line.foreign("model", asked.model.rawValue)
        line.member("operation", asked.operation.rawValue)
        line.member("policies", policies)
        line.member("policy_set", asked.policySet)
        line.previous()
        line.principal(asked.principal)
        line.member("prompt", commitment)
        if let purpose = asked.purpose { line.member("purpose", purpose.rawValue) }
        line.request(asked.requestID)
        line.sequence()
        line.json.key("stream")
        line.json.bool(asked.isStreaming)
        line.member("time", time)
        line.member("tokens_estimated", asked.estimatedInputTokens)
        line.tools(asked.tools)
        if let traceparent = asked.traceparent { line.foreign("traceparent", traceparent) }
        line.member("treatments", treatments)
        return try line.finish()
    }
}

extension LedgerEntry.Result {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 512)
        line.member("bytes_received", bytesReceived)
        line.member("bytes_sent", bytesSent)
        line.json.key("cost_nano_usd")
        if let cost { line.number(cost.nanoUSD) } else { line.json.null() }
        if let firstByteMicroseconds { line.member("first_byte_us", firstByteMicroseconds) }
        line.member("intent", Int64(clamping: intent))
        line.kind("result")
        line.member("outcome", outcome.rawValue)
        line.previous()
        line.request(requestID)
        line.member("retries", retries)
        line.sequence()
        if let status { line.member("status", status) }
        line.member("time", time)
        line.member("total_us", totalMicroseconds)
        line.json.key("usage")
        if let usage {
            line.json.beginObject()
            line.member("cached_input", usage.cachedInput)
            line.member("input", usage.input)
            line.member("output", usage.output)
            line.json.endObject()
        } else {
            line.json.null()
        }
        return try line.finish()
    }
}

extension LedgerEntry.Denied {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 1_280)
        line.member("client", asked.clientAddress)
        line.considered(considered)
        line.inspection(asked.data)
        line.member("dialect", asked.dialect.rawValue)
        line.kind("denied")
        line.foreign("model", asked.model.rawValue)
        line.member("operation", asked.operation.rawValue)
        line.member("policy_set", asked.policySet)
        line.previous()
        line.principal(asked.principal)
        if let purpose = asked.purpose { line.member("purpose", purpose.rawValue) }
        line.member("reason", reason.rawValue)
        line.request(asked.requestID)
        line.sequence()
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

extension LedgerEntry.Unidentified {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 512)
        line.member("clients", clientAddresses)
        line.kind("unidentified")
        line.member("others", others)
        line.previous()
        line.json.key("reasons")
        line.json.beginObject()
        for reason in reasons {
            line.json.key(reason.reason)
            line.number(Int64(reason.count))
        }
        line.json.endObject()
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
        line.previous()
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
        line.previous()
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
        line.previous()
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
        line.previous()
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
        if let expires { line.member("expires", expires) }
        line.member("key", keyID)
        line.kind(word)
        line.previous()
        line.json.key("principal")
        line.json.beginObject()
        line.member("kind", kind.rawValue)
        line.member("name", name)
        line.member("teams", teams)
        line.member("tenant", tenant)
        line.json.endObject()
        line.sequence()
        line.member("time", time)
        return try line.finish()
    }
}

extension LedgerEntry.KeyRotation {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 256)
        line.member("generation", generation)
        line.kind("keys_rotated")
        line.previous()
        line.sequence()
        line.member("time", time)
        return try line.finish()
    }
}
