internal import JSONText

/// The demonstration model's embeddings: for each input a unit vector that follows from its bytes alone.
enum DemonstrationEmbeddings {
    private static let defaultDimensions = 64
    private static let mostDimensions = 4_096
    /// As OpenAI's service has it.
    static let mostInputs = 2_048

    static func answer(_ root: JSONValue) -> [UInt8] {
        let dimensions = min(max(root["dimensions"]?.int ?? defaultDimensions, 1), mostDimensions)
        let isBase64 = root["encoding_format"]?.equals("base64") ?? false
        var bytes = 0
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("object")
        writer.string("list")
        writer.key("data")
        writer.beginArray()
        for (index, input) in inputs(root["input"]).enumerated() {
            bytes += input.range.count
            let vector = vector(input, dimensions)
            writer.beginObject()
            writer.key("object")
            writer.string("embedding")
            writer.key("index")
            writer.int(index)
            writer.key("embedding")
            if isBase64 {
                writer.string(utf8: base64(vector))
            } else {
                writer.beginArray()
                // The shortest decimal form of a `Float` in this range is a JSON number.
                for component in vector { writer.raw(Array(component.description.utf8)) }
                writer.endArray()
            }
            writer.endObject()
        }
        writer.endArray()
        writer.key("model")
        writer.string(root["model"]?.string ?? "demo")
        writer.key("usage")
        writer.beginObject()
        writer.key("prompt_tokens")
        writer.int(max(1, bytes / 4))
        writer.key("total_tokens")
        writer.int(max(1, bytes / 4))
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// One input for a string or an array of token numbers, else each element.
    private static func inputs(_ input: JSONValue?) -> [JSONValue] {
        guard let input else { return [] }
        guard input.kind == .array, input[0]?.kind != .number else { return [input] }
        return Array(input.elements)
    }

    private static func vector(_ input: JSONValue, _ dimensions: Int) -> [Float] {
        input.withDecodedUTF8 { vector(of: $0, dimensions) }
    }

    /// The vector of a text, of the usual number of dimensions unless another is wanted.
    static func vector(of text: String, dimensions: Int?) -> [Float] {
        var text = text
        let dimensions = min(max(dimensions ?? defaultDimensions, 1), mostDimensions)
        return text.withUTF8 { vector(of: UnsafeRawBufferPointer($0), dimensions) }
    }

    private static func vector(of bytes: UnsafeRawBufferPointer, _ dimensions: Int) -> [Float] {
        // FNV-1a for the seed, SplitMix64 for the components.
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        var vector: [Double] = []
        for _ in 0..<dimensions {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed >> 31
            // 53 bits give a double in 0..<2; the offset keeps it from being all zero.
            vector.append(Double(mixed >> 11) / 4_503_599_627_370_496 - 1 + 1e-9)
        }
        // Newton's square root: `squareRoot()` would make this module need the C mathematics library when it is linked.
        let square = vector.reduce(0) { $0 + $1 * $1 }
        var length = max(1, square)
        for _ in 0..<40 { length = (length + square / length) / 2 }
        return vector.map { Float($0 / length) }
    }

    /// Little-endian floats in base64 (RFC 4648 §4), as the OpenAI SDK asks for them.
    static func base64(_ vector: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        for component in vector {
            let bits = component.bitPattern
            for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let rest = min(3, bytes.count - start)
            var word = 0
            for offset in 0..<3 { word = word << 8 | (offset < rest ? Int(bytes[start + offset]) : 0) }
            for position in 0..<4 {
                text.append(position <= rest ? alphabet[word >> (18 - 6 * position) & 63] : 0x3D)
            }
        }
        return text
    }
}
