private import CHyperscan
private import Synchronization

/// Hyperscan's scratch spaces, of which each scan needs one for itself.
///
/// A few slots that are emptied and filled by atomic exchange: no lock, nothing tied to threads, and all are freed with the pool.
final class ScratchPool: @unchecked Sendable {
    private enum Bounds {
        /// More than threads that scan at once; a space of our patterns has some kilobytes.
        static let slots = 8
    }

    /// Copied when all spaces are in use; never scanned with.
    private let original: OpaquePointer
    private let slots: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>

    /// Spaces that serve any of the databases; at least one.
    init(databases: [OpaquePointer]) throws(PatternScannerError) {
        var scratch: OpaquePointer?
        for database in databases {
            // Grows the space that is there.
            guard hs_alloc_scratch(database, &scratch) == HS_SUCCESS else {
                hs_free_scratch(scratch)
                throw .outOfMemory
            }
        }
        guard let scratch else { throw .outOfMemory }
        original = scratch
        slots = .allocate(capacity: Bounds.slots)
        for slot in 0..<Bounds.slots { (slots + slot).initialize(to: Atomic(nil)) }
    }

    deinit {
        for slot in 0..<Bounds.slots {
            if let scratch = slots[slot].exchange(nil, ordering: .acquiring) { hs_free_scratch(OpaquePointer(scratch)) }
        }
        slots.deinitialize(count: Bounds.slots)
        slots.deallocate()
        hs_free_scratch(original)
    }

    /// A space that no one else has; `nil` if memory is short.
    func borrow() -> OpaquePointer? {
        for slot in 0..<Bounds.slots {
            if let scratch = slots[slot].exchange(nil, ordering: .acquiringAndReleasing) {
                return OpaquePointer(scratch)
            }
        }
        var copy: OpaquePointer?
        guard hs_clone_scratch(original, &copy) == HS_SUCCESS else { return nil }
        return copy
    }

    /// Takes a space back.
    func giveBack(_ scratch: OpaquePointer) {
        let pointer = UnsafeMutableRawPointer(scratch)
        for slot in 0..<Bounds.slots {
            let (exchanged, _) = slots[slot].compareExchange(
                expected: nil, desired: pointer, ordering: .acquiringAndReleasing)
            if exchanged { return }
        }
        hs_free_scratch(scratch)
    }
}
