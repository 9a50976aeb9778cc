private import CHyperscan
public import Privacy

/// Why patterns or a text can't be scanned.
public enum PatternScannerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The processor lacks what Hyperscan needs (SSSE3).
    case unsupportedProcessor
    /// Hyperscan refuses a pattern.
    case compilation(pattern: Int, reason: String)
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
        case .compilation(let pattern, let reason): "pattern \(pattern) does not compile: \(reason)"
        case .outOfMemory: "no memory for scanning"
        case .textTooLong(let count): "a text of \(count) bytes is too long to scan"
        case .scanFailed(let code): "Hyperscan failed with code \(code)"
        }
    }
}

/// Scans for many patterns in one pass with Hyperscan's block mode, without starts of matches (they cost dearly; patterns have one
/// length each).
///
/// One scanner serves all threads: each call borrows a scratch space from a pool without locks.
public final class PatternScanner: CandidateScanner {
    /// The compiled patterns; immutable, freed with the scanner.
    private struct Database: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let database: Database
    private let scratches: ScratchPool

    /// Compiles all patterns of the detectors; milliseconds, so once a process.
    public convenience init() throws(PatternScannerError) { try self.init(patterns: CandidatePattern.all) }

    /// Compiles patterns; milliseconds.
    public init(patterns: [CandidatePattern]) throws(PatternScannerError) {
        guard hs_valid_platform() == HS_SUCCESS else { throw .unsupportedProcessor }
        let database = try Self.compile(patterns)
        do throws(PatternScannerError) {
            scratches = try ScratchPool(database: database.pointer)
        } catch {
            hs_free_database(database.pointer)
            throw error
        }
        self.database = database
    }

    deinit { hs_free_database(database.pointer) }

    /// Appends every place where a pattern ends, in ascending order.
    public func scan(_ text: UnsafeRawBufferPointer, into matches: inout [CandidateMatch]) throws {
        guard let length = UInt32(exactly: text.count) else { throw PatternScannerError.textTooLong(text.count) }
        guard length > 0 else { return }
        guard let scratch = scratches.borrow() else { throw PatternScannerError.outOfMemory }
        defer { scratches.giveBack(scratch) }
        let status = withUnsafeMutablePointer(to: &matches) { list in
            hs_scan(
                database.pointer, text.baseAddress?.assumingMemoryBound(to: CChar.self), length, 0, scratch,
                { pattern, _, end, _, context in
                    context?.assumingMemoryBound(to: [CandidateMatch].self).pointee
                        .append(CandidateMatch(pattern: Int(pattern), end: Int(end)))
                    return 0
                }, list)
        }
        guard status == HS_SUCCESS else { throw PatternScannerError.scanFailed(status) }
    }

    private static func compile(_ patterns: [CandidatePattern]) throws(PatternScannerError) -> Database {
        var expressions: [UnsafePointer<CChar>?] = []
        let copies = patterns.map { pattern in
            let text = Array(pattern.expression.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
            copy.initialize(from: text, count: text.count)
            expressions.append(UnsafePointer(copy))
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        let flags = [UInt32](repeating: 0, count: patterns.count)
        let identifiers = patterns.map { UInt32(truncatingIfNeeded: $0.id) }
        var database: OpaquePointer?
        var failure: UnsafeMutablePointer<hs_compile_error_t>?
        let status = hs_compile_multi(
            &expressions, flags, identifiers, UInt32(patterns.count), UInt32(HS_MODE_BLOCK), nil, &database, &failure)
        guard status == HS_SUCCESS, let database else {
            defer { hs_free_compile_error(failure) }
            guard let failure else { throw .outOfMemory }
            let reason = failure.pointee.message.map { String(cString: $0) } ?? "unknown"
            throw .compilation(pattern: Int(failure.pointee.expression), reason: reason)
        }
        return Database(pointer: database)
    }
}
