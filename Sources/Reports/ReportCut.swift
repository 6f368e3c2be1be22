// What a report rests on: how far central had heard of each device when it was made. A report says it,
// and a later report on the same cut gives the same bytes: the figures are counted at the cut's position
// of the feed, and what the cut says of the devices is taken from the document itself, since central
// keeps only the latest of it.

internal import Causality
internal import Crypto
internal import Dossiers
public import JSON
public import ReplicaStore

/// The cut of a report.
public struct ReportCut: Hashable, Sendable {
    /// What was known of one device.
    public struct Source: Hashable, Sendable {
        /// Its replica.
        public var replica: String
        /// The code of its office.
        public var office: String
        /// Its number within the office.
        public var desk: Int64
        /// Its name.
        public var name: String
        /// The last of its changes that is counted.
        public var seq: Int64
        /// Changes that it said remained.
        public var pending: Int64
        /// When its last complete sync was, in milliseconds since the epoch; `nil` for never.
        public var lastComplete: Int64?
        /// Whether it is shut out.
        public var isRevoked: Bool
    }

    /// The position of central's feed up to which changes are counted; at a counter its cursor.
    public let position: UInt64
    /// The beginning of the feed's hash there.
    public let hash: String
    /// When the report was made, in milliseconds since the epoch.
    public let time: Int64
    /// The devices, by office and desk.
    public let sources: [Source]

    /// The cut of what a database holds now, within its read transaction.
    ///
    /// - Throws: `ReportError`.
    public init(_ database: ReplicaDatabase, now: Int64) throws(ReportError) {
        time = now
        do {
            switch database.role {
            case .central:
                let end = try database.lastCommit()
                (position, hash) = (end.position, Self.beginning(end.hash.description))
                sources = try database.devices().map(Source.init)
            case .counter:
                let identity = try database.identity()
                position = identity?.cursor?.position ?? 0
                hash = Self.beginning(identity?.cursor?.hash.description ?? "")
                sources = identity.map { [Source($0)] } ?? []
            }
        } catch {
            throw ReportError(error, path: database.path)
        }
    }

    /// Reads the member `cut` of a report's JSON.
    ///
    /// - Throws: `ReportError.noCut`.
    public init(_ report: JSONValue) throws(ReportError) {
        let cut = report["cut"]
        guard let cut, let position = cut["position"]?.integerValue, position >= 0,
            let hash = cut["hash"]?.stringValue,
            let time = cut["time"]?.stringValue.flatMap({ RFC3339.millisecondsSinceEpoch($0) }),
            let devices = cut["devices"]?.arrayValue
        else { throw .noCut }
        var sources: [Source] = []
        for device in devices {
            guard let source = Source(device) else { throw .noCut }
            sources.append(source)
        }
        self.position = UInt64(position)
        self.hash = hash
        self.time = time.milliseconds
        self.sources = sources
    }

    /// Refuses a cut of another history than this central's.
    ///
    /// - Throws: `ReportError.unknownCut`.
    public func check(in database: ReplicaDatabase) throws(ReportError) {
        do {
            let known = try database.commitHash(at: position)
            guard let known, Self.beginning(known.description) == hash || position == 0 else {
                throw ReportError.unknownCut
            }
        } catch {
            throw ReportError(error, path: database.path)
        }
    }

    private static func beginning(_ hash: String) -> String { String(hash.prefix(16)) }
}

extension ReportCut {
    /// How a device stands to a period.
    enum Standing: Hashable {
        /// It has synced completely since the period's end, or today if that is to come.
        case complete
        /// What was written there since is not counted, as far as it belongs to the period.
        case missingSince(CalendarDate)
        /// It has never synced completely.
        case never
        /// It was shut out before the period's end.
        case revoked
    }

    /// How a device stands to a period.
    func standing(of source: Source, in period: ReportPeriod) -> Standing {
        let today = OfficeTime.startOfDay(OfficeTime.day(ofMilliseconds: time))
        let needed = min(period.instants.upperBound, today)
        if let last = source.lastComplete, last >= needed { return .complete }
        if source.isRevoked { return .revoked }
        return source.lastComplete.map { .missingSince(OfficeTime.day(ofMilliseconds: $0)) }
            ?? .never
    }
}

extension ReportCut.Source {
    fileprivate init(_ device: Device) {
        self.init(
            replica: device.replica.description, office: device.office, desk: device.desk,
            name: device.name, seq: Int64(clamping: device.seq),
            pending: Int64(clamping: device.pending ?? 0),
            lastComplete: device.lastComplete?.milliseconds, isRevoked: device.state == .revoked)
    }

    fileprivate init(_ identity: ReplicaIdentity) {
        self.init(
            replica: identity.replica?.description ?? "", office: identity.office,
            desk: identity.desk, name: "", seq: Int64(clamping: identity.seq),
            pending: Int64(clamping: identity.seq - min(identity.seq, identity.pushedSeq)),
            lastComplete: identity.lastComplete?.milliseconds, isRevoked: identity.state != .active)
    }

    fileprivate init?(_ json: JSONValue) {
        guard let replica = json["replica"]?.stringValue, let office = json["office"]?.stringValue,
            let desk = json["desk"]?.integerValue, let name = json["name"]?.stringValue,
            let seq = json["seq"]?.integerValue, let pending = json["pending"]?.integerValue,
            let isRevoked = json["revoked"]?.boolValue, let last = json["lastComplete"]
        else { return nil }
        let time = last.stringValue.flatMap { RFC3339.millisecondsSinceEpoch($0) }
        guard last == .null || time != nil else { return nil }
        self.init(
            replica: replica, office: office, desk: desk, name: name, seq: seq, pending: pending,
            lastComplete: time?.milliseconds, isRevoked: isRevoked)
    }

    fileprivate var json: JSONValue {
        .object([
            ("replica", .string(replica)), ("office", .string(office)), ("desk", .integer(desk)),
            ("name", .string(name)), ("seq", .integer(seq)), ("pending", .integer(pending)),
            (
                "lastComplete",
                lastComplete.map { .string(OfficeTime.text(milliseconds: $0)) } ?? .null
            ),
            ("revoked", .bool(isRevoked)),
        ])
    }
}

extension ReportCut {
    /// `{position, hash, time, devices: [{replica, office, desk, name, seq, pending, lastComplete, revoked}]}`.
    public var json: JSONValue {
        .object([
            ("position", .integer(Int64(clamping: position))), ("hash", .string(hash)),
            ("time", .string(OfficeTime.text(milliseconds: time))),
            ("devices", .array(sources.map(\.json))),
        ])
    }
}
