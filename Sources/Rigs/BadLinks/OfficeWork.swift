internal import Demonstration
internal import Dossiers
internal import JSON
internal import Replication

/// What an office's desk has written while it had no link, as lines for `counter apply`.
struct OfficeWork {
    /// Of so many dossiers one goes on to the next desk meanwhile.
    private static let movedInterval = 4

    /// The office whose work it is.
    static let office = DistrictOffice.all[0].code

    /// Makes the lines: each dossier with its note, and some with a later status.
    static func lines(dossiers count: Int, seed: UInt64) -> String {
        var generator = DossierGenerator(seed: seed)
        var lines: [JSONValue] = []
        for number in 0..<count {
            let dossier = generator.dossier()
            let code = dossier.writes.first { $0.name == "code" }?.value.text ?? ""
            lines.append(
                .object([("new", .string("dossier")), ("fields", .object(members(dossier.writes)))])
            )
            for note in dossier.additions {
                lines.append(
                    .object([("note", .string(code)), ("text", .string(note.value.text ?? ""))]))
            }
            if number.isMultiple(of: movedInterval) {
                let fields = JSONValue.object([("status", .string("processing"))])
                lines.append(.object([("set", .string(code)), ("fields", fields)]))
            }
        }
        return lines.map { $0.serialized() + "\n" }.joined()
    }

    /// The office is the desk's own, which need not be said.
    private static func members(_ writes: [FieldWrite]) -> [(String, JSONValue)] {
        writes.filter { $0.name != "office" }.map { write in
            let definition = RecordSchema.definition(of: write.name, in: .dossier)
            return (write.name.rawValue, FieldCodec.json(from: write.value, for: definition))
        }
    }
}
