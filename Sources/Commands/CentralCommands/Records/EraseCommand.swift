// Erasure by law: what a record holds of people goes, everywhere (`Protocol/erasure.md`).

internal import AdminDocuments
internal import Administration
internal import Backups
internal import Causality
internal import CommandLine
internal import Crypto
internal import Dossiers
internal import Files
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Store
internal import Text

enum EraseCommand {
    static let erase = Command(
        "erase",
        summary: Message(
            "erase what a record holds of people, everywhere and for good",
            vi: "xóa vĩnh viễn dữ liệu cá nhân của một bản ghi, ở mọi nơi"),
        discussion: Message(
            """
            Takes names, numbers, addresses, notes and custom fields from the record, its history and
            what was refused of it, here at once and at every counter that holds it at its next sync.
            Code, procedure, status and times stay, and who did what when. It cannot be undone.
            The reason stays with the record and every counter reads it: write the decision, no name.
            Backups, exports, printed reports and bundles made before are not reached.
            Ends with 66 when the record holds nothing of people, or no more.
              central erase DVC-210531-10001 --reason "QĐ 12/2026 - Article 16 request"
              central erasures
            """,
            vi: """
                Xóa họ tên, số, địa chỉ, ghi chú và trường riêng khỏi bản ghi, lịch sử của nó và những gì bị
                từ chối: ở đây ngay lập tức, ở mỗi quầy đang giữ khi quầy đồng bộ lần tới. Mã, thủ tục, trạng
                thái và các thời điểm vẫn giữ, cùng với ai đã làm gì lúc nào. Không hoàn tác được.
                Lý do được giữ cùng bản ghi và mọi quầy đều đọc: hãy ghi số quyết định, đừng ghi tên.
                Bản sao lưu, tệp xuất, báo cáo đã in và gói đã tạo trước đó không bị xóa.
                Kết thúc với 66 khi bản ghi không có, hoặc không còn, dữ liệu cá nhân.
                  central erase DVC-210531-10001 --reason "QĐ 12/2026 - yêu cầu theo Điều 16"
                  central erasures
                """),
        arguments: [
            Positional(
                "RECORD",
                help: Message(
                    "a dossier's code, or the id of a dossier or contact",
                    vi: "mã hồ sơ, hoặc id của hồ sơ hay lượt hướng dẫn"))
        ],
        options: [
            Option(
                "--reason", valueName: "TEXT",
                help: Message(
                    "the decision by which it is done; at most "
                        + "\(DossierLimits.reasonCharactersMax) characters",
                    vi: "quyết định làm căn cứ; nhiều nhất "
                        + "\(DossierLimits.reasonCharactersMax) ký tự")),
            Option(
                "--by", valueName: "NAME", help: Message("who does this", vi: "người thực hiện")),
            Option(
                "--dry-run",
                help: Message(
                    "only say what would be erased", vi: "chỉ cho biết sẽ xóa những gì")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let isTrial = invocation.has("--dry-run")
        let reason = isTrial ? "" : try invocation.required("--reason")
        let home = try CentralHome(invocation)
        return try home.withDatabase { database in
            let reference = try RecordReference(invocation.positional("RECORD"))
            let state = try database.recordToErase(reference)
            let act = EraseRecord(state.id, reason: reason, by: invocation.value("--by"))
            let found =
                isTrial
                ? try database.personalContent(of: state) : try home.perform(act, database)
            let code = state.shownValue("code")?.text
            let answer = Answer(
                found: found, code: code,
                contacts: try code.map { try database.contacts(ofDossier: $0) } ?? [],
                isTrial: isTrial, isLogEmpty: isTrial || database.emptyLog())
            try answer.print(invocation)
            return found.fields.isEmpty ? .noInput : .ok
        }
    }

    static let erasures = Command(
        "erasures",
        summary: Message(
            "list the erased records, and which devices have not confirmed it",
            vi: "liệt kê bản ghi đã xóa, và thiết bị nào chưa xác nhận"),
        discussion: Message(
            """
            A device erases a record in the sync that brings the order, and confirms it by its next request.
            One that was revoked never will. Backups of before are not changed: the list names those in
            the folder of the last central backup, and until when they are kept; central restore erases
            anew what has been erased since.
            """,
            vi: """
                Thiết bị xóa bản ghi khi đồng bộ nhận được lệnh, và xác nhận ở yêu cầu kế tiếp. Thiết bị đã
                thu hồi thì không bao giờ xóa. Bản sao lưu trước đó không thay đổi: danh sách nêu các bản trong
                thư mục của lần central backup cuối, và giữ đến khi nào; central restore xóa lại những gì đã
                được xóa từ đó.
                """),
        options: [
            Option(
                "--json",
                help: Message("one JSON document a line", vi: "mỗi dòng một tài liệu JSON"))
        ]
    ) { invocation in
        try CentralHome(invocation).withDatabase { database in
            let list = try ErasureList(database, backups: backups(of: database, invocation))
            if invocation.has("--json") {
                for document in list.documents { try invocation.printOut(document.serialized()) }
                return
            }
            guard !list.entries.isEmpty || !list.awaited.isEmpty else {
                try invocation.say(Message("no record was erased", vi: "chưa xóa bản ghi nào"))
                return
            }
            var table = TextTable([
                .init(invocation.text(Message("RECORD", vi: "BẢN GHI"))),
                .init(invocation.text(Message("ERASED", vi: "XÓA LÚC"))),
                .init(invocation.text(Message("NOT CONFIRMED BY", vi: "CHƯA XÁC NHẬN"))),
                .init(invocation.text(Message("IN BACKUPS", vi: "CÒN TRONG BẢN SAO LƯU"))),
                .init(invocation.text(Message("REASON", vi: "LÝ DO"))),
            ])
            for entry in list.entries {
                let record = entry.record
                let names = entry.unconfirmedBy.map { device in
                    "\(device.office)/\(device.desk)"
                        + (device.state == .revoked
                            ? invocation.text(Message(" (revoked)", vi: " (đã thu hồi)")) : "")
                }
                table.add([
                    TerminalSafe.text(record.name), invocation.text(ShownTime.text(record.arrived)),
                    names.isEmpty
                        ? invocation.text(Message("nobody", vi: "không nơi nào"))
                        : TerminalSafe.text(names.joined(separator: ", ")),
                    invocation.text(entry.backupWords),
                    TerminalSafe.text(record.reasons.joined(separator: "; ")),
                ])
            }
            for notice in list.awaited {
                table.add([
                    notice.id.description, invocation.text(Message("not yet", vi: "chưa xóa")),
                    invocation.text(Message("no record here", vi: "chưa có bản ghi")), "",
                    TerminalSafe.text(notice.erasures.map(\.reason).joined(separator: "; ")),
                ])
            }
            try invocation.printOut(table)
        }
        return .ok
    }
}

extension EraseCommand {
    /// The sets in the folder of the last backup; none where it cannot be read, which is said.
    private static func backups(
        of database: CentralDatabase, _ invocation: Invocation
    ) -> [ErasureList.HoldingBackup] {
        guard let note = BackupNote(home: Folder.path(of: database.path)) else { return [] }
        do {
            return ErasureList.holdingBackups(
                try BackupPlace(note.folder).sets(), note.retention)
        } catch {
            // It is no part of what was asked: the disk of the backups may lie in a safe.
            let folder = TerminalSafe.text(note.folder)
            try? invocation.printErr(
                invocation.text(
                    Message(
                        "warning: \(folder): the backups there cannot be read",
                        vi: "cảnh báo: \(folder): không đọc được các bản sao lưu ở đó")))
            return []
        }
    }
}

extension ErasureList.Entry {
    /// How many backups may hold it still, and until when the last of them is kept.
    fileprivate var backupWords: Message {
        guard !backups.isEmpty else { return Message("none", vi: "không") }
        let untils = backups.map(\.until)
        guard !untils.contains(nil), let last = untils.compactMap(\.self).max() else {
            return Message("\(backups.count), for ever", vi: "\(backups.count), không thời hạn")
        }
        let day = ShownTime.text(last)
        return Message(
            "\(backups.count), until \(day.english)", vi: "\(backups.count), đến \(day.vietnamese)")
    }
}

/// What the command says of an erasure, or of its trial.
private struct Answer {
    let found: ErasureResult
    let code: String?
    let contacts: [RecordID]
    let isTrial: Bool
    let isLogEmpty: Bool

    /// `{id, code, fields, changes, contacts, dryRun}`.
    private var json: JSONValue {
        .object(
            found.members(code: code) + [
                ("contacts", .array(contacts.map { .string($0.description) })),
                ("dryRun", .bool(isTrial)),
            ])
    }

    func print(_ invocation: Invocation) throws {
        guard !invocation.has("--json") else {
            try invocation.printOut(json.serialized())
            return
        }
        let name = TerminalSafe.text(code ?? found.record.description)
        let fields = TerminalSafe.text(found.fields.map(\.rawValue).joined(separator: ", "))
        let changes = Message(
            GroupedNumber.counted(found.changeCount, "change"),
            vi: "\(found.changeCount) thay đổi")
        if found.fields.isEmpty {
            try invocation.say(
                Message(
                    "\(name) holds nothing of people here",
                    vi: "\(name) ở đây không có dữ liệu cá nhân"))
        } else if isTrial {
            try invocation.say(
                Message(
                    "would erase from \(name): \(fields); in ",
                    vi: "sẽ xóa khỏi \(name): \(fields); trong ")
                    + changes)
        } else {
            try invocation.say(
                Message(
                    "erased from \(name): \(fields); in ",
                    vi: "đã xóa khỏi \(name): \(fields); trong ")
                    + changes)
        }
        if !isTrial {
            try invocation.say(
                Message(
                    "each counter that holds it follows at its next sync: central erasures",
                    vi: "mỗi quầy đang giữ sẽ xóa khi đồng bộ lần tới: central erasures"))
        }
        if !contacts.isEmpty {
            let ids = contacts.map(\.description).joined(separator: " ")
            try invocation.say(
                Message(
                    "\(GroupedNumber.counted(contacts.count, "contact")) of this dossier "
                        + "\(contacts.count == 1 ? "is" : "are") not erased with it: \(ids)",
                    vi: "\(contacts.count) lượt hướng dẫn của hồ sơ này không bị xóa theo: \(ids)"))
        }
        if !isLogEmpty {
            try invocation.say(
                Message(
                    "another program reads central's file: traces go when the last one closes it",
                    vi: "chương trình khác đang đọc tệp: dấu vết mất khi chương trình cuối đóng tệp"
                ))
        }
    }
}

extension ErasedRecord {
    fileprivate var name: String {
        state.shownValue("code")?.text ?? state.id.description
    }
}
