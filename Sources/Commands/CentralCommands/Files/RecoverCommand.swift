// What an admin does after central's file was restored from a backup.

internal import AdminDocuments
internal import Administration
internal import Causality
internal import CommandLine
internal import Crypto
internal import JSON
internal import SQLiteStore
internal import Store
internal import Text

enum RecoverCommand {
    static let command = Command(
        "recover",
        summary: Message(
            "take back what central lost when it was restored from a backup",
            vi: "lấy lại những gì trung tâm mất khi khôi phục từ bản sao lưu"),
        discussion: Message(
            """
            Begins a new epoch: each device pushes again what central had acknowledged to it, goes on \
            under a new identity, and gives the records that central lacks. A device that central \
            does not know any more enrols once more with a new code: counter enrol --again. Follow it \
            with central status, and end it when all have synced: central recover --end.

            The backup knows neither who was shut out nor what was ordered to be erased since its day. Keep
            both lists elsewhere, and give them here; given while central recovers already, they are
            taken and no other epoch begins.
              central devices --revoked --json > revoked.json
              central erasures --json > erasures.ndjson
              central recover --revoked revoked.json --orders erasures.ndjson
            """,
            vi: """
                Bắt đầu một kỷ mới: mỗi thiết bị gửi lại những gì trung tâm đã xác nhận, tiếp tục dưới danh tính
                mới, và đưa các bản ghi mà trung tâm thiếu. Thiết bị mà trung tâm không còn biết thì đăng ký lại
                bằng mã mới: counter enrol --again. Theo dõi bằng central status, và kết thúc khi tất cả đã đồng bộ:
                central recover --end.

                Bản sao lưu không biết ai đã bị chặn và những gì đã lệnh xóa từ ngày sao lưu. Hãy giữ hai danh
                sách này ở nơi khác và đưa vào đây; đưa khi đang phục hồi thì chỉ nhận danh sách, không bắt đầu
                kỷ mới.
                  central devices --revoked --json > revoked.json
                  central erasures --json > erasures.ndjson
                  central recover --revoked revoked.json --orders erasures.ndjson
                """),
        options: [
            Option(
                "--end",
                help: Message(
                    "take no more records from what devices hold",
                    vi: "không nhận thêm bản ghi từ dữ liệu của thiết bị")),
            Option(
                "--revoked", valueName: "FILE",
                help: Message(
                    "shut out again whom this list names (central devices --revoked --json)",
                    vi: "chặn lại những thiết bị trong danh sách (central devices --revoked --json)"
                )),
            Option(
                "--orders", valueName: "FILE",
                help: Message(
                    "erase again what this list names (central erasures --json)",
                    vi: "xóa lại những bản ghi trong danh sách (central erasures --json)")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let isEnding = invocation.has("--end")
        let lists = try RecoveryLists(invocation)
        guard !isEnding || lists.isEmpty else {
            throw UsageError(
                Message(
                    "--end, or lists, not both", vi: "chỉ --end hoặc danh sách, không cả hai"))
        }
        let home = try CentralHome(invocation)
        let outcome = try home.withDatabase { database in
            let act = Recover(isEnding: isEnding, lists: lists)
            let outcome = try database.perform(act, by: home.actor)
            _ = outcome.taken.erased > 0 ? database.emptyLog() : true
            return outcome
        }
        if invocation.has("--json") {
            try invocation.printOut(outcome.json.serialized())
        } else {
            for line in outcome.lines { try invocation.say(line) }
        }
        return .ok
    }
}

// What a person is told of it.
extension Recover.Outcome {
    var lines: [Message] {
        if isEnding {
            let count = epoch.recordsRecovered
            return [
                Message(
                    "recovery ended: \(GroupedNumber.counted(count, "record")) came back from "
                        + "what devices held",
                    vi: "đã kết thúc phục hồi: \(count) bản ghi lấy lại từ các thiết bị")
            ]
        }
        var lines: [Message] = []
        if onlyTakes {
            lines.append(
                Message(
                    "central recovers already: the lists were taken, and no other epoch began; if it was "
                        + "restored once more: central recover",
                    vi:
                        "trung tâm đang phục hồi: đã nhận danh sách, không bắt đầu kỷ mới; nếu lại "
                        + "khôi phục lần nữa: central recover"))
        } else {
            lines.append(
                Message(
                    "recovering: every device pushes again what central lost, and gives what it lacks",
                    vi:
                        "đang phục hồi: mỗi thiết bị gửi lại những gì trung tâm mất, và đưa những gì còn thiếu"
                ))
        }
        lines += taken.lines + epoch.missingLines
        lines.append(
            Message(
                "next: let all devices sync, look at central status, then central recover --end",
                vi:
                    "tiếp theo: để mọi thiết bị đồng bộ, xem central status, rồi central recover --end"
            ))
        return lines
    }
}

extension CentralEpoch {
    /// What may be missing since the backup's day; nothing once lists were given or the recovery ended.
    var missingLines: [Message] {
        var lines: [Message] = []
        if wantsRevocations {
            lines.append(
                Message(
                    "revocations since the backup's day may be missing: central recover --revoked FILE, "
                        + "written by central devices --revoked --json",
                    vi:
                        "có thể thiếu các lệnh thu hồi từ ngày sao lưu: central recover --revoked TỆP, "
                        + "ghi bằng central devices --revoked --json"))
        }
        if wantsOrders {
            lines.append(
                Message(
                    "erasures since the backup's day may be missing: central recover --orders FILE, "
                        + "written by central erasures --json",
                    vi:
                        "có thể thiếu các lệnh xóa từ ngày sao lưu: central recover --orders TỆP, "
                        + "ghi bằng central erasures --json"))
        }
        return lines
    }
}

extension EpochStanding {
    /// What a person is told; nothing in central's first epoch.
    var lines: [Message] {
        guard let began = epoch.began else { return [] }
        let cause =
            switch epoch.cause {
            case .made: Message("made", vi: "khi tạo")
            case .told: Message("as an admin said", vi: "theo quản trị")
            case .noticed:
                Message(
                    "as device \(epoch.noticedBy?.description ?? "?") noticed, which had more of it",
                    vi:
                        "do thiết bị \(epoch.noticedBy?.description ?? "?") phát hiện vì có nhiều hơn"
                )
            }
        var lines = [
            Message(
                "central was restored from a backup, \(cause.english), at \(ShownTime.text(began).english): "
                    + "\(arrived.count) of \(GroupedNumber.counted(devices.count, "device")) "
                    + "have made a complete sync since",
                vi: "trung tâm đã khôi phục từ bản sao lưu, \(cause.vietnamese), lúc "
                    + "\(ShownTime.text(began).vietnamese): \(arrived.count) trên \(devices.count) thiết bị đã "
                    + "đồng bộ đầy đủ từ đó")
        ]
        if epoch.isRecovering {
            let count = epoch.recordsRecovered
            lines.append(
                Message(
                    "recovering: \(GroupedNumber.counted(count, "record")) came back "
                        + "from what devices held; when all have synced: central recover --end",
                    vi:
                        "đang phục hồi: \(count) bản ghi lấy lại từ các thiết bị; khi tất cả đã đồng "
                        + "bộ: central recover --end"))
        } else if epoch.cause == .noticed {
            lines.append(
                Message(
                    "what only other devices hold of the lost records comes back with: central recover",
                    vi: "phần bị mất mà chỉ thiết bị khác còn giữ lấy lại bằng: central recover"))
        }
        return lines + epoch.missingLines
    }
}
