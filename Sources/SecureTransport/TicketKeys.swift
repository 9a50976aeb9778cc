private import COpenSSL
internal import NIOCore
internal import Synchronization

/// The keys that encrypt session tickets (RFC 5077), rotated by time.
///
/// The current key encrypts and decrypts for one period, then only decrypts for one more. All contexts of a server
/// share one `TicketKeys`, across reloads too, so that a client resumes whichever certificate it meets. The keys live
/// in memory only: a restart ends every session.
final class TicketKeys: Sendable {
    private struct Key {
        var name: [UInt8] = []
        var cipher: [UInt8] = []
        var mac: [UInt8] = []
        var made: NIODeadline = .uptimeNanoseconds(0)

        static func random(at now: NIODeadline) -> Key? {
            var bytes = [UInt8](repeating: 0, count: 80)
            guard RAND_bytes(&bytes, 80) == 1 else { return nil }
            defer { bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
            return Key(name: Array(bytes[..<16]), cipher: Array(bytes[16..<48]), mac: Array(bytes[48...]), made: now)
        }
    }

    private struct Keys {
        var current: Key?
        var previous: Key?
    }

    private let period: TimeAmount
    private let clock: @Sendable () -> NIODeadline
    private let keys = Mutex(Keys())

    init(period: TimeAmount, clock: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.period = period
        self.clock = clock
    }

    /// Makes `context` use these keys; the caller keeps `self` alive as long as any connection of the context.
    func install(in context: OpaquePointer) {
        SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { ssl, name, iv, cipher, mac, encrypt in
            guard let ssl, let name, let iv, let cipher, let mac,
                let data = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0)
            else { return -1 }
            let keys = Unmanaged<TicketKeys>.fromOpaque(data).takeUnretainedValue()
            return encrypt == 1
                ? keys.seal(name: name, iv: iv, cipher: cipher, mac: mac)
                : keys.open(name: name, iv: iv, cipher: cipher, mac: mac)
        }
    }

    /// 1 when armed; 0 leads to no ticket, which is better than no handshake.
    private func seal(
        name: UnsafeMutablePointer<UInt8>, iv: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer, mac: OpaquePointer
    ) -> Int32 {
        guard var key = rotated().current, RAND_bytes(iv, Int32(EVP_MAX_IV_LENGTH)) == 1 else { return 0 }
        name.update(from: key.name, count: 16)
        return Self.arm(&key, iv: iv, cipher: cipher, mac: mac, encrypt: 1)
    }

    /// 1 when the ticket is ours, 2 when it should be replaced by a new one, 0 when it is unknown.
    private func open(
        name: UnsafeMutablePointer<UInt8>, iv: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer, mac: OpaquePointer
    ) -> Int32 {
        let keys = rotated()
        let wanted = UnsafeBufferPointer(start: name, count: 16)
        if var key = keys.current, key.name.elementsEqual(wanted) {
            return Self.arm(&key, iv: iv, cipher: cipher, mac: mac, encrypt: 0)
        }
        guard var key = keys.previous, key.name.elementsEqual(wanted) else { return 0 }
        return Self.arm(&key, iv: iv, cipher: cipher, mac: mac, encrypt: 0) == 1 ? 2 : 0
    }

    private func rotated() -> Keys {
        let now = clock()
        return keys.withLock { keys in
            if let current = keys.current {
                let age = now - current.made
                if age >= period {
                    keys.previous = age < period * 2 ? current : nil
                    keys.current = Key.random(at: now)
                }
                if let previous = keys.previous, now - previous.made >= period * 2 { keys.previous = nil }
            } else {
                keys.current = Key.random(at: now)
            }
            return keys
        }
    }

    private static func arm(
        _ key: inout Key, iv: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer, mac: OpaquePointer, encrypt: Int32
    ) -> Int32 {
        tls_arm_ticket(cipher, mac, &key.cipher, &key.mac, key.mac.count, iv, encrypt)
    }
}
