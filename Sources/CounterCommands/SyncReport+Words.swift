// What a sync did, in words, in JSON and as an exit code. "Synced" is said only when central has
// everything on disk and the digests agree (promise 10).

internal import Language
internal import CommandLineTool
internal import Dossiers
internal import JSON
internal import Replication
internal import SyncEngine
internal import SyncProtocol

extension SyncReport {
    /// The document of `sync --json`.
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("outcome", .string(outcome.rawValue)),
            ("pushed", .integer(Int64(clamping: pushed))),
            ("accepted", .integer(Int64(clamping: accepted))),
            ("refused", .integer(Int64(clamping: refused))),
            ("pulled", .integer(Int64(clamping: pulled))),
            ("pending", .integer(Int64(clamping: pending))),
            ("conflicts", .integer(Int64(conflicts))),
            ("roundTrips", .integer(Int64(roundTrips))),
            ("retries", .integer(Int64(retries))),
            ("bytesSent", .integer(Int64(traffic.bytesSent))),
            ("bytesReceived", .integer(Int64(traffic.bytesReceived))),
            ("seconds", .real((seconds * 1000).rounded() / 1000)),
            ("digest", digest.map { .string($0.description) } ?? .null),
            ("digestAgrees", digestAgrees.map(JSONValue.bool) ?? .null),
        ]
        if let rotation { members.append(("identityChanged", rotation.json)) }
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

    /// One to three sentences for a person.
    var sentences: [String] {
        var sentences = [firstSentence]
        if let rotation { sentences.append(rotation.sentence) }
        if roundTrips > 0 {
            sentences.append(
                "\(GroupedNumber.counted(roundTrips, "exchange")), "
                    + "\(ByteCount.string(traffic.bytesSent)) sent, "
                    + "\(ByteCount.string(traffic.bytesReceived)) received, "
                    + "\(Self.tenths(seconds)) s.")
        }
        if hasNewToken { sentences.append("This device has a new bearer token.") }
        if retries > 0 {
            sentences.append(
                "It was tried again \(GroupedNumber.counted(retries, "time")), since the link broke."
            )
        }
        if conflicts > 0 {
            let verb = conflicts == 1 ? "waits" : "wait"
            sentences.append(
                "\(GroupedNumber.counted(conflicts, "conflict")) \(verb) for a person: counter conflicts."
            )
        }
        return sentences
    }

    private var firstSentence: String {
        let exchanged =
            "central took \(GroupedNumber.counted(accepted, "change")) from here and sent "
            + GroupedNumber.counted(pulled, "item")
        let waiting =
            pending == 0
            ? "no change waits here"
            : "\(GroupedNumber.counted(pending, "change")) of this replica "
                + (pending == 1 ? "waits" : "wait") + " here"
        switch outcome {
        case .synced where pushed == 0 && pulled == 0:
            return "Synced: there was nothing to exchange, and the digests agree."
        case .synced: return "Synced: \(exchanged), and the digests agree."
        case .refused:
            return "All is exchanged, but central refused "
                + "\(GroupedNumber.counted(refused, "change")): see counter refused; \(exchanged)."
        case .diverged: return "Not synced: \(exchanged), and yet the digests differ."
        case .unreachable: return "Not synced: central was not reached; \(waiting)."
        case .interrupted: return "Not finished: \(exchanged); \(waiting)."
        case .denied: return "Not synced: central does not let this device in; \(waiting)."
        case .failed: return "Not synced: \(exchanged); \(waiting)."
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
    var clockWarning: String? {
        guard let skew = centralSkewMilliseconds, skew.magnitude > Self.skewWarnedMilliseconds
        else { return nil }
        let minutes = GroupedNumber.counted(skew.magnitude / 60_000, "minute")
        return "this machine's clock is \(minutes) \(skew > 0 ? "behind" : "ahead of") central's; "
            + "nothing is lost by it, but times are shown wrong"
    }

    /// Five minutes: less is no matter for a person.
    private static let skewWarnedMilliseconds: UInt64 = 300_000

    private static func tenths(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
