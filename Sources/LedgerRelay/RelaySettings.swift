public import TransparencyLog

/// What becomes of a ledger beyond its machine, as `sallyport.yaml` says: nothing unless something is named.
public struct RelaySettings: Sendable {
    /// Where it is copied to; `nil` for nowhere.
    public var copy: ObjectStoreSettings?
    /// Milliseconds between two copies while a gateway serves; `nil`: only when somebody asks for it.
    public var copyInterval: Int?
    /// Who gets each entry.
    public var streams: [LedgerStreamSettings] = []
    /// Who cosigns checkpoints.
    public var witnesses: [WitnessSettings] = []
    /// How many of them must.
    public var quorum = 0

    /// Nothing.
    public init() {}

    /// Whether there is nothing to do while a gateway serves.
    public var isEmpty: Bool { copyInterval == nil && streams.isEmpty && witnesses.isEmpty }
}

/// Who gets each entry of a ledger, in order and at least once.
public struct LedgerStreamSettings: Sendable {
    /// What it speaks.
    public enum Destination: Sendable {
        /// A syslog receiver: RFC 5424 over TLS (RFC 5425).
        case syslog(SyslogSettings)
        /// An OpenTelemetry collector: OTLP over HTTP, in JSON.
        case openTelemetry(OpenTelemetrySettings)
    }

    /// Its name, of letters, digits, `_`, `-` and `.`; the file that remembers how far it is is called so too.
    public let name: String
    /// What it speaks.
    public let destination: Destination
    /// Whether it gets what was recorded before it was first named; otherwise it begins with what comes.
    public let fromStart: Bool

    /// Takes the parts.
    public init(name: String, destination: Destination, fromStart: Bool) {
        self.name = name
        self.destination = destination
        self.fromStart = fromStart
    }
}

/// A syslog receiver.
public struct SyslogSettings: Sendable, Hashable {
    /// Where it listens, always with TLS.
    public let endpoint: RelayEndpoint
    /// The facility of each message, 0 to 23: 13 is `log audit`.
    public let facility: Int
    /// This machine's name in each message.
    public let hostname: String
    /// Milliseconds for which a connection must have lived on after the receiver's machine took a message, before it
    /// counts as received; what came later is sent again on a new connection.
    public let settlingMilliseconds: Int

    /// Takes the parts.
    public init(
        endpoint: RelayEndpoint, facility: Int = 13, hostname: String, settlingMilliseconds: Int = 5_000
    ) {
        self.endpoint = endpoint
        self.facility = facility
        self.hostname = hostname
        self.settlingMilliseconds = settlingMilliseconds
    }
}

/// An OpenTelemetry collector.
public struct OpenTelemetrySettings: Sendable, Hashable {
    /// The whole address to post to, such as `https://collector:4318/v1/logs`.
    public let endpoint: RelayEndpoint
    /// A header that identifies us, such as `authorization`, with its secret value; `nil` for none.
    public let header: SecretHeader?
    /// The attribute `host.name` of the resource.
    public let hostname: String
    /// Entries in a post at most.
    public let batch: Int

    /// Takes the parts.
    public init(endpoint: RelayEndpoint, header: SecretHeader? = nil, hostname: String, batch: Int = 512) {
        self.endpoint = endpoint
        self.header = header
        self.hostname = hostname
        self.batch = max(1, batch)
    }
}

/// A header whose value is a secret. It does not print.
public struct SecretHeader: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// Its name.
    public let name: String
    let value: String

    /// Takes both; `nil` for a name that is no token, and a value that is not visible ASCII and blanks.
    public init?(_ name: String, _ value: String) {
        func isToken(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
                || byte == 0x5F
        }
        guard !name.isEmpty, name.utf8.allSatisfy(isToken), !value.isEmpty,
            value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { return nil }
        self.name = name
        self.value = value
    }

    /// The name only.
    public var description: String { name }
    /// Never the value.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A witness of a ledger's growth (c2sp.org/tlog-witness).
public struct WitnessSettings: Sendable {
    /// Its address; checkpoints go to `add-checkpoint` below it.
    public let endpoint: RelayEndpoint
    /// Its key.
    public let key: NoteVerifier
    /// How long an answer may take, in milliseconds.
    public let timeoutMilliseconds: Int

    /// Takes the parts; `nil` for a key that signs other than cosignatures.
    public init?(endpoint: RelayEndpoint, key: NoteVerifier, timeoutMilliseconds: Int = 5_000) {
        guard key.type == .cosignatureV1 else { return nil }
        self.endpoint = endpoint
        self.key = key
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}
