// What is said of how a device stands: in both languages for people, in English within documents.

public import Administration
internal import Causality
internal import SQLiteStore
public import Store
public import Text

extension DeviceReceipt {
    /// `complete`, or what is missing.
    public var standing: Message {
        guard !isComplete else { return Message("complete", vi: "đầy đủ") }
        let missing = [pending > 0 ? Self.toCome(pending) : nil, confirmation].compactMap(\.self)
        return Message("incomplete: ", vi: "chưa đủ: ") + .joined(missing, separator: ", ")
    }

    /// What has not come up.
    fileprivate static func toCome(_ count: UInt64) -> Message {
        part(count, "to come from it", "chưa về")
    }

    /// What the device has not confirmed of what went down; `nil` when it has confirmed all.
    fileprivate var confirmation: Message? {
        var missing: [Message] = []
        if unconfirmed > 0 {
            missing.append(
                Self.part(unconfirmed, "sent but not confirmed", "đã gửi nhưng chưa xác nhận"))
        }
        if remaining > 0 {
            missing.append(Self.part(remaining, "to be sent", "còn phải gửi"))
        }
        if wasCutOff {
            missing.append(
                Message(
                    "its last exchange did not end the sync",
                    vi: "lần trao đổi cuối chưa kết thúc đồng bộ"))
        }
        return missing.isEmpty ? nil : .joined(missing, separator: ", ")
    }

    private static func part(
        _ count: UInt64, _ english: String, _ vietnamese: String
    ) -> Message {
        let count = Int(clamping: count)
        return Message(
            "\(Language.english.number(count)) \(english)",
            vi: "\(Language.vietnamese.number(count)) \(vietnamese)")
    }
}

extension DeviceStanding {
    /// What is missing for having confirmed all, in central's words: `yes`, or why not.
    public func confirmation(_ device: Device) -> Message {
        guard let receipt = presentReceipt(of: device) else { return Message("no", vi: "chưa") }
        return receipt.confirmation ?? Message("yes", vi: "rồi")
    }

    /// `complete`, or what has not come up.
    public func text(_ device: Device) -> Message {
        switch arrival(of: device) {
        case .complete: Message("complete", vi: "đầy đủ")
        case .neverExchanged:
            Message(
                "incomplete: no exchange is noted", vi: "chưa đủ: chưa ghi nhận lần trao đổi nào")
        case .notSinceRestoration:
            Message(
                "incomplete: no exchange since central was restored",
                vi: "chưa đủ: chưa trao đổi từ khi trung tâm được khôi phục")
        case .lacks(let changes):
            Message("incomplete: ", vi: "chưa đủ: ") + DeviceReceipt.toCome(changes)
        }
    }
}
