// How the database file is a store of central's (`CentralStore`): the requirements by the room that
// each is of.

public import Causality
public import Dossiers
public import Editing
internal import Glibc
public import Replication
public import Store

extension CentralDatabase: CentralView {
    /// As in `CentralView`.
    public func states(of id: RecordID) throws -> [RecordState] {
        try records(of: id).map(\.state)
    }

    /// As in `CentralView`.
    public func recordCounts(of kind: RecordKind) throws -> RecordCounts {
        let counts = try counts(of: kind)
        return RecordCounts(records: counts.records, conflicts: counts.conflicts)
    }

    /// As in `CentralView`.
    public func moves(ofDossier id: RecordID) throws -> [LedgerEntry] {
        try table(of: .dossier)?.key(of: id).map(eventRows(of:)) ?? []
    }

    /// As in `CentralView`.
    public func wrongClockIDs() throws -> Set<RecordID> {
        Set(try wrongClockRecords().map(\.id))
    }

    /// As in `CentralView`.
    public func feedEnd() throws -> FeedEnd {
        let last = try lastCommit()
        return FeedEnd(position: last.position, hash: last.hash)
    }

    /// As in `CentralView`.
    public func feedPage(
        ofOffice office: String, after position: UInt64, except reader: ReplicaID, countMax: Int
    ) throws -> [FeedRow] {
        try page(of: countMax) {
            try forEachFeedRow(ofOffice: office, after: position, except: reader, $0)
        }
    }

    /// As in `CentralView`.
    public func departedPage(
        ofOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [FeedRow] {
        try page(of: countMax) {
            try forEachDepartedRow(ofOffice: office, after: position, through: last, $0)
        }
    }

    /// As in `CentralView`.
    public func movedRecords(
        forOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [MovedRecord] {
        try moves(forOffice: office, after: position, through: last, countMax: countMax)
            .map { MovedRecord($0.record, to: $0.office) }
    }

    /// As in `CentralView`.
    public func change(_ dot: Dot) throws -> Change? {
        guard let key = try interning.knownKey(of: dot.replica) else { return nil }
        return try changeLog.change(replicaKey: key, seq: dot.seq)
    }

    /// As in `CentralView`.
    public func hasEverRead(office: String, _ name: RecordName) throws -> Bool {
        guard let key = try table(of: name.kind)?.key(of: name.id) else { return false }
        return try hasEverRead(office: office, name.kind, key)
    }
}

/// The first rows of those that are walked.
private func page(
    of countMax: Int, _ walk: ((FeedRow) throws -> Bool) throws -> Void
) rethrows -> [FeedRow] {
    var rows: [FeedRow] = []
    try walk { row in
        rows.append(row)
        return rows.count < countMax
    }
    return rows
}

extension CentralDatabase: CentralNodeView {}

extension CentralDatabase: CentralNodeStore {
    /// Opens central's file.
    ///
    /// - Throws: `StoreError`.
    public convenience init(at path: String) throws { try self.init(path: path) }

    /// Whether the disk of a file has so many free bytes, and may be written.
    public static func hasRoom(for byteCount: UInt64, at path: String) -> Bool {
        var status = statvfs()
        // A file that is not there is found out by whoever opens it.
        guard statvfs(path, &status) == 0 else { return true }
        let (free, isHuge) = UInt64(status.f_bavail)
            .multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return (isHuge || free >= byteCount) && status.f_flag & UInt(ST_RDONLY) == 0
    }

    /// Moves the write-ahead log into the file when nobody has written since the last call.
    ///
    /// - Returns: whether the file is whole without its log.
    /// - Throws: `StoreError.sqlite`.
    public func settleWhenIdle() throws -> Bool { try idleCheckpoint(self) }

    /// As in `CentralStore`.
    public func transaction<R, S>(
        now: Timestamp, _ body: (CentralWriteTransaction) throws -> R,
        finish: (R, CentralWriteTransaction) throws -> S
    ) throws -> S {
        try write(now: now, body, finish: finish)
    }
}

extension CentralWriteTransaction: CentralNodeTransaction, ForwardedView {
    /// The file, as the transaction has it so far.
    public var view: CentralDatabase { database }
    /// The file, for what a transaction reads itself.
    public var base: CentralDatabase { database }
}
