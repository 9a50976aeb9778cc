private import CHyperscan
import Privacy

/// Patterns of one form, compiled for block mode; immutable, shared by all threads, freed with the last reference.
final class PatternDatabase: @unchecked Sendable {
    /// For the calls of this module.
    let pointer: OpaquePointer
    /// Whether matches tell where they start.
    let tellsStarts: Bool

    /// Compiles patterns of one form; milliseconds, or with thousands of literals tenths of a second.
    init(_ patterns: [CandidatePattern], form: CandidatePattern.Form) throws(PatternScannerError) {
        let expressions = patterns.map { pattern in
            let bytes = Array(pattern.expression.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            copy.initialize(from: bytes, count: bytes.count)
            return UnsafePointer(copy)
        }
        defer { for copy in expressions { copy.deallocate() } }
        var pointers = expressions.map { Optional($0) }
        let flags = patterns.map(Self.flags)
        let identifiers = patterns.map { UInt32(truncatingIfNeeded: $0.id) }
        var database: OpaquePointer?
        var failure: UnsafeMutablePointer<hs_compile_error_t>?
        let status: hs_error_t
        if form == .literal {
            let lengths = patterns.map(\.expression.utf8.count)
            status = hs_compile_lit_multi(
                &pointers, flags, identifiers, lengths, UInt32(patterns.count), UInt32(HS_MODE_BLOCK), nil, &database,
                &failure)
        } else {
            status = hs_compile_multi(
                &pointers, flags, identifiers, UInt32(patterns.count), UInt32(HS_MODE_BLOCK), nil, &database, &failure)
        }
        guard status == HS_SUCCESS, let database else {
            defer { hs_free_compile_error(failure) }
            guard let failure else { throw .outOfMemory }
            let reason = failure.pointee.message.map { String(cString: $0) } ?? "unknown"
            let index = Int(failure.pointee.expression)
            let named = patterns.indices.contains(index) ? patterns[index].expression : "\(patterns.count) together"
            throw .compilation(pattern: named, reason: Self.plain(reason))
        }
        pointer = database
        tellsStarts = form == .spanningExpression
    }

    deinit { hs_free_database(pointer) }

    private static func flags(_ pattern: CandidatePattern) -> UInt32 {
        var flags = pattern.isCaseless ? UInt32(HS_FLAG_CASELESS) : 0
        if pattern.form == .spanningExpression {
            flags |= UInt32(HS_FLAG_SOM_LEFTMOST)
            // Without these a letter beyond ASCII in a class would be its bytes one by one.
            if pattern.isUnicode { flags |= UInt32(HS_FLAG_UTF8) | UInt32(HS_FLAG_UCP) }
        }
        return flags
    }

    /// Hyperscan's sentence as the house writes errors; for the two that people meet, what to do.
    private static func plain(_ reason: String) -> String {
        if reason.hasPrefix("Pattern matches empty buffer") {
            return "it matches empty text, so it would match everywhere"
        }
        if reason.hasPrefix("Pattern is too large") {
            return "it is too large for telling where its matches start; use shorter bounds of repetition"
        }
        let trimmed = reason.last == "." ? String(reason.dropLast()) : reason
        return trimmed.prefix(1).lowercased() + trimmed.dropFirst()
    }
}

extension CandidatePattern {
    /// Whether it holds letters beyond ASCII, and so works on characters instead of bytes.
    var isUnicode: Bool { !expression.utf8.allSatisfy { $0 < 0x80 } }
}
