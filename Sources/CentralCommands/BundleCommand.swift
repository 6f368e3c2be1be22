// A device's bundle at central: taken in like its sync, and answered with a bundle.

internal import Language
internal import Causality
internal import CommandLineTool
internal import JSON
internal import ReplicaStore
internal import SyncEngine
internal import SyncProtocol

enum BundleCommand {
    static let command = Command(
        group: "bundle", summary: "sync with devices by files on a stick",
        discussion: """
            A device that has no link writes a bundle: counter bundle create FILE. Here: central
            bundle apply FILE --reply FILE2, and FILE2 goes back: counter bundle apply FILE2.
            """,
        commands: [apply])

    private static let apply = Command(
        "apply", summary: "take in a device's bundle and write the reply to it",
        discussion: """
            May run beside central serve, and may be repeated: what was taken before is answered
            again. Refused changes are told to the device in the reply. Ends with 65 when a file is
            damaged or not for this central, 66 when it cannot be read, 73 when the reply's file is
            there already, 76 when the device has to sync over a link, 77 when it may not sync.
            """,
        arguments: [
            Positional("FILE", help: "all files of one bundle, in any order", repeats: true)
        ],
        options: [
            Option(
                "--reply", valueName: "FILE2",
                help: "the file to make for the device; it must not be there yet"),
            Option(
                "--part-size", valueName: "BYTES",
                help: "split the reply into FILE2.1, FILE2.2 … of so many bytes at most"),
            Option("--json", help: "answer in JSON"),
        ]
    ) { invocation in
        let home = CentralHome(invocation)
        let reply = try invocation.required("--reply")
        guard !reply.isEmpty, !reply.hasSuffix("/") else {
            throw UsageError("--reply needs the name of a file")
        }
        let destination = BundleDestination(
            path: reply,
            partByteCount: try invocation.integer(
                "--part-size", in: BundleLimits.partSizeMin ... .max),
            scratchFolder: home.path)
        do {
            let node = try CentralNode(path: home.databasePath)
            let answered = try await node.answerBundle(
                invocation.positionals("FILE"), into: destination)
            try answer(answered, invocation)
            return .ok
        } catch let error as StoreError {
            throw CommandFailure(error)
        } catch let failure as BundleFailure {
            throw CommandFailure(failure)
        } catch let failure as SyncFailure {
            throw CommandFailure(bundle: failure)
        }
    }

    private static func answer(_ bundle: AnsweredBundle, _ invocation: Invocation) throws {
        let written = bundle.written
        if invocation.has("--json") {
            return try invocation.printOut(
                JSONValue.object([
                    ("device", .string(bundle.replica.description)),
                    ("office", .string(bundle.office)),
                    ("newChanges", .integer(Int64(clamping: bundle.newChanges))),
                    ("refused", .integer(Int64(bundle.refused))),
                    ("items", .integer(Int64(clamping: bundle.items))),
                    ("late", .bool(bundle.isLate)),
                    ("exchanges", .integer(Int64(bundle.exchanges))),
                    ("bytesReceived", .integer(Int64(bundle.bytesReceived))),
                    ("reply", .string(written.id.description)),
                    ("bytes", .integer(Int64(written.byteCount))),
                    ("files", .array(written.files.map(JSONValue.string))),
                ]).serialized())
        }
        let device = "device \(bundle.replica) of office \(bundle.office)"
        let refused =
            bundle.refused == 0
            ? ""
            : ", \(GroupedNumber.counted(bundle.refused, "change")) of the bundle refused"
        try invocation.printOut(
            TerminalSafe.text(
                "\(GroupedNumber.counted(bundle.newChanges, "new change")) from \(device)\(refused)"
            ))
        if bundle.isLate {
            try invocation.printOut(
                "the bundle is late: central has had more of the device since it was made")
        }
        let files =
            written.files.count == 1
            ? written.files[0]
            : "\(written.files.count) files, \(written.files[0]) to \(written.files.last ?? "")"
        try invocation.printOut(
            TerminalSafe.text(
                "\(GroupedNumber.counted(bundle.items, "item")) for the device in \(files), "
                    + ByteCount.string(written.byteCount)))
        try invocation.printOut("next, at the device: counter bundle apply FILE2")
    }
}

extension CommandFailure {
    /// A bundle that was refused, or a reply that could not be made.
    init(_ failure: BundleFailure) {
        let code: ExitCode =
            switch failure.failureClass {
            case .dataError: .dataError
            case .noInput: .noInput
            case .cannotCreate: .cantCreate
            case .inputOutput: .ioError
            case .temporary: .temporaryFailure
            case .protocolError: .protocolError
            }
        self.init(code, "\(failure)", hint: Message(untranslated: failure.hint))
    }

    /// Why central does not answer a bundle, in words for who stands at central.
    fileprivate init(bundle failure: SyncFailure) {
        switch failure {
        case .notEnrolled:
            self.init(
                .noPermission, "the bundle is from a device that this central does not know",
                hint: "if central was restored from a backup: central enrol OFFICE, and at the "
                    + "device counter enrol URL --code C --again")
        case .revoked:
            self.init(
                .noPermission, "the bundle is from a device that was revoked",
                hint: "nothing of it was taken; see: central devices")
        default:
            let code: ExitCode =
                switch failure.failureClass {
                case .unavailable: .unavailable
                case .temporary: .temporaryFailure
                case .protocolError: .protocolError
                case .noPermission: .noPermission
                }
            self.init(
                code, Message(untranslated: failure.message),
                hint: "apply the bundle again; its device keeps everything")
        }
    }
}
