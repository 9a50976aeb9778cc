/// What the ledger records. Version 3 of the schema: each entry is one leaf of the log, an object in RFC 8785's canonical form of
/// at most 65,535 bytes.
///
/// Members of every entry:
///
/// | member | value |
/// |---|---|
/// | `kind` | see the cases below |
/// | `seq` | the entry's index in its log, from 0 |
/// | `time` | when its maker wrote it, UTC, with milliseconds; entries of different event loops may be out of order by moments |
/// | `v` | 3 |
///
/// The further members stand with the types below. A member whose value is `nil` is left out, but for `cost_nano_usd` and
/// `usage`, which are `null` then. Numbers are whole and within ±(2⁵³ − 1), which every reader of JSON keeps exactly; what lies
/// outside is brought to the nearer end.
///
/// A request is told by its `request`, its attempts by `request` and `attempt`: `exposure` entries, where there are some, stand
/// before their `intent`, and become durable with it; the `result` comes later.
///
/// No entry holds a value of anybody's data: the types have no place for one, but for keyed fingerprints of values. Names that a
/// caller chose freely (the model asked for, `traceparent`) are cut at 256 bytes, marked with `…`.
public enum LedgerEntry: Sendable {
    /// A request is about to leave. On disk before its first byte goes out.
    case intent(Intent)
    /// Fingerprints of values of an intent that has too many for one entry.
    case exposure(ExposurePart)
    /// How a request ended that had an intent.
    case result(Result)
    /// A request was answered with an answer that was kept from an earlier one, and nothing left.
    case cached(Cached)
    /// A request of a known principal was refused, and nothing left.
    case denied(Denied)
    /// Requests of known principals that were turned away for want of room, form or time, counted; nothing of them left.
    case refused(Refused)
    /// Requests without a proven identity, counted.
    case unidentified(Unidentified)
    /// The gateway began to write.
    case start(Start)
    /// The gateway ends in good order.
    case stop(Stop)
    /// The first entry of a log that goes on after another.
    case continued(Continued)
    /// Configuration, policies, keys or certificates were read again.
    case reload(Reload)
    /// Somebody used, or tried to use, a function of the gateway that is for its operators.
    case administered(Administered)
    /// An API key was made.
    case keyCreated(KeyChange)
    /// An API key was revoked.
    case keyRevoked(KeyChange)
    /// Surrogates are made under new keys.
    case keysRotated(KeyRotation)
    /// Sealed payloads were made unreadable for ever.
    case shredded(Shredding)
    /// A sealed payload was opened and shown.
    case opened(Opening)
    /// Sealed payloads were opened and made a data set of.
    case exported(DataExport)
    /// A rollout began, took a step, or ended.
    case rollout(Rollout)
}

/// The version of the schema that this module writes, the member `v`.
public enum LedgerSchema {
    /// Version 3.
    public static let version = 3
    /// The versions that a reader knows.
    public static let known = version...version
    /// The most bytes an entry may have: what a tlog-tiles entry bundle holds (`c2sp.org/tlog-tiles`).
    public static let maximumLineBytes = 65_535
    /// Fingerprints that an intent holds itself.
    public static let fingerprintsInIntent = 512
    /// Fingerprints that one entry of the kind `exposure` holds.
    public static let fingerprintsInPart = 2_048
    /// Fingerprints that may belong to one attempt of a request: what has more different values is not sent.
    public static let fingerprintsOfAttempt = 32_768
}
