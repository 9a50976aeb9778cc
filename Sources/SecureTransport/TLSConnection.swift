private import COpenSSL
internal import NIOCore

/// One connection's TLS, without its socket: ciphertext goes in and out as buffers, cleartext too.
///
/// Owns the `SSL`. Used by one thread at a time.
final class TLSConnection {
    /// What a step came to.
    enum Step: Equatable {
        /// Done; there may be more to do.
        case done
        /// Nothing more without further ciphertext from the peer.
        case wantsInput
        /// The peer sent `close_notify`.
        case peerClosed
        /// OpenSSL refused; an alert may lie in the output.
        case failed(TLSFailure)
    }

    /// A record's largest content (RFC 8446 §5.1).
    static let recordBytes = 16_384
    /// Header, explicit nonce, tag and content type of a record: 29 at most, with the suites we speak.
    private static let recordOverhead = 32

    private let ssl: OpaquePointer
    private let buffers: CiphertextBuffers
    private let contexts: ServerContexts

    /// Nil when memory is short.
    init?(_ contexts: ServerContexts) {
        ERR_clear_error()
        let buffers = CiphertextBuffers()
        guard let ssl = SSL_new(contexts.fallback) else { return nil }
        guard let bio = ByteBufferBIO.make(over: buffers) else {
            SSL_free(ssl)
            return nil
        }
        SSL_set_bio(ssl, bio, bio)  // one BIO for both directions: SSL_free frees it once
        SSL_set_accept_state(ssl)
        self.ssl = ssl
        self.buffers = buffers
        self.contexts = contexts
    }

    deinit { SSL_free(ssl) }

    /// Storage kept, in bytes, not counting OpenSSL's own.
    var heldCapacity: Int { buffers.inbound.capacity + buffers.outbound.capacity }

    /// Takes in what came from the peer.
    func receive(_ ciphertext: ByteBuffer) {
        buffers.receive(ciphertext)
    }

    /// Bytes received and not yet decrypted, not counting what OpenSSL itself holds.
    var receivedBytes: Int { buffers.inbound.readableBytes }

    /// Whether OpenSSL holds input that was not read yet: a record, or a part of one.
    var hasUnreadInput: Bool { SSL_has_pending(ssl) == 1 }

    /// Whether there is something for the peer.
    var hasOutput: Bool { buffers.hasOutbound }

    /// How much there is for the peer.
    var outputBytes: Int { buffers.hasOutbound ? buffers.outbound.readableBytes : 0 }

    /// Whether TLS 1.3 was agreed.
    var isTLS13: Bool { SSL_version(ssl) == TLS1_3_VERSION }

    /// What there is for the peer.
    func takeOutput() -> ByteBuffer { buffers.takeOutbound() }

    /// Carries the handshake on as far as the received bytes go.
    func handshake() -> Step {
        let step = step(tls_handshake(ssl), inHandshake: true)
        guard step == .done, SSL_session_reused(ssl) == 1, let certificate = SSL_get0_peer_certificate(ssl),
            X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0
        else { return step }
        // OpenSSL does not verify the certificate of a resumed session again.
        return .failed(.clientCertificateRefused(reason: "expired since its session began"))
    }

    /// Decrypts into the free part of `cleartext` until that is full (`.done`) or there is nothing left to decrypt.
    func read(into cleartext: inout ByteBuffer) -> Step {
        while cleartext.writableBytes > 0 {
            var outcome = TLS_DONE
            cleartext.writeWithUnsafeMutableBytes(minimumWritableBytes: 0) { room in
                var count = 0
                outcome = tls_read(ssl, room.baseAddress, room.count, &count)
                return count
            }
            guard outcome == TLS_DONE else {
                buffers.releaseInbound()
                return step(outcome, inHandshake: false)
            }
            // Spares a call that could only say "wants input".
            if buffers.inbound.readableBytes == 0, SSL_has_pending(ssl) == 0 {
                buffers.releaseInbound()
                return .wantsInput
            }
        }
        return .done
    }

    /// Bytes already decrypted that wait for ``read(into:)``.
    var decryptedBytes: Int { Int(SSL_pending(ssl)) }

    /// Encrypts `cleartext` as records of up to 16 KiB.
    func write(_ cleartext: ByteBuffer) -> Step {
        var outcome = TLS_DONE
        cleartext.withUnsafeReadableBytes { bytes in
            var rest = bytes
            while rest.count > 0, outcome == TLS_DONE {
                var written = 0
                outcome = tls_write(ssl, rest.baseAddress, rest.count, &written)
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
        return step(outcome, inHandshake: false)
    }

    /// Makes room for the records of `bytes` of cleartext in `buffers` writes.
    func reserveOutput(bytes: Int, writes: Int) {
        buffers.reserve(bytes + (bytes / Self.recordBytes + writes) * Self.recordOverhead)
    }

    /// Writes our `close_notify`.
    func closeNotify() {
        ERR_clear_error()
        SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// What was agreed; for after the handshake.
    func completion() -> TLSHandshakeCompleted {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        let chosen = UnsafeBufferPointer(start: name, count: Int(count))
        return TLSHandshakeCompleted(
            applicationProtocol: chosen.isEmpty ? nil : String(decoding: chosen, as: UTF8.self),
            version: String(cString: SSL_get_version(ssl)),
            cipher: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? "",
            isResumed: SSL_session_reused(ssl) == 1,
            serverName: SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) },
            peer: peerCertificate)
    }

    /// The client's certificate, as verified in this handshake or the one that it resumes.
    private var peerCertificate: PeerCertificate? {
        guard let certificate = SSL_get0_peer_certificate(ssl) else { return nil }
        X509_up_ref(certificate)
        return X509Certificate(owning: certificate).peer
    }

    private func step(_ outcome: Int32, inHandshake: Bool) -> Step {
        switch outcome {
        case TLS_DONE: .done
        case TLS_WANTS_INPUT: .wantsInput
        case TLS_PEER_CLOSED: .peerClosed
        default: .failed(failure(inHandshake: inHandshake))
        }
    }

    private func failure(inHandshake: Bool) -> TLSFailure {
        guard let error = OpenSSLText.takeError() else {
            return inHandshake
                ? .handshakeRefused(reason: "no reason given by OpenSSL")
                : .recordRefused(reason: "no reason given by OpenSSL")
        }
        // Alerts received are reasons above 1000 (SSL_AD_REASON_OFFSET).
        if error.library == ERR_LIB_SSL, error.code > SSL_AD_REASON_OFFSET { return .peerAlert(reason: error.reason) }
        if error.library == ERR_LIB_SSL, error.code == SSL_R_CERTIFICATE_VERIFY_FAILED {
            let verdict = SSL_get_verify_result(ssl)
            let reason = X509_verify_cert_error_string(verdict).map { String(cString: $0) } ?? error.reason
            return .clientCertificateRefused(reason: reason)
        }
        if error.library == ERR_LIB_SSL, error.code == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE {
            return .clientCertificateRefused(reason: "none sent")
        }
        return inHandshake ? .handshakeRefused(reason: error.reason) : .recordRefused(reason: error.reason)
    }
}
