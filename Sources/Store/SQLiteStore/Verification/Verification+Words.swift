public import Causality
internal import Dossiers
public import JSON
public import Text
internal import Time

extension Verification {
    /// One sentence: sound, or how many faults.
    public var summary: Message {
        switch faults.count {
        case 0: Message("the file is sound", vi: "tệp nguyên vẹn")
        case 1: Message("1 thing is wrong with the file", vi: "tệp có 1 chỗ sai")
        default:
            Message(
                "\(faults.count) things are wrong with the file",
                vi: "tệp có \(faults.count) chỗ sai")
        }
    }

    /// What was looked at and what is wrong, a line each; then how old the newest change is, since a
    /// file can be sound and lack the last hours.
    public func lines(in language: Language, now: Timestamp) -> [String] {
        func counted(_ count: UInt64, _ noun: String) -> String {
            "\(count) \(noun)\(count == 1 ? "" : "s")"
        }
        var what = Message(
            counted(recordCount, "record") + ", " + counted(changeCount, "change"),
            vi: "\(recordCount) bản ghi, \(changeCount) thay đổi")
        // Only central holds all changes of a record.
        if replayedCount > 0 {
            what =
                what
                + Message(
                    ", " + counted(replayedCount, "record") + " made again from all changes",
                    vi: ", \(replayedCount) bản ghi dựng lại từ mọi thay đổi")
        }
        what = what + Message(verbatim: ": ") + summary
        return [what.text(in: language)]
            + faults.map { "  \($0.subject.rawValue) \($0.place): \($0.reason)" }
            + [newestWords(now: now).text(in: language)]
            + (hadLog ? [] : [Self.withoutLog.text(in: language)])
    }

    private func newestWords(now: Timestamp) -> Message {
        guard let newestChange else {
            return Message("it holds no change", vi: "tệp chưa có thay đổi nào")
        }
        return Message("the newest change is of ", vi: "thay đổi mới nhất lúc ")
            + ChangeAge.words(newestChange, now: now)
    }

    private static let withoutLog = Message(
        "its write-ahead log (-wal) was not beside it: a copy without it lacks what was written last",
        vi:
            "không có tệp nhật ký (-wal) bên cạnh: bản sao thiếu tệp này không có những gì ghi sau cùng"
    )

    /// The document of `verify --json`.
    public var json: JSONValue {
        .object([
            ("sound", .bool(faults.isEmpty)), ("records", .integer(Int64(clamping: recordCount))),
            ("changes", .integer(Int64(clamping: changeCount))),
            ("replayed", .integer(Int64(clamping: replayedCount))),
            (
                "newestChange",
                newestChange.map { .string(OfficeTime.text(milliseconds: $0.milliseconds)) }
                    ?? .null
            ),
            ("hadLog", .bool(hadLog)),
            (
                "faults",
                .array(
                    faults.map {
                        .object([
                            ("subject", .string($0.subject.rawValue)), ("place", .string($0.place)),
                            ("reason", .string($0.reason)),
                        ])
                    })
            ),
        ])
    }
}
