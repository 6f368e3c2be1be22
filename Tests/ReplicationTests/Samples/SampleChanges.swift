import CBOR
import Causality
import Crypto
import Replication

/// One desk's chain of changes, made up to show every member of the change format.
enum SampleChanges {
    static let desk = ReplicaID(0xc0de_0000_0000_0001)
    static let central = ReplicaID(42)
    static let other = RecordID(derivedFrom: Hash256(hashing: Array("contact".utf8)))
    /// 2026-03-02T01:15:00Z.
    static let morning: Int64 = 1_772_414_100_000

    struct Sample {
        var name: String
        var bytes: [UInt8]
        /// The record, which for a change that makes one follows from the chain.
        var record: RecordID
        var innerHash: Hash256
        var chain: HashChain
        var change: Change
    }

    /// The chain in order; the first change makes the record that most of the others are about.
    static func chain() throws -> [Sample] {
        var chain = HashChain()
        var samples: [Sample] = []
        var made = RecordID(derivedFrom: .zero)
        for (name, makeBytes) in steps {
            let bytes = makeBytes(chain.seq + 1, made)
            let change = try Change(canonicalBytes: bytes)
            chain.append(innerHash: change.innerHash)
            let record = change.recordID(after: chain.hash)
            if change.seq == 1 { made = record }
            samples.append(
                Sample(
                    name: name, bytes: bytes, record: record,
                    innerHash: change.innerHash, chain: chain, change: change))
        }
        return samples
    }

    private typealias Step = (name: String, bytes: (UInt64, RecordID) -> [UInt8])

    private static var steps: [Step] {
        [
            (
                "makes a dossier; its id comes from the chain hash",
                { seq, _ in
                    change(
                        seq, nil, [:],
                        [
                            FieldWrite("status", .text("received")),
                            FieldWrite("citizen", .text("Nguyễn Thị Ánh")),
                            FieldWrite("received_at", .integer(morning)),
                        ], by: "an.nt")
                }
            ),
            (
                "edits it, having seen itself and central; text is kept as typed (not NFC)",
                { seq, made in
                    change(
                        seq, made, [desk: 1, central: 7],
                        [
                            FieldWrite("status", .text("reviewed")),
                            FieldWrite(
                                "citizen", .text("Nguye\u{302}\u{303}n Thi\u{323} A\u{301}nh")),
                        ], by: "an.nt")
                }
            ),
            (
                "adds a note and nothing else; entered the day after it happened",
                { seq, made in
                    change(
                        seq, made, [desk: 2, central: 7], [],
                        adds: [FieldWrite("note", .text("Thiếu bản sao căn cước"))],
                        at: morning - 86_400_000, by: "bình")
                }
            ),
            (
                "every type of value; before 1970; no writer",
                { seq, made in
                    change(seq, made, [desk: 3, central: 7], everyType, at: -1)
                }
            ),
            (
                "a contact whose id comes from elsewhere",
                { seq, _ in
                    change(seq, other, [:], [FieldWrite("topic", .text("?"))], kind: .contact)
                }
            ),
            (
                "nothing written: a void in all but name",
                { seq, made in change(seq, made, [desk: 4, central: 9], []) }
            ),
            (
                "members of a newer version, kept as they are",
                { seq, made in
                    var bytes = change(
                        seq, made, [desk: 6, central: 9], [FieldWrite("status", .text("approved"))])
                    bytes[0] += 2
                    bytes += number(99) + map((text("a"), array(number(1), null)))
                    return bytes + number(70_000) + text("newer")
                }
            ),
            (
                "what an erasure leaves: the hash of the bytes before, which chains, and two names",
                { seq, made in
                    erased(
                        change(
                            seq, made, [desk: 7, central: 9],
                            [
                                FieldWrite("status", .text("approved")),
                                FieldWrite("citizen", .text("Nguyễn Thị Ánh")),
                            ], adds: [FieldWrite("note", .text("gọi lại"))], by: "an.nt"))
                }
            ),
            (
                "carried over from another device: two dots that the context covers, and that it had "
                    + "not seen",
                { seq, made in
                    change(
                        seq, made, [desk: 8, central: 9], [FieldWrite("status", .text("returned"))],
                        unseen: [Dot(central, 7), Dot(desk, 8)])
                }
            ),
            (
                "makes a dossier; its id comes from its clock, then the chain hash",
                { seq, _ in
                    change(
                        seq, nil, [:], [FieldWrite("status", .text("received"))], by: "an.nt",
                        idRule: .time)
                }
            ),
            (
                "the same with a clock at the end of 48 bits",
                { seq, _ in
                    change(
                        seq, nil, [:], [FieldWrite("status", .text("received"))], idRule: .time,
                        clock: HybridTimestamp(rawValue: .max))
                }
            ),
            (
                "what an erasure leaves of one that makes a dossier: the id stays",
                { seq, _ in
                    erased(
                        change(
                            seq, nil, [:],
                            [
                                FieldWrite("status", .text("received")),
                                FieldWrite("citizen", .text("Nguyễn Thị Ánh")),
                            ], idRule: .time))
                }
            ),
        ]
    }

    private static let everyType = [
        FieldWrite("z_null", .null), FieldWrite("z_true", .bool(true)),
        FieldWrite("z_min", .integer(.min)), FieldWrite("z_max", .integer(.max)),
        FieldWrite("z_real", .real(0.1)), FieldWrite("z_half", .real(1.5)),
        FieldWrite("z_empty", .text("")), FieldWrite("z_bytes", .other(.bytes([0, 255]))),
        FieldWrite("z_big", .other(.unsigned(.max))),
        FieldWrite(
            "z_nested",
            .other(
                .map([
                    CBORPair(.unsigned(2), .array([.null, .text("é")])),
                    CBORPair(.text("k"), .tag(1, .negative(0))),
                ]))),
    ]

    private static func erased(_ bytes: [UInt8]) -> [UInt8] {
        // Our own bytes of just now.
        (try? Change(canonicalBytes: bytes).erased(keeping: ["status"]).canonicalBytes) ?? []
    }

    private static func change(
        _ seq: UInt64, _ record: RecordID?, _ context: VersionVector, _ writes: [FieldWrite],
        adds additions: [FieldWrite] = [], at: Int64? = nil, by: String? = nil,
        kind: RecordKind = .dossier, unseen: [Dot] = [], idRule: RecordIDRule = .chain,
        clock other: HybridTimestamp? = nil
    ) -> [UInt8] {
        let time = Timestamp(milliseconds: morning + Int64(seq) * 60_000)
        let clock = other ?? HybridTimestamp(time, counter: UInt16(seq))
        var change = Change(
            dot: Dot(desk, seq), clock: clock, kind: kind, record: record, context: context,
            writes: writes, additions: additions,
            at: at.map { Timestamp(milliseconds: $0) }, by: by)
        change.unseen = unseen
        change.idRule = idRule
        return change.canonicalBytes
    }
}

extension Change {
    fileprivate var seq: UInt64 { dot.seq }
}
