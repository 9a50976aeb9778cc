extension JSONValue {
    /// How many elements or members it has; 0 for what is neither array nor object.
    @inlinable public var count: Int { entry.count }

    /// The value of the member of this name; `nil` where there is none, or this is no object. The time is linear.
    public subscript(_ key: StaticString) -> JSONValue? {
        guard key.hasPointerRepresentation else { return self[key.description] }
        return member(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
    }

    /// The value of the member of this name; `nil` where there is none, or this is no object. The time is linear.
    @_disfavoredOverload
    public subscript(_ key: String) -> JSONValue? {
        var key = key
        return key.withUTF8 { member($0) }
    }

    /// The element with this number; `nil` where there is none, or this is no array. The time is linear.
    public subscript(_ index: Int) -> JSONValue? {
        guard kind == .array, index >= 0, index < count else { return nil }
        var element = node + 1
        for _ in 0..<index { element = Int(document[element].next) }
        return JSONValue(document: document, node: element)
    }

    private func member(_ name: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        let entry = entry
        guard entry.kind == .object, entry.count > 0 else { return nil }
        return document.bytes.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return nil }
            let end = Int(entry.next)
            var key = node + 1
            while key < end {
                let candidate = document[key]
                if candidate.info & Node.hasEscapes == 0 {
                    if Int(candidate.end &- candidate.start) == name.count + 2
                        && Bytes.areSame(base + Int(candidate.start) + 1, name.baseAddress, count: name.count)
                    {
                        return JSONValue(document: document, node: key + 1)
                    }
                } else if JSONValue(document: document, node: key).equals(name) {
                    return JSONValue(document: document, node: key + 1)
                }
                key = Int(document[key + 1].next)
            }
            return nil
        }
    }

    /// An object's members in the order of the text; none for all else.
    @inlinable
    public var members: Members {
        let entry = entry
        return Members(document: document, next: node + 1, end: entry.kind == .object ? Int(entry.next) : 0)
    }

    /// An array's elements in the order of the text; none for all else.
    @inlinable
    public var elements: Elements {
        let entry = entry
        return Elements(document: document, next: node + 1, end: entry.kind == .array ? Int(entry.next) : 0)
    }

    /// The members of an object, each a name, which is a string with a node of its own, and a value.
    public struct Members: Sequence, IteratorProtocol, Sendable {
        @usableFromInline let document: JSONDocument
        @usableFromInline var node: Int
        @usableFromInline let end: Int

        @inlinable
        init(document: JSONDocument, next: Int, end: Int) {
            self.document = document
            node = next
            self.end = end
        }

        /// The next member.
        @inlinable
        public mutating func next() -> (key: JSONValue, value: JSONValue)? {
            guard node < end else { return nil }
            let key = node
            node = Int(document[key + 1].next)
            return (JSONValue(document: document, node: key), JSONValue(document: document, node: key + 1))
        }
    }

    /// The elements of an array.
    public struct Elements: Sequence, IteratorProtocol, Sendable {
        @usableFromInline let document: JSONDocument
        @usableFromInline var node: Int
        @usableFromInline let end: Int

        @inlinable
        init(document: JSONDocument, next: Int, end: Int) {
            self.document = document
            node = next
            self.end = end
        }

        /// The next element.
        @inlinable
        public mutating func next() -> JSONValue? {
            guard node < end else { return nil }
            let element = node
            node = Int(document[element].next)
            return JSONValue(document: document, node: element)
        }
    }
}
