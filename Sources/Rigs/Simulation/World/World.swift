// The world of one simulated fleet: central, devices, what is in the air between them, and the ledger
// of what people wrote. It is one actor, and one thing happens at a time: an event ends before the
// next begins, and within a sync only the session or the world is at work. That is what makes a
// history follow from its seed.

internal import Causality
internal import CentralEngine
internal import Crypto
internal import Demonstration
internal import Foundation
internal import SQLiteStore
internal import Replication
internal import SeededRandom
internal import Wire

/// One machine of an office.
struct SimulatedDevice {
    var slot: Int
    var office: String
    /// What its machine keeps the replica on.
    var disk: DeviceDisk
    /// The clerk's program. It stays open beside the sync's own connection.
    var store: any SimulatedReplica
    var clock: SimulatedClock
    /// How often its replica has changed place.
    var generation = 0
    /// A copy that was put aside.
    var backup: DeviceDisk?
    var isRevoked = false
}

/// A request that is held up on its way.
struct StrayRequest {
    /// Names the exchange that it comes from.
    var name: String
    var bytes: [UInt8]
    var token: String
}

/// One fleet and its history.
actor World {
    let plan: Plan
    let directory: String
    let centralClock = SimulatedClock(milliseconds: World.startMilliseconds)
    let random: SeededRandomSource
    var devices: [Int: SimulatedDevice] = [:]
    var central: SimulatedCentral
    var strays: [StrayRequest] = []
    var exchange: ExchangeInProgress?
    var ledger = Ledger()
    var dots = DotCollector()
    var views = CausalViews()
    /// What went wrong where nothing could be thrown.
    var fault: String?
    private(set) var history = History()
    /// The details of the event that happens: taken from it, or drawn and noted.
    var details = Details()
    /// Whether they are drawn.
    var isDrawing = false
    /// All events that have happened, with their details.
    private(set) var recorded: [Event] = []

    /// 1 March 2021, 08:00 at the offices.
    static let startMilliseconds: Int64 = 1_614_560_400_000

    init(plan: Plan, directory: String) throws {
        self.plan = plan
        self.directory = directory
        random = SeededRandomSource(seed: plan.seed)
        central = try SimulatedCentral(
            CentralDisk.made(in: plan.store, at: directory + "/central.db", random, plan.limits),
            centralClock, random, plan.limits)
    }

    func log(_ line: String) {
        history.add(line)
    }

    /// Opens the offices and enrols the devices that are there from the start.
    func begin() async throws {
        var generator = SeededGenerator(seed: plan.seed ^ 0xF1EE7)
        try writeAtCentral(session: Self.session(&generator)) { script in
            for (number, office) in (plan.offices + plan.emptyOffices).enumerated() {
                try script.makeOffice("office \(number)", code: office)
            }
        }
        for slot in 0..<plan.initialDeviceCount {
            try await perform(
                Event(number: -1 - slot, kind: .enrol, device: slot, seed: generator.next()))
        }
    }

    /// Lets an event happen.
    func perform(_ event: Event) async throws {
        log("\(event)")
        random.reseed(event.seed)
        details = event.details ?? Details()
        isDrawing = event.details == nil
        defer {
            var event = event
            event.details = details
            recorded.append(event)
        }
        switch event.kind {
        case .edit: try edit(event)
        case .tornEdit: try tornEdit(event)
        case .sync: try await sync(event, isGood: false)
        case .goodSync: try await sync(event, isGood: true)
        case .stray: await deliverStray(event)
        case .centralWrite: try centralWrite(event)
        case .centralRestart: try startCentral(from: central.disk)
        case .centralBackup: try backUpCentral(event)
        case .centralRestore: try restoreCentral(event)
        case .clockJump: jumpClock(event)
        case .centralClockJump: jumpCentralClock(event)
        case .enrol: if devices[event.device] == nil { try await enrol(event) }
        case .revoke: try revoke(event)
        case .requestSync: try requestSync()
        case .settle: try await settle()
        case .reopen: try reopen(event)
        case .deviceBackup: try backUpDevice(event)
        case .deviceRestore: try restoreDevice(event)
        case .deviceClone: try cloneDevice(event)
        case .erase: try erase(event)
        }
    }

    /// A detail of the event that happens: the noted one, or one that is drawn and noted.
    func detail<Value>(
        _ path: WritableKeyPath<Details, Value?>, _ draw: () throws -> Value
    ) rethrows -> Value {
        if let value = details[keyPath: path] { return value }
        let value = try draw()
        details[keyPath: path] = value
        return value
    }

    /// All devices by slot.
    var sortedDevices: [SimulatedDevice] {
        devices.keys.sorted().compactMap { devices[$0] }
    }

    /// Those that still sync.
    var activeDevices: [SimulatedDevice] {
        sortedDevices.filter { !$0.isRevoked }
    }

    /// Minutes to weeks, forward or back.
    static func jump(_ generator: inout SeededGenerator) -> Int64 {
        let span = generator.element(of: [60_000, 3_600_000, 86_400_000, 20 * 86_400_000])
        return Int64(generator.number(in: -span...span))
    }

    /// Closes what is open.
    func end() {
        for device in devices.values { device.store.close() }
        central.database.close()
    }
}

/// What happened, line by line, and a hash over all of it.
struct History: Sendable {
    private(set) var lines: [String] = []
    private(set) var hash = Hash256.zero

    mutating func add(_ line: String) {
        lines.append(line)
        hash = hash.chained(with: Hash256(hashing: Array(line.utf8)))
    }
}
