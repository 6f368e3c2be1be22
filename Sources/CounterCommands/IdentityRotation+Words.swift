// What a person is told when a replica found that a copy of it syncs too.

internal import Causality
internal import CommandLineTool
internal import JSON
internal import ReplicaStore

extension IdentityRotation {
    /// What was detected and what was done.
    var sentence: String {
        let issued =
            reissuedCount == 0
            ? "nothing waited here to be sent"
            : "\(GroupedNumber.counted(reissuedCount, "change")) that central lacked "
                + (reissuedCount == 1 ? "was" : "were") + " issued again under it"
        return
            "Another copy of this replica had synced (it was cloned, or restored from a backup): "
            + "this one took an identity of its own, and \(issued)."
    }

    /// A member of `sync --json` and `status --json`.
    var json: JSONValue {
        .object([
            ("at", ShownText.json(at)), ("from", .string(old.description)),
            ("to", .string(new.description)),
            ("reissued", .integer(Int64(clamping: reissuedCount))),
        ])
    }
}
