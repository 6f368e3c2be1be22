import Replication
import Wire

// Mirrors of enumerations that the protocol keeps open: a case that is added there does not compile
// here until it has its place, and then its test.

/// The cases of `SyncFailure`.
enum FailureWord: CaseIterable {
    case unreachable, untrusted, interrupted, notCentral, unsupportedVersion, malformed, brokenChain
    case badSignature, forked, unknownCursor, notEnrolled, revoked, badEnrolmentCode, tooLarge
    case tooManyTries, tokenReplaced, identityRefused, proxy, moved, otherOffice
    case unsupportedContent, busy, centralStore, diskLow, awaitingRecovery, unfinishedBundle,
        refused

    init(_ failure: SyncFailure) {
        self =
            switch failure {
            case .unreachable: .unreachable
            case .untrusted: .untrusted
            case .interrupted: .interrupted
            case .notCentral: .notCentral
            case .proxy: .proxy
            case .moved: .moved
            case .otherOffice: .otherOffice
            case .unsupportedVersion: .unsupportedVersion
            case .malformed: .malformed
            case .brokenChain: .brokenChain
            case .badSignature: .badSignature
            case .forked: .forked
            case .unknownCursor: .unknownCursor
            case .notEnrolled: .notEnrolled
            case .tokenReplaced: .tokenReplaced
            case .identityRefused: .identityRefused
            case .revoked: .revoked
            case .badEnrolmentCode: .badEnrolmentCode
            case .tooManyTries: .tooManyTries
            case .tooLarge: .tooLarge
            case .unsupportedContent: .unsupportedContent
            case .busy: .busy
            case .centralStore: .centralStore
            case .diskLow: .diskLow
            case .awaitingRecovery: .awaitingRecovery
            case .unfinishedBundle: .unfinishedBundle
            case .refused: .refused
            }
    }

    /// A failure of this case.
    var sample: SyncFailure {
        switch self {
        case .unreachable: .unreachable(reason: "no route")
        case .untrusted: .untrusted(reason: "another key", hint: "ask")
        case .interrupted: .interrupted(reason: "reset")
        case .proxy: .proxy(reason: "down", hint: "start it")
        case .moved: .moved(status: 301, location: "https://central.example/")
        case .otherOffice: .otherOffice
        case .notCentral: .notCentral(status: 302, contentType: "text/html")
        case .unsupportedVersion: .unsupportedVersion(counter: 7, central: 2)
        case .malformed: .malformed(what: "request", reason: "cut \"short\"")
        case .brokenChain: .brokenChain(accepted: 41)
        case .badSignature: .badSignature
        case .forked: .forked(accepted: UInt64(Int64.max))
        case .unknownCursor: .unknownCursor
        case .notEnrolled: .notEnrolled
        case .tokenReplaced: .tokenReplaced(generation: 3)
        case .identityRefused: .identityRefused
        case .revoked: .revoked
        case .badEnrolmentCode: .badEnrolmentCode
        case .tooManyTries: .tooManyTries(retryAfterSeconds: 60)
        case .tooLarge: .tooLarge(limitBytes: WireLimits.bodyBytesMax)
        case .unsupportedContent: .unsupportedContent(reason: "gzip is not read")
        case .busy: .busy(retryAfterSeconds: 30)
        case .centralStore: .centralStore(reason: "see central's log")
        case .diskLow: .diskLow
        case .awaitingRecovery: .awaitingRecovery
        case .unfinishedBundle: .unfinishedBundle(reason: "changes wait")
        case .refused: .refused(status: 404, title: "there is nothing at this path")
        }
    }
}

/// The cases of `RefusalCode`.
enum RefusalWord: CaseIterable {
    case outOfScope, handedOver, illegalTransition, invalidField, unknownKind, noRecord, otherKind
    case other

    init(_ code: RefusalCode) {
        self =
            switch code {
            case .outOfScope: .outOfScope
            case .handedOver: .handedOver
            case .illegalTransition: .illegalTransition
            case .invalidField: .invalidField
            case .unknownKind: .unknownKind
            case .noRecord: .noRecord
            case .otherKind: .otherKind
            case .other: .other
            }
    }

    var code: RefusalCode {
        switch self {
        case .outOfScope: .outOfScope
        case .handedOver: .handedOver
        case .illegalTransition: .illegalTransition
        case .invalidField: .invalidField
        case .unknownKind: .unknownKind
        case .noRecord: .noRecord
        case .otherKind: .otherKind
        case .other: .other
        }
    }
}
