public import JSON
public import Language

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

    /// What was looked at and what is wrong, a line each.
    public func lines(in language: Language) -> [String] {
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
    }

    /// The document of `verify --json`.
    public var json: JSONValue {
        .object([
            ("sound", .bool(faults.isEmpty)), ("records", .integer(Int64(clamping: recordCount))),
            ("changes", .integer(Int64(clamping: changeCount))),
            ("replayed", .integer(Int64(clamping: replayedCount))),
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
