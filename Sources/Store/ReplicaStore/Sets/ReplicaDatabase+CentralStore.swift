// How the database file is a store of central's (`CentralStore`): the requirements by the room that
// each is of.

internal import CBOR
public import Causality
public import Dossiers
internal import Editing
public import Replication
public import Store

extension ReplicaDatabase: CentralView {
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
    public func statePage(
        ofOffice office: String, from place: [UInt8]?, countMax: Int
    ) throws -> StatePage {
        var start = SnapshotPlace.start
        if let place {
            start = try CBORReader.withReader(over: place) { reader in
                try SnapshotPlace(from: &reader)
            }
        }
        var states: [RecordState] = []
        let next = try forEachState(ofOffice: office, from: start) { state in
            states.append(state)
            return states.count < countMax
        }
        return StatePage(
            states,
            next: next.map { next in
                var writer = CBORWriter()
                next.encode(to: &writer)
                return writer.bytes
            })
    }

    /// As in `CentralView`.
    public func digests(ofOffice office: String, bucket: UInt8) throws -> [RecordID: Digest] {
        var found: [RecordID: Digest] = [:]
        try forEachDigest(ofOffice: office, bucket: bucket) { found[$0] = $1 }
        return found
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

extension ReplicaDatabase: CentralStore {
    /// As in `CentralView`.
    public func view<R>(_ body: (ReplicaDatabase) throws -> R) throws -> R {
        try read { try body(self) }
    }

    /// As in `CentralView`.
    public func transaction<R>(
        now: Timestamp, _ body: (WriteTransaction) throws -> R
    ) throws -> R {
        try write(now: now, body)
    }
}

extension WriteTransaction: CentralTransaction, ForwardedView {
    /// The file, as the transaction has it so far.
    public var base: ReplicaDatabase { database }
}
