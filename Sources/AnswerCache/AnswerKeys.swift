public import Cryptography
internal import Inference

/// Names an answer in a cache: 32 bytes that nobody without the tenant's key can find or tell a request by.
public struct AnswerKey: Hashable, Sendable {
    /// HMAC-SHA-256 over all that the answer depends on.
    public let digest: Digest32

    init(_ digest: Digest32) { self.digest = digest }
}

/// All that an answer depends on, but for the tenant, whose key it is hashed under.
public struct AnswerQuestion: Sendable {
    /// What is hashed before the body: a number of texts, each behind its length, so that no two lists make the same bytes.
    private let head: [UInt8]

    /// Puts it together.
    ///
    /// - Parameters:
    ///   - policySet: The hash of the policies in force: under others nothing that was kept before is found.
    ///   - provider: What tells the provider from others: its name, kind, address.
    ///   - model: The provider's own name of the model.
    ///   - form: In which form the request is sent.
    ///   - operation: What the provider is asked, and whether in a stream.
    ///   - fields: Whatever else of the request reaches the provider, or keeps callers apart.
    public init(
        policySet: String, provider: [String], model: String, form: String, operation: String, isStreaming: Bool,
        fields: [String] = []
    ) {
        let parts = [[policySet], provider, [model, form, operation, isStreaming ? "stream" : "whole"], fields]
        var head: [UInt8] = []
        for part in parts {
            Self.append(part.count, to: &head)
            for text in part {
                Self.append(text.utf8.count, to: &head)
                head += text.utf8
            }
        }
        self.head = head
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    func withHead<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { head.withUnsafeBytes(body) }
}

/// The keys of a tenant's answers: one by which they are named, one under which they are sealed where they lie outside.
public struct AnswerKeys: Sendable {
    private let names: HMACSHA256Authenticator
    private let cipher: AESGCM

    /// Derives a tenant's keys from the master key (HKDF-SHA-256, RFC 5869). Costs some microseconds: keep it.
    ///
    /// `generation`, from 1 on, counts how often keys were rotated; it stands before the tenant and ends with a space, so that no tenant's
    /// name makes another's key.
    public init(master: SymmetricKey, tenant: String, generation: Int) throws(HKDF.Failure) {
        func derive(_ purpose: String) throws(HKDF.Failure) -> SymmetricKey {
            try HKDF.derive(
                master: master, salt: [], info: Array("sallyport \(purpose) \(generation) ".utf8) + Array(tenant.utf8),
                count: AESGCM.keyLength)
        }
        names = HMACSHA256Authenticator(key: try derive("answers' names"))
        guard let cipher = AESGCM(key: try derive("answers")) else {
            preconditionFailure("AES refuses a key of \(AESGCM.keyLength) bytes")
        }
        self.cipher = cipher
    }

    /// The name of the answer to a question with this body, which is the request's as it leaves.
    public func key(_ question: AnswerQuestion, body: [UInt8]) -> AnswerKey {
        question.withHead { head in body.withUnsafeBytes { AnswerKey(names.authenticate(head, $0)) } }
    }

    // MARK: - Sealing

    /// An answer for a store that others can read and write: AES-256-GCM under the tenant's key, bound to its name. `nonce` are
    /// 12 random bytes.
    ///
    ///     0    1: the version of this layout
    ///     1    nonce (12)
    ///     13   sealed: when it was made and expires (8 + 8, big-endian), the request (36), the length of the content type (2), the content
    ///          type, the body; and the tag (16)
    public func seal(_ answer: KeptAnswer, as key: AnswerKey, nonce: [UInt8]) throws(AESGCM.Failure) -> [UInt8] {
        var text: [UInt8] = []
        let type = Array(answer.contentType.utf8.prefix(Layout.mostType))
        text.reserveCapacity(Layout.head + type.count + answer.body.count)
        for time in [answer.made, answer.expires] { withUnsafeBytes(of: time.bigEndian) { text += $0 } }
        text += answer.request.description.utf8
        withUnsafeBytes(of: UInt16(type.count).bigEndian) { text += $0 }
        text += type
        text += answer.body
        return [Layout.version] + nonce + (try cipher.seal(text, nonce: nonce, authenticating: Self.bound(to: key)))
    }

    /// The answer that was sealed as `key`; `nil` where any bit of it is another.
    public func open(_ sealed: [UInt8], as key: AnswerKey) -> KeptAnswer? {
        guard sealed.count > 1 + AESGCM.nonceLength, sealed[0] == Layout.version else { return nil }
        let nonce = Array(sealed[1...AESGCM.nonceLength])
        guard
            let text = cipher.open(
                sealed[(1 + AESGCM.nonceLength)...], nonce: nonce, authenticating: Self.bound(to: key))
        else { return nil }
        return KeptAnswer(opened: text)
    }

    private static func bound(to key: AnswerKey) -> [UInt8] { Array("sallyport answer ".utf8) + key.digest.bytes }

    fileprivate enum Layout {
        static let version: UInt8 = 1
        static let head = 8 + 8 + 36 + 2
        static let mostType = 1_024
    }
}

extension KeptAnswer {
    /// Reads what `seal` wrote.
    fileprivate init?(opened text: [UInt8]) {
        guard text.count >= AnswerKeys.Layout.head,
            let request = RequestID(String(decoding: text[16..<52], as: UTF8.self))
        else { return nil }
        let type = Int(text[52]) << 8 | Int(text[53])
        guard text.count - AnswerKeys.Layout.head >= type else { return nil }
        let body = AnswerKeys.Layout.head + type
        func time(_ start: Int) -> Int64 {
            text[start..<start + 8].reduce(0) { $0 << 8 | Int64($1) }
        }
        self.init(
            contentType: String(decoding: text[AnswerKeys.Layout.head..<body], as: UTF8.self),
            body: Array(text[body...]), request: request, made: time(0), expires: time(8))
    }
}
