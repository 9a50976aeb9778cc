private import CCurl
private import Glibc
private import Upstream

/// A connection that carries bytes one way, encrypted; the peer's certificate is verified as for HTTPS. Confined to one
/// thread.
final class TLSConnection {
    private let handle: CurlHandle
    private let socket: Int32
    private let place: String
    private let stop: StopSignal

    /// Connects. Waits at most ten seconds.
    init(_ endpoint: RelayEndpoint, stop: StopSignal) throws(RelayFailure) {
        let handle = try CurlHandle(endpoint, stop: stop)
        place = endpoint.url.authority
        self.stop = stop
        handle.set(CURLOPT_URL, endpoint.address(of: ""))
        handle.set(CURLOPT_CONNECT_ONLY, 1)
        handle.set(CURLOPT_TIMEOUT_MS, 20_000)
        // It is no HTTP that is spoken.
        handle.set(CURLOPT_SSL_ENABLE_ALPN, 0)
        try handle.check()
        let code = curl_easy_perform(handle.easy)
        guard code == CURLE_OK else { throw handle.failure(code, at: endpoint.url.authority) }
        var active = curl_socket_t(-1)
        guard sallyport_easy_get_socket(handle.easy, &active) == CURLE_OK, active >= 0 else {
            throw RelayFailure(.internal, "libcurl has no socket to give")
        }
        self.handle = handle
        socket = active
        // A peer that is gone without a word is noticed within half a minute.
        var patience: UInt32 = 30_000
        setsockopt(
            socket, Int32(IPPROTO_TCP), TLSConnection.userTimeout, &patience, socklen_t(MemoryLayout<UInt32>.size))
    }

    /// `TCP_USER_TIMEOUT` of `<linux/tcp.h>`.
    private static let userTimeout: Int32 = 18
    /// `SIOCOUTQ` of `<linux/sockios.h>`.
    private static let bytesInQueue: UInt = 0x5411

    /// Sends all bytes.
    func send(_ bytes: [UInt8], within milliseconds: Int) throws(RelayFailure) {
        let end = RelayClock.milliseconds() + UInt64(milliseconds)
        var sent = 0
        while sent < bytes.count {
            var count = 0
            let code = bytes.withUnsafeBytes { whole in
                curl_easy_send(handle.easy, whole.baseAddress.map { $0 + sent }, whole.count - sent, &count)
            }
            switch code {
            case CURLE_OK: sent += count
            case CURLE_AGAIN:
                try check()
                try wait(for: Int16(POLLOUT), until: end)
            default: throw handle.failure(code, at: place)
            }
        }
    }

    /// Waits until the peer's machine has acknowledged all that was sent.
    func waitUntilTaken(within milliseconds: Int) throws(RelayFailure) {
        let end = RelayClock.milliseconds() + UInt64(milliseconds)
        var pause: UInt32 = 200
        while true {
            var left: Int32 = 0
            guard ioctl(socket, TLSConnection.bytesInQueue, &left) == 0 else {
                throw RelayFailure(.cut, "`\(place)`: the connection is gone")
            }
            try check()
            guard left > 0 else { return }
            guard !stop.isSet else { throw RelayFailure(.stopped, "told to stop") }
            guard RelayClock.milliseconds() < end else { throw RelayFailure(.timeout, "`\(place)`: takes nothing") }
            usleep(pause)
            pause = min(pause * 2, 50_000)
        }
    }

    /// Throws if the peer has closed the connection, or it broke. What the peer sends is passed over.
    func check() throws(RelayFailure) {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        for _ in 0..<16 {
            var count = 0
            let code = curl_easy_recv(handle.easy, &buffer, buffer.count, &count)
            if code == CURLE_AGAIN { break }
            guard code == CURLE_OK else { throw handle.failure(code, at: place) }
            guard count > 0 else { throw RelayFailure(.cut, "`\(place)`: the receiver closed the connection") }
        }
        var problem: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size) == 0, problem == 0 else {
            throw RelayFailure(.cut, "`\(place)`: \(String(cString: strerror(problem)).lowercased())")
        }
    }

    private func wait(for events: Int16, until end: UInt64) throws(RelayFailure) {
        guard !stop.isSet else { throw RelayFailure(.stopped, "told to stop") }
        guard RelayClock.milliseconds() < end else { throw RelayFailure(.timeout, "`\(place)`: takes nothing") }
        var entry = pollfd(fd: socket, events: events, revents: 0)
        _ = poll(&entry, 1, 200)
    }
}
