import Cryptography
import Glibc
import Inference
import JSONText
import Ledger
import LedgerStore

/// What `audit open` and `audit shred` need of an intent in the ledger.
struct RecordedIntent {
    let position: LedgerPosition
    let request: RequestID
    let time: LedgerTime
    let attempt: Int
    let isSealed: Bool
    let commitment: Digest32
    let principal, destination, form: String

    init?(_ position: LedgerPosition, _ entry: UnsafeRawBufferPointer) {
        guard let document = try? JSONDocument(parsing: [UInt8](entry)), document.root["kind"]?.string == "intent",
            let request = document.root["request"]?.string.flatMap({ RequestID($0) }),
            let time = document.root["time"]?.string.flatMap({ LedgerTime($0) }),
            let commitment = document.root["prompt"]?.string.flatMap({ Digest32(hex: $0) })
        else { return nil }
        let destination = document.root["destination"]
        self.position = position
        self.request = request
        self.time = time
        attempt = document.root["attempt"]?.int ?? 1
        isSealed = document.root["sealed"]?.bool ?? false
        self.commitment = commitment
        principal = document.root["principal"]?["name"]?.string ?? ""
        self.destination = "\(destination?["provider"]?.string ?? "")/\(destination?["model"]?.string ?? "")"
        form = document.root["form"]?.string ?? ""
    }

    /// The intents of a request, one for each attempt.
    static func all(of request: RequestID, in reader: LedgerReader) throws -> [RecordedIntent] {
        let marker = Array(#""request":"\#(request)""#.utf8)
        var found: [RecordedIntent] = []
        try reader.entries { position, entry in
            if entry.contains(marker), let intent = RecordedIntent(position, entry) { found.append(intent) }
            return true
        }
        return found
    }
}

extension UnsafeRawBufferPointer {
    /// Whether some bytes stand in it.
    fileprivate func contains(_ bytes: [UInt8]) -> Bool { place(of: bytes) != nil }

    /// Where some bytes stand in it first.
    fileprivate func place(of bytes: [UInt8]) -> Int? {
        guard let start = baseAddress, let found = Self.find?(start, count, bytes, bytes.count) else { return nil }
        return UnsafeRawPointer(found) - start
    }

    private typealias Find = @convention(c) (UnsafeRawPointer?, Int, UnsafeRawPointer?, Int) -> UnsafeMutableRawPointer?

    /// `memmem`, which glibc declares for GNU sources only and so not for Swift.
    private static let find: Find? = dlsym(nil, "memmem").map { unsafeBitCast($0, to: Find.self) }
}
