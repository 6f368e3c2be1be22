// What a person is told when a replica took a new identity.

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
        return switch cause {
        case .copied:
            "Another copy of this replica had synced (it was cloned, or restored from a backup): "
                + "this one took an identity of its own, and \(issued)."
        case .newEpoch:
            "Central was restored from a backup: this replica pushed again what central had lost "
                + "of it, took a new identity, and \(issued)."
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
