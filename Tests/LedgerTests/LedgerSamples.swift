import Cryptography
import Inference
import Ledger

/// One entry of each kind, all different, with what their lines are.
enum LedgerSamples {
    static let time = LedgerTime(milliseconds: 1_795_394_759_123)  // 2026-11-23T00:45:59.123Z
    static let requestID = RequestID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)

    static let asked = LedgerEntry.Asked(
        requestID: requestID, traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        principal: Principal(
            kind: .service, name: "support-bot", teams: ["support", "emea"], tenant: "acme", method: .apiKey,
            credential: "k_7f3a",
            attributes: [
                PrincipalAttribute("cleared", .bool(true)), PrincipalAttribute("department", .string("support")),
                PrincipalAttribute("level", .long(3)), PrincipalAttribute("regions", .strings(["eu", "us"])),
            ]),
        clientAddress: "192.0.2.17", dialect: .openAI, operation: .chat, model: ModelID("oai/gpt"), isStreaming: true,
        estimatedInputTokens: 312,
        data: DataSummary(
            counts: [
                .init(dataClass: .phone, place: .system, count: 1), .init(dataClass: .email, place: .user, count: 2),
            ],
            coverage: Coverage([
                .init(place: .user, verdict: .scanned, count: 5), .init(place: .system, verdict: .decoded, count: 1),
                .init(place: .user, verdict: .unscannable, reason: "image", count: 1),
            ])),
        tools: LedgerEntry.Tools(["lookup", "maria@example.org"]), purpose: Purpose("support/tickets"),
        policySet: "aa11", stages: LedgerEntry.StageTimes(read: 11, inspect: 222, authorise: 33))

    static let exposure = Exposure(
        counts: [
            .init(dataClass: .phone, place: .system, treatment: .realistic, count: 1),
            .init(dataClass: .email, place: .user, treatment: .surrogate, count: 1),
            .init(dataClass: .email, place: .user, treatment: .surrogate, count: 1),
        ],
        values: [
            .init(dataClass: .phone, treatment: .realistic, fingerprints: [ValueFingerprint(high: 0, low: 1)]),
            .init(
                dataClass: .email, treatment: .surrogate,
                fingerprints: [ValueFingerprint(high: 0x0123_4567_89AB_CDEF, low: .max)]),
        ])

    static let intent = LedgerEntry.Intent(
        time: time, asked: asked, destination: Destination(provider: ProviderID("openai"), model: "gpt"), region: "eu",
        isInternal: false, form: .pseudonymised, policies: ["support-may-send"],
        considered: [
            .init(
                destination: Destination(provider: ProviderID("openai"), model: "gpt"), form: .pseudonymised,
                policies: ["support-may-send"])
        ],
        exposure: exposure, isSealed: true,
        commitment: SHA256.hash("abc"), attempt: 1,
        choice: .init(strategy: "weighted", reason: "drawn", passedOver: 2))

    static let result = LedgerEntry.Result(
        time: time, requestID: requestID, attempt: 2, intent: 7, outcome: .completed, status: 200,
        usage: TokenUsage(input: 300, output: 120, cachedInput: 10), cost: Money(nanoUSD: 123_456),
        firstByteMicroseconds: 1_234, totalMicroseconds: 500_000, bytesSent: 1_500, bytesReceived: 612)

    static let cached = LedgerEntry.Cached(
        time: time, asked: asked, destination: Destination(provider: ProviderID("openai"), model: "gpt"), region: "eu",
        isInternal: false, form: .pseudonymised, policies: ["support-may-send"],
        considered: [
            .init(
                destination: Destination(provider: ProviderID("openai"), model: "gpt"), form: .pseudonymised,
                policies: ["support-may-send"])
        ], attempt: 2, answerOf: RequestID(high: 1, low: 2), ageMilliseconds: 61_500, answerBytes: 612)

    static let denied = LedgerEntry.Denied(
        time: time, asked: asked, reason: .policy, status: 403,
        considered: [
            .init(destination: Destination(provider: ProviderID("openai"), model: "gpt"), policies: ["no-health-out"])
        ])

    static let unidentified = LedgerEntry.Unidentified(
        time: time, since: LedgerTime(milliseconds: time.milliseconds - 1_000),
        reasons: [.init(reason: "unknown", count: 3), .init(reason: "expired", count: 1)],
        clientAddresses: ["192.0.2.1", "2001:db8::1"], others: 2)

    static let refused = LedgerEntry.Refused(
        time: time, since: LedgerTime(milliseconds: time.milliseconds - 1_000),
        reasons: [.init(reason: "rate_limited", count: 3), .init(reason: "overloaded", count: 1)],
        principals: [.init(name: "alice", tenant: "acme", count: 2)], others: 2)

    static let keyChange = LedgerEntry.KeyChange(
        time: time, keyID: "k_7f3a", kind: .user, name: "alice", teams: ["support"], tenant: "acme",
        models: ["oai/*"], addresses: ["192.0.2.0/24"], since: LedgerTime(milliseconds: time.milliseconds - 5_000),
        expires: LedgerTime(milliseconds: time.milliseconds + 86_400_000))

    static let rollout = LedgerEntry.Rollout(
        time: time, name: "summer", alias: "oai/gpt",
        destination: Destination(provider: ProviderID("openai"), model: "gpt"),
        mode: "canary", phase: "rolled_back", reason: "guard", shareBefore: 500, share: 0, requests: 412,
        controlRequests: 7_800,
        evidence: [
            .init(
                rule: "error_rate<=control+0.02", isBroken: true, isKept: false,
                candidate: .init(count: 412, meanMillionths: 51_000), control: .init(count: 0, meanMillionths: nil),
                logEvidenceMilli: 4_100, logNeededMilli: 3_912)
        ],
        comparison: .init(
            measure: "feedback", verdict: "better", candidate: .init(count: 61, meanMillionths: 870_000),
            control: .init(count: 0, meanMillionths: nil), logBetterMilli: 3_800, logWorseMilli: 0,
            logNeededMilli: 3_689), stepID: "summer-aa11-1795394700000/2", follows: true, policySet: "aa11")

    static let all: [(entry: LedgerEntry, line: String)] = [
        (
            .intent(intent),
            #"{"attempt":1,"client":"192.0.2.17","considered":[{"destination":{"model":"gpt","provider":"openai"},"#
                + #""form":"pseudonymised","policies":["support-may-send"]}],"coverage":[{"count":1,"place":"system","verdict":"decoded"},{"count":5,"place":"user","verdict":"scanned"},"#
                + #"{"count":1,"place":"user","reason":"image","verdict":"unscannable"}],"#
                + #""data":[{"class":"email","count":2,"place":"user","treatment":"surrogate"},"#
                + #"{"class":"phone","count":1,"place":"system","treatment":"realistic"}],"#
                + #""destination":{"internal":false,"model":"gpt","provider":"openai","region":"eu"},"#
                + #""dialect":"openai","exposed":[{"class":"email","treatment":"surrogate","values":["ASNFZ4mrze___________w"]},"#
                + #"{"class":"phone","treatment":"realistic","values":["AAAAAAAAAAAAAAAAAAAAAQ"]}],"form":"pseudonymised","kind":"intent","model":"oai/gpt","operation":"chat","#
                + #""policies":["support-may-send"],"policy_set":"aa11","#
                + #""principal":{"attributes":{"cleared":true,"department":"support","level":3,"#
                + #""regions":["eu","us"]},"credential":"k_7f3a","kind":"service","method":"api_key","name":"support-bot","#
                + #""teams":["support","emea"],"tenant":"acme"},"#
                + #""prompt":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","#
                + #""purpose":"support/tickets","request":"req_0123456789abcdeffedcba9876543210","#
                + #""route":{"passed_over":2,"reason":"drawn","strategy":"weighted"},"sealed":true,"seq":0,"#
                + #""stages_us":{"authorise":33,"inspect":222,"read":11},"stream":true,"#
                + #""time":"2026-11-23T00:45:59.123Z","tokens_estimated":312,"tools":["lookup"],"tools_left_out":1,"#
                + #""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","v":3}"#
        ),
        (
            .result(result),
            #"{"attempt":2,"bytes_received":612,"bytes_sent":1500,"cost_nano_usd":123456,"first_byte_us":1234,"intent":7,"#
                + #""kind":"result","outcome":"completed","#
                + #""request":"req_0123456789abcdeffedcba9876543210","seq":0,"status":200,"#
                + #""time":"2026-11-23T00:45:59.123Z","total_us":500000,"#
                + #""usage":{"cached_input":10,"input":300,"output":120},"v":3}"#
        ),
        (
            .cached(cached),
            #"{"age_ms":61500,"answer_bytes":612,"answer_of":"req_00000000000000010000000000000002","attempt":2,"#
                + #""client":"192.0.2.17","considered":[{"destination":{"model":"gpt","provider":"openai"},"#
                + #""form":"pseudonymised","policies":["support-may-send"]}],"coverage":[{"count":1,"place":"system","verdict":"decoded"},{"count":5,"place":"user","verdict":"scanned"},"#
                + #"{"count":1,"place":"user","reason":"image","verdict":"unscannable"}],"#
                + #""data":[{"class":"email","count":2,"place":"user"},{"class":"phone","count":1,"place":"system"}],"#
                + #""destination":{"internal":false,"model":"gpt","provider":"openai","region":"eu"},"#
                + #""dialect":"openai","form":"pseudonymised","kind":"cached","model":"oai/gpt","operation":"chat","#
                + #""policies":["support-may-send"],"policy_set":"aa11","#
                + #""principal":{"attributes":{"cleared":true,"department":"support","level":3,"#
                + #""regions":["eu","us"]},"credential":"k_7f3a","kind":"service","method":"api_key","#
                + #""name":"support-bot","teams":["support","emea"],"tenant":"acme"},"purpose":"support/tickets","#
                + #""request":"req_0123456789abcdeffedcba9876543210","seq":0,"#
                + #""stages_us":{"authorise":33,"inspect":222,"read":11},"stream":true,"#
                + #""time":"2026-11-23T00:45:59.123Z","tokens_estimated":312,"tools":["lookup"],"tools_left_out":1,"#
                + #""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","v":3}"#
        ),
        (
            .denied(denied),
            #"{"client":"192.0.2.17","considered":[{"destination":{"model":"gpt","provider":"openai"},"#
                + #""policies":["no-health-out"]}],"coverage":[{"count":1,"place":"system","verdict":"decoded"},{"count":5,"place":"user","verdict":"scanned"},"#
                + #"{"count":1,"place":"user","reason":"image","verdict":"unscannable"}],"#
                + #""data":[{"class":"email","count":2,"place":"user"},{"class":"phone","count":1,"place":"system"}],"#
                + #""dialect":"openai","kind":"denied","model":"oai/gpt","operation":"chat","policy_set":"aa11","#
                + #""principal":{"attributes":{"cleared":true,"department":"support","level":3,"#
                + #""regions":["eu","us"]},"credential":"k_7f3a","kind":"service","method":"api_key","#
                + #""name":"support-bot","teams":["support","emea"],"tenant":"acme"},"purpose":"support/tickets","reason":"policy","#
                + #""request":"req_0123456789abcdeffedcba9876543210","seq":0,"#
                + #""stages_us":{"authorise":33,"inspect":222,"read":11},"status":403,"stream":true,"#
                + #""time":"2026-11-23T00:45:59.123Z","tokens_estimated":312,"tools":["lookup"],"tools_left_out":1,"#
                + #""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","v":3}"#
        ),
        (
            .unidentified(unidentified),
            #"{"clients":["192.0.2.1","2001:db8::1"],"kind":"unidentified","others":2,"#
                + #""reasons":{"expired":1,"unknown":3},"seq":0,"since":"2026-11-23T00:45:58.123Z","#
                + #""time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .start(.init(time: time, version: "1.0", policySet: "aa11", durability: "power", cutBytes: 12)),
            #"{"cut_bytes":12,"durability":"power","kind":"start","policy_set":"aa11","seq":0,"#
                + #""time":"2026-11-23T00:45:59.123Z","v":3,"version":"1.0"}"#
        ),
        (
            .stop(.init(time: time, reason: "signal")),
            #"{"kind":"stop","reason":"signal","seq":0,"time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .reload(
                .init(
                    time: time, isInForce: true, policySet: "bb22", policySetBefore: "aa11", trigger: .files, keys: 3)),
            #"{"keys":3,"kind":"reload","ok":true,"policy_set":"bb22","policy_set_before":"aa11","#
                + #""seq":0,"time":"2026-11-23T00:45:59.123Z","trigger":"files","v":3}"#
        ),
        (
            .administered(
                .init(
                    time: time, requestID: requestID, principal: asked.principal, clientAddress: "192.0.2.17",
                    function: "reload", isPermitted: false, policies: ["suspended"], policySet: "aa11")),
            #"{"client":"192.0.2.17","function":"reload","kind":"administered","ok":false,"policies":["suspended"],"#
                + #""policy_set":"aa11","#
                + #""principal":{"attributes":{"cleared":true,"department":"support","level":3,"#
                + #""regions":["eu","us"]},"credential":"k_7f3a","kind":"service","method":"api_key","name":"support-bot","#
                + #""teams":["support","emea"],"tenant":"acme"},"request":"req_0123456789abcdeffedcba9876543210","#
                + #""seq":0,"time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .keyCreated(keyChange),
            #"{"addresses":["192.0.2.0/24"],"expires":"2026-11-24T00:45:59.123Z","key":"k_7f3a","kind":"key_created","models":["oai/*"],"#
                + #""principal":{"kind":"user","name":"alice","teams":["support"],"tenant":"acme"},"seq":0,"#
                + #""since":"2026-11-23T00:45:54.123Z","time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .keysRotated(.init(time: time, generation: 2)),
            #"{"generation":2,"kind":"keys_rotated","seq":0,"#
                + #""time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .keyRevoked(keyChange),
            #"{"addresses":["192.0.2.0/24"],"expires":"2026-11-24T00:45:59.123Z","key":"k_7f3a","kind":"key_revoked","models":["oai/*"],"#
                + #""principal":{"kind":"user","name":"alice","teams":["support"],"tenant":"acme"},"seq":0,"#
                + #""since":"2026-11-23T00:45:54.123Z","time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .exposure(
                .init(time: time, requestID: requestID, attempt: 1, part: 2, values: exposure.values)),
            #"{"attempt":1,"exposed":[{"class":"email","treatment":"surrogate","values":["ASNFZ4mrze___________w"]},"#
                + #"{"class":"phone","treatment":"realistic","values":["AAAAAAAAAAAAAAAAAAAAAQ"]}],"#
                + #""kind":"exposure","part":2,"#
                + #""request":"req_0123456789abcdeffedcba9876543210","seq":0,"time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .refused(refused),
            #"{"kind":"refused","others":2,"#
                + #""principals":[{"count":2,"name":"alice","tenant":"acme"}],"#
                + #""reasons":{"overloaded":1,"rate_limited":3},"seq":0,"since":"2026-11-23T00:45:58.123Z","#
                + #""time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .continued(.init(time: time, origin: "sallyport/1", size: 42, root: "AAAA")),
            #"{"after":{"origin":"sallyport/1","root":"AAAA","size":42},"kind":"continued","seq":0,"#
                + #""time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .shredded(
                .init(
                    time: time, keys: 4, before: time, subjects: [ValueFingerprint(high: 0, low: 1)], requests: 2,
                    reason: "subject", request: "req_1", isComplete: false)),
            #"{"before":"2026-11-23T00:45:59.123Z","keys":4,"kind":"shredded","ok":false,"#
                + #""reason":"subject","request":"req_1","requests":2,"seq":0,"#
                + #""subjects":["AAAAAAAAAAAAAAAAAAAAAQ"],"time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .opened(.init(time: time, request: "req_1")),
            #"{"kind":"opened","request":"req_1","seq":0,"time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
        (
            .exported(
                .init(
                    time: time, user: "root", format: "csv", filters: ["tag=a"], requests: 3, records: 2, digest: nil,
                    isComplete: false)),
            #"{"filters":["tag=a"],"format":"csv","kind":"exported","ok":false,"records":2,"requests":3,"seq":0,"#
                + #""time":"2026-11-23T00:45:59.123Z","user":"root","v":3}"#
        ),
        (
            .rollout(rollout),
            #"{"ab":{"candidate":{"count":61,"mean_millionths":870000},"control":{"count":0},"log_better_milli":3800,"#
                + #""log_needed_milli":3689,"log_worse_milli":0,"measure":"feedback","verdict":"better"},"#
                + #""alias":"oai/gpt","destination":{"model":"gpt","provider":"openai"},"#
                + #""evidence":[{"broken":true,"candidate":{"count":412,"mean_millionths":51000},"control":{"count":0},"#
                + #""guard":"error_rate<=control+0.02","kept":false,"log_evidence_milli":4100,"log_needed_milli":3912}],"#
                + #""follows":true,"kind":"rollout","mode":"canary","name":"summer","phase":"rolled_back","#
                + #""policy_set":"aa11","reason":"guard","requests":412,"requests_control":7800,"seq":0,"share":0,"#
                + #""share_before":500,"step_id":"summer-aa11-1795394700000/2","#
                + #""time":"2026-11-23T00:45:59.123Z","v":3}"#
        ),
    ]

    /// These entries as they stand in a new log.
    static func log(_ entries: [LedgerEntry]) throws -> [[UInt8]] {
        var sequencer = LedgerSequencer(size: 0)
        for entry in entries { sequencer.append(try entry.encoded()) }
        return sequencer.takeBatch().map { Self.entries($0) } ?? []
    }

    /// The entries of a batch.
    static func entries(_ batch: LedgerSequencer.Batch) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        batch.bytes.withUnsafeBytes { bytes in
            _ = WriteAheadRecord.forEachEntry(bytes) { entries.append(Array($0)) }
        }
        return entries
    }
}
