// Recomputes everything that a database file says of itself: the file's own structure, every record,
// the digests, the hash chains, and at central each record from its changes, and what `ownChecks` names.
// What was altered or lost without the program's knowledge shows here.

public import Causality
internal import Crypto
internal import Dossiers
internal import Editing
internal import Replication
internal import SQLite
internal import Store

/// What a verification looked at, and what is wrong.
public struct Verification: Sendable {
    /// One thing that is wrong. Holds no content of a record.
    public struct Fault: Hashable, Sendable {
        /// What kind of thing.
        public enum Subject: String, Sendable {
            /// The file's own structure.
            case file
            /// A record's row.
            case record
            /// A digest that is kept beside the records.
            case digest
            /// A change of the log.
            case change
            /// A replica's hash chain.
            case chain
            /// Central's chain over its feed.
            case feed
            /// What a device signed.
            case signature
            /// Central's trail of what admins did.
            case trail
            /// A count that is kept beside the records.
            case count
            /// The search index.
            case index
        }

        /// What kind of thing.
        public var subject: Subject
        /// Which one.
        public var place: String
        /// What is wrong with it.
        public var reason: String
    }

    /// Records that were read.
    public internal(set) var recordCount: UInt64 = 0
    /// Changes whose hashes were taken again.
    public internal(set) var changeCount: UInt64 = 0
    /// Records that were made again from their changes.
    public internal(set) var replayedCount: UInt64 = 0
    /// When the newest change came into the file, by the clock of its machine; `nil` without any.
    public internal(set) var newestChange: Timestamp?
    /// Whether the write-ahead log lay beside the file before it was opened here.
    public var hadLog = true
    /// What is wrong; empty in a sound file.
    public var faults: [Fault] = []
}

extension ReplicaDatabase {
    /// Verifies the whole file on one consistent view of it. Reads every row.
    ///
    /// - Throws: `StoreError.sqlite` when the file cannot be read at all.
    public func verify() throws -> Verification {
        var verifier = Verifier(self)
        return try read { try verifier.run() }
    }
}

/// A step of a verification that one role alone takes.
struct OwnCheck {
    /// What is at fault when the step cannot be taken to its end.
    var subject: Verification.Fault.Subject
    /// Where.
    var place: String
    /// What is wrong, given the records that were erased.
    var faults: (_ erased: [(kind: RecordKind, key: Int64)]) throws -> [Verification.Fault]
}

private struct Verifier {
    /// Faults that are worth listing: a damaged file may have as many as it has rows.
    private static let faultsMax = 1_000

    private let database: ReplicaDatabase
    private var result = Verification()
    private var digests: [DigestTable.Place: DigestTable.Difference] = [:]
    /// What erasures have left of records.
    private var keptFields: [LogPlace: Set<FieldName>] = [:]
    /// Rows without fields: of records that were refused, or that made way for another kind.
    private var emptyRows: Set<LogPlace> = []
    private let histories: LogHistories

    init(_ database: ReplicaDatabase) {
        self.database = database
        histories = LogHistories(database.changeLog)
    }

    private var connection: Connection { database.connection }

    mutating func run() throws -> Verification {
        for problem in try connection.quickCheck() where problem != "ok" {
            add(.file, "database", problem)
        }
        try checking(.change, "changes") { verifier in
            verifier.result.newestChange = try verifier.database.newestChange()
        }
        for (kind, name) in RecordKind.tableNames {
            try checking(.record, name) { verifier in try verifier.checkRecords(kind, name) }
        }
        try checking(.record, "ids") { verifier in try verifier.checkIDs() }
        try checking(.record, "office_accounts") { verifier in
            if try !verifier.database.hasRightAccounts() {
                verifier.add(.record, "office_accounts", "they are not those of the rows of events")
            }
        }
        try checking(.digest, "digests") { verifier in try verifier.checkDigests() }
        try checking(.index, "search_terms") { verifier in
            for fault in try verifier.database.searchIndexFaults() {
                verifier.add(fault.subject, fault.place, fault.reason)
            }
        }
        try checking(.change, "changes") { verifier in try verifier.checkLog() }
        try checking(.chain, "end") { verifier in try verifier.checkChainEnds() }
        let erased = keptFields.keys.filter { !emptyRows.contains($0) }.map { ($0.kind, $0.record) }
        for check in database.ownChecks {
            try checking(check.subject, check.place) { verifier in
                for fault in try check.faults(erased) {
                    verifier.add(fault.subject, fault.place, fault.reason)
                }
            }
        }
        return result
    }

    private mutating func add(
        _ subject: Verification.Fault.Subject, _ place: String, _ reason: String
    ) {
        guard result.faults.count < Self.faultsMax else { return }
        result.faults.append(.init(subject: subject, place: place, reason: reason))
    }

    /// Runs a step; damage that stops it is a fault like any other.
    private mutating func checking(
        _ subject: Verification.Fault.Subject, _ place: String,
        _ step: (inout Verifier) throws -> Void
    ) throws {
        do {
            try step(&self)
        } catch let error as StoreError {
            guard case .damaged(let table, let key) = error else { throw error }
            add(subject, "\(table) \(key)", "it contradicts itself")
        } catch let error as SQLiteError where error.isCorrupt || error.isNotADatabase {
            add(subject, place, "SQLite cannot read on: the file is damaged")
        }
    }
}

extension Verifier {
    private mutating func checkRecords(_ kind: RecordKind, _ name: String) throws {
        guard let table = database.table(of: kind) else { return }
        var last = Int64.min
        while let key = try nextKey(name, after: last) {
            last = key
            result.recordCount += 1
            try checking(.record, "\(name) \(key)") { verifier in
                guard let record = try table.load(key: key) else { return }
                try verifier.count(record.state)
                let place = LogPlace(kind: kind, record: key)
                verifier.keptFields[place] = try verifier.keptFields(of: record.state)
                if record.state.fields.isEmpty { verifier.emptyRows.insert(place) }
                if kind == .dossier,
                    try verifier.database.eventRows(of: key)
                        != DossierLedger(record.state).entries
                {
                    verifier.add(.record, "\(name) \(key)", "its rows of events are not its own")
                }
                if verifier.database.holdsAllChanges { try verifier.replay(record, in: name) }
            }
        }
    }

    /// What erasures have left of a record; of one that is not there, of the one that has its id.
    private func keptFields(of state: RecordState) throws -> Set<FieldName>? {
        guard state.fields.isEmpty else { return state.keptFields }
        return try database.records(of: state.id).lazy.compactMap(\.state.keptFields).first
    }

    /// An id names one record: central settles what is of before that rule.
    private mutating func checkIDs() throws {
        for doubled in try database.doubledIDs() {
            let kinds = doubled.kinds.map { "a \($0.name)" }.joined(separator: " and ")
            add(.record, "\(doubled.id)", "the id names \(kinds): central settle ends it")
        }
    }

    private func nextKey(_ table: String, after key: Int64) throws -> Int64? {
        let statement = try connection.statement(
            "SELECT key FROM \(table) WHERE key > ?1 ORDER BY key LIMIT 1")
        try statement.bind(1, key)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : nil
    }

    private mutating func count(_ state: RecordState) throws {
        guard !state.fields.isEmpty else { return }
        let scopes: [Int64]
        switch DossierRules.scope(of: state) {
        case .catalog: scopes = [Interning.catalogScope]
        case .offices(let codes):
            scopes = try codes.compactMap { try database.interning.knownKey(ofOffice: $0) }
        case .none: scopes = []
        }
        for scope in scopes {
            let place = DigestTable.Place(scope: scope, bucket: state.id.bucket)
            digests[place, default: .init()].digest.formUnion(Digest(of: state))
            digests[place, default: .init()].records += 1
        }
    }

    /// Makes a record again from its changes, unless a state of it came in whole.
    private mutating func replay(_ record: StoredRecord, in table: String) throws {
        let rows = try histories.rows(of: LogPlace(kind: record.state.kind, record: record.key))
        guard !rows.contains(where: { $0.form == .state && $0.isMaking }) else { return }
        var state = RecordState(kind: record.state.kind, id: record.state.id)
        for logged in try rows.history() {
            if logged.isVoid {
                state.void(logged.change.dot)
            } else if case .causalGap = state.apply(logged.change) {
                add(.change, "\(logged.change.dot)", "it builds on changes that are not there")
            }
        }
        result.replayedCount += 1
        if state != record.state {
            add(.record, "\(table) \(record.key)", "it is not what its changes give")
        }
    }

    private mutating func checkDigests() throws {
        let statement = try connection.statement(
            "SELECT scope, bucket, sum, records FROM digests ORDER BY scope, bucket")
        defer { statement.reset() }
        while try statement.step() {
            let place = DigestTable.Place(
                scope: statement.int64(0), bucket: UInt8(clamping: statement.int64(1)))
            let found = digests.removeValue(forKey: place) ?? .init()
            let kept = Hash256(bytes: statement.bytes(2))
            if kept != found.digest.hash || statement.int64(3) != found.records {
                add(
                    .digest, "scope \(place.scope) bucket \(place.bucket)",
                    "it is not that of the records")
            }
        }
        for place in digests.keys.sorted(by: { ($0.scope, $0.bucket) < ($1.scope, $1.bucket) }) {
            add(.digest, "scope \(place.scope) bucket \(place.bucket)", "it is missing")
        }
    }
}

extension Verifier {
    /// Every logged change is what its row says, and every chain that is known here is whole.
    private mutating func checkLog() throws {
        var chains: [Int64: HashChain] = [:]
        var position = Int64.min
        var isAtEnd = false
        while !isAtEnd {
            do {
                try database.changeLog.forEachRow(after: position, [.hash, .bytes]) { row in
                    if row.isChange {
                        try check(row, after: &chains[row.replica, default: HashChain()])
                    }
                    position = row.position
                    return true
                }
                isAtEnd = true
            } catch StoreError.damaged(let table, let key) {
                guard let last = try database.changeLog.lastPosition(ofSegment: key),
                    table == "segments", last > position
                else { throw StoreError.damaged(table: table, key: key) }
                add(.change, "segment \(key)", "its bytes are not those of its changes")
                position = last
            }
        }
    }

    private mutating func check(_ row: LogRow, after chain: inout HashChain) throws {
        result.changeCount += 1
        let writer = try database.interning.replica(row.replica)
        let place = "\(writer.map { "\($0)" } ?? "?"):\(row.seq)"
        let bytes = row.bytes ?? []
        guard let change = Self.change(bytes), let writer, change.dot == Dot(writer, row.seq),
            change.kind == row.place.kind
        else {
            add(.change, place, "its bytes are not those of this change")
            return
        }
        let kept = keptFields[row.place]
        // What was taken of a record that an admin moved to another id is that record's history: an
        // order for the one that kept the id is none for it.
        let isOfMoved = emptyRows.contains(row.place) && row.form == .change
        if let kept, !isOfMoved, change.erased(keeping: kept) != change {
            add(.change, place, "it holds what was erased from its record")
        }
        // Others' changes come to a counter as central has them: it may have lost the order since.
        guard row.isHashed else { return }
        if row.place.record != 0, change.erasedContent?.spares(kept) == false,
            try database.isContentKept(ofRefused: change.dot)
        {
            add(.change, place, "values were taken out that were not erased from its record")
        }
        guard row.seq == chain.seq + 1 else {
            add(.chain, place, "changes before it are missing")
            chain = HashChain(seq: row.seq, hash: row.hash ?? .zero)
            return
        }
        chain.append(innerHash: change.erasedContent?.innerHash ?? Hash256(hashing: bytes))
        if chain.hash != row.hash {
            add(.chain, place, "its hash does not follow from the chain before it")
            chain = HashChain(seq: row.seq, hash: row.hash ?? .zero)
        }
    }

    private static func change(_ bytes: [UInt8]) -> Change? {
        do throws(FormatError) {
            return try Change(canonicalBytes: bytes)
        } catch {
            return nil
        }
    }

    /// The ends of chains that are kept by themselves are those of the log.
    private mutating func checkChainEnds() throws {
        for (replica, kept) in try database.keptChainEnds().sorted(by: { $0.key < $1.key }) {
            if try database.chain(ofKnown: replica) != kept {
                add(.chain, "\(replica)", "its end is not that of the log")
            }
        }
    }
}

extension ErasedContent {
    /// Whether an erasure that leaves these fields explains what is gone; none does when `nil`.
    fileprivate func spares(_ kept: Set<FieldName>?) -> Bool {
        kept.map { kept in fields.allSatisfy { !kept.contains($0) } } ?? false
    }
}

extension ReplicaDatabase {
    /// The end of a replica's chain as the log has it; its start when it has none.
    fileprivate func chain(ofKnown replica: ReplicaID) throws -> HashChain {
        guard try interning.knownKey(of: replica) != nil else { return HashChain() }
        return try chain(of: replica)
    }
}
