// A device's bundle at central: taken in like its sync, and answered with a bundle.

internal import Bundles
internal import Causality
internal import CentralEngine
internal import CentralServer
internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text
internal import Wire

enum BundleCommand {
    static let command = Command(
        group: "bundle",
        summary: Message(
            "sync with devices by files on a stick", vi: "đồng bộ với thiết bị bằng tệp trên USB"),
        discussion: Message(
            """
            A device that has no link writes a bundle: counter bundle create FILE. Here: central
            bundle apply FILE --reply FILE2, and FILE2 goes back: counter bundle apply FILE2.
            """,
            vi: """
                Thiết bị không có mạng ghi một gói: counter bundle create TỆP. Tại đây: central bundle apply TỆP
                --reply TỆP2, rồi đem TỆP2 về: counter bundle apply TỆP2.
                """),
        commands: [apply])

    private static let apply = Command(
        "apply",
        summary: Message(
            "take in a device's bundle and write the reply to it",
            vi: "nhận gói của thiết bị và ghi trả lời"),
        discussion: Message(
            """
            May run beside central serve, and may be repeated: what was taken before is answered
            again. Refused changes are told to the device in the reply. Ends with 65 when a file is
            damaged or not for this central, 66 when it cannot be read, 73 when the reply's file is
            there already, 76 when the device has to sync over a link, 77 when it may not sync.
            """,
            vi: """
                Chạy được cùng lúc với central serve, và có thể lặp lại: phần đã nhận sẽ được trả lời lại. Thay
                đổi bị từ chối được báo trong trả lời. Kết thúc với 65 khi tệp hỏng hoặc không dành cho trung tâm
                này, 66 khi không đọc được, 73 khi tệp trả lời đã có, 76 khi thiết bị phải đồng bộ qua mạng, 77
                khi thiết bị không được phép.
                """),
        arguments: [
            Positional(
                "FILE",
                help: Message(
                    "all files of one bundle, in any order",
                    vi: "mọi tệp của một gói, theo thứ tự bất kỳ"), repeats: true)
        ],
        options: [
            Option(
                "--reply", valueName: "FILE2",
                help: Message(
                    "the file to make for the device; it must not be there yet",
                    vi: "tệp sẽ tạo cho thiết bị; tệp chưa được có sẵn")),
            Option(
                "--part-size", valueName: "BYTES",
                help: Message(
                    "split the reply into FILE2.1, FILE2.2 … of so many bytes at most",
                    vi: "chia trả lời thành TỆP2.1, TỆP2.2 …, mỗi tệp nhiều nhất chừng ấy byte")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let home = try CentralHome(invocation)
        let destination = try invocation.bundleDestination(
            try invocation.required("--reply"), givenBy: "--reply", in: home)
        do {
            let node = try FileCentral(at: home.databasePath)
            let answered = try await node.answerBundle(
                invocation.positionals("FILE"), into: destination)
            try answer(answered, try home.withDatabase { try Places($0) }, invocation)
            return .ok
        } catch let error as StoreError {
            throw CommandFailure(error)
        } catch let failure as BundleFailure {
            throw CommandFailure(failure)
        } catch let failure as SyncFailure {
            throw CommandFailure(bundle: failure)
        }
    }

    private static func answer(
        _ bundle: AnsweredBundle, _ places: Places, _ invocation: Invocation
    ) throws {
        let written = bundle.written
        if invocation.has("--json") {
            return try invocation.printOut(
                JSONValue.object(
                    [
                        ("device", .string(bundle.replica.description)),
                        ("office", .string(bundle.office)),
                        ("newChanges", .integer(Int64(clamping: bundle.newChanges))),
                        ("refused", .integer(Int64(bundle.refused))),
                        ("items", .integer(Int64(clamping: bundle.items))),
                        ("late", .bool(bundle.isLate)),
                        ("exchanges", .integer(Int64(bundle.exchanges))),
                        ("bytesReceived", .integer(Int64(bundle.bytesReceived))),
                        ("reply", .string(written.id.description)),
                    ] + written.members
                ).serialized())
        }
        let count = bundle.newChanges
        let device = places.name(of: bundle.replica)
        let refused = Message(
            ", \(GroupedNumber.counted(bundle.refused, "change")) of the bundle refused",
            vi: ", \(bundle.refused) thay đổi của gói bị từ chối")
        try invocation.say(
            Message(
                "\(GroupedNumber.counted(count, "new change")) from "
                    + TerminalSafe.text(device.english),
                vi: "\(count) thay đổi mới từ " + TerminalSafe.text(device.vietnamese))
                + (bundle.refused == 0 ? Message(verbatim: "") : refused))
        if bundle.isLate {
            try invocation.say(
                Message(
                    "the bundle is late: central has had more of the device since it was made",
                    vi: "gói đến muộn: từ khi tạo gói, trung tâm đã nhận thêm của thiết bị"))
        }
        try invocation.say(
            Message(
                "\(GroupedNumber.counted(bundle.items, "item")) for the device",
                vi: "\(bundle.items) mục cho thiết bị") + written.place)
        try invocation.say(
            Message(
                "next, at the device: counter bundle apply FILE2",
                vi: "tiếp theo, tại thiết bị: counter bundle apply TỆP2"))
    }
}

extension CommandFailure {
    /// Why central does not answer a bundle, in words for who stands at central.
    fileprivate init(bundle failure: SyncFailure) {
        switch failure {
        case .notEnrolled:
            self.init(
                .noPermission,
                Message(
                    "the bundle is from a device that this central does not know",
                    vi: "gói của một thiết bị mà trung tâm này không biết"),
                hint: Message(
                    "if central was restored from a backup: central enrol OFFICE, and at the "
                        + "device counter enrol URL --code C --again",
                    vi: "nếu trung tâm đã khôi phục từ bản sao lưu: central enrol CƠ-QUAN, và tại "
                        + "thiết bị counter enrol URL --code MÃ --again"))
        case .revoked:
            self.init(
                .noPermission,
                Message(
                    "the bundle is from a device that was revoked",
                    vi: "gói của một thiết bị đã bị thu hồi"),
                hint: Message(
                    "nothing of it was taken; see: central devices",
                    vi: "không nhận gì; xem: central devices"))
        default:
            self.init(
                ExitCode(failure), failure.message,
                hint: Message(
                    "apply the bundle again; its device keeps everything",
                    vi: "nhận lại gói; thiết bị vẫn giữ mọi thứ"))
        }
    }
}
