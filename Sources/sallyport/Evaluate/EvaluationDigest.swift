import Cryptography
import Foundation

/// Digests of files and texts.
enum EvaluationDigest {
    /// SHA-256 in hexadecimal.
    static func hex(_ data: Data) -> String { SHA256.hash([UInt8](data)).hex }
}
