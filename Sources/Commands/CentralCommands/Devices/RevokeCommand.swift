// Shutting devices out, taking it back, and letting one go on that took too many identities.

internal import AdminDocuments
internal import Administration
internal import Causality
internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import Store
internal import Text

enum RevokeCommand {
    static let revoke = Command(
        "revoke",
        summary: Message(
            "shut a device out from its next request on", vi: "chặn một thiết bị từ yêu cầu kế tiếp"
        ),
        discussion: Message(
            """
            A device that was cloned, restored from a backup or met a restored central has had other
            identities, and older copies of its file have them still: all identities that came from one
            enrolment are shut out together, and named. A clone that is a machine of its own by now is spared
            by --keep. A device that went on from the one that is kept has its key too: then better
            enrol the kept one anew.
              central revoke 1f0b22c94a7d6e03 --keep 5a5be3308fd01c44
              central revoke --undo 1f0b22c94a7d6e03
            """,
            vi: """
                Thiết bị từng bị sao chép, khôi phục từ bản sao lưu, hay gặp trung tâm đã khôi phục thì có
                các danh tính khác, và bản sao cũ của tệp vẫn còn chúng: mọi danh tính từ cùng một lần đăng ký
                bị chặn cùng lúc và được liệt kê. Bản sao nay là máy riêng thì giữ lại bằng --keep. Thiết bị
                đi tiếp từ máy được giữ cũng có khóa của máy đó: khi ấy nên đăng ký mới cho máy được giữ.
                  central revoke 1f0b22c94a7d6e03 --keep 5a5be3308fd01c44
                  central revoke --undo 1f0b22c94a7d6e03
                """),
        arguments: [device],
        options: [
            Option(
                "--keep", valueName: "DEVICE",
                help: Message(
                    "spare this clone of it; may repeat",
                    vi: "giữ lại bản sao này; ghi được nhiều lần")),
            Option(
                "--undo",
                help: Message(
                    "let all in again that were shut out with it",
                    vi: "cho vào lại tất cả những gì bị chặn cùng nó")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let replica = try replica(invocation.positional("DEVICE"))
        let spared = try invocation.values("--keep").map(Self.replica)
        let isUndoing = invocation.has("--undo")
        guard spared.isEmpty || !isUndoing else {
            throw UsageError(
                Message("--keep or --undo, not both", vi: "chỉ --keep hoặc --undo"))
        }
        let home = try CentralHome(invocation)
        try home.withDatabase { database in
            if isUndoing {
                let devices = try database.perform(TakeBackRevocation(of: replica), by: home.actor)
                try answer(readmitted: devices, replica, invocation)
            } else {
                let act = RevokeDevice(replica, sparing: spared)
                try answer(try database.perform(act, by: home.actor), invocation)
            }
        }
        return .ok
    }

    static let allowIdentity = Command(
        "allow-identity",
        summary: Message(
            "let a device go on that took too many new identities",
            vi: "cho đi tiếp thiết bị đã nhận quá nhiều danh tính mới"),
        discussion: Message(
            """
            Central gives a device another identity where it sees why: a copy of it synced, or central
            was restored. Without that it gives \(IdentityLimits.unseenMax) in 30 days to an enrolment, and then asks for you. Find
            out first whether somebody uses a copy of the device: central devices.
            """,
            vi: """
                Trung tâm cấp danh tính khác khi thấy lý do: có bản sao đã đồng bộ, hoặc trung tâm đã khôi phục.
                Không thấy lý do thì chỉ cấp \(IdentityLimits.unseenMax) lần trong 30 ngày cho một lần đăng ký. Trước hết hãy xem có ai
                dùng bản sao của thiết bị không: central devices.
                """),
        arguments: [device]
    ) { invocation in
        let replica = try replica(invocation.positional("DEVICE"))
        let home = try CentralHome(invocation)
        try home.withDatabase { try $0.perform(AllowIdentity(replica), by: home.actor) }
        try invocation.say(
            Message(
                "\(replica) may take another identity", vi: "\(replica) được nhận danh tính khác"))
        return .ok
    }

    private static let device = Positional(
        "DEVICE", help: Message("its 16 hexadecimal digits", vi: "16 chữ số thập lục của nó"))

    private static func replica(_ text: String) throws -> ReplicaID {
        guard let replica = ReplicaID(hexadecimal: text) else {
            throw UsageError(
                Message(
                    "a device is named by 16 hexadecimal digits",
                    vi: "thiết bị được ghi bằng 16 chữ số thập lục"),
                hint: Message("central devices", vi: "central devices"))
        }
        return replica
    }

    private static func answer(_ done: Revocation, _ invocation: Invocation) throws {
        guard !invocation.has("--json") else {
            try invocation.printOut(done.json.serialized())
            return
        }
        let replica = done.device.replica
        try invocation.say(Message("revoked \(replica)", vi: "đã thu hồi \(replica)"))
        let others = done.closed.filter { $0.replica != replica }
        for device in others {
            try invocation.say(
                Message("and with it ", vi: "và cùng với nó ") + Message(verbatim: name(device)))
        }
        for device in done.kept {
            try invocation.say(
                Message("kept ", vi: "giữ lại ") + Message(verbatim: name(device)))
        }
        if !others.isEmpty {
            try invocation.say(
                Message(
                    "all come from one enrolment; if one is a machine of its own that is still used: "
                        + "central revoke --undo \(replica), then revoke with --keep DEVICE",
                    vi:
                        "tất cả từ cùng một lần đăng ký; nếu có máy riêng vẫn đang dùng: "
                        + "central revoke --undo \(replica), rồi thu hồi với --keep THIẾT-BỊ"))
        }
        for device in done.keptBefore {
            try invocation.say(
                Message(
                    "\(device.replica) is kept, but \(replica) went on from it and has its key: "
                        + "enrol that machine anew, then revoke \(device.replica)",
                    vi:
                        "\(device.replica) được giữ, nhưng \(replica) đi tiếp từ nó và có khóa của nó: "
                        + "đăng ký mới cho máy đó, rồi thu hồi \(device.replica)"))
        }
    }

    private static func answer(
        readmitted devices: [Device], _ replica: ReplicaID, _ invocation: Invocation
    ) throws {
        if invocation.has("--json") {
            try invocation.printOut(TakeBackRevocation.json(devices).serialized())
            return
        }
        guard !devices.isEmpty else {
            try invocation.say(
                Message("\(replica) was not revoked", vi: "\(replica) chưa bị thu hồi"))
            return
        }
        for device in devices {
            try invocation.say(
                Message("let in again: ", vi: "cho vào lại: ") + Message(verbatim: name(device)))
        }
    }

    /// `1f0b22c94a7d6e03 (A1/2, laptop)`: office and desk, and the name for people.
    private static func name(_ device: Device) -> String {
        let office = TerminalSafe.text(device.office)
        return "\(device.replica) (\(office)/\(device.desk), \(TerminalSafe.text(device.name)))"
    }
}

extension CommandFailure {
    /// What a revocation that was not done means for the person.
    init(_ error: RevocationError) {
        self.init(
            .dataError, error.words,
            hint: Message("see: central devices", vi: "xem: central devices"))
    }
}
