/// What administrators may ask of the gateway over its main port, as far as policy permits it (`Action::"administer"`).
enum AdministrativeFunction: String, Sendable, CaseIterable {
    /// `GET /sallyport/v1/policies`: which policy set is in force, and whether the files say the same.
    case policies
    /// `POST /sallyport/v1/reload`: read everything again, as on SIGHUP.
    case reload
    /// `POST /sallyport/v1/ledger/rotate`: end the ledger's present log and begin the next one.
    case rotate

    /// Its path.
    var path: String { "/sallyport/v1/\(self == .rotate ? "ledger/" : "")\(rawValue)" }
    /// Its method.
    var method: String { self == .policies ? "GET" : "POST" }
}
