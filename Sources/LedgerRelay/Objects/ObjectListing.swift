/// A page of names of an S3-compatible store (ListObjectsV2), as far as it is about names of our own letters, in which
/// nothing is escaped. Anything else in it is passed over.
struct ObjectListing {
    private(set) var objects: [(key: String, size: Int)] = []
    let isTruncated: Bool

    init(_ xml: [UInt8]) {
        isTruncated = Self.element("IsTruncated", in: xml[...])?.text == "true"
        var rest = xml[...]
        while let entry = Self.element("Contents", in: rest) {
            rest = xml[entry.end...]
            guard let key = Self.element("Key", in: entry.content)?.text,
                let size = Self.element("Size", in: entry.content).flatMap({ Int($0.text) })
            else { continue }
            objects.append((key, size))
        }
    }

    fileprivate struct Element {
        let content: ArraySlice<UInt8>
        let end: Int
        var text: String { String(decoding: content, as: UTF8.self) }
    }

    /// The first element of this name, without attributes.
    private static func element(_ name: String, in xml: ArraySlice<UInt8>) -> Element? {
        guard let opening = find("<\(name)>", in: xml) else { return nil }
        guard let closing = find("</\(name)>", in: xml[opening.upperBound...]) else { return nil }
        return Element(content: xml[opening.upperBound..<closing.lowerBound], end: closing.upperBound)
    }

    private static func find(_ text: String, in xml: ArraySlice<UInt8>) -> Range<Int>? {
        let wanted = Array(text.utf8)
        var start = xml.startIndex
        while let index = xml[start...].firstIndex(of: 0x3C) {
            if xml[index...].starts(with: wanted) { return index..<(index + wanted.count) }
            start = index + 1
        }
        return nil
    }
}
