private import CHyperscan
public import Privacy

/// Why patterns or a text can't be scanned.
public enum PatternScannerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The processor lacks what Hyperscan needs (SSSE3).
    case unsupportedProcessor
    /// Hyperscan refuses a pattern.
    case compilation(pattern: String, reason: String)
    /// Settings name own words that can't be looked for.
    case terms(TermDictionaryError)
    /// Memory for scanning is short.
    case outOfMemory
    /// The text is longer than 4 GiB.
    case textTooLong(Int)
    /// Hyperscan gave up, with its error code.
    case scanFailed(Int32)

    /// The fault in words; no scanned text.
    public var description: String {
        switch self {
        case .unsupportedProcessor: "this processor has no SSSE3 instructions, which Hyperscan needs"
        case .compilation(let pattern, let reason): "pattern `\(pattern)` does not compile: \(reason)"
        case .terms(let fault): fault.description
        case .outOfMemory: "no memory for scanning"
        case .textTooLong(let count): "a text of \(count) bytes is too long to scan"
        case .scanFailed(let code): "Hyperscan failed with code \(code)"
        }
    }
}

/// Scans for many patterns with Hyperscan's block mode: one pass for the detectors' own, which are led by literals and of which only
/// ends are told (starts cost dearly; the detectors verify backwards), one more where settings list words, one more where settings
/// have patterns.
///
/// One scanner serves all threads: each call borrows a scratch space from a pool without locks.
public final class PatternScanner: CandidateScanner {
    private let databases: [PatternDatabase]
    /// Whether some pattern works on characters: Hyperscan wants UTF-8 for those.
    private let needsWellFormedText: Bool
    private let scratches: ScratchPool

    /// Compiles all patterns of the detectors; milliseconds, so once a process.
    public convenience init() throws(PatternScannerError) { try self.init(patterns: CandidatePattern.all) }

    /// Compiles the detectors' patterns and what settings add.
    public convenience init(settings: PrivacySettings) throws(PatternScannerError) {
        let patterns: [CandidatePattern]
        do throws(TermDictionaryError) {
            patterns = try CandidatePattern.all(for: settings)
        } catch {
            throw .terms(error)
        }
        try self.init(patterns: patterns)
    }

    /// Compiles patterns; milliseconds.
    public init(patterns: [CandidatePattern]) throws(PatternScannerError) {
        guard hs_valid_platform() == HS_SUCCESS else { throw .unsupportedProcessor }
        var databases: [PatternDatabase] = []
        for form in [CandidatePattern.Form.expression, .literal, .spanningExpression] {
            let sisters = patterns.filter { $0.form == form }
            if !sisters.isEmpty { databases.append(try PatternDatabase(sisters, form: form)) }
        }
        self.databases = databases
        needsWellFormedText = patterns.contains { $0.form == .spanningExpression && $0.isUnicode }
        scratches = try ScratchPool(databases: databases.map(\.pointer))
    }

    /// Appends every place where a pattern ends, in ascending order for each form of pattern.
    public func scan(_ text: UnsafeRawBufferPointer, into matches: inout [CandidateMatch]) throws {
        guard let length = UInt32(exactly: text.count) else { throw PatternScannerError.textTooLong(text.count) }
        guard length > 0 else { return }
        guard let scratch = scratches.borrow() else { throw PatternScannerError.outOfMemory }
        defer { scratches.giveBack(scratch) }
        for database in databases {
            if database.tellsStarts, needsWellFormedText, let copy = WellFormedCopy.make(of: text) {
                try copy.withUnsafeBytes { try Self.scan($0, length, database, scratch, &matches) }
            } else {
                try Self.scan(text, length, database, scratch, &matches)
            }
        }
    }

    private static func scan(
        _ text: UnsafeRawBufferPointer, _ length: UInt32, _ database: PatternDatabase, _ scratch: OpaquePointer,
        _ matches: inout [CandidateMatch]
    ) throws(PatternScannerError) {
        let base = text.baseAddress?.assumingMemoryBound(to: CChar.self)
        let status = withUnsafeMutablePointer(to: &matches) { list in
            hs_scan(
                database.pointer, base, length, 0, scratch, database.tellsStarts ? appendSpan : appendEnd, list)
        }
        guard status == HS_SUCCESS else { throw .scanFailed(status) }
    }

    private static let appendEnd: match_event_handler = { pattern, _, end, _, context in
        context?.assumingMemoryBound(to: [CandidateMatch].self).pointee
            .append(CandidateMatch(pattern: Int(pattern), end: Int(end)))
        return 0
    }

    private static let appendSpan: match_event_handler = { pattern, start, end, _, context in
        context?.assumingMemoryBound(to: [CandidateMatch].self).pointee
            .append(CandidateMatch(pattern: Int(pattern), end: Int(end), start: Int(start)))
        return 0
    }
}
