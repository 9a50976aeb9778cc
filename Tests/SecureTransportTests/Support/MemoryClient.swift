import COpenSSL
import NIOCore
import NIOEmbedded

@testable import SecureTransport

/// An OpenSSL client over memory BIOs: every byte that it sends and receives passes through the test's hands.
final class MemoryClient {
    private let context: OpaquePointer
    let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    init(version: Int32 = TLS1_3_VERSION, protocols: String = "http/1.1") {
        guard let context = SSL_CTX_new(TLS_client_method()), let incoming = BIO_new(BIO_s_mem()),
            let outgoing = BIO_new(BIO_s_mem())
        else { preconditionFailure("no OpenSSL client") }
        BIO_ctrl(incoming, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
        guard let ssl = SSL_new(context) else { preconditionFailure("no OpenSSL client") }
        let list = [UInt8(protocols.utf8.count)] + Array(protocols.utf8)
        SSL_set_alpn_protos(ssl, list, UInt32(list.count))
        SSL_set_bio(ssl, incoming, outgoing)
        SSL_set_connect_state(ssl)
        self.context = context
        self.ssl = ssl
        self.incoming = incoming
        self.outgoing = outgoing
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// Carries the handshake on; true once it is finished.
    func handshake() -> Bool { tls_handshake(ssl) == TLS_DONE }

    func receive(_ bytes: [UInt8]) {
        _ = BIO_write(incoming, bytes, Int32(bytes.count))
    }

    /// What the client has to send.
    func takeOutput() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(outgoing))
        let count = BIO_read(outgoing, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(max(0, count))))
    }

    func write(_ bytes: [UInt8]) {
        var written = 0
        _ = tls_write(ssl, bytes, bytes.count, &written)
    }

    /// Cleartext from the server.
    func read() -> [UInt8] {
        var all: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        while tls_read(ssl, &bytes, bytes.count, &count) == TLS_DONE { all += bytes[..<count] }
        return all
    }

    func sendCloseNotify() { SSL_shutdown(ssl) }

    var hasReceivedCloseNotify: Bool { tls_has_received_close_notify(ssl) == 1 }
}

extension EmbeddedChannel {
    /// A connected channel with a TLS handler.
    static func server(_ context: TLSServerContext) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: context.makeHandler())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    /// Ciphertext that the server has written.
    func takeCiphertext() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try readOutbound(as: ByteBuffer.self) { bytes += Array(buffer.readableBytesView) }
        return bytes
    }

    /// Cleartext that the server has delivered.
    func takeCleartext() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try readInbound(as: ByteBuffer.self) { bytes += Array(buffer.readableBytesView) }
        return bytes
    }

    /// Carries bytes to and fro until neither side has more to say.
    func exchange(with client: MemoryClient) throws {
        var isQuiet = false
        while !isQuiet {
            _ = client.handshake()
            let output = client.takeOutput()
            if !output.isEmpty { try writeInbound(ByteBuffer(bytes: output)) }
            let answer = try takeCiphertext()
            if !answer.isEmpty { client.receive(answer) }
            isQuiet = output.isEmpty && answer.isEmpty
        }
    }
}
