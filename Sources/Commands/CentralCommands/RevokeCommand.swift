// Shutting devices out, taking it back, and letting one go on that took too many identities.

internal import Causality
internal import CommandLine
internal import JSON
internal import Text
internal import ReplicaStore

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
        try CentralHome(invocation).withDatabase { database in
            do {
                if isUndoing {
                    let devices = try database.write(now: SystemClock().now()) {
                        try takeBack(replica, $0, by: CentralHome.actor)
                    }
                    try answer(readmitted: devices, replica, invocation)
                } else {
                    let done = try database.write(now: SystemClock().now()) {
                        try revoke(replica, sparing: spared, $0, by: CentralHome.actor)
                    }
                    try answer(done, invocation)
                }
            } catch let error as RevocationError {
                throw CommandFailure(error)
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
        try CentralHome(invocation).withDatabase { database in
            let isKnown = try database.write(now: SystemClock().now()) { transaction in
                let isKnown = try transaction.allowIdentity(replica)
                if isKnown {
                    try transaction.note(
                        "allow-identity", replica.description, by: CentralHome.actor)
                }
                return isKnown
            }
            guard isKnown else { throw CommandFailure(RevocationError.unknown(replica)) }
        }
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

    /// Shuts a device out with its enrolment, with an entry in the trail.
    static func revoke(
        _ replica: ReplicaID, sparing spared: [ReplicaID] = [], _ transaction: WriteTransaction,
        by actor: String
    ) throws -> Revocation {
        let done = try transaction.revoke(replica, sparing: spared)
        try transaction.note(
            "revoke", ([replica] + spared).map(\.description).joined(separator: " keep "),
            by: actor, count: done.closed.count)
        return done
    }

    /// Lets a device in again with all that was shut out with it, with an entry in the trail.
    static func takeBack(
        _ replica: ReplicaID, _ transaction: WriteTransaction, by actor: String
    ) throws -> [Device] {
        let devices = try transaction.takeBackRevocation(of: replica)
        try transaction.note(
            "undo-revoke", replica.description, by: actor, count: devices.count)
        return devices
    }

    /// `{revoked, closed: [device], kept: [device]}`.
    static func json(_ done: Revocation) -> JSONValue {
        .object([
            ("revoked", .string(done.device.replica.description)),
            ("closed", .array(done.closed.map { .string($0.replica.description) })),
            ("kept", .array(done.kept.map { .string($0.replica.description) })),
        ])
    }

    private static func answer(_ done: Revocation, _ invocation: Invocation) throws {
        guard !invocation.has("--json") else {
            try invocation.printOut(json(done).serialized())
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
            try invocation.printOut(
                JSONValue.object([
                    ("readmitted", .array(devices.map { .string($0.replica.description) }))
                ]).serialized())
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
        let message =
            switch error {
            case .unknown:
                Message("there is no such device", vi: "không có thiết bị này")
            case .sparesItself:
                Message(
                    "a device cannot be revoked and kept at once",
                    vi: "không thể vừa thu hồi vừa giữ một thiết bị")
            case .otherEnrolment(let other):
                Message(
                    "\(other) is of another enrolment, and stays as it is without --keep",
                    vi: "\(other) thuộc lần đăng ký khác, không cần --keep")
            case .givenUp(let other):
                Message(
                    "\(other) was given up when central was restored: no machine uses it, and every copy "
                        + "has its key",
                    vi:
                        "\(other) đã bị bỏ khi trung tâm khôi phục: không máy nào dùng, và bản sao nào "
                        + "cũng có khóa của nó")
            case .otherKey(let other):
                Message(
                    "\(other) has another key here than in the list: it is a list of another central, or "
                        + "damaged",
                    vi:
                        "\(other) ở đây có khóa khác với danh sách: danh sách của trung tâm khác, hoặc "
                        + "bị hỏng")
            case .isRevoked(let other):
                Message("\(other) is revoked already", vi: "\(other) đã bị thu hồi")
            }
        self.init(
            .dataError, message,
            hint: Message("see: central devices", vi: "xem: central devices"))
    }
}
