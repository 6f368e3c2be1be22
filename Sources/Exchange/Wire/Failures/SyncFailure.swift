// Everything that can stop an exchange; mirrors `Protocol/errors.md`. No case carries content.

public import Text

/// Why an exchange did not succeed.
public enum SyncFailure: Error, Hashable, Sendable {
    /// Central cannot be reached; `reason` is the transport's.
    case unreachable(reason: LinkReason)
    /// What answers in central's place, or central itself, has not proved to be it; `reason` and `hint`
    /// are the transport's.
    case untrusted(reason: LinkReason, hint: LinkReason)
    /// The link broke or timed out in the middle; some may have arrived.
    case interrupted(reason: LinkReason)
    /// A proxy of the network lets nothing through; `reason` and `hint` are the transport's.
    case proxy(reason: LinkReason, hint: LinkReason)
    /// What answers at the address sends on to another one.
    case moved(status: Int, location: String)
    /// What answered is no central: a captive portal or a proxy, by its content type and status.
    case notCentral(status: Int, contentType: String)
    /// The two ends speak different versions of the protocol.
    case unsupportedVersion(counter: UInt64, central: UInt64)
    /// The bytes are no request, reply or change.
    case malformed(what: String, reason: String)
    /// The pushed changes do not continue the chain that central holds for this replica.
    case brokenChain(accepted: UInt64)
    /// The signature over the chain is not this device's.
    case badSignature
    /// This replica's identity was used by another copy of it.
    case forked(accepted: UInt64)
    /// Central does not know the cursor: it was restored from a backup.
    case unknownCursor
    /// The device is not enrolled here, or its token is not valid.
    case notEnrolled
    /// The token is a former one of the device: one of this generation is in its place.
    case tokenReplaced(generation: UInt64)
    /// The device was revoked.
    case revoked
    /// Central sees no reason to give the device another identity, and has given it several without.
    case identityRefused
    /// The enrolment code is wrong, expired or used.
    case badEnrolmentCode
    /// The enrolment code is right, and of another office than this device's.
    case otherOffice
    /// Too many wrong enrolment codes came from this address, or from all together.
    case tooManyTries(retryAfterSeconds: Int)
    /// The body is larger than central takes.
    case tooLarge(limitBytes: Int)
    /// The body's content type or coding is not one that central reads.
    case unsupportedContent(reason: String)
    /// Central is overloaded or closing down.
    case busy(retryAfterSeconds: Int)
    /// Central's store failed; nothing of the request was kept.
    case centralStore(reason: String)
    /// Central's disk is nearly full: it takes nothing for now, and nothing of the request was kept.
    case diskLow
    /// Central was restored from a backup and needs its admin before it can take what is pushed again.
    case awaitingRecovery
    /// A bundle did not bring all; `reason` says what the next one has to.
    case unfinishedBundle(reason: String)
    /// Any other refusal by central.
    case refused(status: Int, title: String)
}

/// What the exit code of a program says about a failure, in sysexits' numbers.
public enum FailureClass: Sendable {
    /// 69: central cannot be reached.
    case unavailable
    /// 75: interrupted; some remains.
    case temporary
    /// 76: the peers do not understand each other.
    case protocolError
    /// 77: not enrolled, or revoked.
    case noPermission
}

extension SyncFailure {
    /// Whether the same request may succeed later without anybody doing anything.
    public var isRetryable: Bool {
        switch self {
        case .unreachable, .untrusted, .interrupted, .proxy, .moved, .notCentral, .busy,
            .centralStore, .diskLow, .awaitingRecovery, .unfinishedBundle, .tooManyTries:
            true
        case .unsupportedVersion, .malformed, .brokenChain, .badSignature, .forked, .unknownCursor,
            .notEnrolled, .tokenReplaced, .revoked, .identityRefused, .badEnrolmentCode,
            .otherOffice, .tooLarge, .unsupportedContent, .refused:
            false
        }
    }

    /// The class that decides the exit code.
    public var failureClass: FailureClass {
        switch self {
        case .unreachable, .untrusted, .proxy: .unavailable
        case .interrupted, .busy, .centralStore, .diskLow, .awaitingRecovery, .unfinishedBundle,
            .tooManyTries:
            .temporary
        case .notEnrolled, .tokenReplaced, .revoked, .identityRefused, .badEnrolmentCode,
            .otherOffice:
            .noPermission
        case .notCentral, .moved, .unsupportedVersion, .malformed, .brokenChain, .badSignature,
            .forked,
            .unknownCursor, .tooLarge, .unsupportedContent, .refused:
            .protocolError
        }
    }

    /// The HTTP status that central answers with.
    public var httpStatus: Int {
        switch self {
        case .malformed: 400
        case .notEnrolled, .tokenReplaced: 401
        case .revoked, .identityRefused, .badEnrolmentCode, .otherOffice: 403
        case .brokenChain, .badSignature, .forked, .unknownCursor: 409
        case .tooLarge: 413
        case .unsupportedContent: 415
        case .unsupportedVersion: 426
        case .tooManyTries: 429
        case .centralStore, .busy, .awaitingRecovery: 503
        case .diskLow: 507
        case .unreachable, .untrusted, .interrupted, .proxy, .moved, .notCentral,
            .unfinishedBundle:
            502
        case .refused(let status, _): status
        }
    }

    /// The stable name in the problem's `type`; `nil` for what never comes from central.
    public var problemName: String? {
        switch self {
        case .unreachable, .untrusted, .interrupted, .proxy, .moved, .notCentral,
            .awaitingRecovery, .unfinishedBundle, .refused:
            nil
        case .unsupportedVersion: "unsupported-version"
        case .malformed: "malformed"
        case .brokenChain: "broken-chain"
        case .badSignature: "bad-signature"
        case .forked: "forked"
        case .unknownCursor: "unknown-cursor"
        case .notEnrolled: "not-enrolled"
        case .tokenReplaced: "token-replaced"
        case .revoked: "revoked"
        case .identityRefused: "identity-refused"
        case .badEnrolmentCode: "bad-enrolment-code"
        case .otherOffice: "other-office"
        case .tooManyTries: "too-many-tries"
        case .tooLarge: "too-large"
        case .unsupportedContent: "unsupported-content"
        case .busy: "busy"
        case .centralStore: "store-failed"
        case .diskLow: "disk-low"
        }
    }

    /// What happened, in one sentence for a person.
    public var message: Message {
        switch self {
        case .unreachable(let reason):
            Message("central cannot be reached: ", vi: "không kết nối được với trung tâm: ")
                + reason.message
        case .untrusted(let reason, _):
            Message(
                "central has not proved who it is: ",
                vi: "trung tâm chưa chứng minh được danh tính: ") + reason.message
        case .interrupted(let reason):
            Message("the link to central broke: ", vi: "mất kết nối với trung tâm: ")
                + reason.message
        case .proxy(let reason, _): reason.message
        case .moved(let status, let location):
            Message(
                "what answers at central's address sends on to \(location) (status \(status))",
                vi: "địa chỉ của trung tâm chuyển tiếp sang \(location) (mã \(status))")
        case .otherOffice:
            Message(
                "the enrolment code is right, but of another office than this device's",
                vi: "mã đăng ký đúng, nhưng của cơ quan khác với cơ quan của thiết bị này")
        case .notCentral(let status, let type) where type.lowercased().hasPrefix("text/html"):
            Message(
                "a web page came in place of central's reply (status \(status)): "
                    + "perhaps the network's login page or a proxy",
                vi: "nhận được một trang web thay cho trả lời của trung tâm (mã \(status)): "
                    + "có thể là trang đăng nhập của mạng hoặc proxy")
        case .notCentral(let status, let type):
            Message(
                "what answered is not central (status \(status), \(type)): "
                    + "perhaps a login page or a proxy",
                vi: "bên trả lời không phải trung tâm (mã \(status), \(type)): "
                    + "có thể là trang đăng nhập hoặc proxy")
        case .unsupportedVersion(let counter, let central):
            Message(
                "the counter speaks version \(counter) of the protocol, central version \(central)",
                vi: "quầy dùng phiên bản giao thức \(counter), trung tâm dùng phiên bản \(central)")
        case .malformed(let what, let reason):
            Message("the \(what) is malformed: \(reason)", vi: "\(what) sai cấu trúc: \(reason)")
        case .brokenChain(let accepted):
            Message(
                "the changes do not continue the chain that central holds (through \(accepted))",
                vi: "các thay đổi không nối tiếp chuỗi mà trung tâm có (đến \(accepted))")
        case .badSignature:
            Message(
                "the signature over the changes is not this device's",
                vi: "chữ ký của các thay đổi không phải của thiết bị này")
        case .forked(let accepted):
            Message(
                "another copy of this replica has synced other changes "
                    + "(central holds \(accepted) of this identity)",
                vi: "một bản sao khác của máy này đã đồng bộ những thay đổi khác "
                    + "(trung tâm có \(accepted) thay đổi của danh tính này)")
        case .unknownCursor:
            Message(
                "central does not know this replica's place in its feed",
                vi: "trung tâm không biết vị trí của máy này trong dòng dữ liệu")
        case .notEnrolled:
            Message(
                "this device is not enrolled at this central",
                vi: "thiết bị này chưa đăng ký với trung tâm")
        case .tokenReplaced:
            Message(
                "this device's token is no longer valid: a newer one has taken its place",
                vi: "mã truy cập của thiết bị hết hiệu lực: đã có mã mới thay thế")
        case .revoked: Message("this device was revoked", vi: "thiết bị này đã bị thu hồi")
        case .identityRefused:
            Message(
                "this device took too many new identities for which central sees no reason",
                vi: "thiết bị này đã nhận quá nhiều danh tính mới mà trung tâm không thấy lý do")
        case .badEnrolmentCode:
            Message(
                "the enrolment code is wrong, used or expired",
                vi: "mã đăng ký sai, đã dùng hoặc hết hạn")
        case .tooManyTries(let seconds):
            Message(
                "too many wrong codes or passwords were tried; the next may be in \(seconds) seconds",
                vi: "đã thử quá nhiều mã hay mật khẩu sai; được thử lại sau \(seconds) giây")
        case .tooLarge(let limit):
            Message("the body is larger than \(limit) bytes", vi: "nội dung lớn hơn \(limit) byte")
        case .unsupportedContent(let reason):
            Message(
                "the content is not understood: \(reason)", vi: "không hiểu nội dung: \(reason)")
        case .busy: Message("central is busy", vi: "trung tâm đang bận")
        case .centralStore(let reason):
            Message(
                "central could not store the request: \(reason)",
                vi: "trung tâm không lưu được yêu cầu: \(reason)")
        case .diskLow:
            Message(
                "central's disk is nearly full: it takes nothing for now",
                vi: "ổ đĩa của trung tâm gần đầy: tạm thời không nhận gì")
        case .awaitingRecovery:
            Message(
                "central was restored from a backup and has yet to recover",
                vi: "trung tâm vừa khôi phục từ bản sao lưu và chưa phục hồi xong")
        case .unfinishedBundle(let reason):
            Message("the bundle did not bring all: \(reason)", vi: "gói chưa mang đủ: \(reason)")
        case .refused(let status, let title):
            Message(
                "central refused (status \(status)): \(title)",
                vi: "trung tâm từ chối (mã \(status)): \(title)")
        }
    }

    /// What the person at the counter can do.
    public var hint: Message {
        switch self {
        case .unreachable, .interrupted:
            Message(
                "everything is kept here; run sync again when there is a link",
                vi: "mọi thứ vẫn giữ ở đây; đồng bộ lại khi có mạng")
        case .untrusted(_, let hint):
            hint.message
                + Message(
                    "; nothing was sent, and everything is kept here",
                    vi: "; chưa gửi gì, mọi thứ vẫn giữ ở đây")
        case .proxy(_, let hint):
            hint.message
                + Message("; everything is kept here", vi: "; mọi thứ vẫn giữ ở đây")
        case .moved(let status, _) where status == 301 || status == 308:
            Message(
                "central has that address now: give it with counter enrol URL --again and a new code; "
                    + "if nobody has moved central, a login page of the network answers",
                vi:
                    "trung tâm nay ở địa chỉ đó: ghi bằng counter enrol URL --again với mã mới; nếu không "
                    + "ai dời trung tâm thì đó là trang đăng nhập của mạng")
        case .moved:
            Message(
                "open the network's login page, or check the address given at enrolment",
                vi: "mở trang đăng nhập của mạng, hoặc kiểm tra địa chỉ khi đăng ký")
        case .otherOffice:
            Message(
                "ask for a code of this device's office, or enrol into another --home",
                vi: "xin mã của đúng cơ quan của thiết bị, hoặc đăng ký vào --home khác")
        case .notCentral:
            Message(
                "open the network's login page, or check the address given at enrolment",
                vi: "mở trang đăng nhập của mạng, hoặc kiểm tra địa chỉ khi đăng ký")
        case .unsupportedVersion(let counter, let central) where counter < central:
            Message(
                "upgrade the counter, which is the older program; nothing is lost meanwhile: all that "
                    + "is entered is kept, and the sync after the upgrade brings it",
                vi:
                    "nâng cấp chương trình counter vì nó cũ hơn; không mất gì: mọi thứ đã nhập vẫn được "
                    + "giữ và lần đồng bộ sau khi nâng cấp sẽ gửi đi")
        case .unsupportedVersion:
            Message(
                "tell the central office to upgrade central, which is the older program; nothing is "
                    + "lost meanwhile: all that is entered is kept, and the sync after the upgrade "
                    + "brings it",
                vi:
                    "báo cơ quan trung tâm nâng cấp chương trình central vì nó cũ hơn; không mất gì: mọi "
                    + "thứ đã nhập vẫn được giữ và lần đồng bộ sau khi nâng cấp sẽ gửi đi")
        case .malformed, .tooLarge, .unsupportedContent, .refused, .brokenChain:
            Message(
                "nothing was lost; tell the central office what this message says",
                vi: "không mất gì; báo cho cơ quan trung tâm nội dung thông báo này")
        case .badSignature:
            Message(
                "the device's key does not fit; ask the central office to enrol it anew",
                vi: "khóa của thiết bị không khớp; nhờ cơ quan trung tâm đăng ký lại")
        case .forked:
            Message(
                "this replica was cloned or restored from a backup; sync again to give it an identity "
                    + "of its own, and tell the central office if this stays: nothing was dropped here",
                vi:
                    "máy này được sao chép hoặc khôi phục từ bản sao lưu; đồng bộ lại để nhận danh tính "
                    + "riêng, và báo cơ quan trung tâm nếu vẫn vậy: không bỏ gì ở đây")
        case .unknownCursor:
            Message(
                "central was perhaps restored from a backup; tell the central office: nothing was "
                    + "dropped here",
                vi:
                    "có thể trung tâm đã khôi phục từ bản sao lưu; báo cơ quan trung tâm: không bỏ gì ở đây"
            )
        case .notEnrolled:
            Message(
                "ask the central office for a code, then run: counter enrol URL --code C (--again when "
                    + "central was restored from a backup and has forgotten this device)",
                vi:
                    "xin mã của cơ quan trung tâm, rồi: counter enrol URL --code MÃ (--again khi trung "
                    + "tâm đã khôi phục từ bản sao lưu và quên thiết bị này)")
        case .awaitingRecovery:
            Message(
                "tell the central office to run: central recover; everything is kept here",
                vi: "báo cơ quan trung tâm chạy: central recover; mọi thứ vẫn giữ ở đây")
        case .unfinishedBundle:
            Message(
                "everything is kept here; make the next one: counter bundle create FILE, or run counter "
                    + "sync where there is a link",
                vi:
                    "mọi thứ vẫn giữ ở đây; tạo gói tiếp: counter bundle create TỆP, hoặc chạy counter "
                    + "sync khi có mạng")
        case .tokenReplaced:
            Message(
                "sync again: the device proves itself by its key and takes a new token; tell the central "
                    + "office if this stays, since a copy of this device may be in use",
                vi:
                    "đồng bộ lại: thiết bị tự chứng minh bằng khóa và nhận mã mới; báo cơ quan trung tâm "
                    + "nếu vẫn vậy, vì có thể có bản sao của thiết bị đang dùng")
        case .revoked:
            Message(
                "ask the central office; unsynced work is kept on this device, and counter export FILE "
                    + "writes it to a file for a device that is enrolled anew",
                vi:
                    "hỏi cơ quan trung tâm; phần chưa đồng bộ vẫn ở thiết bị này, counter export TỆP ghi "
                    + "ra tệp cho thiết bị đăng ký mới")
        case .identityRefused:
            Message(
                "tell the central office: copies of this device may be in use; central allow-identity "
                    + "lets it go on, and everything is kept here",
                vi:
                    "báo cơ quan trung tâm: có thể có bản sao của thiết bị đang dùng; central "
                    + "allow-identity cho thiết bị đi tiếp, mọi thứ vẫn giữ ở đây")
        case .badEnrolmentCode:
            Message(
                "ask the central office for a new code; codes last 15 minutes",
                vi: "xin mã mới của cơ quan trung tâm; mã có hiệu lực 15 phút")
        case .tooManyTries:
            Message(
                "wait, and have the central office read the code out once more",
                vi: "chờ, và nhờ cơ quan trung tâm đọc lại mã")
        case .diskLow:
            Message(
                "tell the central office to make room; everything is kept here",
                vi: "báo cơ quan trung tâm giải phóng ổ đĩa; mọi thứ vẫn giữ ở đây")
        case .busy, .centralStore:
            Message(
                "everything is kept here; try again in a while",
                vi: "mọi thứ vẫn giữ ở đây; lát nữa thử lại")
        }
    }
}

extension SyncFailure: CustomStringConvertible {
    /// The message.
    public var description: String { message.english }
}
