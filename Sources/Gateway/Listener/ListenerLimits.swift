import NIOCore

/// What a connection may ask of us; the defaults stand in `sallyport.yaml` with their reasons.
struct ListenerLimits: Sendable {
    /// Bytes of a request's head; past them 431.
    var headerBytes = 32 << 10
    /// Header fields of a request; past them 431.
    var headerCount = 100
    /// Bytes of a request's body; past them 413.
    var bodyBytes = 32 << 20
    /// Time for a head to arrive, from its first byte (or from the handshake); past it 408.
    var headerTimeout = TimeAmount.seconds(10)
    /// Time between two pieces of a body; past it 408.
    var bodyTimeout = TimeAmount.seconds(30)
    /// Time a connection may stand without a request, and an answer without the caller reading it.
    var idleTimeout = TimeAmount.seconds(75)
    /// Open connections; past them new ones are closed at once.
    var connections = 4096
    /// Requests under way; past them 503.
    var requestsInFlight = 1024
    /// Bytes of bodies that all requests under way may have together; past them 503.
    var bodiesInFlight = 1 << 30
    /// Time from a whole body to all that is found in it; past it 503.
    var inspectionTimeout = TimeAmount.seconds(30)
}
