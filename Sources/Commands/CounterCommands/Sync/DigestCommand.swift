internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

enum DigestCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "digest",
            summary: Message(
                "print the digest of this replica's records",
                vi: "in mã kiểm của các bản ghi tại máy này"),
            discussion: Message(
                "Replicas of one office and central hold the same when it is the same.",
                vi: "Mã giống nhau thì các máy của một cơ quan và trung tâm có dữ liệu "
                    + "như nhau."),
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
                let safe = TerminalSafe.text(office)
                try invocation.say(
                    Message(
                        "\(digest.digest)  \(safe)  "
                            + GroupedNumber.counted(digest.recordCount, "record"),
                        vi: "\(digest.digest)  \(safe)  \(digest.recordCount) bản ghi"))
            }
            return .ok
        }
    }
}
