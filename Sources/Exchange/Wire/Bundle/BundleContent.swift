// What the frames of a bundle hold: first what it says of itself, then requests, or requests with
// their replies.

internal import CBOR
public import Causality
internal import Replication

/// What a bundle says of itself; sealed like the rest.
public struct BundleIntroduction: Hashable, Sendable {
    /// When it was made, by its sender's clock.
    public var made: Timestamp
    /// The bundle that the device had applied last when it asked; `nil` when none.
    public var appliedBefore: BundleID?
    /// By central's clock, when central had said what the device has completely by a bundle.
    public var completeAsOf: Timestamp?
    /// The bundle that this one answers; only on the way down.
    public var answers: BundleID?

    /// Says when a bundle was made.
    public init(made: Timestamp) {
        self.made = made
    }

    private enum Key {
        static let made: UInt64 = 0
        static let appliedBefore: UInt64 = 1
        static let completeAsOf: UInt64 = 2
        static let answers: UInt64 = 3
    }

    /// The introduction's bytes.
    public func encoded() -> [UInt8] {
        var map = MapWriter(capacity: 64)
        map.add(Key.made) { $0.writeInteger(made.milliseconds) }
        map.add(Key.appliedBefore, appliedBefore) { $0.writeBytes($1.bytes) }
        map.add(Key.completeAsOf, completeAsOf) { $0.writeInteger($1.milliseconds) }
        map.add(Key.answers, answers) { $0.writeBytes($1.bytes) }
        return map.encoded()
    }

    /// Reads an introduction. Members of a newer version are passed over.
    ///
    /// - Throws: `SyncFailure.malformed`.
    public init(encoded bytes: [UInt8]) throws(SyncFailure) {
        do {
            self = try bytes.withUnsafeBytes { buffer in
                var reader = CBORReader(buffer)
                var keys = MapKeys(count: try reader.readMapHeader())
                var introduction = BundleIntroduction(made: Timestamp(milliseconds: 0))
                var made: Timestamp?
                while let key = try keys.next(in: &reader) {
                    switch key {
                    case Key.made: made = Timestamp(milliseconds: try reader.readInteger())
                    case Key.appliedBefore:
                        introduction.appliedBefore = try Self.id(from: &reader)
                    case Key.completeAsOf:
                        introduction.completeAsOf = Timestamp(
                            milliseconds: try reader.readInteger())
                    case Key.answers: introduction.answers = try Self.id(from: &reader)
                    default: _ = try reader.skipItem()
                    }
                }
                try reader.requireEnd()
                guard let made else { throw FormatError.member }
                introduction.made = made
                return introduction
            }
        } catch {
            throw .malformed(what: "introduction of a bundle", reason: "\(error)")
        }
    }

    private static func id(from reader: inout CBORReader) throws -> BundleID {
        guard let id = BundleID(bytes: try reader.readBytes()) else { throw FormatError.member }
        return id
    }
}

/// A request and central's reply to it. The request is as central answered it, without what it
/// brought: it says from where the reply goes on.
public struct AnsweredRequest: Hashable, Sendable {
    /// What was asked.
    public var request: SyncRequest
    /// The answer.
    public var reply: SyncReply

    /// Joins the two; what the request brought is left out.
    public init(_ request: SyncRequest, _ reply: SyncReply) {
        self.request = request
        self.request.version = WireLimits.version
        self.request.push = nil
        self.request.states = nil
        self.request.refusedBefore = []
        self.reply = reply
    }

    /// The bytes of both.
    public func encoded() -> [UInt8] {
        let (asked, answered) = (request.encoded(), reply.encoded())
        var writer = CBORWriter(capacity: asked.count + answered.count + 16)
        writer.writeArrayHeader(count: 2)
        writer.writeBytes(asked)
        writer.writeBytes(answered)
        return writer.bytes
    }

    /// Reads both.
    ///
    /// - Throws: `SyncFailure.malformed`, `.unsupportedVersion`.
    public init(encoded bytes: [UInt8]) throws(SyncFailure) {
        let asked: [UInt8]
        let answered: [UInt8]
        do {
            (asked, answered) = try bytes.withUnsafeBytes { buffer in
                var reader = CBORReader(buffer)
                guard try reader.readArrayHeader() == 2 else { throw FormatError.member }
                let pair = (try reader.readBytes(), try reader.readBytes())
                try reader.requireEnd()
                return pair
            }
        } catch {
            throw .malformed(what: "answered request", reason: "\(error)")
        }
        // Central wrote both: the reply first says so, when their version is not read here.
        reply = try SyncReply(encoded: answered, versions: WireLimits.bundledVersions)
        request = try SyncRequest(encoded: asked, versions: WireLimits.bundledVersions)
    }
}
