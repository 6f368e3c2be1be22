internal import Causality
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text
internal import Time

/// Where a dossier went of which this counter keeps a copy, as far as that is known here.
struct Departure {
    /// When it left, in milliseconds since the epoch; `nil` when nothing tells.
    let time: Int64?
    /// The code of the office that has it now.
    let office: String?

    /// - Throws: `StoreError`.
    init(_ state: RecordState, in database: CounterDatabase) throws {
        let move = state.standingEvents.last { $0.event.what == .handedOver }
        time = move?.time
        let shown = state.shownValue(RecordSchema.officeField)?.text
        let identity = try database.identity()
        // What was written here and has not been pushed is newer than what central told.
        let isNew = state[RecordSchema.officeField].contains { entry in
            entry.dot.replica == identity?.replica && entry.dot.seq > identity?.pushedSeq ?? 0
        }
        let told = isNew ? nil : try database.placeOfCopy(state.id)
        office = told ?? shown ?? move?.event.to
    }

    /// When it left, as people read it.
    var moment: Message? { time.map { FieldWords.moment(milliseconds: $0) } }

    /// `{at, office}`.
    var json: JSONValue {
        .object([
            ("at", time.map { .string(OfficeTime.text(milliseconds: $0)) } ?? .null),
            ("office", office.map(JSONValue.string) ?? .null),
        ])
    }

    /// What is said of the copy.
    var line: Message {
        let day = moment.map { Message(" on ", vi: " lúc ") + $0 }
        let place = office.map { office in
            let safe = TerminalSafe.text(office)
            return Message("; it is now at \(safe)", vi: "; hiện ở \(safe)")
        }
        return Message("this is a copy: handed over", vi: "đây là bản lưu: đã chuyển đi")
            + (day ?? Message(verbatim: "")) + (place ?? Message(verbatim: ""))
    }
}
