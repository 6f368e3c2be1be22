internal import Language
internal import CommandLineTool
internal import JSON
internal import ReplicaStore
internal import Replication

enum DigestCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "digest", summary: "print the digest of this replica's records",
            discussion: "Replicas of one office and central hold the same when it is the same.",
            options: [.json]
        ) { invocation in
            let (office, digest) = try context.read(invocation) { database in
                let office = try database.enrolledIdentity().identity.office
                return (office, try database.digest(ofOffice: office))
            }
            if invocation.has("--json") {
                try invocation.printJSON(
                    .object([
                        ("office", .string(office)),
                        ("digest", .string(digest.digest.description)),
                        ("records", .integer(digest.recordCount)),
                    ]))
            } else {
                try invocation.printOut(
                    TerminalSafe.text(
                        "\(digest.digest)  \(office)  "
                            + GroupedNumber.counted(digest.recordCount, "record")))
            }
            return .ok
        }
    }
}
