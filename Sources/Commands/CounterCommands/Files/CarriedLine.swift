// A line of an export: an edit as people read it, and in the member `carried` the change itself, whole
// and exact, with what its writer had seen. `counter apply` takes the change; a line whose readable
// part was changed by hand is refused, since nobody could say which of the two is meant.

internal import Causality
internal import Crypto
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text
internal import Time

extension CarriedChange {
    private static let member = "carried"

    /// The line.
    var line: JSONValue {
        let carried = JSONValue.object([
            ("kept", .integer(Int64(clamping: keptSeq))),
            ("change", .string(Hexadecimal.text(change.canonicalBytes))),
        ])
        return .object(readable + [(Self.member, carried)])
    }

    /// The edit as a person reads it, and as `apply` takes it from one who wrote it.
    private var readable: [(String, JSONValue)] {
        // Every later change to a record has seen the one that made it.
        var members: [(String, JSONValue)] =
            change.context.isEmpty
            ? [("new", .string(change.kind.name)), ("id", .string(record.description))]
            : [("set", .string(record.description))]
        members.append(("fields", change.fieldsJSON))
        let time = change.stamp.shownTime.milliseconds
        if DossierLimits.instant.contains(time) {
            members.append(("at", .string(OfficeTime.text(milliseconds: time))))
        }
        if let by = change.by { members.append(("by", .string(by))) }
        return members
    }

    /// Reads a line; `nil` for one that carries no change.
    ///
    /// - Throws: `LineFault` for one that was damaged or changed.
    init?(parsing bytes: ArraySlice<UInt8>) throws(LineFault) {
        // Most lines are written by hand or by other programs: they are parsed once, as edits.
        guard Self.mayCarry(bytes) else { return nil }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes)
        } catch {
            return nil
        }
        guard let members = json.objectValue, let carried = json[Self.member] else { return nil }
        guard let kept = carried["kept"]?.integerValue, kept >= 0,
            let change = carried["change"]?.stringValue.flatMap(Hexadecimal.bytes)
                .flatMap(Self.change), change.kind.isKnown,
            let text = (json["id"] ?? json["set"])?.stringValue, let record = RecordID(text),
            change.record == nil || change.record == record
        else { throw .damaged }
        self.init(change, of: record, keptSeq: UInt64(clamping: kept))
        let rest = JSONValue.object(members.filter { $0.name != Self.member })
        guard Self.isSame(rest, JSONValue.object(readable)) else { throw .changed }
    }

    /// Whether two documents are read alike: one of them was written and read once more.
    private static func isSame(_ read: JSONValue, _ made: JSONValue) -> Bool {
        do throws(JSONError) {
            let again = try JSONValue(parsing: made.serializedBytes())
            return again.serializedBytes() == read.serializedBytes()
        } catch {
            return false
        }
    }

    private static func change(_ bytes: [UInt8]) -> Change? {
        do throws(FormatError) {
            return try Change(canonicalBytes: bytes)
        } catch {
            return nil
        }
    }

    private static func mayCarry(_ bytes: ArraySlice<UInt8>) -> Bool {
        let name = Array("\"\(member)\"".utf8)
        var rest = bytes
        while let start = rest.firstIndex(of: name[0]) {
            if rest[start...].starts(with: name) { return true }
            rest = rest[(start + 1)...]
        }
        return false
    }
}

/// Why a line of an export is not taken.
enum LineFault: Error {
    /// What it carries is no change.
    case damaged
    /// Its readable part was changed.
    case changed

    func problem(in line: Int) -> LineProblem {
        switch self {
        case .damaged:
            LineProblem(
                line: line, code: "carried_damaged",
                message: Message(
                    "what the line carries is damaged: take \"carried\" out of it to write the rest as "
                        + "an edit",
                    vi: "phần \"carried\" của dòng bị hỏng: bỏ phần đó để ghi phần còn lại"))
        case .changed:
            LineProblem(
                line: line, code: "carried_changed",
                message: Message(
                    "the line was changed by hand: take \"carried\" out of it to write it as an edit",
                    vi: "dòng đã bị sửa tay: bỏ phần \"carried\" để ghi như một thay đổi mới"))
        }
    }
}
