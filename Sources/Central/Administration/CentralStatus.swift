public import Backups
public import Causality
public import SQLiteStore
public import Replication
public import Store

/// What an admin wants to know at a glance.
public struct CentralStatus: Sendable {
    /// Records of each kind.
    public struct Count: Sendable {
        /// The kind.
        public var kind: RecordKind
        /// How many.
        public var count: Int
    }

    /// The catalog's kinds first.
    public var counts: [Count]
    /// Conflicts that wait for a person.
    public var conflicts: Int
    /// The last position of the feed.
    public var position: UInt64
    /// All identities of devices.
    public var devices: [Device]
    /// Which of them are one machine, and how far each has come in central's present epoch.
    public var standing: EpochStanding
    /// What each has sent, and what it has confirmed.
    public var arrival: DeviceStanding
    /// Erasures that some device is not known to have followed and may still follow.
    public var openErasures: Int
    /// Records that hold what was written under a wrong clock and was not set right since.
    public var wrongClockRecords: Int
    /// What is wrong with central's own clock; `nil` for nothing.
    public var clockFault: ClockFault?
    /// When the newest change came in.
    public var newestChange: Timestamp?
    /// The central that serves this store, if one does.
    public var serving: ServingStatus?
    /// When this was read.
    public var now: Timestamp
    /// The last good backup, where one was made.
    public var backup: BackupNote?

    /// Reads how things stand.
    ///
    /// - Parameters:
    ///   - now: by central's clock, which is judged by it.
    ///   - serving: what the central that serves this store says of itself.
    ///   - backup: what its home knows of backups.
    /// - Throws: `StoreError`.
    public init(
        _ database: CentralDatabase, at now: Timestamp, serving: ServingStatus?,
        backup: BackupNote?
    ) throws {
        self.backup = backup
        self.now = now
        let kinds: [RecordKind] = [.office, .procedure, .holiday, .dossier, .contact]
        counts = try kinds.map { kind in
            var filter = RecordFilter()
            filter.kind = kind
            return Count(kind: kind, count: try database.recordCount(filter))
        }
        conflicts = try database.conflictCount()
        position = try database.lastCommit().position
        newestChange = try database.newestChange()
        wrongClockRecords = try database.wrongClockCount()
        clockFault = try database.clockFault(at: now)
        devices = try database.devices()
        self.serving = serving
        standing = EpochStanding(try database.epoch(), devices)
        arrival = try DeviceStanding(database)
        let (devices, standing) = (devices, standing)
        openErasures = try database.erasedRecords().count {
            $0.unconfirmed(devices, standing).contains { $0.state == .active }
        }
    }

    /// The present identities of the machines that are not shut out.
    public var active: [Device] { standing.devices }

    /// Machines whose last exchange left something at them that central lacks.
    public var behind: [Device] { active.filter { !arrival.isComplete($0) } }

    /// Machines that have not confirmed what they were sent.
    public var unconfirmed: [Device] { active.filter { !arrival.isConfirmed($0) } }

    /// When all of a machine had come up last, by its present identity.
    public var lastArrived: [ReplicaID: Timestamp] {
        Dictionary(
            standing.machines.compactMap { machine in
                machine.lastArrived.map { (machine.present.replica, $0) }
            }
        ) { first, _ in first }
    }

    /// The machines from which all has not come up for so long; one that never was complete counts from the
    /// day on which it enrolled.
    public func silent(for milliseconds: Int64) -> [Device] {
        let lastArrived = lastArrived
        return active.filter { device in
            let last = lastArrived[device.replica] ?? device.enrolledAt
            return now.milliseconds - last.milliseconds > milliseconds
        }
    }

    /// When all had come up from the machine that is longest ago; `nil` when none ever had.
    public var longestAgo: Timestamp? {
        let lastArrived = lastArrived
        return active.compactMap { lastArrived[$0.replica] }.min()
    }
}
