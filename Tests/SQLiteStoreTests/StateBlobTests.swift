import Causality
import Crypto
import Dossiers
import Replication
import SQLite
import SeededRandom
import Testing

@testable import SQLiteStore

@Suite("StateBlob and RecordTable: a state comes back from a file as it went in")
struct StateBlobTests {
    private static let kinds: [RecordKind] = [.dossier, .contact, .office, .procedure, .holiday]

    /// Stores a state in the place of what is there, past every rule.
    private func put(
        _ state: RecordState, _ database: some TestedDatabase, _ now: Timestamp
    ) throws {
        try database.write(now: now) { transaction in
            let before = try transaction.open(state.kind, state.id)
            let table = try #require(database.table(of: state.kind))
            _ = try transaction.save(state, over: before.state, key: before.row, in: table)
        }
    }

    @Test("random states of all kinds", arguments: Seeds.all(40))
    func roundTrip(seed: UInt64) throws {
        if seed % 2 == 0 {
            try roundTrip(CounterFile(), seed)
        } else {
            try roundTrip(CentralFile(), seed)
        }
    }

    private func roundTrip(_ file: RoleFile<some TestedDatabase>, _ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var expected: [RecordID: RecordState] = [:]
        let database = try file.open()
        for byte in UInt8(16)..<36 {
            let kind = Self.kinds[Int(random.next() % 5)]
            let id = try recordID(byte)
            // Written over a few times: an update has to leave nothing of the state before.
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let count = Int.random(in: 0...7, using: &random)
                let state = RandomRecord(kind, id: id, writeCount: count, &random).state
                try put(state, database, file.now())
                expected[id] = state
            }
        }
        database.close()
        try file.read { database in
            try expectSound(database, "seed \(seed)")
            for (id, state) in expected {
                let stored = try #require(try database.table(of: state.kind)?.load(id)?.state)
                #expect(stored == state, "seed \(seed)")
                // `==` takes texts of equal letters for equal; the bytes tell them apart.
                #expect(stored.canonicalBytes == state.canonicalBytes, "seed \(seed)")
            }
        }
    }

    @Test("an update writes what changed alone, and of several values always what is shown")
    func updatedColumns() throws {
        let file = try CounterFile()
        let database = try file.open()
        defer { database.close() }
        let (id, now) = (try recordID(1), file.now())
        /// Two desks that did not know of each other; the later one's officer is shown.
        func state(laterDesk: UInt64, status: String) -> RecordState {
            var state = RecordState(kind: .dossier, id: id)
            for desk in UInt64(1)...2 {
                let clock = HybridTimestamp(now, counter: desk == laterDesk ? 2 : 1)
                let change = Change(
                    dot: Dot(ReplicaID(desk), 1), clock: clock, kind: .dossier, record: id,
                    context: VersionVector(),
                    writes: [
                        FieldWrite("code", .text("A-1")), FieldWrite("status", .text(status)),
                        FieldWrite("officer", .text("officer \(desk)")),
                    ])
                #expect(state.apply(change) == .applied)
            }
            return state
        }
        func officer() throws -> String? {
            let statement = try database.connection.statement("SELECT officer FROM dossiers")
            defer { statement.reset() }
            return try statement.step() ? statement.textOrNil(0) : nil
        }
        try put(state(laterDesk: 1, status: "new"), database, file.now())
        #expect(try officer() == "officer 1")
        try put(state(laterDesk: 2, status: "new"), database, file.now())
        #expect(try officer() == "officer 2")

        let single = { (status: String, seq: UInt64) in
            var state = RecordState(kind: .dossier, id: try recordID(2))
            for number in 1...seq {
                let change = Change(
                    dot: Dot(ReplicaID(1), number), clock: HybridTimestamp(now),
                    kind: .dossier, record: state.id, context: state.vv,
                    writes: number == 1
                        ? [FieldWrite("code", .text("A-2"))] : [FieldWrite("status", .text(status))]
                )
                #expect(state.apply(change) == .applied)
            }
            return state
        }
        try put(single("new", 1), database, file.now())
        try database.connection.execute(
            """
            CREATE TEMP TRIGGER untouched BEFORE UPDATE OF code, office ON dossiers
            BEGIN SELECT RAISE(ABORT, 'the index is touched'); END
            """)
        try put(single("accepted", 2), database, file.now())
        let stored = try #require(try database.table(of: .dossier)?.load(try recordID(2))?.state)
        #expect(try stored == single("accepted", 2))
    }

    @Test("a damaged blob is an error of that row, and never the end of the program")
    func damaged() throws {
        let file = try CounterFile()
        let database = try file.open()
        defer { database.close() }
        var (throwing, reading) = (0, 0)
        for seed in Seeds.all(400) {
            var random = SeededGenerator(seed: seed)
            let id = try recordID(UInt8(16 + seed % 200))
            let state = RandomRecord(.dossier, id: id, writeCount: 4, &random).state
            try put(state, database, file.now())
            let blob = try blob(of: id, database)
            try setBlob(damage(blob, &random), of: id, database)
            do {
                // What still reads as a state has to bear everything that is done to one.
                guard let read = try database.table(of: .dossier)?.load(id)?.state else {
                    throw StoreError.noSuchRecord
                }
                _ = read.canonicalBytes
                _ = read.joined(with: state).canonicalBytes
                _ = read.shown("officer", by: .register)
                reading += 1
            } catch StoreError.damaged(table: "dossiers", _) {
                throwing += 1
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
            try setBlob(blob, of: id, database)
            #expect(try database.table(of: .dossier)?.load(id)?.state == state, "seed \(seed)")
        }
        #expect(throwing > reading, "\(throwing) threw, \(reading) could still be read")
    }

    @Test("stamps and entries out of order are damage, though each by itself is sound")
    func order() throws {
        let file = try CounterFile()
        let database = try file.open()
        defer { database.close() }
        let dots = [Dot(ReplicaID(1), 1), Dot(ReplicaID(2), 1)]
        let stamps = dots.map { StampedDot($0, Stamp(clock: HybridTimestamp(rawValue: 1))) }
        var sound = RecordState(kind: .dossier, id: try recordID(16))
        sound.vv = VersionVector(dots)
        sound.stamps = stamps
        sound.fields = [FieldState("notes", dots.map { FieldEntry($0, .text("x")) })]
        var (entries, order) = (sound, sound)
        entries.fields[0].entries.reverse()
        order.fields = []
        order.stamps.reverse()
        let layout = RecordLayout(.dossier)
        for (state, isSound) in [(sound, true), (entries, false), (order, false)] {
            let blob = try database.write(now: file.now()) { _ in
                try StateBlob.encode(state, layout: layout, interning: database.interning)
            }
            let read = try? blob.withUnsafeBytes { blob in
                try StateBlob.decode(
                    blob, kind: .dossier, id: state.id, layout: layout,
                    interning: database.interning
                ) { _ in nil }
            }
            #expect(read == (isSound ? sound : nil))
        }
    }

    @Test("every truncation of a blob, and every byte after its end, is noticed")
    func truncated() throws {
        let file = try CounterFile()
        let database = try file.open()
        defer { database.close() }
        var random = SeededGenerator(seed: 1)
        let id = try recordID(16)
        let state = RandomRecord(.dossier, id: id, writeCount: 6, &random).state
        try put(state, database, file.now())
        let blob = try blob(of: id, database)
        for damaged in blob.indices.map({ Array(blob[..<$0]) }) + [blob + [0], blob + [0xF6]] {
            try setBlob(damaged, of: id, database)
            let words = storeFailure { _ = try database.table(of: .dossier)?.load(id) }
            #expect(words?.hasSuffix("of dossiers is damaged") == true, "\(damaged.count)")
        }
    }

    private func blob(of id: RecordID, _ database: ReplicaDatabase) throws -> [UInt8] {
        let row = try database.connection.statement("SELECT state FROM dossiers WHERE id = ?1")
        try row.bind(1, id.bytes)
        try #require(try row.step())
        return row.bytes(0)
    }

    private func setBlob(
        _ blob: [UInt8], of id: RecordID, _ database: ReplicaDatabase
    ) throws {
        let update = try database.connection.statement(
            "UPDATE dossiers SET state = ?2 WHERE id = ?1")
        try update.bind(1, id.bytes)
        try update.bind(2, blob)
        try update.run()
    }

    private func damage(_ blob: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var damaged = blob
        let place = Int.random(in: 0..<blob.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: damaged = Array(blob[..<place])
        case 1: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: damaged[place] = UInt8.random(in: 0...255, using: &random)
        case 3: damaged.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default: damaged.remove(at: place)
        }
        return damaged == blob ? [] : damaged
    }
}

@Suite("Metadata: what causality costs a row")
struct MetadataSizeTests {
    @Test("a dossier that was written once costs at most 48 bytes beyond its plain row")
    func untouched() throws {
        let file = try CentralFile()
        let database = try file.open()
        defer { database.close() }
        // As late in the life of a big authority as the numbers are long: 2,000 devices, 70,000
        // names, and a desk's change number 100,000.
        try database.connection.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70000)
            INSERT INTO people(name) SELECT 'person ' || i FROM n;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
            INSERT INTO replicas(id) SELECT 1000000 + i FROM n;
            """)
        let id = try recordID(16)
        let now = file.now()
        let change = Change(
            dot: Dot(StoreFile.replica, 100_000), clock: HybridTimestamp(now, counter: 3),
            kind: .dossier, record: id, context: VersionVector(),
            writes: [
                FieldWrite("code", .text("\(StoreFile.office)-210601-10001")),
                FieldWrite("applicant_name", .text("Nguyễn Văn Ả")),
                FieldWrite("applicant_phone", .text("0912345678")),
                FieldWrite("office", .text(StoreFile.office)),
                FieldWrite("status", .text("new")), FieldWrite("fee_vnd", .integer(10_000)),
                FieldWrite("received_at", .integer(now.milliseconds)),
            ], additions: [FieldWrite("notes", .text("bản chính"))],
            at: Timestamp(milliseconds: now.milliseconds - 60_000), by: "Lê Thị Hoa")
        try database.write(now: now) { transaction in
            let outcome = try MergeApply(transaction).apply(
                change, canonicalBytes: change.canonicalBytes,
                to: transaction.open(.dossier, id), chainHash: .zero)
            #expect(outcome == .applied)
        }
        let row = try database.connection.statement(
            "SELECT length(state), conflicts FROM dossiers")
        try #require(try row.step())
        #expect(row.int64(0) <= 48)
        #expect(row.int64(0) >= 40, "the numbers are as long as they are meant to be")
        #expect(row.int64(1) == 0)
    }

    @Test("a dossier that this counter entered costs about 30 bytes")
    func entered() throws {
        let file = try CounterFile()
        _ = try file.make([FieldWrite("fee_vnd", .integer(10_000))])
        let length = try file.read { database in
            let row = try database.connection.statement("SELECT length(state) FROM dossiers")
            return try row.step() ? row.int64(0) : 0
        }
        #expect((1...32).contains(length), "\(length)")
    }
}
