internal import CCurl

/// The transfers of one endpoint that are free, and what they share.
final class TransferPool {
    private let endpoint: UpstreamEndpoint
    private let headers: UnsafeMutablePointer<curl_slist>?
    private var free: [CurlTransfer] = []
    private var used = 0
    private var lastUse: UInt64 = 0

    /// A transfer holds some kilobytes; what a burst needed beyond this is given back.
    private static let mostFree = 256

    init(_ endpoint: UpstreamEndpoint) {
        self.endpoint = endpoint
        // `Expect` without a value keeps libcurl from sending one; without `Accept-Encoding: identity` a server may compress.
        var lines = ["Expect:", "Accept-Encoding: identity"]
        let names = Set(endpoint.headers.map { $0.name.lowercased() })
        if endpoint.method == .post, !names.contains("content-type") { lines.append("Content-Type: application/json") }
        if !names.contains("accept") { lines.append("Accept: application/json, text/event-stream") }
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines + endpoint.headers.map(\.line) { list = curl_slist_append(list, line) ?? list }
        headers = list
    }

    deinit {
        free.removeAll()
        curl_slist_free_all(headers)
    }

    func take(loop: EngineLoop) throws(UpstreamFailure) -> CurlTransfer {
        let transfer: CurlTransfer
        if let last = free.popLast() {
            transfer = last
        } else {
            transfer = try CurlTransfer(endpoint: endpoint, constantHeaders: headers, loop: loop)
        }
        used += 1
        return transfer
    }

    func put(_ transfer: CurlTransfer, now: UInt64) {
        used -= 1
        lastUse = now
        if free.count < Self.mostFree { free.append(transfer) }
    }

    func isIdle(since now: UInt64, nanoseconds: UInt64) -> Bool {
        used == 0 && now >= lastUse + nanoseconds
    }
}
