internal import GRDB
private import GRDBSQLite

/// Steps through a statement's rows and lends their columns, without the boxes of GRDB's `Row`: scans read millions.
/// Inside a database access of GRDB only.
struct RowCursor {
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ db: Database, _ sql: String, _ arguments: [Int64] = []) throws {
        statement = try db.makeStatement(sql: sql)
        handle = statement.sqliteStatement
        for (index, value) in arguments.enumerated() { sqlite3_bind_int64(handle, Int32(index + 1), value) }
    }

    /// Binds a request's identifier.
    func bind(_ index: Int32, _ key: RequestKey) {
        withUnsafeBytes(of: (key.high.bigEndian, key.low.bigEndian)) {
            _ = sqlite3_bind_blob(handle, index, $0.baseAddress, 16, Sqlite.transient)
        }
    }

    /// Binds bytes.
    func bind(_ index: Int32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes {
            _ = sqlite3_bind_blob(handle, index, $0.baseAddress, Int32(truncatingIfNeeded: $0.count), Sqlite.transient)
        }
    }

    /// Binds a text.
    func bind(_ index: Int32, _ text: String) { Sqlite.bind(handle, index, text) }

    /// Binds a number.
    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    /// Begins again with other arguments.
    func reset() { sqlite3_reset(handle) }

    /// Goes to the next row; false at the end.
    func next() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw Sqlite.failure(handle, code)
        }
    }

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func request(_ column: Int32) -> RequestKey {
        guard let start = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 else {
            return RequestKey(high: 0, low: 0)
        }
        return RequestKey(
            high: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}

/// A statement that writes one row at a time.
struct RowWriter {
    private let statement: Statement
    private let handle: OpaquePointer
    private var column: Int32 = 0

    init(_ db: Database, _ sql: String) throws {
        statement = try db.makeStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    mutating func add(_ value: Int64) {
        column += 1
        sqlite3_bind_int64(handle, column, value)
    }

    mutating func add(_ value: Int64?) {
        guard let value else { return addNull() }
        add(value)
    }

    mutating func addNull() {
        column += 1
        sqlite3_bind_null(handle, column)
    }

    mutating func add(_ key: RequestKey) {
        column += 1
        withUnsafeBytes(of: (key.high.bigEndian, key.low.bigEndian)) {
            _ = sqlite3_bind_blob(handle, column, $0.baseAddress, 16, Sqlite.transient)
        }
    }

    mutating func add(_ bytes: [UInt8]) {
        column += 1
        bytes.withUnsafeBytes {
            _ = sqlite3_bind_blob(
                handle, column, $0.baseAddress, Int32(truncatingIfNeeded: $0.count), Sqlite.transient)
        }
    }

    mutating func add(_ text: String) {
        column += 1
        Sqlite.bind(handle, column, text)
    }

    /// Writes the row whose columns were added.
    mutating func write() throws {
        column = 0
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw Sqlite.failure(handle, code) }
    }
}

private enum Sqlite {
    /// SQLITE_TRANSIENT: SQLite copies what it is given.
    static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    static func bind(_ handle: OpaquePointer, _ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(
                    handle, index, $0.baseAddress, Int32(truncatingIfNeeded: $0.count), Sqlite.transient)
            }
        }
    }

    static func failure(_ handle: OpaquePointer, _ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: sqlite3_db_handle(handle).flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) })
    }
}
