// What a sync did, in words, in JSON and as an exit code. "Synced" is said only when central has
// everything on disk and the digests agree (promise 10).

internal import Causality
internal import CommandLine
internal import CounterEngine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text
internal import Wire

extension SyncReport {
    /// The document of `sync --json`.
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("outcome", .string(outcome.rawValue)),
            ("pushed", .integer(Int64(clamping: pushed))),
            ("accepted", .integer(Int64(clamping: accepted))),
            ("refused", .integer(Int64(clamping: refused))),
            ("pulled", .integer(Int64(clamping: pulled))),
            ("erased", .integer(Int64(erased.count))),
            ("pending", .integer(Int64(clamping: pending))),
            ("conflicts", .integer(Int64(conflicts))),
            ("wrongClockRecords", .integer(Int64(wrongClockRecords))),
            ("roundTrips", .integer(Int64(roundTrips))),
            ("retries", .integer(Int64(retries))),
            ("bytesSent", .integer(Int64(traffic.bytesSent))),
            ("bytesReceived", .integer(Int64(traffic.bytesReceived))),
            ("seconds", .real((seconds * 1000).rounded() / 1000)),
            ("digest", digest.map { .string($0.description) } ?? .null),
            ("digestAgrees", digestAgrees.map(JSONValue.bool) ?? .null),
            (
                "requests",
                .array(
                    requests.map {
                        .object([
                            ("device", .string($0.device.description)),
                            ("request", .string($0.text)),
                        ])
                    })
            ),
        ]
        if let rotation { members.append(("identityChanged", rotation.json)) }
        if !doubleCodes.isEmpty {
            members.append(
                (
                    "doubleCodes",
                    .array(
                        doubleCodes.map { shared in
                            .object([
                                ("code", .string(shared.code)),
                                (
                                    "records",
                                    .array(shared.records.map { .string($0.description) })
                                ),
                            ])
                        })
                ))
        }
        if hasNewToken { members.append(("newToken", .bool(true))) }
        if let failure = commandFailure {
            members.append(
                (
                    "failure",
                    .object([
                        ("message", .string(failure.message.english)),
                        ("hint", (failure.hint?.english).map(JSONValue.string) ?? .null),
                    ])
                ))
        }
        return .object(members)
    }

    /// The same for a line of a log, one value a member: `device` and `request` as in central's, of several requests
    /// parted by commas; without what concerns single dossiers.
    var logMembers: [(String, JSONValue)] {
        let others: Set = ["requests", "doubleCodes", "identityChanged", "failure"]
        let members = (json.objectValue ?? []).filter { !others.contains($0.name) }
        let device = requests.last.map { JSONValue.string($0.device.description) } ?? .null
        let request = JSONValue.string(requests.map(\.text).joined(separator: ","))
        return [("event", "sync"), ("device", device), ("request", request)]
            + members.map { ($0.name, $0.value) } + [
                ("failure", (failure?.stableName).map(JSONValue.string) ?? .null),
                ("level", failure == nil ? "info" : "warning"),
            ]
    }

    /// One to three sentences for a person.
    var sentences: [Message] {
        var sentences = [firstSentence]
        if let rotation { sentences.append(rotation.sentence) }
        if roundTrips > 0 {
            let (sent, received) = (
                ByteCount.string(traffic.bytesSent), ByteCount.string(traffic.bytesReceived)
            )
            sentences.append(
                Message(
                    "\(GroupedNumber.counted(roundTrips, "exchange")), \(sent) sent, "
                        + "\(received) received, \(Self.tenths(seconds)) s.",
                    vi: "\(roundTrips) lần trao đổi, "
                        + "gửi \(ByteCount.vietnamese(traffic.bytesSent)), "
                        + "nhận \(ByteCount.vietnamese(traffic.bytesReceived)), "
                        + "\(Self.tenths(seconds).replacing(".", with: ",")) giây."))
        }
        if !erased.isEmpty {
            sentences.append(
                Message(
                    "By order of the central office, the personal data of "
                        + "\(GroupedNumber.counted(erased.count, "record")) was erased here.",
                    vi: "Theo lệnh của cơ quan trung tâm, dữ liệu cá nhân của "
                        + "\(Language.vietnamese.number(erased.count)) bản ghi đã được xóa ở đây."))
        }
        if hasNewToken {
            sentences.append(
                Message(
                    "This device has a new bearer token.", vi: "Thiết bị này có mã truy cập mới."))
        }
        if retries > 0 {
            sentences.append(
                Message(
                    "It was tried again \(GroupedNumber.counted(retries, "time")), since the link "
                        + "broke.", vi: "Đã thử lại \(retries) lần vì mất kết nối."))
        }
        if conflicts > 0 {
            let verb = conflicts == 1 ? "waits" : "wait"
            sentences.append(
                Message(
                    "\(GroupedNumber.counted(conflicts, "conflict")) \(verb) for a person: "
                        + "counter conflicts.",
                    vi: "\(Language.vietnamese.number(conflicts)) mâu thuẫn chờ người xử lý: "
                        + "counter conflicts."))
        }
        if let words = WrongClockWords.status(wrongClockRecords, program: "counter") {
            sentences.append(words + Message(verbatim: "."))
        }
        return sentences
    }

    /// That some codes were given twice; names nobody, so that a log may have it.
    var doubleCodesSentence: Message? {
        guard !doubleCodes.isEmpty else { return nil }
        return Message(
            "\(GroupedNumber.counted(doubleCodes.count, "code")) given to two dossiers each: "
                + "counter conflicts",
            vi: "\(Language.vietnamese.number(doubleCodes.count)) mã bị cấp cho hai hồ sơ: "
                + "counter conflicts")
    }

    private var firstSentence: Message {
        let exchanged = Message(
            "central took \(GroupedNumber.counted(accepted, "change")) from here and sent "
                + GroupedNumber.counted(pulled, "item"),
            vi: "trung tâm nhận \(ShownText.changes(accepted).vietnamese) từ đây và gửi về "
                + "\(Language.vietnamese.number(Int(clamping: pulled))) mục")
        let verb = pending == 1 ? "waits" : "wait"
        let waiting =
            pending == 0
            ? Message("no change waits here", vi: "không có thay đổi nào chờ ở đây")
            : ShownText.changes(pending)
                + Message(" of this replica \(verb) here", vi: " của máy này đang chờ ở đây")
        let stop = Message(verbatim: ".")
        switch outcome {
        case .synced where pushed == 0 && pulled == 0:
            return Message(
                "Synced: there was nothing to exchange, and the digests agree.",
                vi: "Đã đồng bộ: không có gì để trao đổi, mã kiểm khớp.")
        case .synced:
            return Message("Synced: ", vi: "Đã đồng bộ: ") + exchanged
                + Message(", and the digests agree.", vi: ", mã kiểm khớp.")
        case .refused:
            return Message(
                "All is exchanged, but central refused ",
                vi: "Đã trao đổi hết, nhưng trung tâm từ chối ") + ShownText.changes(refused)
                + Message(": see counter refused; ", vi: ": xem counter refused; ") + exchanged
                + stop
        case .diverged:
            return Message("Not synced: ", vi: "Chưa đồng bộ: ") + exchanged
                + Message(", and yet the digests differ.", vi: ", nhưng mã kiểm khác nhau.")
        case .unreachable:
            return Message(
                "Not synced: central was not reached; ",
                vi: "Chưa đồng bộ: không tới được trung tâm; ") + waiting + stop
        case .interrupted:
            return Message("Not finished: ", vi: "Chưa xong: ") + exchanged
                + Message(verbatim: "; ") + waiting + stop
        case .denied:
            return Message(
                "Not synced: central does not let this device in; ",
                vi: "Chưa đồng bộ: trung tâm không cho thiết bị này vào; ") + waiting + stop
        case .failed:
            return Message("Not synced: ", vi: "Chưa đồng bộ: ") + exchanged
                + Message(verbatim: "; ") + waiting + stop
        }
    }

    /// Why the program ends with another code than 0; `nil` when all is synced.
    var commandFailure: CommandFailure? {
        switch outcome {
        case .synced: return nil
        case .refused:
            return CommandFailure(
                .dataError,
                Message(
                    "central refused \(GroupedNumber.counted(refused, "change"))",
                    vi: "trung tâm từ chối \(GroupedNumber.string(Int(clamping: refused))) "
                        + "thay đổi"),
                hint: Message(
                    "they are kept here with their reasons: counter refused",
                    vi: "chúng được giữ ở đây kèm lý do: counter refused"))
        case .diverged:
            return CommandFailure(
                .protocolError,
                Message(
                    "the digests differ although everything was exchanged",
                    vi: "mã kiểm khác nhau dù đã trao đổi hết"),
                hint:
                    Message(
                        "nothing is lost; sync again, and tell the central office if it stays so: after "
                            + "a restoration from a backup, central recover takes back what is here",
                        vi:
                            "không mất gì; đồng bộ lại, và báo cơ quan trung tâm nếu vẫn vậy: sau khi "
                            + "khôi phục từ bản sao lưu, central recover lấy lại những gì ở đây"))
        case .unreachable, .interrupted, .denied, .failed:
            guard let failure else { return nil }
            var translated = CommandFailure(failure)
            if outcome == .interrupted { translated.exitCode = .temporaryFailure }
            return translated
        }
    }

    /// A warning when this machine's clock is far from central's.
    var clockWarning: Message? {
        guard let skew = centralSkewMilliseconds, skew.magnitude > Self.skewWarnedMilliseconds
        else { return nil }
        let span = Message.span(milliseconds: skew.magnitude)
        return Message(
            "this machine's clock is \(span.english) "
                + "\(skew > 0 ? "behind" : "ahead of") central's; "
                + "nothing is lost by it, but times are shown and counted wrong until they are "
                + "set right: counter correct-times",
            vi: "đồng hồ máy này \(skew > 0 ? "chậm" : "nhanh") \(span.vietnamese) "
                + "so với trung tâm; "
                + "không mất gì, nhưng giờ hiển thị và số liệu sai đến khi sửa bằng: "
                + "counter correct-times")
    }

    /// Five minutes: less is no matter for a person.
    private static let skewWarnedMilliseconds: UInt64 = 300_000

    private static func tenths(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
