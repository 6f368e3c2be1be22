import CBOR
import Causality
import Crypto
import Replication
import Testing

@Suite("Protocol/vectors/states.json")
struct StateVectorTests {
    private struct File: Codable, Equatable {
        struct State: Codable, Equatable {
            var name: String
            /// Changes applied one after another to the empty state, or voided.
            var changes: [String]
            var voids: [Int]
            var bytes: String
            var diagnostic: String
            var hash: String
        }
        struct Join: Codable, Equatable {
            var name: String
            var left: String
            var right: String
            var joined: String
        }
        struct Refused: Codable, Equatable {
            var name: String
            var bytes: String
            var fault: String
        }
        var about: [String]
        var centralKey: String
        var states: [State]
        var digest: String
        var joins: [Join]
        var refused: [Refused]
    }

    private static let name = "states.json"
    private static let desk = ReplicaID(0xc0de_0000_0000_0001)
    private static let central = ReplicaID(42)

    private static func change(
        _ dot: Dot, seen context: VersionVector, _ writes: [FieldWrite] = [],
        adds additions: [FieldWrite] = [], at: Int64? = nil, by: String? = nil
    ) -> Change {
        Change(
            dot: dot, clock: HybridTimestamp(rawValue: 0x19a_0000_0000_0000 + dot.seq),
            kind: .dossier, record: RandomHistory.record, context: context, writes: writes,
            additions: additions, at: at.map { Timestamp(milliseconds: $0) }, by: by)
    }

    private static let first = change(
        Dot(desk, 3), seen: [:],
        [FieldWrite("status", .text("received")), FieldWrite("citizen", .text("Ánh"))],
        at: 1_772_414_100_000, by: "an.nt")
    private static let reviewed = change(
        Dot(desk, 4), seen: [desk: 3], [FieldWrite("status", .text("reviewed"))],
        adds: [FieldWrite("note", .text("đủ hồ sơ"))], by: "an.nt")
    private static let returned = change(
        Dot(central, 9), seen: [desk: 3], [FieldWrite("status", .text("returned"))],
        adds: [FieldWrite("note", .text("gửi lại"))])
    private static let settled = change(
        Dot(desk, 8), seen: [desk: 4, central: 9],
        [FieldWrite("status", .text("reviewed")), FieldWrite("citizen", .null)], by: "bình")

    private static let erased = change(
        Dot(central, 10), seen: [desk: 4, central: 9],
        adds: [
            FieldWrite(
                RecordState.erasedField,
                SampleErasure.value(of: RandomHistory.record, keeping: ["status"]))
        ])
    private static let unseen = change(
        Dot(desk, 5), seen: [desk: 4, central: 9],
        [FieldWrite("citizen", .text("Ánh")), FieldWrite("status", .text("approved"))])

    /// Name, changes in the order of their coming, and which of them central refused.
    private static let histories: [(name: String, changes: [Change], voids: [Int])] = [
        ("nothing is known", [], []),
        ("one change", [first], []),
        ("the desk went on", [first, reviewed], []),
        ("central wrote at the same time", [first, returned], []),
        ("both came: two statuses, two notes", [first, reviewed, returned], []),
        ("both came the other way round: the same state", [first, returned, reviewed], []),
        ("a person settled it, having seen both", [first, reviewed, returned, settled], []),
        ("central refused the desk's edit", [first, reviewed, returned], [1]),
        (
            "the settling change names the refused one, and finds no gap",
            [first, reviewed, returned, settled], [1]
        ),
        ("erased: only the status stays", [first, reviewed, returned, erased], []),
        (
            "what the desk wrote meanwhile is erased with it",
            [first, reviewed, returned, erased, unseen], []
        ),
        (
            "and the other way round: the same state",
            [first, reviewed, returned, unseen, erased], []
        ),
        ("before the order came", [first, reviewed, returned, unseen], []),
    ]

    private func state(_ changes: [Change], _ voids: [Int]) throws -> RecordState {
        var state = try #require(RandomHistory.emptyState())
        for (index, change) in changes.enumerated() {
            if voids.contains(index) {
                state.void(change.dot)
            } else {
                #expect(state.apply(change) == .applied)
            }
        }
        return state
    }

    private func made() throws -> File {
        let states = try Self.histories.map { try state($0.changes, $0.voids) }
        let rows = try zip(Self.histories, states).map { history, state in
            File.State(
                name: history.name,
                changes: history.changes.map { Hexadecimal.text($0.canonicalBytes) },
                voids: history.voids, bytes: Hexadecimal.text(state.canonicalBytes),
                diagnostic: try CBORValue(decoding: state.canonicalBytes).diagnosticNotation,
                hash: "\(Hash256(hashing: state.canonicalBytes))")
        }
        func join(_ name: String, _ left: Int, _ right: Int) -> File.Join {
            File.Join(
                name: name, left: rows[left].bytes, right: rows[right].bytes,
                joined: Hexadecimal.text(states[left].joined(with: states[right]).canonicalBytes))
        }
        return File(
            about: [
                "states: changes (hexadecimal) applied in order to the empty state of record",
                "00010203-0405-0607-0809-0a0b0c0d0e0f, kind 1; those whose index stands in voids",
                "are void. bytes: the state's canonical bytes; hash: their BLAKE2b-256. digest:",
                "the sum of all these hashes, each taken as four little-endian 64-bit numbers",
                "that wrap around. joins hold in both directions. refused: bytes that are no",
                "canonical state; orders of erasure are signed by centralKey;",
                "fault as in changes.json, and stamp: a stamp missing, unused or not covered.",
            ],
            centralKey: Hexadecimal.text(SampleErasure.key?.publicKey.bytes ?? []), states: rows,
            digest: states.reduce(into: Digest()) { $0.formUnion(Digest(of: $1)) }.description,
            joins: [
                join("nothing and something", 0, 1),
                join("a past and its future", 1, 2),
                join("concurrent edits", 2, 3),
                join("a resolution and a state that still has the conflict", 6, 4),
                join("a resolution and one side of the conflict", 6, 3),
                join("an edit that another life of central refused has been seen", 7, 4),
                join("and so has what it replaced", 8, 2),
                join("an erasure and what it did not know of", 9, 12),
                join("an erasure and a state from before", 9, 1),
            ],
            refused: MalformedStates.all.map {
                File.Refused(name: $0.name, bytes: Hexadecimal.text($0.bytes), fault: $0.fault)
            })
    }

    @Test("The code makes the file's states, digest and joins again, and refuses the same bytes")
    func regenerated() throws {
        let made = try made()
        try VectorFile.rewriteIfAsked(Self.name, made)
        let file: File = try VectorFile.read(Self.name)
        #expect(file.about == made.about)
        #expect(file.centralKey == made.centralKey)
        #expect(file.states.count == made.states.count)
        for (stored, row) in zip(file.states, made.states) { #expect(stored == row) }
        #expect(file.digest == made.digest)
        #expect(file.joins == made.joins)
        #expect(file.refused == made.refused)
    }

    @Test("The file's changes give the file's states, and its joins hold in both directions")
    func readBack() throws {
        let file: File = try VectorFile.read(Self.name)
        try #require(file.states.count == 13)
        var digest = Digest()
        for row in file.states {
            let changes = try row.changes.map { hex in
                try Change(canonicalBytes: #require(Hexadecimal.bytes(hex)))
            }
            let state = try state(changes, row.voids)
            #expect(Hexadecimal.text(state.canonicalBytes) == row.bytes, "\(row.name)")
            #expect(violations(of: state) == [], "\(row.name)")
            digest.formUnion(Digest(of: state))
        }
        #expect(digest.description == file.digest)
        #expect(file.states[4].bytes == file.states[5].bytes)
        #expect(file.states[10].bytes == file.states[11].bytes)
        let keyBytes = try #require(Hexadecimal.bytes(file.centralKey))
        let key = try #require(PublicKey(bytes: keyBytes))
        let erased = try read(file.states[9].bytes)
        #expect(erased.erasures.count == 1)
        #expect(erased.erasures.allSatisfy { $0.isValid(for: erased.id, by: key) })
        for row in file.joins {
            let (left, right) = (try read(row.left), try read(row.right))
            let joined = try read(row.joined)
            #expect(left.joined(with: right) == joined, "\(row.name)")
            #expect(right.joined(with: left) == joined, "\(row.name)")
        }
        for row in file.refused {
            let bytes = try #require(Hexadecimal.bytes(row.bytes))
            #expect(refusalOfState(bytes)?.name == row.fault, "\(row.name)")
        }
    }

    private func read(_ hex: String) throws -> RecordState {
        let bytes = try #require(Hexadecimal.bytes(hex))
        let state = try RecordState(canonicalBytes: bytes)
        #expect(state.canonicalBytes == bytes)
        return state
    }
}
