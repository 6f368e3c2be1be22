// What must hold of a database file at any time, recomputed from its rows.

import Causality
import Crypto
import Dossiers
import Replication
import SQLite
import Testing

@testable import SQLiteStore

/// Expects that the digests that are kept are those of the records, that every chain of the log
/// follows from its bytes and ends where the identity says, and that SQLite finds the file whole.
func expectSound(
    _ database: ReplicaDatabase, _ note: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let check = try database.connection.statement("PRAGMA integrity_check")
    #expect(try check.step() && check.text(0) == "ok", note, sourceLocation: sourceLocation)
    check.reset()
    #expect(
        try keptDigests(database) == takenDigests(database), note, sourceLocation: sourceLocation)
    for (replica, key) in try replicaKeys(database) {
        let chain = try expectChain(of: key, database, note, sourceLocation)
        if let counter = database as? CounterDatabase, let identity = try counter.identity(),
            identity.replica == replica
        {
            #expect(identity.seq == chain.seq, note, sourceLocation: sourceLocation)
            #expect(identity.chainHash == chain.hash, note, sourceLocation: sourceLocation)
        }
    }
}

/// A part of a digest: scope and bucket.
private typealias Place = DigestTable.Place

private struct Part: Equatable {
    var digest = Digest()
    var records: Int64 = 0
}

private func keptDigests(_ database: ReplicaDatabase) throws -> [Place: Part] {
    var parts: [Place: Part] = [:]
    let rows = try database.connection.statement(
        "SELECT scope, bucket, sum, records FROM digests WHERE records <> 0 OR sum <> zeroblob(32)")
    while try rows.step() {
        let place = Place(scope: rows.int64(0), bucket: UInt8(clamping: rows.int64(1)))
        let hash = try #require(Hash256(bytes: rows.bytes(2)))
        parts[place] = Part(digest: Digest(hash), records: rows.int64(3))
    }
    return parts
}

private func takenDigests(_ database: ReplicaDatabase) throws -> [Place: Part] {
    var parts: [Place: Part] = [:]
    try database.forEachRecord { state in
        let scopes: [Int64]
        switch DossierRules.scope(of: state) {
        case .catalog: scopes = [0]
        case .offices(let codes):
            scopes = try codes.map { try #require(try database.interning.knownKey(ofOffice: $0)) }
        case .none: scopes = []
        }
        for scope in scopes {
            let place = Place(scope: scope, bucket: state.id.bucket)
            parts[place, default: Part()].digest.formUnion(Digest(of: state))
            parts[place, default: Part()].records += 1
        }
        return true
    }
    return parts
}

private func replicaKeys(_ database: ReplicaDatabase) throws -> [(ReplicaID, Int64)] {
    let rows = try database.connection.statement(
        "SELECT DISTINCT replica FROM changes WHERE form = 1 AND hash IS NOT NULL")
    var keys: [Int64] = []
    while try rows.step() { keys.append(rows.int64(0)) }
    return try keys.map { (try #require(try database.interning.replica($0)), $0) }
}

/// The end of a chain, every step of which follows from the bytes that are logged.
private func expectChain(
    of replicaKey: Int64, _ database: ReplicaDatabase, _ note: Comment?,
    _ sourceLocation: SourceLocation
) throws -> HashChain {
    var chain = HashChain()
    try database.changeLog.forEachChange(replicaKey: replicaKey, from: 1) { seq, hash, bytes in
        chain.append(bytes)
        #expect(chain.seq == seq, note, sourceLocation: sourceLocation)
        #expect(chain.hash == hash, note, sourceLocation: sourceLocation)
        return chain.seq == seq && chain.hash == hash
    }
    return chain
}

extension ReplicaDatabase {
    /// What stands in all tables, row by row: to see that nothing was written.
    func content() throws -> [String] {
        let names = try connection.statement("SELECT name FROM sqlite_schema WHERE type = 'table'")
        var tables: [String] = []
        while try names.step() { tables.append(names.text(0)) }
        var lines: [String] = []
        for table in tables.sorted() {
            let columns = try connection.statement("SELECT name FROM pragma_table_info(?1)")
            try columns.bind(1, table)
            var list: [String] = []
            while try columns.step() { list.append("quote(\(columns.text(0)))") }
            let rows = try connection.statement(
                "SELECT \(list.joined(separator: " || ',' || ")) FROM \(table) ORDER BY 1")
            while try rows.step() { lines.append(table + ": " + rows.text(0)) }
        }
        return lines
    }
}
