// Everything that can stop an exchange; mirrors `Protocol/errors.md`. No case carries content.

/// Why an exchange did not succeed.
public enum SyncFailure: Error, Hashable, Sendable {
    /// Central cannot be reached; `reason` is the transport's.
    case unreachable(reason: String)
    /// What answers in central's place, or central itself, has not proved to be it; `reason` and `hint`
    /// are the transport's.
    case untrusted(reason: String, hint: String)
    /// The link broke or timed out in the middle; some may have arrived.
    case interrupted(reason: String)
    /// What answered is no central: a captive portal or a proxy, by its content type and status.
    case notCentral(status: Int, contentType: String)
    /// The peer speaks a version that is not known here.
    case unsupportedVersion(found: UInt64, known: UInt64)
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
    /// The enrolment code is wrong, expired or used.
    case badEnrolmentCode
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
        case .unreachable, .untrusted, .interrupted, .notCentral, .busy, .centralStore,
            .awaitingRecovery, .unfinishedBundle, .tooManyTries:
            true
        case .unsupportedVersion, .malformed, .brokenChain, .badSignature, .forked, .unknownCursor,
            .notEnrolled, .tokenReplaced, .revoked, .badEnrolmentCode, .tooLarge,
            .unsupportedContent, .refused:
            false
        }
    }

    /// The class that decides the exit code.
    public var failureClass: FailureClass {
        switch self {
        case .unreachable, .untrusted: .unavailable
        case .interrupted, .busy, .centralStore, .awaitingRecovery, .unfinishedBundle,
            .tooManyTries:
            .temporary
        case .notEnrolled, .tokenReplaced, .revoked, .badEnrolmentCode: .noPermission
        case .notCentral, .unsupportedVersion, .malformed, .brokenChain, .badSignature, .forked,
            .unknownCursor, .tooLarge, .unsupportedContent, .refused:
            .protocolError
        }
    }

    /// The HTTP status that central answers with.
    public var httpStatus: Int {
        switch self {
        case .malformed: 400
        case .notEnrolled, .tokenReplaced: 401
        case .revoked, .badEnrolmentCode: 403
        case .brokenChain, .badSignature, .forked, .unknownCursor: 409
        case .tooLarge: 413
        case .unsupportedContent: 415
        case .unsupportedVersion: 426
        case .tooManyTries: 429
        case .centralStore, .busy, .awaitingRecovery: 503
        case .unreachable, .untrusted, .interrupted, .notCentral, .unfinishedBundle: 502
        case .refused(let status, _): status
        }
    }

    /// The stable name in the problem's `type`; `nil` for what never comes from central.
    public var problemName: String? {
        switch self {
        case .unreachable, .untrusted, .interrupted, .notCentral, .awaitingRecovery,
            .unfinishedBundle, .refused:
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
        case .badEnrolmentCode: "bad-enrolment-code"
        case .tooManyTries: "too-many-tries"
        case .tooLarge: "too-large"
        case .unsupportedContent: "unsupported-content"
        case .busy: "busy"
        case .centralStore: "store-failed"
        }
    }

    /// What happened, in one sentence for a person.
    public var message: String {
        switch self {
        case .unreachable(let reason): "central cannot be reached: \(reason)"
        case .untrusted(let reason, _): "central has not proved who it is: \(reason)"
        case .interrupted(let reason): "the link to central broke: \(reason)"
        case .notCentral(let status, let type) where type.lowercased().hasPrefix("text/html"):
            "a web page came in place of central's reply (status \(status)): "
                + "perhaps the network's login page or a proxy"
        case .notCentral(let status, let type):
            "what answered is not central (status \(status), \(type)): "
                + "perhaps a login page or a proxy"
        case .unsupportedVersion(let found, let known):
            "protocol version \(found) is not known here (version \(known) is)"
        case .malformed(let what, let reason): "the \(what) is malformed: \(reason)"
        case .brokenChain(let accepted):
            "the changes do not continue the chain that central holds (through \(accepted))"
        case .badSignature: "the signature over the changes is not this device's"
        case .forked(let accepted):
            "another copy of this replica has synced other changes "
                + "(central holds \(accepted) of this identity)"
        case .unknownCursor: "central does not know this replica's place in its feed"
        case .notEnrolled: "this device is not enrolled at this central"
        case .tokenReplaced:
            "this device's token is no longer valid: a newer one has taken its place"
        case .revoked: "this device was revoked"
        case .badEnrolmentCode: "the enrolment code is wrong, used or expired"
        case .tooManyTries(let seconds):
            "too many wrong enrolment codes were tried; the next may be in \(seconds) seconds"
        case .tooLarge(let limit): "the body is larger than \(limit) bytes"
        case .unsupportedContent(let reason): "the content is not understood: \(reason)"
        case .busy: "central is busy"
        case .centralStore(let reason): "central could not store the request: \(reason)"
        case .awaitingRecovery: "central was restored from a backup and has yet to recover"
        case .unfinishedBundle(let reason): "the bundle did not bring all: \(reason)"
        case .refused(let status, let title): "central refused (status \(status)): \(title)"
        }
    }

    /// What the person at the counter can do.
    public var hint: String {
        switch self {
        case .unreachable, .interrupted:
            "everything is kept here; run sync again when there is a link"
        case .untrusted(_, let hint): hint + "; nothing was sent, and everything is kept here"
        case .notCentral: "open the network's login page, or check the address given at enrolment"
        case .unsupportedVersion: "update the older of the two programs; nothing is lost meanwhile"
        case .malformed, .tooLarge, .unsupportedContent, .refused, .brokenChain:
            "nothing was lost; tell the central office what this message says"
        case .badSignature: "the device's key does not fit; ask the central office to enrol it anew"
        case .forked:
            "this replica was cloned or restored from a backup; sync again to give it an identity "
                + "of its own, and tell the central office if this stays: nothing was dropped here"
        case .unknownCursor:
            "central was perhaps restored from a backup; tell the central office: nothing was "
                + "dropped here"
        case .notEnrolled:
            "ask the central office for a code, then run: counter enrol URL --code C (--again when "
                + "central was restored from a backup and has forgotten this device)"
        case .awaitingRecovery:
            "tell the central office to run: central recover; everything is kept here"
        case .unfinishedBundle:
            "everything is kept here; make the next one: counter bundle create FILE, or run counter "
                + "sync where there is a link"
        case .tokenReplaced:
            "sync again: the device proves itself by its key and takes a new token; tell the central "
                + "office if this stays, since a copy of this device may be in use"
        case .revoked:
            "ask the central office; unsynced work is kept on this device, and counter export FILE "
                + "writes it to a file for a device that is enrolled anew"
        case .badEnrolmentCode: "ask the central office for a new code; codes last 15 minutes"
        case .tooManyTries: "wait, and have the central office read the code out once more"
        case .busy, .centralStore: "everything is kept here; try again in a while"
        }
    }
}

extension SyncFailure: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
