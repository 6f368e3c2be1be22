// How a replica stands with central, from what is on its own disk. It never says "synced" unless
// nothing waits and the last sync ended with equal digests (promise 10).

internal import Backups
internal import Causality
internal import CommandLine
internal import CounterEngine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text

/// How a replica stands with central.
struct ReplicaStatus {
    var state: ReplicaIdentity.State?
    var office = ""
    var desk: Int64 = 0
    var replica: ReplicaID?
    var centralURL = ""
    /// By what central is known over TLS.
    var trust = CentralTrust()
    var records: Int64 = 0
    var digest: Digest?
    /// Own changes that central does not have.
    var pending: UInt64 = 0
    /// Their bytes in the log; on the wire they are a fraction of that.
    var pendingBytes: Int64 = 0
    /// What the agent of this replica does; `nil` when none runs.
    var agent: AgentStatus?
    /// The last good backup; `nil` for none.
    var backup: BackupNote?
    /// What is wrong with this machine's clock; `nil` for nothing.
    var clockFault: ClockFault?
    /// Records that hold what was written under a wrong clock and was not set right since.
    var wrongClockRecords = 0
    /// Seconds that a request may wait at central, when something on the way cuts longer waits.
    var waitSeconds: UInt64?
    /// When the oldest of them was written.
    var pendingSince: Timestamp?
    var conflicts = 0
    /// Changes of an export that wait for what this replica has not seen.
    var waitingCarried = 0
    var refused: [Refusal] = []
    var lastExchange: Timestamp?
    var lastComplete: Timestamp?
    var lastOutcome: SyncReport.Outcome?
    /// Identities that were changed because a copy of this replica synced too, oldest first.
    var rotations: [IdentityRotation] = []

    /// A refused change that waits for a person.
    struct Refusal: Hashable {
        var seq: UInt64
        var record: RecordID
        var code: String
        var reason: String
        var at: Timestamp
    }

    /// A replica of which nothing is known.
    init() {}

    /// Reads a replica's standing; to be called on one consistent view.
    ///
    /// - Throws: `StoreError`.
    init(_ database: CounterDatabase, now: Timestamp) throws {
        clockFault = try database.clockFault(at: now)
        wrongClockRecords = try database.wrongClockCount()
        conflicts = try database.conflictCount()
        waitingCarried = try database.waitingCarriedCount()
        refused = try database.refusedChanges().map {
            Refusal(
                seq: $0.seq, record: $0.record, code: $0.code, reason: $0.reason, at: $0.refusedAt)
        }
        rotations = try database.identityRotations()
        guard let identity = try database.identity() else { return }
        state = identity.state
        centralURL = identity.centralURL
        trust = try database.centralTrust()
        guard let replica = identity.replica else { return }
        self.replica = replica
        office = identity.office
        desk = identity.desk
        let scope = try database.digest(ofOffice: identity.office)
        (digest, records) = (scope.digest, scope.recordCount)
        pending = identity.pendingCount
        pendingBytes = try database.outboxByteCount(of: replica, after: identity.pushedSeq)
        let oldest = try database.outbox(of: replica, after: identity.pushedSeq, bytesMax: 1)
        pendingSince = try oldest.map { try Change(canonicalBytes: $0.changes).stamp.shownTime }
        waitSeconds = try database.newsWaitSeconds(at: identity.centralURL)
        lastExchange = identity.lastExchange
        lastComplete = identity.lastComplete
        lastOutcome = identity.lastOutcome.flatMap(SyncReport.Outcome.init(rawValue:))
    }

    /// Whether central has all of this replica, and had nothing else for it at the last sync.
    var isSynced: Bool { state == .active && pending == 0 && lastOutcome == .synced }

    /// The document of `status --json`.
    var json: JSONValue {
        let pin: JSONValue = trust.pin.map { .string($0) } ?? .null
        let url: JSONValue = centralURL.isEmpty ? .null : .string(centralURL)
        let wait: JSONValue = waitSeconds.map { .integer(Int64(clamping: $0)) } ?? .null
        let clockOff: JSONValue = clockFault.map { .integer($0.offMilliseconds) } ?? .null
        let members: [(String, JSONValue)] = [
            ("state", .string(state?.rawValue ?? "none")),
            ("office", office.isEmpty ? .null : .string(office)),
            ("desk", replica == nil ? .null : .integer(desk)),
            ("replica", replica.map { .string($0.description) } ?? .null),
            ("central", url),
            ("centralPin", pin),
            ("records", .integer(records)),
            ("pending", .integer(Int64(clamping: pending))),
            ("pendingBytes", .integer(pendingBytes)),
            ("pendingSince", ShownText.json(pendingSince)),
            ("conflicts", .integer(Int64(conflicts))),
            ("refused", .array(refused.map(\.json))),
            ("lastExchange", ShownText.json(lastExchange)),
            ("lastComplete", ShownText.json(lastComplete)),
            ("lastOutcome", lastOutcome.map { .string($0.rawValue) } ?? .null),
            ("synced", .bool(isSynced)),
            ("digest", digest.map { .string($0.description) } ?? .null),
            ("identityChanges", .array(rotations.map(\.json))),
            ("agent", agent?.json ?? .null),
            ("waitSeconds", wait),
            ("clockOffMilliseconds", clockOff),
            ("wrongClockRecords", .integer(Int64(wrongClockRecords))),
            ("backup", backup?.json ?? .null),
        ]
        guard waitingCarried > 0 else { return .object(members) }
        return .object(members + [("waitingCarried", .integer(Int64(waitingCarried)))])
    }

    /// The status for a terminal, safe to print: the verdict first.
    ///
    /// - Parameter width: that of the terminal; `nil` for none.
    func lines(now: Timestamp, _ language: Language, width: Int?) -> [String] {
        func say(_ message: Message) -> String { message.text(in: language) }
        var table = TextTable([.init(""), .init("")])
        if let replica {
            table.add([
                say(Message("office", vi: "cơ quan")),
                say(Message("\(office), desk \(desk)", vi: "\(office), quầy \(desk)")),
            ])
            table.add([say(Message("replica", vi: "thiết bị")), replica.description])
        }
        if !centralURL.isEmpty {
            table.add([say(Message("central", vi: "trung tâm")), centralURL])
            table.add([
                say(Message("known by", vi: "nhận biết bằng")), say(trust.words(at: centralURL)),
            ])
        }
        if let digest {
            table.add([
                say(Message("records", vi: "bản ghi")), language.number(Int(clamping: records)),
            ])
            table.add([say(Message("digest", vi: "mã kiểm")), digest.description])
            table.add([
                say(Message("last exchange", vi: "trao đổi lần cuối")),
                say(ShownText.moment(lastExchange)),
            ])
            table.add([
                say(Message("last complete sync", vi: "đồng bộ đầy đủ lần cuối")),
                say(ShownText.moment(lastComplete)),
            ])
        }
        if let waitSeconds {
            let seconds = GroupedNumber.counted(Int(clamping: waitSeconds), "second")
            table.add([
                say(Message("waits at central", vi: "chờ ở trung tâm")),
                say(
                    Message(
                        "\(seconds) at a time: something on the way cuts longer waits",
                        vi: "mỗi lần \(waitSeconds) giây: trên đường có gì ngắt khi chờ lâu hơn")),
            ])
        }
        let agentLine = agent.map { [TerminalSafe.text(say($0.sentence(now: now)))] } ?? []
        if digest != nil {
            table.add([
                say(Message("last backup", vi: "sao lưu lần cuối")),
                say(
                    backup.map { ChangeAge.words($0.made, now: now) }
                        ?? Message("never", vi: "chưa lần nào")),
            ])
        }
        var lines = [say(verdict)] + agentLine
        if !table.isEmpty { lines += [""] + table.lines(width: width) }
        let clockLines = [
            clockFault?.words, WrongClockWords.status(wrongClockRecords, program: "counter"),
        ].compactMap { $0.map(say) }
        if !clockLines.isEmpty { lines += [""] + clockLines }
        for rotation in rotations {
            lines += [
                "",
                say(ShownText.moment(rotation.at) + Message(verbatim: ": ") + rotation.sentence),
            ]
        }
        if waitingCarried > 0 {
            let count = GroupedNumber.counted(waitingCarried, "change")
            lines += [
                "",
                say(
                    Message(
                        "\(count) of an export: not written yet, they build on what is not here; "
                            + "counter sync brings it",
                        vi:
                            "\(waitingCarried) thay đổi từ tệp xuất chưa được ghi vì dựa trên nội dung "
                            + "chưa có ở đây; counter sync sẽ lấy về")),
            ]
        }
        if conflicts > 0 {
            lines += [
                "",
                say(
                    Message(
                        "\(GroupedNumber.counted(conflicts, "conflict")): see counter conflicts",
                        vi: "\(language.number(conflicts)) mâu thuẫn: xem counter conflicts")),
            ]
        }
        if !refused.isEmpty {
            lines += [
                "",
                say(
                    Message(
                        "\(GroupedNumber.counted(refused.count, "refused change")): "
                            + "see counter refused",
                        vi: "\(language.number(refused.count)) thay đổi bị từ chối: "
                            + "xem counter refused")),
            ]
            lines += refused.map {
                let (seq, code, reason) = ($0.seq, $0.code, $0.reason)
                return TerminalSafe.text(
                    say(
                        Message(
                            "  change \(seq) (\(code)): \(reason)",
                            vi: "  thay đổi \(seq) (\(code)): \(reason)")))
            }
        }
        return lines
    }

    /// One sentence: what has arrived, what has not, and since when.
    var verdict: Message {
        switch state {
        case nil:
            return Message(
                "Not enrolled: counter enrol URL --code C.",
                vi: "Chưa đăng ký: counter enrol URL --code MÃ.")
        case .enrolling:
            return Message(
                "Not enrolled: central has not confirmed it; repeat counter enrol with its code.",
                vi: "Chưa đăng ký: trung tâm chưa xác nhận; chạy lại counter enrol với mã đó.")
        case .revoked:
            let advice =
                pending == 0
                ? Message(verbatim: "")
                : Message(
                    "; counter export FILE saves it for another device",
                    vi: "; counter export TỆP lưu lại cho thiết bị khác")
            return Message(
                "Revoked: central shut this device out; ",
                vi: "Đã thu hồi: trung tâm đã chặn thiết bị này; ") + waiting + advice
                + Message(verbatim: ".")
        case .active: break
        }
        guard pending == 0 else {
            return Message("Not synced: ", vi: "Chưa đồng bộ: ") + waiting + lastWords
                + Message(verbatim: ".")
        }
        switch lastOutcome {
        case .synced:
            return Message(
                "Synced: central has everything written here; digests agreed at ",
                vi: "Đã đồng bộ: trung tâm có mọi thứ ghi ở đây; mã kiểm khớp lúc ")
                + ShownText.moment(lastComplete) + Message(verbatim: ".")
        case .refused:
            return Message("All was exchanged at ", vi: "Đã trao đổi hết lúc ")
                + ShownText.moment(lastComplete)
                + Message(
                    ", but central refused changes.",
                    vi: ", nhưng trung tâm từ chối một số thay đổi.")
        case nil:
            return Message(
                "Never synced: nothing was written here yet, and nothing came from central.",
                vi: "Chưa đồng bộ lần nào: ở đây chưa ghi gì, và chưa có gì từ trung tâm.")
        case .diverged, .unreachable, .interrupted, .denied, .failed:
            return Message(
                "Not synced: central has everything written here",
                vi: "Chưa đồng bộ: trung tâm có mọi thứ ghi ở đây") + lastWords
                + Message(verbatim: ".")
        }
    }

    private var waiting: Message {
        guard pending > 0 else {
            return Message(
                "no change of this replica waits", vi: "không có thay đổi nào của máy này đang chờ")
        }
        let since = pendingSince.map { time in
            Message(", the oldest since ", vi: ", cũ nhất từ ") + ShownText.moment(time)
        }
        let count = Int(clamping: pendingBytes)
        let (bytes, vietnamese) = (ByteCount.string(count), ByteCount.vietnamese(count))
        let verb = pending == 1 ? "is" : "are"
        return ShownText.changes(pending)
            + Message(
                " of this replica (\(bytes)) \(verb) not at central",
                vi: " của máy này (\(vietnamese)) chưa tới trung tâm")
            + (since ?? Message(verbatim: ""))
    }

    private var lastWords: Message {
        switch lastOutcome {
        case nil: Message("; it has never synced", vi: "; máy chưa đồng bộ lần nào")
        case .synced, .refused: Message(verbatim: "")
        case .diverged:
            Message(
                "; after the last sync the digests differed",
                vi: "; sau lần đồng bộ cuối mã kiểm khác nhau")
        case .unreachable:
            Message(
                "; at the last try central was not reached",
                vi: "; lần thử cuối không tới được trung tâm")
        case .interrupted:
            Message("; the last sync was interrupted", vi: "; lần đồng bộ cuối bị ngắt")
        case .denied:
            Message(
                "; at the last try central did not let this device in",
                vi: "; lần thử cuối trung tâm không cho thiết bị này vào")
        case .failed: Message("; the last sync failed", vi: "; lần đồng bộ cuối thất bại")
        }
    }
}

extension ReplicaStatus.Refusal {
    var json: JSONValue {
        .object([
            ("seq", .integer(Int64(clamping: seq))), ("id", .string(record.description)),
            ("code", .string(code)), ("reason", .string(reason)), ("at", ShownText.json(at)),
        ])
    }
}
