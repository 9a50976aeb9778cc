public import Foundation

/// The files of a `.tar.gz`, in memory.
public struct Archive {
    private let bytes: [UInt8]
    /// Where each file's content is, by its path; a leading `./` is left out.
    public private(set) var files: [String: Range<Int>] = [:]

    /// Unpacks an archive.
    public init(_ file: URL) throws {
        bytes = try SharedMaterial.unpacked(file)
        // A header of 512 bytes: name at 0, size in octal at 124, kind at 156, prefix of the name at 345 (ustar); then the
        // content, padded. GNU tar has long names as the content of a member of kind `L`.
        var position = 0
        var longName: String?
        while position + 512 <= bytes.count, bytes[position] != 0 {
            let size = Int(text(position + 124, 12), radix: 8) ?? 0
            let content = (position + 512)..<(position + 512 + size)
            var name = text(position, 100)
            let isGNU = bytes[position + 263] == 0x20
            if !isGNU, bytes[position + 345] != 0 { name = text(position + 345, 155) + "/" + name }
            switch bytes[position + 156] {
            case UInt8(ascii: "L"): longName = text(content.lowerBound, size)
            case UInt8(ascii: "0"):
                name = longName ?? name
                files[name.hasPrefix("./") ? String(name.dropFirst(2)) : name] = content
                longName = nil
            default: longName = nil
            }
            position += 512 + (size + 511) / 512 * 512
        }
    }

    /// A file's content.
    public subscript(_ name: String) -> [UInt8]? { files[name].map { Array(bytes[$0]) } }

    /// The names of all files whose path contains a text, in order.
    public func names(containing part: String) -> [String] { files.keys.filter { $0.contains(part) }.sorted() }

    private func text(_ start: Int, _ count: Int) -> String {
        String(decoding: bytes[start..<(start + count)].prefix { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
    }
}
