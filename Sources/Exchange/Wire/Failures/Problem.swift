// Errors over HTTP are problem details (RFC 9457): `application/problem+json` with a stable `type`.

public import JSON
internal import Text

/// Turns failures into problem details and back.
public enum Problem {
    /// The media type of problem details.
    public static let mediaType = "application/problem+json"
    private static let typePrefix = "urn:dossiersync:problem:"

    /// The problem document of a failure.
    public static func document(of failure: SyncFailure) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("type", .string(failure.problemName.map { typePrefix + $0 } ?? "about:blank")),
            ("title", .string(title(of: failure))),
            ("status", .integer(Int64(failure.httpStatus))),
            ("hint", .string(failure.hint.english)),
        ]
        switch failure {
        case .forked(let accepted), .brokenChain(let accepted):
            members.append(("accepted", .integer(Int64(clamping: accepted))))
        case .unsupportedVersion(let counter, let central):
            members.append(("found", .integer(Int64(clamping: counter))))
            members.append(("known", .integer(Int64(clamping: central))))
        case .tokenReplaced(let generation):
            members.append(("generation", .integer(Int64(clamping: generation))))
        case .tooLarge(let limit):
            members.append(("limitBytes", .integer(Int64(limit))))
        case .malformed(let what, let reason):
            members.append(("what", .string(what)))
            members.append(("reason", .string(reason)))
        case .unsupportedContent(let reason): members.append(("reason", .string(reason)))
        case .busy(let seconds), .tooManyTries(let seconds):
            members.append(("retryAfterSeconds", .integer(Int64(seconds))))
        default: break
        }
        return .object(members)
    }

    private static func title(of failure: SyncFailure) -> String {
        if case .refused(_, let title) = failure { title } else { failure.message.english }
    }

    /// The failure that a problem document stands for; `nil` when the bytes are none.
    public static func failure(status: Int, body: [UInt8]) -> SyncFailure? {
        guard body.count <= WireLimits.documentBytesMax,
            let document = try? JSONValue(parsing: body),  // not JSON: the caller names it
            case .object = document, let type = document["type"]?.stringValue
        else { return nil }
        func number(_ name: String) -> UInt64 {
            UInt64(clamping: document[name]?.integerValue ?? 0)
        }
        switch type.hasPrefix(typePrefix) ? String(type.dropFirst(typePrefix.count)) : "" {
        case "unsupported-version":
            return .unsupportedVersion(counter: number("found"), central: number("known"))
        case "malformed":
            return .malformed(
                what: document["what"]?.stringValue ?? "request",
                reason: document["reason"]?.stringValue ?? "not said")
        case "broken-chain": return .brokenChain(accepted: number("accepted"))
        case "bad-signature": return .badSignature
        case "forked": return .forked(accepted: number("accepted"))
        case "unknown-cursor": return .unknownCursor
        case "not-enrolled": return .notEnrolled
        case "token-replaced": return .tokenReplaced(generation: number("generation"))
        case "revoked": return .revoked
        case "identity-refused": return .identityRefused
        case "bad-enrolment-code": return .badEnrolmentCode
        case "other-office": return .otherOffice
        case "too-many-tries":
            return .tooManyTries(retryAfterSeconds: Int(clamping: number("retryAfterSeconds")))
        case "too-large": return .tooLarge(limitBytes: Int(clamping: number("limitBytes")))
        case "unsupported-content":
            return .unsupportedContent(reason: document["reason"]?.stringValue ?? "not said")
        case "busy": return .busy(retryAfterSeconds: Int(clamping: number("retryAfterSeconds")))
        case "disk-low": return .diskLow
        case "store-failed":
            return .centralStore(reason: "see central's log")
        default: return other(status: status, title: document["title"]?.stringValue)
        }
    }

    /// A problem without a name of ours: the HTTP server's own, which says by its status what it
    /// is, or one of a newer central.
    private static func other(status: Int, title: String?) -> SyncFailure {
        switch status {
        case 413: .tooLarge(limitBytes: WireLimits.bodyBytesMax)
        case 503: .busy(retryAfterSeconds: 0)
        default: .refused(status: status, title: title ?? "no title")
        }
    }
}
