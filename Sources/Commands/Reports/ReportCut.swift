// What a report rests on: what had come up from each device when it was made. What went down, and whether
// the devices have confirmed it, changes no figure. A machine is one line, whatever identities it had. A
// report says it,
// and a later report on the same cut gives the same bytes: the figures are counted at the cut's position
// of the feed, and what the cut says of the devices is taken from the document itself, since central
// keeps only the latest of it.

internal import Causality
internal import Crypto
internal import Dossiers
public import JSON
internal import SQLiteStore
internal import Store
internal import Time

/// The cut of a report.
public struct ReportCut: Hashable, Sendable {
    /// What was known of one identity of a device.
    public struct Source: Hashable, Sendable {
        /// Its replica.
        public var replica: String
        /// What groups the identities of one machine: the replica of the first.
        public var machine: String
        /// The code of its office.
        public var office: String
        /// Its number within the office.
        public var desk: Int64
        /// Its name.
        public var name: String
        /// The last of its changes that is counted.
        public var seq: Int64
        /// Changes that remained at the machine when it was heard last.
        public var pending: Int64
        /// When nothing remained at it last, in milliseconds since the epoch; `nil` for never.
        public var lastArrived: Int64?
        /// When its last complete sync was, with all confirmed that went down; `nil` for never.
        public var lastComplete: Int64?
        /// Whether it is shut out.
        public var isRevoked: Bool
        /// Whether it is the replica that the report was made of: that counts what waits at it.
        public var isOwn = false
    }

    /// The position of central's feed up to which changes are counted; at a counter its cursor.
    public let position: UInt64
    /// The beginning of the feed's hash there.
    public let hash: String
    /// When the report was made, in milliseconds since the epoch.
    public let time: Int64
    /// The identities of the devices, by office and desk.
    public let sources: [Source]

    /// The machines: of each all identities, the present one last.
    var machines: [[Source]] {
        let identities = Dictionary(grouping: sources, by: \.machine)
        return sources.compactMap { source in
            guard let all = identities[source.machine],
                source.replica == all.max(by: { $0.desk < $1.desk })?.replica
            else { return nil }
            return all.sorted { $0.desk < $1.desk }
        }
    }

    /// The cut of what a database holds now, within its read transaction.
    ///
    /// - Throws: `ReportError`.
    public init(_ database: any ReportedDatabase, now: Int64) throws(ReportError) {
        time = now
        do {
            let place: String?
            (position, place) = try database.feedPlace()
            hash = Self.beginning(place ?? "")
            sources = try database.reportSources()
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
    public func check(in database: any ReportedDatabase) throws(ReportError) {
        do {
            let known = try database.feedHash(at: position)
            guard let known, Self.beginning(known.description) == hash || position == 0 else {
                throw ReportError.unknownCut
            }
        } catch {
            throw ReportError(error, path: database.path)
        }
    }

    static func sources(_ devices: [Device]) -> [Source] {
        var sources: [ReplicaID: Source] = [:]
        for machine in Machine.grouped(devices) {
            for identity in machine.identities {
                // What the identity before left goes on under the present one.
                let pending =
                    identity.replica == machine.present.replica
                    ? machine.lastHeard.pending : 0
                sources[identity.replica] = Source(
                    identity, machine: machine.id, pending: pending ?? 0)
            }
        }
        return devices.compactMap { sources[$0.replica] }
    }

    private static func beginning(_ hash: String) -> String { String(hash.prefix(16)) }
}

extension ReportCut {
    /// How a machine stands to a period.
    enum Standing: Hashable {
        /// All had come up since the period's end, or today if that is to come, and nothing remained when
        /// it was heard last.
        case complete
        /// What was written there since is not counted, as far as it belongs to the period.
        case missingSince(CalendarDate)
        /// All has never come up.
        case never
        /// It was shut out before the period's end.
        case revoked
    }

    /// How a machine stands to a period, by all its identities.
    func standing(of machine: [Source], in period: ReportPeriod) -> Standing {
        let today = OfficeTime.startOfDay(OfficeTime.day(ofMilliseconds: time))
        let needed = min(period.instants.upperBound, today)
        let arrived = machine.compactMap(\.lastArrived).max()
        let remains = machine.last.map { $0.pending > 0 && !$0.isOwn } ?? false
        if let arrived, arrived >= needed, !remains { return .complete }
        if machine.last?.isRevoked == true { return .revoked }
        return arrived.map { .missingSince(OfficeTime.day(ofMilliseconds: $0)) } ?? .never
    }
}

extension ReportCut.Source {
    fileprivate init(_ device: Device, machine: ReplicaID, pending: UInt64) {
        self.init(
            replica: device.replica.description, machine: machine.description,
            office: device.office, desk: device.desk, name: device.name,
            seq: Int64(clamping: device.seq), pending: Int64(clamping: pending),
            lastArrived: device.lastArrived?.milliseconds,
            lastComplete: device.lastComplete?.milliseconds, isRevoked: device.state == .revoked)
    }

    /// A replica rests on its last complete sync: what other desks of its office wrote came with that.
    init(_ identity: ReplicaIdentity) {
        let replica = identity.replica?.description ?? ""
        self.init(
            replica: replica, machine: replica, office: identity.office, desk: identity.desk,
            name: "", seq: Int64(clamping: identity.seq),
            pending: Int64(clamping: identity.seq - min(identity.seq, identity.pushedSeq)),
            lastArrived: identity.lastComplete?.milliseconds,
            lastComplete: identity.lastComplete?.milliseconds, isRevoked: identity.state != .active,
            isOwn: true)
    }

    fileprivate init?(_ json: JSONValue) {
        guard let replica = json["replica"]?.stringValue, let office = json["office"]?.stringValue,
            let desk = json["desk"]?.integerValue, let name = json["name"]?.stringValue,
            let seq = json["seq"]?.integerValue, let pending = json["pending"]?.integerValue,
            let isRevoked = json["revoked"]?.boolValue, let last = json["lastComplete"]
        else { return nil }
        func time(_ json: JSONValue) -> Int64?? {
            guard json != .null else { return .some(nil) }
            return json.stringValue.flatMap { RFC3339.millisecondsSinceEpoch($0)?.milliseconds }
                .map { .some($0) }
        }
        // A report of before machines were told apart has neither member.
        guard let complete = time(last), let arrived = time(json["lastArrived"] ?? last),
            let machine = (json["machine"] ?? .string(replica)).stringValue
        else { return nil }
        self.init(
            replica: replica, machine: machine, office: office, desk: desk, name: name, seq: seq,
            pending: pending, lastArrived: arrived, lastComplete: complete, isRevoked: isRevoked)
    }

    fileprivate var json: JSONValue {
        .object([
            ("replica", .string(replica)), ("machine", .string(machine)),
            ("office", .string(office)), ("desk", .integer(desk)), ("name", .string(name)),
            ("seq", .integer(seq)), ("pending", .integer(pending)),
            ("lastArrived", Self.json(lastArrived)), ("lastComplete", Self.json(lastComplete)),
            ("revoked", .bool(isRevoked)),
        ])
    }

    private static func json(_ time: Int64?) -> JSONValue {
        time.map { .string(OfficeTime.text(milliseconds: $0)) } ?? .null
    }
}

extension ReportCut {
    /// `{position, hash, time, devices: [{replica, machine, office, desk, name, seq, pending, lastArrived,
    /// lastComplete, revoked}]}`.
    public var json: JSONValue {
        .object([
            ("position", .integer(Int64(clamping: position))), ("hash", .string(hash)),
            ("time", .string(OfficeTime.text(milliseconds: time))),
            ("devices", .array(sources.map(\.json))),
        ])
    }
}
