// What a stored row means is fixed by numbers and frozen lists, never by the order of today's fields: rows
// of format 1, and rows from before a field was added, come back as they went in.

import CBOR
import Causality
import Replication
import SQLite
import SeededRandom
import Testing

@testable import Dossiers
@testable import SQLiteStore

@Suite("Stored rows outlive changes of the schema")
struct StoredFieldsTests {
    private static let kinds: [RecordKind] = [.dossier, .contact, .office, .procedure, .holiday]

    @Test("rows of format 1 come back as they went in", arguments: Seeds.all(60))
    func formerFormat(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let file = try CentralFile()
        let database = try file.open()
        defer { database.close() }
        for byte in UInt8(16)..<26 {
            let kind = try #require(Self.kinds.randomElement(using: &random))
            let id = try recordID(byte)
            let count = Int.random(in: 1...7, using: &random)
            let state = RandomRecord(kind, id: id, writeCount: count, &random).state
            let table = try #require(database.table(of: kind))
            try database.write(now: file.now()) { transaction in
                let before = try transaction.open(kind, id)
                _ = try transaction.save(state, over: before.state, key: before.row, in: table)
                let blob = try FormerBlob.encode(state, interning: database.interning)
                let update = try database.connection.statement(
                    "UPDATE \(table.name) SET state = ?2 WHERE id = ?1")
                try update.bind(1, id.bytes)
                try update.bind(2, blob)
                try update.run()
            }
            let stored = try #require(try table.load(id)?.state)
            // Format 1 did not say what was refused: files of then are marked when they are opened.
            var told = state
            told.voids = []
            #expect(stored.canonicalBytes == told.canonicalBytes, "seed \(seed)")
        }
    }

    @Test(
        "with fields added, and a column given to one that had none, stored rows stay what they were",
        arguments: Seeds.all(60))
    func laterSchema(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let file = try CounterFile()
        let database = try file.open()
        defer { database.close() }
        for kind in Self.kinds {
            let today = RecordLayout(kind)
            let later = RecordLayout(
                Self.laterFields(of: kind),
                formerColumns: FormerBlob.columns(kind).map { FieldName($0) })
            #expect(later.columns.count > today.columns.count + 1)
            let count = Int.random(in: 1...7, using: &random)
            let state = RandomRecord(
                kind, id: try recordID(16), writeCount: count, &random
            ).state
            let blobs = try database.write(now: file.now()) { _ in
                [
                    try StateBlob.encode(state, layout: today, interning: database.interning),
                    try FormerBlob.encode(state, interning: database.interning),
                ]
            }
            for (number, blob) in blobs.enumerated() {
                let read = try blob.withUnsafeBytes { blob in
                    try StateBlob.decode(
                        blob, kind: kind, id: state.id, layout: later,
                        interning: database.interning
                    ) { place in
                        // A column that was added holds nothing in rows from before.
                        let name = later.columns[place].name
                        let entries = state[name]
                        guard let column = today.columns.first(where: { $0.name == name }),
                            entries.count == 1, column.canHold(entries[0].value)
                        else { return nil }
                        return entries[0].value
                    }
                }
                var told = state
                if number == 1 { told.voids = [] }
                #expect(
                    read.canonicalBytes == told.canonicalBytes,
                    "seed \(seed) \(kind.name) blob \(number)")
            }
        }
    }

    /// The fields of a later version: in another order, some new ones that sort before, between and
    /// behind those of today, and a column for each that has none today.
    private static func laterFields(of kind: RecordKind) -> [FieldDefinition] {
        let today = RecordSchema.definitions(of: kind).reversed().map { field in
            FieldDefinition(
                field.number, field.name, field.type, isPersonal: field.isPersonal,
                isEntries: field.isEntries, hasColumn: true)
        }
        return [
            FieldDefinition(901, "a", .code), FieldDefinition(902, "m_at", .instant),
            FieldDefinition(903, "zzzzzzzzzzzzzzzzzzzzzzzz_longer_than_all", .code),
        ] + today + [FieldDefinition(904, "b", .code, hasColumn: false)]
    }
}

/// The writer of format 1, with the columns of then.
private enum FormerBlob {
    private static let numbers: Set<String> = [
        "due_at", "fee_vnd", "finished_at", "received_at", "returned_at", "occurred_at",
        "time_zone_offset_minutes", "processing_days",
    ]

    static func columns(_ kind: RecordKind) -> [String] {
        let names: String =
            switch kind {
            case .dossier:
                "code procedure applicant_name applicant_id applicant_phone applicant_address "
                    + "channel office status received_at due_at finished_at returned_at "
                    + "return_method fee_vnd officer notes"
            case .contact:
                "way topic office officer occurred_at procedure caller_name caller_phone dossier "
                    + "notes"
            case .office: "code name address phone time_zone_offset_minutes"
            case .procedure: "code name field fee_vnd processing_days details"
            default: "date name"
            }
        return names.split(separator: " ").map(String.init).sorted {
            ($0.utf8.count, $0) < ($1.utf8.count, $1)
        }
    }

    static func encode(_ state: RecordState, interning: Interning) throws -> [UInt8] {
        var writer = CBORWriter()
        writer.writeUnsigned(1)
        writer.writeUnsigned(UInt64(state.vv.entries.count))
        for entry in state.vv.entries {
            writer.writeUnsigned(UInt64(try interning.key(of: entry.replica)))
            writer.writeUnsigned(entry.seq)
        }
        writer.writeUnsigned(UInt64(state.stamps.count))
        for stamped in state.stamps {
            writer.writeUnsigned(UInt64(try interning.key(of: stamped.dot.replica)))
            writer.writeUnsigned(stamped.dot.seq)
            writer.writeUnsigned(stamped.stamp.clock.rawValue)
            if let at = stamped.stamp.at {
                writer.writeInteger(at.milliseconds)
            } else {
                writer.writeNull()
            }
            if let by = stamped.stamp.by {
                writer.writeUnsigned(UInt64(try interning.key(ofPerson: by)))
            } else {
                writer.writeNull()
            }
        }
        writer.writeUnsigned(0)
        try encodeExceptions(state, to: &writer)
        return writer.bytes
    }

    private static func encodeExceptions(
        _ state: RecordState, to writer: inout CBORWriter
    ) throws {
        let columns = columns(state.kind)
        var exceptions = CBORWriter()
        var count: UInt64 = 0
        for field in state.fields {
            let name = field.name.rawValue
            let place = columns.firstIndex(of: name)
            var isHeld = place != nil && field.entries.count == 1
            switch field.entries[0].value {
            case .text: isHeld = isHeld && !numbers.contains(name)
            case .integer: isHeld = isHeld && numbers.contains(name)
            default: isHeld = false
            }
            let stamps = try field.entries.map { entry in
                UInt64(try #require(state.stamps.firstIndex { $0.dot == entry.dot }))
            }
            if isHeld, stamps[0] == 0 { continue }
            count += 1
            if let place {
                exceptions.writeUnsigned(UInt64(place))
            } else {
                exceptions.writeText(name)
            }
            exceptions.writeUnsigned(isHeld ? 0 : UInt64(field.entries.count))
            for (entry, stamp) in zip(field.entries, stamps) {
                exceptions.writeUnsigned(stamp)
                if !isHeld { entry.value.encode(to: &exceptions) }
            }
        }
        writer.writeUnsigned(count)
        writer.writeRaw(exceptions.bytes)
    }
}
