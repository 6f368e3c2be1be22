// Why a bundle was refused (`Protocol/bundles.md` §Refusals). No case carries content: files, numbers
// and identities only.

public import Causality

/// Why a bundle cannot be made or applied. Nothing of a refused bundle was taken, unless a message
/// says so.
public enum BundleFailure: Error, Hashable, Sendable {
    /// What is wrong with a file's bytes.
    public enum Damage: Hashable, Sendable {
        /// Bytes are missing at its end.
        case cutShort
        /// There are more bytes than its sender wrote.
        case tooLong
        /// Its head is no head.
        case unreadableHead
        /// Something in it is not what its sender signed.
        case altered
        /// It was signed, and holds what no bundle may.
        case malformed(reason: String)
    }

    /// Why only a link helps.
    public enum LinkNeed: Hashable, Sendable {
        /// Central was restored from a backup since.
        case newEpoch
        /// Another copy of the replica has synced other changes.
        case copied
        /// The device does not know central's key.
        case unknownKey
    }

    /// The file cannot be read; `reason` is the system's.
    case unreadable(file: String, reason: String)
    /// The file cannot be made; `reason` is the system's.
    case cannotCreate(file: String, reason: String)
    /// Writing failed; `reason` is the system's.
    case writeFailed(file: String, reason: String)
    /// The file is no bundle.
    case notABundle(file: String)
    /// The file is of a format that is not known here.
    case unsupportedFormat(file: String, found: UInt8)
    /// The file is damaged.
    case damaged(file: String, Damage)
    /// Central was given its own bundle, or a counter one from a counter.
    case wrongDirection(file: String, isForCentral: Bool)
    /// The file is from or for another central.
    case otherCentral(file: String)
    /// The file is for another device.
    case otherDevice(file: String, replica: ReplicaID)
    /// The file is of another bundle than the first one given.
    case otherBundle(file: String, first: String)
    /// Parts of the bundle were not given.
    case missingParts(file: String, missing: [UInt64], of: UInt64)
    /// Another bundle has to be applied before.
    case outOfOrder(file: String, missing: BundleID?)
    /// The replica has gone on by another way, and this is no part of it.
    case overtaken(file: String)
    /// Only a link helps.
    case needsLink(LinkNeed)
}

extension BundleFailure: CustomStringConvertible {
    /// What is wrong, in words, without a full stop.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file) cannot be read: \(reason)"
        case .cannotCreate(let file, let reason): "\(file) cannot be made: \(reason)"
        case .writeFailed(let file, let reason): "\(file) cannot be written: \(reason)"
        case .notABundle(let file): "\(file) is no bundle"
        case .unsupportedFormat(let file, let found):
            "\(file) is a bundle of format \(found), which is not known here"
        case .damaged(let file, let damage): "\(file) is damaged: \(damage)"
        case .wrongDirection(let file, let isForCentral):
            isForCentral
                ? "\(file) is a bundle for central, not central's reply"
                : "\(file) is central's reply to a device, not a bundle for central"
        case .otherCentral(let file): "\(file) belongs to another central"
        case .otherDevice(let file, let replica):
            "\(file) is for another device, or for an identity that this one had before "
                + "(replica \(replica))"
        case .otherBundle(let file, let first): "\(file) is no part of the bundle of \(first)"
        case .missingParts(let file, let missing, let count):
            "\(file) is one of \(count) parts, and \(Self.list(missing)) not given"
        case .outOfOrder(let file, let missing):
            "\(file) goes on from "
                + (missing.map { "bundle \($0)" } ?? "an exchange")
                + " that was not applied to this replica"
        case .overtaken(let file):
            "\(file) answers what this replica asked before it went on by another way"
        case .needsLink(.newEpoch):
            "central was restored from a backup, and this device has to sync over a link once"
        case .needsLink(.copied):
            "another copy of this replica has synced other changes, and it has to sync over a "
                + "link once to get an identity of its own"
        case .needsLink(.unknownKey):
            "this replica does not know central's key yet, and has to sync over a link once"
        }
    }

    /// What the person can do.
    public var hint: String {
        switch self {
        case .unreadable: "check the name, and who may read it"
        case .cannotCreate:
            "give a new name in a folder that may be written: a bundle never replaces a file"
        case .writeFailed: "nothing was lost; free some room, or take another medium"
        case .notABundle: "give the files that bundle create or bundle apply --reply wrote"
        case .unsupportedFormat: "update this program"
        case .damaged(_, .malformed):
            "nothing was lost; tell the central office what this message says"
        case .damaged: "copy it again from where it was made; nothing was lost"
        case .wrongDirection(_, let isForCentral):
            isForCentral
                ? "take it to central: central bundle apply FILE --reply FILE2"
                : "take it to its device: counter bundle apply FILE"
        case .otherCentral, .otherDevice: "take it to where it belongs"
        case .otherBundle: "give the parts of one bundle at a time"
        case .missingParts: "give all parts in one call, in any order"
        case .outOfOrder:
            "apply that one first; if it is lost, or this replica was restored from a backup: "
                + "counter bundle create FILE"
        case .overtaken: "nothing was lost; make a new one: counter bundle create FILE"
        case .needsLink: "nothing was lost; run counter sync where there is a link"
        }
    }

    private static func list(_ parts: [UInt64]) -> String {
        let shown = parts.prefix(8).map { "\($0)" }.joined(separator: ", ")
        let more = parts.count > 8 ? " and \(parts.count - 8) others were" : ""
        let verb = parts.count > 8 ? "" : parts.count == 1 ? " was" : " were"
        return "\(parts.count == 1 ? "part" : "parts") \(shown)\(more)\(verb)"
    }
}

extension BundleFailure.Damage: CustomStringConvertible {
    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .cutShort: "it is cut short"
        case .tooLong: "there are bytes after its end"
        case .unreadableHead: "its head cannot be read"
        case .altered: "it does not hold what its sender signed"
        case .malformed(let reason): "it was signed so, but \(reason)"
        }
    }
}
