import Causality
import Crypto
import Dossiers
import Editing
import Replication
import SeededRandom
import Store
import Time

/// What every store of a counter's has to do, room by room: each has a fresh store, writes into it, and
/// compares what it says with what was written. What does not agree is a complaint.
struct CounterContract<Tried: CounterStore> {
    typealias View = Tried.Transaction.View
    typealias Transaction = Tried.Transaction

    static var office: String { "A" }
    static var replica: ReplicaID { ReplicaID(1) }

    let store: Tried
    var complaints: Set<String> = []
    private let ticker = Ticker()

    /// The time, which moves with each look.
    private final class Ticker {
        var milliseconds: Int64 = 1_622_509_200_000
    }

    /// Thrown in the middle of a transaction, to see what it leaves.
    struct Regret: Error {}

    private init(_ store: Tried) throws {
        self.store = store
        var identity = ReplicaIdentity(enrollingAt: "http://central", signingSeed: [7])
        identity.state = .active
        identity.replica = Self.replica
        identity.desk = 1
        identity.office = Self.office
        try write { try $0.save(identity) }
        for (number, code) in [Self.office, "B"].enumerated() {
            try join(
                .office, id: UInt8(number + 1),
                [FieldWrite("code", .text(code)), FieldWrite("name", .text("Một cửa"))])
        }
    }

    /// The complaints about a kind of store, in words; none about one that keeps the contract.
    static func complaints(about make: () throws -> Tried) -> Set<String> {
        let rooms: [(String, (inout CounterContract) throws -> Void)] = [
            ("records", { try $0.records() }), ("log", { try $0.log() }),
            ("a life", { try $0.life() }), ("roll-back", { try $0.rollBack() }),
            ("digests", { try $0.digests() }), ("refusals", { try $0.refusals() }),
            ("erasure", { try $0.erasure() }), ("pulls", { try $0.pulls() }),
            ("identity", { try $0.identity() }), ("rotation", { try $0.rotation() }),
            ("central", { try $0.central() }), ("receipts", { try $0.receipts() }),
            ("carried", { try $0.carried() }), ("codes", { try $0.codes() }),
            ("a batch", { try $0.batch() }),
            ("the clock", { try $0.watch() }),
        ]
        var found = Set<String>()
        for (name, room) in rooms {
            do {
                var contract = try CounterContract(try make())
                try room(&contract)
                found.formUnion(contract.complaints)
            } catch {
                found.insert("\(name): it throws \(error)")
            }
        }
        return found
    }

    mutating func expect(_ condition: Bool, _ complaint: String) {
        if !condition { complaints.insert(complaint) }
    }
}

extension CounterContract {
    func now() -> Timestamp {
        ticker.milliseconds += 1000
        return Timestamp(milliseconds: ticker.milliseconds)
    }

    @discardableResult
    func write<R>(_ body: (Transaction) throws -> R) throws -> R {
        try store.transaction(now: now(), body)
    }

    func id(_ byte: UInt8) -> RecordID {
        RecordID(bytes: [UInt8](repeating: byte, count: RecordID.byteCount))
            ?? RecordID(derivedFrom: .zero)
    }

    /// A record's state as another device made it.
    func state(
        _ kind: RecordKind, _ id: UInt8, _ writes: [FieldWrite], seq: UInt64 = 1
    ) -> RecordState {
        var state = RecordState(kind: kind, id: self.id(id))
        _ = state.apply(change(kind, id, writes, seq: seq))
        return state
    }

    /// A change of another device, which has a replica for each record.
    func change(
        _ kind: RecordKind, _ id: UInt8, _ writes: [FieldWrite], seq: UInt64 = 1,
        seen context: VersionVector = VersionVector()
    ) -> Change {
        Change(
            dot: Dot(ReplicaID(1000 + UInt64(id)), seq),
            clock: HybridTimestamp(rawValue: (1_622_000_000_000 + seq) << 16), kind: kind,
            record: self.id(id), context: context, writes: writes, additions: [])
    }

    /// Joins a state of another device.
    func join(_ kind: RecordKind, id: UInt8, _ writes: [FieldWrite]) throws {
        let state = state(kind, id, writes)
        try write { _ = try CounterMerge($0).join(state) }
    }

    func dossier(_ officer: String = "Lan", office: String = "A") -> [FieldWrite] {
        [
            FieldWrite(RecordSchema.officeField, .text(office)),
            FieldWrite(RecordSchema.statusField, .text("new")),
            FieldWrite("officer", .text(officer)),
        ]
    }

    /// Makes a dossier here.
    func make(code: String? = nil, procedure: String? = nil) throws -> EditResult {
        var writes = dossier()
        if let code { writes.append(FieldWrite("code", .text(code))) }
        if let procedure { writes.append(FieldWrite("procedure", .text(procedure))) }
        return try write { [writes] in
            try RecordEdit($0).make(.dossier, writes: writes)
        }
    }

    @discardableResult
    func set(_ id: RecordID, officer: String) throws -> EditResult {
        try write {
            try RecordEdit($0).edit(
                .id(id), writes: [FieldWrite("officer", .text(officer))])
        }
    }

    func state(of id: RecordID) throws -> RecordState? {
        try store.view { try $0.records(of: id).first?.state }
    }
}

extension CounterContract {
    private mutating func records() throws {
        let made = try make()
        let second = try set(made.record, officer: "Hoa")
        let open = try store.view { try $0.open(.dossier, made.record) }
        expect(open.state["officer"].map(\.value) == [.text("Hoa")], "a state is not the latest")
        expect(open.exists && open.claimant == nil, "a record that is there is not found")
        let other = try store.view { try $0.open(.contact, made.record) }
        expect(
            !other.exists && other.claimant == .dossier, "nobody says which kind has an id")
        let named = try store.view { try $0.record(named: .id(made.record)) }
        expect(named?.state == open.state, "a record is not found by its id")
        expect(
            try store.view { try $0.rows(of: made.record).map(\.state) } == [open.state],
            "the rows of an id are others")
        let place = open.row.map { RecordRow(.dossier, $0) }
        expect(
            try store.view { view in try place.flatMap { try view.record(at: $0)?.state } }
                == open.state, "a record is not found by its row")
        let history = try store.view { try $0.history(of: open) }
        expect(
            history.map(\.change) == [made.change, second.change]
                && !history.contains(where: \.isVoid),
            "the history of a record is not what was written to it, in its order")
        expect(
            history.map(\.position) == history.map(\.position).sorted()
                && history.last?.arrived.milliseconds == ticker.milliseconds,
            "the history does not say when a change arrived")
    }

    private mutating func log() throws {
        var results: [EditResult] = []
        for number in 0..<6 {
            let made = try make()
            results.append(made)
            results.append(try set(made.record, officer: "officer \(number)"))
        }
        var chain = HashChain()
        let (changes, count) = (results.map(\.change), UInt64(results.count))
        for change in changes {
            let before = chain
            chain.append(change.canonicalBytes)
            let dot = change.dot
            expect(dot == Dot(Self.replica, chain.seq), "own changes are not numbered in order")
            expect(
                try store.view { try $0.chainHash(of: Self.replica, seq: dot.seq) } == chain.hash,
                "the hash at a seq is another")
            let logged = try store.view { try $0.loggedChange(dot) }
            expect(
                logged?.bytes == change.canonicalBytes && logged?.hash == chain.hash,
                "a change is not found by its name")
            expect(try store.view { try $0.holds(dot) }, "the log does not know what it holds")
            let row = try store.view { try $0.nextRow(of: Self.replica, after: before.seq) }
            expect(
                row?.dot == dot && row?.hash == chain.hash && row?.bytes == change.canonicalBytes
                    && row?.isVoid == false, "the next row of the log is another")
        }
        expect(
            try store.view { try $0.chainHash(of: Self.replica, seq: 0) } == .zero
                && store.view { try $0.chainHash(of: Self.replica, seq: count + 1) } == nil,
            "a seq that was never written has a hash")
        expect(
            try !store.view { try $0.holds(Dot(Self.replica, count + 1)) },
            "the log holds what was never written")
        expect(
            try store.view { try $0.nextRow(of: Self.replica, after: count) } == nil,
            "there is a row behind the last one")
        try outbox(changes)
        for change in changes {
            let id = change.record ?? results.first { $0.change == change }?.record
            guard let id else { continue }
            let own = results.filter { $0.record == id }.map(\.change.dot.seq)
            let row = try store.view { try $0.open(.dossier, id).row } ?? -1
            for seq in [0, own[0], count] {
                expect(
                    try store.view {
                        try $0.lastSeq(of: Self.replica, to: RecordRow(.dossier, row), through: seq)
                    } == own.filter { $0 <= seq }.max() ?? 0,
                    "the last change to a record is another")
            }
        }
    }

    private mutating func outbox(_ changes: [Change]) throws {
        let count = UInt64(changes.count)
        for (after, last, bytesMax) in [
            (0, .max, 1), (0, .max, 400), (3, .max, 1_000_000), (2, 4, 1_000_000), (4, 4, 10),
            (count, .max, 10),
        ] as [(UInt64, UInt64, Int)] {
            let chunk = try store.view {
                try $0.outbox(of: Self.replica, after: after, through: last, bytesMax: bytesMax)
            }
            var wanted: [Change] = []
            for change in changes where change.dot.seq > after && change.dot.seq <= last {
                let bytes = (wanted + [change]).flatMap(\.canonicalBytes).count
                guard wanted.isEmpty || bytes <= bytesMax else { break }
                wanted.append(change)
            }
            expect(
                chunk?.changes ?? [] == wanted.flatMap(\.canonicalBytes)
                    && chunk?.count ?? 0 == UInt64(wanted.count),
                "the outbox holds other changes than wait")
            guard let chunk else { continue }
            let hashes = try store.view { view in
                try [after, after + chunk.count].map {
                    try view.chainHash(of: Self.replica, seq: $0)
                }
            }
            expect(
                chunk.firstSeq == after + 1
                    && [chunk.hashBefore, chunk.hashAfter].map(Optional.some) == hashes,
                "the outbox does not say where in the chain it stands")
        }
    }

    /// Many writes of several devices, some undone, and the state is always what the changes give.
    private mutating func life() throws {
        var random = SeededGenerator(seed: 5)
        var expected: [RecordID: RecordState] = [:]
        for step in 0..<60 {
            let draw = Int.random(in: 0..<10, using: &random)
            let known = expected.keys.sorted().randomElement(using: &random)
            if draw < 3 || known == nil {
                let made = try make()
                var state = RecordState(kind: .dossier, id: made.record)
                var change = made.change
                change.record = made.record
                _ = state.apply(change)
                expected[made.record] = state
            } else if let known, draw < 8 {
                let edit = try set(known, officer: "officer \(draw)")
                _ = expected[known]?.apply(edit.change)
            } else if let known {
                try? write { transaction in
                    _ = try RecordEdit(transaction).edit(
                        .id(known), writes: [FieldWrite("officer", .text("nobody"))])
                    throw Regret()
                }
            }
            guard step % 10 == 9 else { continue }
            for (id, state) in expected {
                expect(try self.state(of: id) == state, "a state is not what its changes give")
            }
        }
        let chain = try store.view { try $0.enrolledIdentity().identity }
        expect(
            try store.view { try $0.chainHash(of: Self.replica, seq: chain.seq) }
                == chain.chainHash
                && store.view { try !$0.holds(Dot(Self.replica, chain.seq + 1)) },
            "the identity does not say where the chain ends")
        expect(chain.clock.rawValue > 0, "the identity does not keep its clock")
    }

    private mutating func rollBack() throws {
        let made = try make()
        let before = try store.view { try ($0.identity()?.seq, $0.digest(ofOffice: "A")) }
        try? write { transaction in
            _ = try RecordEdit(transaction).make(.dossier, writes: dossier())
            try transaction.setGap(id(77), isOpen: true)
            throw Regret()
        }
        expect(
            try store.view { try $0.identity()?.seq } == before.0
                && store.view { try $0.digest(ofOffice: "A") } == before.1
                && store.view { try $0.gaps(limit: 9) } == [],
            "a roll-back leaves something")
        let kept = try write { transaction in
            let kept = try RecordEdit(transaction).edit(
                .id(made.record), writes: [FieldWrite("officer", .text("Hoa"))])
            try? transaction.attempt {
                _ = try RecordEdit(transaction).edit(
                    .id(made.record), writes: [FieldWrite("officer", .text("An"))])
                try transaction.setGap(id(78), isOpen: true)
                throw Regret()
            }
            return kept
        }
        expect(
            try state(of: made.record)?["officer"].map(\.value) == [.text("Hoa")]
                && store.view { try $0.identity()?.seq } == kept.dot.seq
                && store.view { try $0.gaps(limit: 9) } == [],
            "an attempt leaves something")
    }
}
