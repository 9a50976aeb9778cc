/// Whom an inspection asks now and then whether to go on: a request whose time is up fails, and nobody waits for one whose caller left.
///
/// It is asked about every 64 KiB of text, which takes well under a second.
public struct InspectionWatch: Sendable {
    /// So many bytes of text may be looked at before it is asked again.
    static let interval = 64 << 10

    private let verdict: @Sendable () -> InspectionError?

    /// Takes what says why not to go on; `nil` to go on. Called on the inspecting thread.
    public init(_ verdict: @escaping @Sendable () -> InspectionError?) {
        self.verdict = verdict
    }

    /// Goes on without end.
    public static let none = InspectionWatch { nil }

    /// Throws what says not to go on.
    func check() throws(InspectionError) {
        if let error = verdict() { throw error }
    }
}
