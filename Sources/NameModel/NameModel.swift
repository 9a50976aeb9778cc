private import CNameModel

/// The weights of the name tagger that come with the binary (`scripts/names/train.py` makes them; NOTICE says from what).
public enum NameModel {
    /// The whole file; lives as long as the process and never changes.
    nonisolated(unsafe) public static let bytes = UnsafeRawBufferPointer(
        start: name_model_bytes(), count: name_model_length())
}
