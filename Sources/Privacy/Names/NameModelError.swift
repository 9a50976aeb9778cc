/// Why bytes are no model of names.
public enum NameModelError: Error, Sendable, Hashable {
    /// They do not begin with the model's mark.
    case notAModel
    /// They are of another version than this tagger reads.
    case otherVersion(Int)
    /// A number in the header is out of bounds, or the length is not the one that the header asks for.
    case wrongSize
    /// The checksum is not that of the bytes.
    case damaged
}
