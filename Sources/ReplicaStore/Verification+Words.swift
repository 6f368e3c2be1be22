public import JSON

extension Verification {
    /// One sentence: sound, or how many faults.
    public var summary: String {
        switch faults.count {
        case 0: "the file is sound"
        case 1: "1 thing is wrong with the file"
        default: "\(faults.count) things are wrong with the file"
        }
    }

    /// What was looked at and what is wrong, a line each.
    public var lines: [String] {
        func counted(_ count: UInt64, _ noun: String) -> String {
            "\(count) \(noun)\(count == 1 ? "" : "s")"
        }
        var what = counted(recordCount, "record") + ", " + counted(changeCount, "change")
        // Only central holds all changes of a record.
        if replayedCount > 0 {
            what += ", " + counted(replayedCount, "record") + " made again from all changes"
        }
        what += ": " + summary
        return [what] + faults.map { "  \($0.subject.rawValue) \($0.place): \($0.reason)" }
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
