internal import Dossiers
internal import JSON
internal import Replication
internal import Text
internal import Time

/// What a person types is read whole or refused, and what is shown of it is read as the same.
func checkTyped(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self) else { return }
    for kind in [RecordKind.dossier, .contact, .office, .procedure, .holiday] {
        for field in RecordSchema.definitions(of: kind) where field.type.isWritten {
            guard let value = accepted({ try FieldCodec.value(from: .string(text), for: field) })
            else { continue }
            let json = FieldCodec.json(from: value, for: field)
            // A cleared field of text shows what a text may be.
            let shown = FieldWords.text(of: json, for: field, .exact)
            for text in [shown.english, shown.vietnamese] {
                let again = required("what is shown is read: \(field.name)") {
                    try FieldCodec.value(from: .string(text), for: field)
                }
                expect(again == value, "what is shown of \(field.name) is read as the same")
            }
        }
    }
    checkPeriod(text)
    expect(CodeText.key(CodeText.key(text)) == CodeText.key(text), "a key is its own key")
    expect(
        CodeText.key(CodeText.plain(text)) == CodeText.key(text), "a plain code has the same key")
}

private func checkPeriod(_ text: String) {
    guard let days = accepted({ try PeriodReader.days(text) }) else { return }
    let again = accepted { try PeriodReader.days("\(days.from) - \(days.to)") }
    expect(again?.from == days.from && again?.to == days.to, "a period is read from its days")
}
