import Causality
import Crypto
import Dossiers
import Editing
import Replication
import Store

/// A store that the contract can be tried on.
protocol ContractStore: CentralStore {
    /// Says whose device a replica is.
    func enrol(_ replica: ReplicaID, in office: String) throws
}

/// What every store of central's has to do: a life goes through it, and all that it says is compared with
/// what follows from the write sets that it was given. What does not agree is a complaint.
struct Contract<Tried: ContractStore> {
    private let store: Tried
    private var life: Life
    private(set) var complaints: Set<String> = []
    private static var stranger: ReplicaID { ReplicaID(1234) }

    /// Thrown in the middle of a transaction, to see what it leaves.
    private struct Regret: Error {}

    init(_ store: Tried, seed: UInt64, key: SigningKey) {
        self.store = store
        life = Life(seed: seed, key: key)
    }

    /// The complaints about a store, in words; none about one that keeps the contract.
    static func complaints(
        about store: Tried, seed: UInt64, steps: Int = 40, key: SigningKey
    ) -> Set<String> {
        var contract = Contract(store, seed: seed, key: key)
        do {
            try contract.run(steps)
        } catch {
            contract.complaints.insert("it throws \(error)")
        }
        return contract.complaints
    }

    private mutating func expect(_ condition: Bool, _ complaint: String) {
        if !condition { complaints.insert(complaint) }
    }

    private mutating func run(_ steps: Int) throws {
        for device in life.devices { try store.enrol(device.replica, in: device.office) }
        let catalog = life.catalog()
        try store.transaction(now: life.now()) { try $0.commit(catalog) }
        life.expected.take([catalog])
        for step in 0..<steps {
            try takeStep()
            if step % 5 == 4 || step == steps - 1 { try look() }
        }
    }

    /// One transaction: of a device, of several, or one that is given up.
    private mutating func takeStep() throws {
        var after = life
        var complaints = complaints
        var sets: [CentralWriteSet] = []
        let count = after.happens(20) ? 2 : 1
        let (givesUp, givesUpPart) = (after.happens(10), after.happens(10))
        let erased = after.happens(8) ? after.records.randomElement(using: &after.random) : nil
        do {
            try store.transaction(now: after.now()) { transaction in
                let before = after.expected
                for _ in 0..<count {
                    let set = try Self.judge(&after, in: transaction, &complaints)
                    try transaction.commit(set)
                    sets.append(set)
                    after.expected.take([set])
                }
                if let erased, let set = try after.erasure(of: erased) {
                    try transaction.commit(set)
                    sets.append(set)
                    after.expected.take([set])
                }
                if givesUpPart {
                    var lost = after
                    do {
                        try transaction.attempt {
                            try transaction.commit(
                                Self.judge(&lost, in: transaction, &complaints))
                            throw Regret()
                        }
                    } catch is Regret {
                        // It is as if it had not been.
                    }
                }
                after.expected = before
                if givesUp { throw Regret() }
            }
            after.expected.take(sets)
            life = after
        } catch is Regret {
            // As if it had not been: the devices know nothing of it.
            life.random = after.random
        }
        self.complaints = complaints
    }

    private static func judge(
        _ life: inout Life, in transaction: Tried.Transaction, _ complaints: inout Set<String>
    ) throws -> CentralWriteSet {
        let delivery = life.delivery()
        let read = try transaction.readSet(for: delivery)
        complaints.formUnion(try life.expected.complaints(about: read, for: delivery))
        let outcome = try CentralJudgement.outcome(of: delivery, by: read)
        life.confirm(outcome.chain, of: delivery.device.replica)
        return outcome.writes
    }
}

extension Contract {
    /// Compares all that the store says with what is expected.
    private mutating func look() throws {
        let expected = life.expected
        var found = complaints
        try store.view { view in
            func expect(_ condition: Bool, _ complaint: String) {
                if !condition { found.insert(complaint) }
            }
            let readers = [life.devices[0].replica, Self.stranger]
            for office in Life.offices + ["nowhere"] {
                for reader in readers {
                    try Self.lookAtFeed(view, office, reader, expected, expect)
                }
                try Self.lookAtScope(view, office, expected, expect)
            }
            expect(
                try view.feedEnd().hash == expected.hashes.last ?? .zero,
                "the feed's hash is not that of its rows")
            try Self.lookAtRecords(view, expected, expect)
        }
        complaints = found
    }

    private static func lookAtFeed(
        _ view: Tried.View, _ office: String, _ reader: ReplicaID, _ expected: Expectation,
        _ expect: (Bool, String) -> Void
    ) throws {
        var rows: [FeedRow] = []
        var position: UInt64 = 0
        while true {
            let page = try view.feedPage(
                ofOffice: office, after: position, except: reader, countMax: 7)
            rows += page
            guard page.count == 7, let last = page.last, last.position > position else { break }
            position = last.position
        }
        expect(
            rows.map(\.content) == (try expected.feed(of: office, except: reader)),
            "the feed does not tell what was written, in its order")
        let positions = rows.map(\.position)
        expect(
            zip(positions, positions.dropFirst()).allSatisfy(<),
            "positions do not grow along the feed")
        expect(
            try positions.map(view.commitHash)
                == expected.commitHashes(of: office, except: reader),
            "a cursor is not confirmed by the hash of its commit")
        let end = try view.feedEnd().position
        expect(positions.allSatisfy { $0 <= end }, "the feed goes on behind its end")
        expect(try view.commitHash(at: end + 1) == nil, "a cursor behind the end is confirmed")
        let all = try view.feedPage(
            ofOffice: office, after: 0, except: stranger, countMax: .max)
        for countMax in [3, 1_000] as [Int64] {
            expect(
                try view.feedRowCount(ofOffice: office, after: 0, countMax: countMax)
                    == UInt64(min(all.count, Int(countMax))),
                "the count of what remains is wrong")
        }
        let departed = try view.departedPage(
            ofOffice: office, after: 0, through: end, countMax: .max)
        expect(
            departed.map(\.content) == (try expected.departed(of: office)),
            "what has left an office is not told in place of the feed")
        let moves = try view.movedRecords(
            forOffice: office, after: 0, through: end, countMax: .max)
        expect(
            moves == expected.moves(for: office), "who had a record is not told where it went")
    }

    private static func lookAtScope(
        _ view: Tried.View, _ office: String, _ expected: Expectation,
        _ expect: (Bool, String) -> Void
    ) throws {
        let scope = expected.scope(of: office)
        var states: [RecordState] = []
        var place: SnapshotPlace? = .start
        while let start = place, states.count <= scope.count {
            let page = try view.statePage(ofOffice: office, from: start, countMax: 4)
            states += page.states
            place = page.next
        }
        let whole = try view.statePage(ofOffice: office, from: .start, countMax: .max)
        for (number, place) in whole.places.enumerated() {
            let rest = try view.statePage(ofOffice: office, from: place, countMax: .max)
            expect(
                rest.states == Array(whole.states.dropFirst(number + 1)),
                "states do not go on behind the one that was the last")
        }
        expect(
            try view.statePage(ofOffice: office, from: .end, countMax: 1) == StatePage(),
            "there are states behind the end")
        expect(
            states.count == scope.count && Set(states.map(\.id)) == Set(scope.map(\.id)),
            "the states of a scope are not all given, each once")
        // Where it is in conflict whose a record is, it may come behind the others.
        func sure(_ states: [RecordState]) -> [RecordID] {
            states.filter { $0[RecordSchema.officeField].count < 2 }.map(\.id)
        }
        expect(sure(states) == sure(scope), "states are not given newest first")
        expect(Set(states) == Set(scope), "a state is not the latest")
        var sum = ScopeDigest(digest: Digest(), recordCount: 0)
        var buckets = [Digest](repeating: Digest(), count: RecordID.bucketCount)
        for state in scope {
            sum.digest.formUnion(Digest(of: state))
            sum.recordCount += 1
            buckets[Int(state.id.bucket)].formUnion(Digest(of: state))
        }
        expect(
            try view.digest(ofOffice: office) == sum, "a digest is not that of the scope's states")
        expect(
            try view.bucketDigests(ofOffice: office) == buckets,
            "the digests of the buckets are not those of their states")
        let asked = Array(Set(scope.map(\.id.bucket)).sorted().prefix(20)) + [0, 255]
        var listed: [UInt8] = []
        try view.forEachBucket(asked, ofOffice: office) { bucket, digests in
            listed.append(bucket)
            let inside = scope.filter { $0.id.bucket == bucket }.map { ($0.id, Digest(of: $0)) }
            expect(
                digests == Dictionary(inside, uniquingKeysWith: { $1 }),
                "a bucket lists other records than are in it")
            return listed.count < asked.count - 1
        }
        expect(
            listed == asked.dropLast(), "buckets are not listed in their order, until it is enough")
    }

    private static func lookAtRecords(
        _ view: Tried.View, _ expected: Expectation, _ expect: (Bool, String) -> Void
    ) throws {
        for change in expected.changes() {
            expect(
                try view.chainHash(of: change.dot.replica, seq: change.dot.seq) == change.hash,
                "the hash at a seq is another")
            expect(
                try view.record(ofChange: change.dot) == change.record,
                "a change is said to be of another record")
        }
        for (replica, _) in expected.devices {
            let last = expected.changes().filter { $0.dot.replica == replica }
                .max { $0.dot.seq < $1.dot.seq }
            expect(
                try view.chain(of: replica)
                    == HashChain(seq: last?.dot.seq ?? 0, hash: last?.hash ?? .zero),
                "a chain ends otherwise")
            let notes = expected.refusals(of: replica)
            expect(
                try view.refusals(of: replica, seqs: 1...UInt64(Int64.max)) == notes,
                "what was refused is not told again")
            for note in notes {
                expect(
                    try view.isContentKept(ofRefused: Dot(replica, note.seq))
                        == note.isContentKept,
                    "whether refused content is kept is not known")
            }
            expect(
                try view.chainHash(of: replica, seq: UInt64(Int32.max)) == nil,
                "a seq that was never pushed has a hash")
        }
        for name in expected.order {
            let states = RecordKind.known.compactMap {
                expected.states[RecordName($0, name.id)]
            }.filter { !$0.fields.isEmpty }
            expect(
                try Set(view.states(of: name.id)) == Set(states),
                "a record is not as it was written")
            guard states.count == 1, let state = states.first else { continue }
            for office in Life.offices {
                expect(
                    try view.hasEverRead(office: office, name.id)
                        == expected.isRead(RecordName(state.kind, name.id), by: office),
                    "who could ever read a record is not known")
            }
            guard state.kind == .dossier else { continue }
            expect(
                try view.moves(ofDossier: name.id) == DossierLedger(state).entries,
                "the accounts do not follow a dossier")
        }
        var all: [RecordState] = []
        var place: SnapshotPlace? = .start
        while let start = place, all.count <= expected.order.count {
            let page = try view.recordPage(from: start, countMax: 6)
            all += page.states
            place = page.next
        }
        let begun = RecordKind.known.flatMap { kind in
            expected.order.reversed().filter { $0.kind == kind }
                .compactMap { expected.states[$0] }.filter { !$0.fields.isEmpty }
        }
        expect(all == begun, "not all records are given, newest first within their kind")
        try lookAtPast(view, expected, expect)
        for kind in RecordKind.known {
            expect(
                try view.recordCounts(of: kind) == expected.counts(of: kind),
                "records or conflicts are counted wrong")
        }
        let marked = expected.states.values.filter { !$0.wrongClockMarks.isEmpty }
        expect(
            try view.wrongClockIDs() == Set(marked.map(\.id)),
            "what was written under a wrong clock is not listed")
    }
}

extension Contract {
    /// Compares changes by name, and the states of records at the positions of their changes.
    private static func lookAtPast(
        _ view: Tried.View, _ expected: Expectation, _ expect: (Bool, String) -> Void
    ) throws {
        var positions: [Dot: UInt64] = [:]
        for office in Life.offices {
            let rows = try view.feedPage(
                ofOffice: office, after: 0, except: stranger, countMax: .max)
            for row in rows {
                guard case .change(let bytes, _) = row.content else { continue }
                positions[try Change(canonicalBytes: bytes).dot] = row.position
            }
        }
        for (dot, change) in try expected.contents() {
            expect(try view.change(dot) == change, "a change is another than was pushed")
        }
        expect(
            try view.change(Dot(stranger, 1)) == nil, "there is a change that nobody pushed")
        for (dot, position) in positions {
            guard let id = try view.record(ofChange: dot),
                let name = expected.name(of: id)
            else { continue }
            for writer in [nil, dot.replica] {
                expect(
                    try view.state(of: id, at: position, with: writer)
                        == expected.past(of: name, through: dot, with: writer),
                    "a record was not so at a position of the feed")
            }
        }
    }
}

extension Expectation {
    /// What is wrong with a read set.
    func complaints(about read: CentralReadSet, for delivery: Delivery) throws -> Set<String> {
        let reads = CentralReads(for: delivery)
        var wanted = CentralReadSet()
        if let seq = reads.hashSeq {
            wanted.hashBefore =
                seq == 0
                ? .zero : changes().first { $0.dot == Dot(reads.replica, seq) }?.hash
        }
        if let seqs = reads.refusalSeqs {
            wanted.refusals = refusals(of: reads.replica).filter { seqs.contains($0.seq) }
        }
        for name in reads.records.union(reads.newRecords) { add(name, to: &wanted) }
        wanted.offices = reads.offices.intersection(Life.offices)
        wanted.refusedBytes = refusedBytes[reads.replica] ?? 0
        wanted.centralKey = read.centralKey
        let details = CentralDetails(for: delivery, after: wanted)
        for name in details.records { add(name, to: &wanted) }
        let office = details.office
        for (name, _) in wanted.records {
            let found = try found(name, by: office)
            if details.isRead.contains(name) { wanted.records[name]?.isRead = found.isRead }
            if details.readers.contains(name) { wanted.records[name]?.readers = found.readers }
            if details.histories.contains(name) { wanted.records[name]?.history = found.history }
            if details.toldCopies.contains(name) {
                wanted.records[name]?.toldCopies = found.toldCopies
            }
        }
        for code in details.procedures { wanted.procedures[code] = editions(of: code) }
        for replica in details.replicas { wanted.deviceOffices[replica] = devices[replica] }
        var read = read
        for name in read.records.keys { read.records[name]?.readers.sort() }
        return read == wanted ? [] : ["a delivery is judged by something else than is there"]
    }

    private func add(_ name: RecordName, to set: inout CentralReadSet) {
        let state = states[name]
        set.records[name] = FoundRecord(
            state ?? RecordState(kind: name.kind, id: name.id), exists: state != nil)
        guard state?.fields.isEmpty ?? true else { return }
        for other in RecordKind.known where other != name.kind {
            let name = RecordName(other, name.id)
            guard set.records[name] == nil, let state = states[name] else { continue }
            set.records[name] = FoundRecord(state, exists: true)
        }
    }
}
