import Cryptography
import Foundation
import Inference
import Ledger
import Synchronization
import Testing

@testable import LedgerVault

/// A vault in a folder of its own, which goes with it.
final class TestVault {
    static let noon = LedgerTime(milliseconds: 1_795_435_200_000)  // 2026-11-23T12:00:00Z
    static let day: Int64 = 86_400_000

    let folder = FileManager.default.temporaryDirectory.appending(path: "vault-\(UUID().uuidString)").path
    let key = SymmetricKey([UInt8](repeating: 0x5A, count: 32))

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var settings: VaultSettings { VaultSettings(directory: folder, master: .secret(key), laziness: 0) }

    func open(
        at time: LedgerTime = noon, _ operations: any VaultOperations = SystemVaultOperations()
    ) throws -> LedgerVault {
        try LedgerVault.open(settings, at: time, operations: operations)
    }

    func reader() throws -> VaultReader { try VaultReader(directory: folder) }

    func opener(_ other: SymmetricKey? = nil) throws -> VaultOpener {
        VaultOpener(try reader(), master: .secret(other ?? key))
    }

    func records() throws -> [VaultRecord] {
        var all: [VaultRecord] = []
        try reader().records {
            all.append($0)
            return true
        }
        return all
    }

    /// Every file with its bytes.
    func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? [] {
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(name)"
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
                files[name] = Array(try Data(contentsOf: URL(filePath: path)))
            }
        }
        return files
    }

    func has(_ text: String) throws -> Bool {
        try files().values.contains { Data($0).range(of: Data(text.utf8)) != nil }
    }
}

func request(_ number: UInt64) -> RequestID { RequestID(high: 7, low: number) }

extension LedgerVault {
    /// Seals, writes and waits.
    func sealed(
        _ text: String, original: String? = nil, of id: RequestID, at time: LedgerTime = TestVault.noon
    ) async throws -> Receipt {
        let sealed = try seal(
            Array(text.utf8), original: original.map { Array($0.utf8) }, of: id, attempt: 1, at: time)
        return try await withCheckedThrowingContinuation { continuation in
            write(sealed) { continuation.resume(with: $0.mapError { $0 as any Error }) }
        }
    }
}

extension OpenedPayload {
    var string: String { String(decoding: text, as: UTF8.self) }
}

/// The system, of which some calls fail.
final class FailingOperations: VaultOperations {
    struct Plan {
        var writeCode: Int32 = 0
        /// Bytes of the failing write that reach the disk all the same.
        var written = 0
        var syncCode: Int32 = 0
        var truncateCode: Int32 = 0
        var syncs = 0
    }

    let plan = Mutex(Plan())
    private let system = SystemVaultOperations()

    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> (written: Int, code: Int32) {
        let (code, written) = plan.withLock { ($0.writeCode, $0.written) }
        guard code != 0 else { return system.write(file, bytes, at: offset) }
        let part = min(written, bytes.count)
        if part > 0 { _ = system.write(file, UnsafeRawBufferPointer(rebasing: bytes[..<part]), at: offset) }
        return (0, code)
    }

    func synchronise(_ file: Int32) -> Int32 {
        let code = plan.withLock { plan in
            plan.syncs += 1
            return plan.syncCode
        }
        return code == 0 ? system.synchronise(file) : code
    }

    func truncate(_ file: Int32, to bytes: Int) -> Int32 {
        let code = plan.withLock { $0.truncateCode }
        return code == 0 ? system.truncate(file, to: bytes) : code
    }
}
