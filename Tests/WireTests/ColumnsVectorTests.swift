import CBOR
import Causality
import Columns
import Crypto
import Foundation
import Replication
import Testing
import Wire

/// The batches of `Protocol/vectors/columns.json`, which the code can make again.
private struct ColumnsFile: Codable, Equatable {
    struct Named: Codable, Equatable {
        var dot: String
        var value: String
    }

    struct Push: Codable, Equatable {
        var name: String
        var replica: String
        var firstSeq: UInt64
        var hashBefore: String
        /// Changes of earlier pushes with their records.
        var records: [Named]
        var changes: [String]
        var batch: String
    }

    struct Items: Codable, Equatable {
        var name: String
        var reader: String
        /// Changes with their chain's hash after them.
        var hashes: [Named]
        var items: [String]
        var batch: String
    }

    var about: [String]
    var pushes: [Push]
    var items: [Items]
}

@Suite("Protocol/vectors/columns.json")
struct ColumnsVectorTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Protocol/vectors/columns.json")

    @Test("the batches of the file are written and read")
    func vectors() throws {
        let made = try SampleBatches().file
        if ProcessInfo.processInfo.environment["DOSSIER_WRITE_VECTORS"] != nil {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try (encoder.encode(made) + Data("\n".utf8)).write(to: Self.path)
            Issue.record("columns.json was written anew: read the difference, and run without")
        }
        let file = try JSONDecoder().decode(ColumnsFile.self, from: Data(contentsOf: Self.path))
        #expect(file == made)
        for push in file.pushes {
            let origin = PushOrigin(
                replica: try #require(ReplicaID(hexadecimal: push.replica)),
                firstSeq: push.firstSeq,
                hashBefore: try #require(Hash256(bytes: bytes(push.hashBefore))))
            let records = try push.records.map { named in
                (named.dot, try #require(RecordID(bytes: bytes(named.value))))
            }
            let changes = try ColumnarBatch.changes(
                of: bytes(push.batch), from: origin, within: ColumnBudget(bytesMax: 1 << 16)
            ) { dot in records.first { $0.0 == dot.description }?.1 }
            #expect(try changes == push.changes.flatMap { try bytes($0) }, "\(push.name)")
        }
        for batch in file.items {
            let items = try ColumnarBatch.items(
                of: bytes(batch.batch), for: try #require(ReplicaID(hexadecimal: batch.reader)),
                within: ColumnBudget(bytesMax: 1 << 16))
            #expect(try items == batch.items.flatMap { try bytes($0) }, "\(batch.name)")
        }
    }

    private func bytes(_ text: String) throws -> [UInt8] {
        try #require(Hexadecimal.bytes(text))
    }
}

/// Makes the batches.
private struct SampleBatches {
    private static let replica = ReplicaID(0x51)
    private static let other = ReplicaID(0x0A0B_0C0D_0E0F_1011)
    private static let reader = ReplicaID(0x99)
    private static let old = RecordID(derivedFrom: Hash256(hashing: [1]))
    private static let hashBefore = Hash256(hashing: [2])

    private var clock = HybridClock()
    private var chain = HashChain(seq: 6, hash: hashBefore)
    private var time: Int64 = 1_622_505_600_000
    private var made: [RecordID] = []
    private var changes: [Change] = []
    private var hashes: [ColumnsFile.Named] = [
        ColumnsFile.Named(dot: "\(Dot(replica, 6))", value: hashBefore.description)
    ]

    init() throws {
        for number in 1...4 {
            add(
                nil, VersionVector(),
                [
                    FieldWrite("code", .text("000.17.22.H56-210601-000\(number)")),
                    FieldWrite("status", .text("new")),
                    FieldWrite("applicant_phone", .text("09123456\(10 + number)")),
                    FieldWrite("applicant_name", .text(number % 2 == 0 ? "Lê Thị A" : "Lê Văn A")),
                    FieldWrite("received_at", .integer(time + 60_000)),
                    FieldWrite("x.mau", number == 3 ? .null : .text("đỏ")),
                ], [FieldWrite("notes", .text("Bản chính. Đã thu lệ phí."))])
        }
        let status = [FieldWrite("status", .text("accepted"))]
        add(made[1], VersionVector(Dot(Self.replica, 8)), status, [])
        add(made[1], VersionVector(Dot(Self.replica, 11)), [FieldWrite("fee_vnd", .real(0.5))], [])
        add(Self.old, VersionVector([Dot(Self.other, 300), Dot(Self.replica, 2)]), status, [])
        add(Self.old, VersionVector(), status, [])
        // A member of a newer version.
        var map = try EncodedMap(changes[0].canonicalBytes)
        map[1] = .unsigned(chain.seq + 1)
        map[99] = .bool(true)
        append(try Change(canonicalBytes: map.bytes), record: nil)
        // What an erasure left, and a new record behind it, whose id follows from the hash that stands there.
        let named = [FieldWrite("applicant_name", .text("Lê Thị A"))]
        add(made[0], VersionVector(Dot(Self.replica, 7)), status + named, [], keeping: ["status"])
        add(nil, VersionVector(), status, [])
        add(
            made[10], VersionVector(Dot(Self.replica, 17)), [FieldWrite("fee_vnd", .integer(0))], []
        )
        // Two whose ids follow from their clocks too, and a change to each.
        for _ in 0..<2 { add(nil, VersionVector(), status + named, [], idRule: .time) }
        for place in [12, 13] {
            add(
                made[place], VersionVector(changes[place].dot),
                [FieldWrite("fee_vnd", .integer(0))], [])
        }
    }

    private mutating func add(
        _ record: RecordID?, _ context: VersionVector, _ writes: [FieldWrite],
        _ additions: [FieldWrite], keeping kept: Set<FieldName>? = nil,
        idRule: RecordIDRule = .chain
    ) {
        time += 40_000
        var change = Change(
            dot: Dot(Self.replica, chain.seq + 1),
            clock: clock.tick(now: Timestamp(milliseconds: time)), kind: .dossier, record: record,
            context: context, writes: writes, additions: additions,
            at: record == nil ? nil : Timestamp(milliseconds: time - 5_000), by: "Hương")
        change.idRule = idRule
        append(kept.map { change.erased(keeping: $0) } ?? change, record: record)
    }

    private mutating func append(_ change: Change, record: RecordID?) {
        chain.append(innerHash: change.innerHash)
        changes.append(change)
        made.append(change.recordID(after: chain.hash))
        hashes.append(
            ColumnsFile.Named(dot: change.dot.description, value: chain.hash.description))
    }

    private func push(_ name: String, _ range: Range<Int>) -> ColumnsFile.Push {
        let before =
            range.lowerBound == 0 ? Self.hashBefore.description : hashes[range.lowerBound].value
        let origin = PushOrigin(
            replica: Self.replica, firstSeq: changes[range.lowerBound].dot.seq,
            hashBefore: Hexadecimal.bytes(before).flatMap { Hash256(bytes: $0) } ?? .zero)
        let bytes = changes[range].map(\.canonicalBytes)
        var records = [
            ColumnsFile.Named(
                dot: "\(Dot(Self.replica, 2))", value: Hexadecimal.text(Self.old.bytes))
        ]
        for place in 0..<range.lowerBound {
            records.append(
                ColumnsFile.Named(
                    dot: "\(changes[place].dot)", value: Hexadecimal.text(made[place].bytes)))
        }
        return ColumnsFile.Push(
            name: name, replica: "\(Self.replica)", firstSeq: origin.firstSeq, hashBefore: before,
            records: records, changes: bytes.map { Hexadecimal.text($0) },
            batch: Hexadecimal.text(
                ColumnarBatch(changes: bytes.flatMap { $0 }, from: origin).bytes))
    }

    private func items(_ name: String, _ items: [FeedItem]) -> ColumnsFile.Items {
        let bytes = items.map { encodedSequence([$0]) }
        let batch = ColumnarBatch(items: bytes.flatMap { $0 }, for: Self.reader) { dot in
            hashes.first { $0.dot == dot.description }
                .flatMap { Hexadecimal.bytes($0.value) }.flatMap { Hash256(bytes: $0) }
        }
        return ColumnsFile.Items(
            name: name, reader: "\(Self.reader)", hashes: hashes,
            items: bytes.map { Hexadecimal.text($0) }, batch: Hexadecimal.text(batch.bytes))
    }

    private var states: [FeedItem] {
        (0..<2).map { place in
            var state = RecordState(kind: .dossier, id: made[1])
            _ = state.apply(changes[1])
            if place == 1 { _ = state.apply(changes[4]) }
            return .state(state)
        }
    }

    var file: ColumnsFile {
        get throws {
            let all: [FeedItem] = zip(changes, made).prefix(9).map {
                .change($0, record: $1)
            }
            let timed: [FeedItem] = zip(changes, made).dropFirst(12).map {
                .change($0, record: $1)
            }
            let void = FeedItem.void(kind: .dossier, record: made[2], dot: Dot(Self.other, 41))
            return ColumnsFile(
                about: [
                    "batches in the columns of columns.md, as hexadecimal digits. pushes: the canonical",
                    "changes and what the reader knows, the records of earlier changes (dot: replica in",
                    "hexadecimal, colon, seq). items: those of a reply to the reader; hashes are central's,",
                    "of chains after changes. A reader of batches takes these; a writer may choose other",
                    "packings than ours.",
                ],
                pushes: [
                    push("four new dossiers", 0..<4),
                    push("new dossiers and changes to them and to an old one", 0..<9),
                    push("one change of a status", 4..<5),
                    push("a new dossier and a change to it behind one that was erased", 9..<12),
                    push("two new dossiers with ids by their time, and a change to each", 12..<16),
                ],
                items: [
                    items("changes of another device", all),
                    items("new dossiers with ids by their time, and changes to them", timed),
                    items("a void, states, and a change", [void] + states + [all[4]]),
                    items("nothing", []),
                ])
        }
    }
}
