internal import CCurl

/// One of libcurl's multi handles: the transfers that it runs and the connections that it keeps.
///
/// libcurl (7.88) looks at all connections of a host, one after the other, for one that is free: with a thousand streams under
/// way that took half a millisecond of each new request. So an engine has several handles, and fills the first one first.
///
/// Engine's thread only.
final class CurlMulti {
    /// Up to so many transfers the next handle is not needed.
    static let comfortable = 128
    /// How many handles an engine has at most.
    static let most = 8

    let handle: UnsafeMutableRawPointer
    /// Transfers that were added and not removed.
    private(set) var transfers = 0
    /// When libcurl wants to be called, in monotonic nanoseconds.
    private(set) var timerDeadline = UInt64.max
    private unowned let loop: EngineLoop

    /// `keeping`: so many connections at most for later transfers.
    init(loop: EngineLoop, keeping idle: Int, connectionsPerHost: Int) throws(UpstreamFailure) {
        guard let handle = curl_multi_init() else {
            throw UpstreamFailure(kind: .internal, message: "libcurl has no memory for another handle")
        }
        self.handle = handle
        self.loop = loop
        let context = Unmanaged.passUnretained(self).toOpaque()
        sallyport_multi_set_pointer(handle, CURLMOPT_SOCKETDATA, context)
        sallyport_multi_set_pointer(handle, CURLMOPT_TIMERDATA, context)
        sallyport_multi_set_socket_callback(handle, socketInterestChanged)
        sallyport_multi_set_timer_callback(handle, timerChanged)
        sallyport_multi_set_long(handle, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        // libcurl's own choice, four times the transfers at the moment, closes kept connections when load falls.
        sallyport_multi_set_long(handle, CURLMOPT_MAXCONNECTS, max(1, idle))
        sallyport_multi_set_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
    }

    deinit { curl_multi_cleanup(handle) }

    func add(_ transfer: CurlTransfer) throws(UpstreamFailure) {
        let code = curl_multi_add_handle(handle, transfer.easy)
        guard code == CURLM_OK else {
            throw UpstreamFailure(kind: .internal, message: String(cString: curl_multi_strerror(code)))
        }
        transfer.multi = self
        transfers += 1
        // Adding makes it due; libcurl says so by its timer callback, too, but not if it thinks that we know.
        timerDeadline = 0
    }

    func remove(_ transfer: CurlTransfer) {
        guard transfer.multi === self else { return }
        curl_multi_remove_handle(handle, transfer.easy)
        transfer.multi = nil
        transfers -= 1
    }

    /// Lets libcurl work on a socket on which `happened` (its own bits) happened.
    func act(on descriptor: Int32, _ happened: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(handle, descriptor, happened, &running)
    }

    /// Lets libcurl work on what is due; call it when `timerDeadline` is over.
    func actOnTimer() {
        timerDeadline = .max
        act(on: CURL_SOCKET_BAD, 0)
    }

    /// Makes it due not later than then.
    func isDue(at time: UInt64) { timerDeadline = min(timerDeadline, time) }

    fileprivate func want(_ interest: SocketInterests.Interest, _ descriptor: Int32) {
        loop.interests.want(interest, descriptor, by: self)
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        timerDeadline = milliseconds < 0 ? .max : monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
    }
}

// MARK: - Callbacks of libcurl

private func socketInterestChanged(
    _: UnsafeMutableRawPointer?, _ descriptor: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    let multi = Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
    // CURL_POLL_IN is 1, OUT 2, INOUT 3; REMOVE is 4.
    multi.want(what == CURL_POLL_REMOVE ? [] : SocketInterests.Interest(rawValue: UInt8(what & 3)), descriptor)
    return 0
}

private func timerChanged(_: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?)
    -> Int32
{
    guard let context else { return 0 }
    Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
    return 0
}
