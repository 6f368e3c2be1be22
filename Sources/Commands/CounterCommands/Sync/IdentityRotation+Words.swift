// What a person is told when a replica took a new identity.

internal import Causality
internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import Text

extension IdentityRotation {
    /// What was detected and what was done.
    var sentence: Message {
        let verb = reissuedCount == 1 ? "was" : "were"
        let issued =
            reissuedCount == 0
            ? Message("nothing waited here to be sent", vi: "ở đây không có gì chờ gửi")
            : ShownText.changes(reissuedCount)
                + Message(
                    " that central lacked \(verb) issued again under it",
                    vi: " mà trung tâm thiếu được phát lại dưới danh tính đó")
        return switch cause {
        case .copied:
            Message(
                "Another copy of this replica had synced (it was cloned, or restored from a backup): "
                    + "this one took an identity of its own, and \(issued.english).",
                vi:
                    "Một bản sao khác của máy này đã đồng bộ (được sao chép, hoặc khôi phục từ bản sao "
                    + "lưu): máy này nhận danh tính riêng, và \(issued.vietnamese).")
        case .newEpoch:
            Message(
                "Central was restored from a backup: this replica pushed again what central had lost "
                    + "of it, took a new identity, and \(issued.english).",
                vi:
                    "Trung tâm đã khôi phục từ bản sao lưu: máy này gửi lại những gì trung tâm mất, nhận "
                    + "danh tính mới, và \(issued.vietnamese).")
        }
    }

    /// A member of `sync --json` and `status --json`.
    var json: JSONValue {
        .object([
            ("at", ShownText.json(at)), ("from", .string(old.description)),
            ("to", .string(new.description)), ("cause", .string(cause.rawValue)),
            ("reissued", .integer(Int64(clamping: reissuedCount))),
        ])
    }
}
