import CBOR
import Causality
import Columns
import Crypto
import Demonstration
import Replication
import SeededRandom
import Testing
import Wire

@Suite("Columns")
struct ColumnarBatchTests {
    private static let limit = WireLimits.decodedBytesMax

    @Test("the changes of a push come out byte for byte")
    func pushes() throws {
        for seed in Seeds.all(200) {
            var random = SeededGenerator(seed: seed)
            let push = RandomPush(count: Int.random(in: 0...40, using: &random), &random)
            let batch = ColumnarBatch(changes: push.sequence, from: push.origin)
            #expect(try push.rebuilt(batch.bytes) == push.sequence, "seed \(seed)")
        }
    }

    @Test("items come out byte for byte")
    func items() throws {
        for seed in Seeds.all(200) {
            var random = SeededGenerator(seed: seed)
            let reader = random.replica()
            let count = Int.random(in: 0...30, using: &random)
            let bytes = encodedSequence((0..<count).map { _ in randomItem(&random) })
            let batch = ColumnarBatch(items: bytes, for: reader)
            let again = try ColumnarBatch.items(
                of: batch.bytes, for: reader, within: ColumnBudget(bytesMax: Self.limit))
            #expect(again == bytes, "seed \(seed)")
        }
    }

    @Test("the items of several devices come out byte for byte, ids of their chains included")
    func itemsOfChains() throws {
        var idBytes = 0
        for seed in Seeds.all(60) {
            var random = SeededGenerator(seed: seed)
            let reader = random.replica()
            let pushes = (0..<3).map { _ in
                RandomPush(count: Int.random(in: 0...20, using: &random), &random)
            }
            var bytes = pushes.flatMap(\.items)
            bytes += encodedSequence([randomItem(&random)]) + pushes.flatMap(\.items)
            let batch = ColumnarBatch(items: bytes, for: reader) { dot in
                pushes.first { $0.origin.replica == dot.replica }?.hashes[dot.seq]
            }
            let again = try ColumnarBatch.items(
                of: batch.bytes, for: reader, within: ColumnBudget(bytesMax: Self.limit))
            #expect(again == bytes, "seed \(seed)")
            idBytes += batch.parts.first { $0.name == "ids" }?.range.count ?? 0
        }
        #expect(idBytes > 0)
    }

    @Test("ids that follow from a chain take no bytes, and a false hash does no harm")
    func derivedIDs() throws {
        var random = SeededGenerator(seed: 3)
        var push = RandomPush(count: 0, &random)
        var chain = HashChain(seq: push.origin.firstSeq - 1, hash: push.origin.hashBefore)
        for _ in 0..<50 {
            var change = randomChange(of: nil, &random)
            change.dot = Dot(push.origin.replica, chain.seq + 1)
            chain.append(change.canonicalBytes)
            push.changes.append(change)
            push.records[change.dot] = change.recordID(after: chain.hash)
            push.hashes[chain.seq] = chain.hash
        }
        let reader = random.replica()
        for (hash, idBytesMax) in [(nil, 49), (push.hashes, 49)] as [([UInt64: Hash256]?, Int)] {
            let batch = ColumnarBatch(items: push.items, for: reader) { dot in
                hash.map { $0[dot.seq] ?? .zero } ?? Hash256(hashing: [7])
            }
            let again = try ColumnarBatch.items(
                of: batch.bytes, for: reader, within: ColumnBudget(bytesMax: Self.limit))
            #expect(again == push.items)
            let ids = batch.parts.first { $0.name == "ids" }?.range.count
            #expect(ids == (hash == nil ? 50 * 16 + 1 : 16 + 1 + 32), "\(idBytesMax)")
        }
    }

    @Test("a rule of ids is a bit of the shape: new records take the same bytes under either")
    func rulesOfIDs() throws {
        func batch(_ rule: RecordIDRule) throws -> ColumnarBatch {
            var random = SeededGenerator(seed: 11)
            let origin = PushOrigin(replica: random.replica(), firstSeq: 1, hashBefore: .zero)
            var chain = HashChain()
            var sequence: [UInt8] = []
            for seq in 1...UInt64(20) {
                var made = Change(
                    dot: Dot(origin.replica, 2 * seq - 1),
                    clock: HybridTimestamp(rawValue: (1_790_000_000_000 + seq) << 16),
                    kind: .dossier, record: nil, context: VersionVector(),
                    writes: [FieldWrite("applicant_name", .text("An \(seq)"))])
                made.idRule = rule
                chain.append(made.canonicalBytes)
                let edit = Change(
                    dot: Dot(origin.replica, 2 * seq), clock: made.clock, kind: .dossier,
                    record: made.recordID(after: chain.hash), context: VersionVector(made.dot),
                    writes: [FieldWrite("status", .text("accepted"))])
                chain.append(edit.canonicalBytes)
                sequence += made.canonicalBytes + edit.canonicalBytes
            }
            let batch = ColumnarBatch(changes: sequence, from: origin)
            let again = try ColumnarBatch.changes(
                of: batch.bytes, from: origin, within: ColumnBudget(bytesMax: Self.limit)
            ) { _ in nil }
            #expect(again == sequence)
            return batch
        }
        let (chain, time) = (try batch(.chain), try batch(.time))
        #expect(time.bytes.count == chain.bytes.count)
        // An edit names its record by the change that made it: no id is written.
        #expect(time.parts.first { $0.name == "ids" }?.range.count ?? 0 == 0)
        #expect(zip(time.bytes, chain.bytes).count { $0 != $1 } == 1)
    }

    @Test("a shape with a rule of ids that is not known is refused")
    func unknownRule() throws {
        let origin = PushOrigin(replica: ReplicaID(5), firstSeq: 1, hashBefore: .zero)
        var made = Change(
            dot: Dot(origin.replica, 1), clock: HybridTimestamp(rawValue: 1 << 20),
            kind: .dossier, record: nil, context: VersionVector(),
            writes: [FieldWrite("office", .text("A"))])
        made.idRule = .time
        var bytes = ColumnarBatch(changes: made.canonicalBytes, from: origin).bytes
        // Form, rows, replicas, shapes, and the flags of the first shape.
        #expect(bytes[4] == 0x41)
        for flags in [0x81, 0xC1] as [UInt8] {
            bytes[4] = flags
            #expect(throws: ColumnError.range) {
                try ColumnarBatch.changes(
                    of: bytes, from: origin, within: ColumnBudget(bytesMax: Self.limit)
                ) { _ in nil }
            }
        }
    }

    @Test("a record is named by the change that made it also behind a change that was erased")
    func erased() throws {
        var random = SeededGenerator(seed: 5)
        let origin = PushOrigin(
            replica: random.replica(), firstSeq: 1, hashBefore: .zero)
        let named = [FieldWrite("applicant_name", .text("An"))]
        func change(_ seq: UInt64, _ id: RecordID?, seen: VersionVector = [:]) -> Change {
            Change(
                dot: Dot(origin.replica, seq), clock: HybridTimestamp(rawValue: 1 << 20),
                kind: .dossier, record: id, context: seen, writes: named)
        }
        let before = change(1, random.record()).erased(keeping: ["office"])
        let making = change(2, nil)
        var chain = HashChain()
        for one in [before, making] { chain.append(innerHash: one.innerHash) }
        let edit = change(3, RecordID(derivedFrom: chain.hash), seen: [origin.replica: 2])
        let sequence = [before, making, edit].flatMap(\.canonicalBytes)
        let batch = ColumnarBatch(changes: sequence, from: origin)
        #expect(batch.parts.first { $0.name == "ids" }?.range.count ?? 0 == 0)
        let again = try ColumnarBatch.changes(
            of: batch.bytes, from: origin, within: ColumnBudget(bytesMax: Self.limit)
        ) { _ in nil }
        #expect(again == sequence)
    }

    @Test("dossiers as offices have them come out byte for byte, in less than 70 bytes each")
    func dossiers() throws {
        var dossiers = DossierGenerator(seed: 5)
        var clock = HybridClock()
        let origin = PushOrigin(replica: ReplicaID(77), firstSeq: 1, hashBefore: .zero)
        var bytes: [UInt8] = []
        for seq in 1...UInt64(1_500) {
            let fields = dossiers.dossier()
            bytes +=
                Change(
                    dot: Dot(origin.replica, seq),
                    clock: clock.tick(now: Timestamp(milliseconds: 1_622_505_600_000 + Int64(seq))),
                    kind: .dossier, record: nil, context: VersionVector(), writes: fields.writes,
                    additions: fields.additions, by: "Lê Thị Hương"
                ).canonicalBytes
        }
        let batch = ColumnarBatch(changes: bytes, from: origin)
        let again = try ColumnarBatch.changes(
            of: batch.bytes, from: origin, within: ColumnBudget(bytesMax: Self.limit)
        ) {
            _ in nil
        }
        #expect(again == bytes)
        let packed = try Compression.compressed(batch.bytes)
        #expect(packed.count < 1_500 * 70)
    }

    @Test("whatever the bytes, columns carry them")
    func anyBytes() throws {
        for seed in Seeds.all(300) {
            var random = SeededGenerator(seed: seed)
            let push = RandomPush(count: 3, &random)
            var bytes = push.sequence + random.bytes(0...20)
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] ^= 1
            }
            let batch = ColumnarBatch(changes: bytes, from: push.origin)
            do {
                let again = try ColumnarBatch.changes(
                    of: batch.bytes, from: push.origin, within: ColumnBudget(bytesMax: Self.limit)
                ) { _ in nil }
                #expect(again == bytes, "seed \(seed)")
            } catch let error as ColumnError {
                guard case .unknownChange = error else { throw error }
            }
            let items = ColumnarBatch(items: bytes, for: push.origin.replica)
            let again = try ColumnarBatch.items(
                of: items.bytes, for: push.origin.replica,
                within: ColumnBudget(bytesMax: Self.limit))
            #expect(again == bytes, "seed \(seed)")
        }
    }

    @Test("a record that is named by a change that is not known is no guess")
    func unknownChanges() throws {
        var random = SeededGenerator(seed: 8)
        let record = random.record()
        let seen = Dot(random.replica(), random.seq())
        let change = randomChange(of: record, context: VersionVector(seen), &random)
        let origin = PushOrigin(
            replica: change.dot.replica, firstSeq: change.dot.seq, hashBefore: .zero)
        let batch = ColumnarBatch(changes: change.canonicalBytes, from: origin)
        #expect(!contains(batch.bytes, record.bytes))
        #expect(throws: ColumnError.unknownChange(seen)) {
            try ColumnarBatch.changes(
                of: batch.bytes, from: origin, within: ColumnBudget(bytesMax: Self.limit)
            ) { _ in
                nil
            }
        }
        let items = ColumnarBatch(
            items: encodedSequence([.change(change, record: record)]), for: origin.replica)
        #expect(contains(items.bytes, record.bytes))
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }
}

@Suite("Columns of strangers")
struct HostileColumnsTests {
    private static let limit = 1 << 16

    private func batches(_ random: inout SeededGenerator) -> (RandomPush, [UInt8], [UInt8]) {
        let push = RandomPush(count: Int.random(in: 1...12, using: &random), &random)
        let items = push.items + encodedSequence((0..<4).map { _ in randomItem(&random) })
        let batch = ColumnarBatch(items: items, for: push.origin.replica) { dot in
            push.hashes[dot.seq]
        }
        return (
            push, ColumnarBatch(changes: push.sequence, from: push.origin).bytes, batch.bytes
        )
    }

    /// Decodes as both; checks that what comes out keeps to the limit.
    private func isRefused(_ bytes: [UInt8], _ push: RandomPush, asItems: Bool) throws -> Bool {
        do {
            let out =
                try asItems
                ? ColumnarBatch.items(
                    of: bytes, for: push.origin.replica, within: ColumnBudget(bytesMax: Self.limit))
                : push.rebuilt(bytes, limitBytes: Self.limit)
            #expect(out.count <= Self.limit)
            return false
        } catch let error as ColumnError {
            #expect(!"\(error)".contains("Nguyễn"))
            return true
        }
    }

    @Test("counts without bytes behind them are taken from the budget before a column is begun")
    func budgets() throws {
        // 2^20 + 1 rows, and nothing else.
        let many: [UInt8] = [ColumnarBatch.form, 0x81, 0x80, 0x40, 0, 0]
        for seed in Seeds.all(10) {
            var random = SeededGenerator(seed: seed)
            let (push, batch, _) = batches(&random)
            func failure(_ bytes: [UInt8], _ budget: ColumnBudget) throws -> ColumnError? {
                do {
                    _ = try ColumnarBatch.changes(of: bytes, from: push.origin, within: budget) {
                        push.records[$0]
                    }
                    return nil
                } catch let error as ColumnError {
                    return error
                }
            }
            let all = ColumnBudget(bytesMax: Self.limit)
            #expect(try failure(many, ColumnBudget(bytesMax: 1 << 30)) == .tooMany)
            #expect(try failure(batch, all) == nil)
            // The least that is enough is no more than there are bytes.
            var least = 0
            while try failure(batch, ColumnBudget(bytesMax: Self.limit, elementsMax: least)) != nil
            {
                least += 1
            }
            #expect((push.changes.count...push.sequence.count).contains(least), "seed \(seed)")
            #expect(
                try failure(batch, ColumnBudget(bytesMax: Self.limit, elementsMax: least - 1))
                    == .tooMany)
            for budget in [
                ColumnBudget(bytesMax: Self.limit, partsMax: 0),
                ColumnBudget(bytesMax: Self.limit, fieldColumnsMax: 0),
                ColumnBudget(bytesMax: Self.limit, elementsMax: 0),
            ] {
                #expect(try failure(batch, budget) == .tooMany, "seed \(seed)")
            }
            if push.changes.contains(where: {
                $0.erasedContent == nil && $0.unknownMembers.isEmpty && $0.context.entries.count > 1
            }) {
                let none = ColumnBudget(bytesMax: Self.limit, contextDotsMax: 1)
                #expect(try failure(batch, none) == .range, "seed \(seed)")
            }
        }
    }

    @Test("no batch is the beginning of another")
    func truncations() throws {
        for seed in Seeds.all(20) {
            var random = SeededGenerator(seed: seed)
            let (push, changes, items) = batches(&random)
            for (bytes, asItems) in [(changes, false), (items, true)] {
                #expect(try !isRefused(bytes, push, asItems: asItems))
                for count in bytes.indices {
                    #expect(
                        try isRefused(Array(bytes[..<count]), push, asItems: asItems),
                        "seed \(seed), \(count) bytes")
                }
                #expect(try isRefused(bytes + [0], push, asItems: asItems))
            }
        }
    }

    @Test("changed bytes are refused, or something comes out that is within the limit")
    func flips() throws {
        var (taken, refused) = (0, 0)
        for seed in Seeds.all(60) {
            var random = SeededGenerator(seed: seed)
            let (push, changes, items) = batches(&random)
            for (bytes, asItems) in [(changes, false), (items, true)] {
                for _ in 0..<100 {
                    var damaged = bytes
                    for _ in 0..<Int.random(in: 1...3, using: &random) {
                        let place = Int.random(in: bytes.indices, using: &random)
                        damaged[place] = UInt8.random(in: 0...255, using: &random)
                    }
                    if try isRefused(damaged, push, asItems: asItems) {
                        refused += 1
                    } else {
                        taken += 1
                    }
                }
            }
        }
        #expect(taken > 100 && refused > 100, "\(taken) taken and \(refused) refused say little")
    }

    @Test(
        "a few bytes that claim much are refused at once",
        arguments: [
            // 2^28 rows as they are.
            [1, 0x80, 0x80, 0x80, 0x80, 1, 0, 1, 0, 0],
            // 60,000 rows as they are without a byte.
            [1, 0xE0, 0xD4, 3, 0, 1, 0, 0, 0],
            // 60,000 changes without bytes in columns, each of 200 fields named `code`.
            [1, 0xE0, 0xD4, 3, 0, 1, 1, 1, 0xC8, 1] + [UInt8](repeating: 1, count: 200)
                + [0, 0, 0, 0, 0, 0, 0, 1, 0],
            // A replica too many.
            [1, 1, 0xFF, 0xFF, 3, 1, 0, 0, 1, 0x61],
            // Another form.
            [2, 0, 0, 0],
            [],
        ] as [[UInt8]])
    func bombs(bytes: [UInt8]) throws {
        var random = SeededGenerator(seed: 1)
        let push = RandomPush(count: 0, &random)
        #expect(try isRefused(bytes, push, asItems: false))
        #expect(try isRefused(bytes, push, asItems: true))
    }
}
