internal import Causality
internal import CommandLineTool
internal import Crypto
internal import Dossiers
internal import JSON
internal import ReplicaStore
internal import SyncEngine

enum EnrolCommand {
    static let command = Command(
        "enrol", summary: "give out a one-time code that enrols one device of an office",
        discussion: "The code lasts 15 minutes. At the counter: counter enrol URL --code CODE",
        arguments: [Positional("OFFICE", help: "the office's code")],
        options: [Option("--json", help: "answer in JSON")]
    ) { invocation in
        let office = invocation.positional("OFFICE")
        let issued = try CentralHome(invocation).withDatabase { database in
            guard try database.hasOffice(office) else {
                throw CommandFailure(
                    .dataError, "the catalog has no office with this code",
                    hint: "see: central office list")
            }
            return try issue(office: office, database)
        }
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.object([
                    ("code", .string(issued.code.text)),
                    ("expires", ShownTime.json(issued.expires)), ("office", .string(office)),
                ]).serialized())
        } else {
            try invocation.printOut(
                "\(issued.code.text) enrols one device of \(TerminalSafe.text(office)) "
                    + "until \(ShownTime.text(issued.expires))")
        }
        return .ok
    }

    static func issue(
        office: String, _ database: ReplicaDatabase
    ) throws -> (code: EnrolmentCode, expires: Timestamp) {
        let code = EnrolmentCode(SystemRandomSource())
        return try database.write(now: SystemClock().now()) { transaction in
            let expires = Timestamp(
                milliseconds: transaction.now.milliseconds + EnrolmentCode.lifetimeMilliseconds)
            try transaction.dropExpiredCodes()
            try transaction.addEnrolmentCode(hash: code.hash, office: office, expires: expires)
            return (code, expires)
        }
    }
}
