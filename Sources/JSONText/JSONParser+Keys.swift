extension JSONParser {
    /// Refuses an object of at least two members if two names stand for the same text.
    ///
    /// Few plain names are compared in pairs, past a mask of 64 fingerprints that keeps most of them apart. Many names, or
    /// any with escapes, go through a table under Swift's seeded SipHash, so that nobody can choose names that collide: the
    /// time is linear in their bytes.
    mutating func refuseDuplicateKeys(of object: Int) throws(Fault) {
        if nodes[object].count <= 16 && nodes[object].info & Node.hasEscapes == 0 {
            try compareInPairs(object)
        } else {
            try compareByHash(object)
        }
    }

    private func compareInPairs(_ object: Int) throws(Fault) {
        var seen: UInt64 = 0
        var key = object &+ 1
        while key < count {
            let bit = 1 as UInt64 &<< UInt64(fingerprint(key) & 63)
            if seen & bit != 0 {
                var earlier = object &+ 1
                while earlier < key {
                    if isSamePlain(earlier, key) { throw Fault(.duplicateKey, at: Int(nodes[key].start)) }
                    earlier = Int(nodes[earlier &+ 1].next)
                }
            }
            seen |= bit
            key = Int(nodes[key &+ 1].next)
        }
    }

    /// Length, first and last byte, mixed into the low six bits.
    @inline(__always)
    private func fingerprint(_ key: Int) -> Int {
        let start = Int(nodes[key].start)
        let length = Int(nodes[key].end) &- start
        // The quote stands for the bytes of an empty name.
        let first = Int(base[start &+ 1])
        let last = Int(base[start &+ length &- 2])
        return length &+ first &* 7 &+ last &* 29
    }

    private mutating func compareByHash(_ object: Int) throws(Fault) {
        let members = nodes[object].count
        var size = 64
        while size < members &* 2 { size &*= 2 }
        let slots = UnsafeMutablePointer<UInt32>.allocate(capacity: size)
        slots.initialize(repeating: Node.none, count: size)
        defer { slots.deallocate() }

        var key = object &+ 1
        while key < count {
            let hash = UInt(bitPattern: hash(of: key))
            // The upper half tells apart what shares a slot; it stays in the name's own node.
            let tag = UInt32(truncatingIfNeeded: hash &>> 32)
            nodes[key].next = tag
            var slot = Int(hash & UInt(size &- 1))
            while slots[slot] != Node.none {
                let other = Int(slots[slot])
                if nodes[other].next == tag && isSame(other, key) {
                    throw Fault(.duplicateKey, at: Int(nodes[key].start))
                }
                slot = (slot &+ 1) & (size &- 1)
            }
            slots[slot] = UInt32(truncatingIfNeeded: key)
            key = Int(nodes[key &+ 1].next)
        }
    }

    /// The seeded hash of the text that a name stands for.
    private func hash(of key: Int) -> Int {
        var hasher = Hasher()
        withText(of: key) { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }

    private func isSame(_ left: Int, _ right: Int) -> Bool {
        if (nodes[left].info | nodes[right].info) & Node.hasEscapes == 0 { return isSamePlain(left, right) }
        return withText(of: left) { left in
            withText(of: right) { right in
                left.count == right.count && Bytes.areSame(left.baseAddress, right.baseAddress, count: left.count)
            }
        }
    }

    /// Whether two names without escapes are the same.
    @inline(__always)
    private func isSamePlain(_ left: Int, _ right: Int) -> Bool {
        let length = nodes[left].end &- nodes[left].start
        guard length == nodes[right].end &- nodes[right].start else { return false }
        return Bytes.areSame(
            base + Int(nodes[left].start), base + Int(nodes[right].start), count: Int(length))
    }

    /// Lends the text that a name stands for.
    private func withText<Result>(of key: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let start = Int(nodes[key].start) &+ 1
        let end = Int(nodes[key].end) &- 1
        guard nodes[key].info & Node.hasEscapes != 0 else {
            return body(UnsafeBufferPointer(start: base + start, count: end &- start))
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: end &- start) { target in
            guard let address = target.baseAddress else { return body(UnsafeBufferPointer(target)) }
            let length = JSONStringDecoder.decode(base, from: start, to: end, into: address)
            return body(UnsafeBufferPointer(start: address, count: length))
        }
    }
}

/// Byte comparison without the C library.
@usableFromInline
enum Bytes {
    /// Whether `count` bytes are the same, eight a step.
    @usableFromInline
    static func areSame(_ left: UnsafePointer<UInt8>?, _ right: UnsafePointer<UInt8>?, count: Int) -> Bool {
        guard count > 0 else { return true }
        guard let left, let right else { return false }
        var position = 0
        while position &+ 8 <= count {
            let one = UnsafeRawPointer(left + position).loadUnaligned(as: UInt64.self)
            let other = UnsafeRawPointer(right + position).loadUnaligned(as: UInt64.self)
            if one != other { return false }
            position &+= 8
        }
        while position < count {
            if left[position] != right[position] { return false }
            position &+= 1
        }
        return true
    }
}
