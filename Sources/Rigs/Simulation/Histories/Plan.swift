// What a seed stands for: a fleet, the weather that it lives in, and a list of events. As in swarm
// testing (Groce et al. 2012), each seed leaves out some kinds of events and faults: a history that
// never restarts central goes elsewhere than one that does so all the time.

internal import Demonstration
internal import SeededRandom

/// What histories may hold.
public struct SimulationConfiguration: Hashable, Sendable {
    /// What becomes of devices that are cloned or restored from an old copy.
    public enum Forks: String, CaseIterable, Hashable, Sendable {
        /// There are none.
        case none
        /// A copy that is told of its fork takes a new identity and goes on.
        case healed
    }

    /// Clones and devices restored from an old copy.
    public var forks = Forks.none
    /// Hand-overs in histories in which central is restored from an old copy.
    public var handsOverAcrossRestorations = false
    /// Ids that several offices give to their records, in histories in which central is restored from
    /// an old copy: the other office may come first then.
    public var sharesIDsAcrossRestorations = false
    /// Records that are erased by order of the law.
    public var erases = false
    /// Devices of a fleet at most, those enrolled later not counted.
    public var devicesMax = 30
    /// Events of a history at most.
    public var eventsMax = 200
    /// What all stores are kept in; `nil`: memory, and of each eighth seed files.
    public var store: SimulatedStore?
    /// The limits that both ends work within; `nil`: the standard ones, and of each fifth seed tiny ones.
    public var limits: SimulatedLimits?

    /// What the engine promises today.
    public init() {}
}

/// How bad links and machines are; each number is of a thousand.
struct Weather: Hashable, Sendable {
    var linkFaults: Int
    var deaths: Int
    var centralDeaths: Int
    var tinyChunks: Int
    var meanwhile: Int
    var hotRecords: Int
    var wrongClocks: Int

    static let calm = Weather(
        linkFaults: 0, deaths: 0, centralDeaths: 0, tinyChunks: 0, meanwhile: 0, hotRecords: 0,
        wrongClocks: 0)
}

/// A fleet, its weather and what happens to it, all drawn from one seed.
public struct Plan: Hashable, Sendable {
    /// The seed.
    public let seed: UInt64
    /// What the history may hold.
    public private(set) var configuration: SimulationConfiguration
    /// The codes of the offices that have devices.
    public let offices: [String]
    /// The codes of offices without devices, whose codes may change.
    public let emptyOffices: [String]
    /// The office of the device in each slot, those to be enrolled later included.
    public let deviceOffices: [String]
    /// How many slots are taken from the start.
    public let initialDeviceCount: Int
    /// What happens, in order.
    public var events: [Event]
    let weather: Weather
    private let restoresCentral: Bool

    /// Draws the plan of a seed.
    public init(seed: UInt64, configuration: SimulationConfiguration = SimulationConfiguration()) {
        self.seed = seed
        self.configuration = configuration
        var random = SeededGenerator(seed: seed)
        let officeCount = random.number(in: 1...6)
        offices = (0..<officeCount).map { "OFFICE.\($0)" }
        emptyOffices = ["EMPTY.0", "EMPTY.1"]
        let sizes = [2...4, 3...8, 8...16, 16...30]
        let size = random.number(in: sizes[random.index(byWeight: [50, 35, 12, 3])])
        initialDeviceCount = min(max(size, 2), configuration.devicesMax)
        let slotCount = initialDeviceCount + 3
        deviceOffices = (0..<slotCount).map { [offices] slot in
            slot < 2 ? offices[0] : random.element(of: offices)
        }
        func rate(_ max: Int) -> Int {
            random.happens(perMille: 300) ? 0 : random.number(in: 0...max)
        }
        weather = Weather(
            linkFaults: rate(600), deaths: rate(250), centralDeaths: rate(120),
            tinyChunks: rate(900), meanwhile: rate(250), hotRecords: random.number(in: 0...1000),
            wrongClocks: rate(1000))
        events = Self.events(
            random: &random, configuration: configuration, initial: initialDeviceCount,
            slots: slotCount)
        restoresCentral = events.contains { $0.kind == .centralRestore }
    }

    /// A history that was recorded: its first events enrol its first devices.
    init(
        recorded events: [Event], seed: UInt64, configuration: SimulationConfiguration,
        offices: [String], emptyOffices: [String], deviceOffices: [String]
    ) {
        self.seed = seed
        self.configuration = configuration
        self.offices = offices
        self.emptyOffices = emptyOffices
        self.deviceOffices = deviceOffices
        self.events = events
        initialDeviceCount = 0
        weather = .calm
        restoresCentral = false
    }

    /// The plan of what this one became: the same fleet, and events with all their details.
    func recorded(_ events: [Event]) -> Plan {
        var configuration = configuration
        configuration.limits = limits
        return Plan(
            recorded: events, seed: seed, configuration: configuration, offices: offices,
            emptyOffices: emptyOffices, deviceOffices: deviceOffices)
    }

    /// What the stores are kept in.
    var store: SimulatedStore {
        configuration.store ?? (seed.isMultiple(of: 8) ? .sqlite : .memory)
    }

    /// The limits that both ends work within. No seed draws them, so that one whose limits are the
    /// standard ones stays the history that it was before there were others.
    var limits: SimulatedLimits {
        configuration.limits ?? (seed.isMultiple(of: 5) ? .tiny : .standard)
    }

    /// Whether records move between offices.
    var handsOver: Bool {
        configuration.handsOverAcrossRestorations || !restoresCentral
    }

    /// Whether several offices give one id to their records.
    var sharesIDs: Bool {
        configuration.sharesIDsAcrossRestorations || !restoresCentral
    }

    /// The same plan with other events.
    func with(events: [Event]) -> Plan {
        var plan = self
        plan.events = events
        return plan
    }

    /// The same plan on stores that are kept so, `nil` as the seed has it, and within these limits, `nil` as
    /// it was recorded.
    public func on(_ store: SimulatedStore?, within limits: SimulatedLimits? = nil) -> Plan {
        var plan = self
        plan.configuration.store = store
        if let limits { plan.configuration.limits = limits }
        return plan
    }

    private static func events(
        random: inout SeededGenerator, configuration: SimulationConfiguration, initial: Int,
        slots: Int
    ) -> [Event] {
        let kinds = Event.Kind.allCases
        let weights = kinds.map { kind in
            let weight = weight(of: kind, configuration)
            // Without them, seeds stay the histories that they were before there were any.
            if kind == .erase, !configuration.erases { return 0 }
            let isBasic = kind == .edit || kind == .sync || kind == .erase
            return isBasic || random.happens(perMille: 650) ? weight : 0
        }
        let count = random.number(in: min(20, configuration.eventsMax)...configuration.eventsMax)
        return (0..<count).map { number in
            let kind = kinds[random.index(byWeight: weights)]
            let fresh = kind == .enrol || kind == .deviceClone
            return Event(
                number: number, kind: kind,
                device: kind == .enrol
                    ? random.number(in: initial...slots - 1)
                    : random.number(below: fresh ? initial : slots),
                seed: random.next())
        }
    }

    private static func weight(
        of kind: Event.Kind, _ configuration: SimulationConfiguration
    ) -> Int {
        switch kind {
        case .edit: 400
        case .sync: 240
        case .goodSync: 60
        case .tornEdit: 20
        case .stray: 40
        case .centralWrite: 25
        case .centralRestart: 8
        case .centralBackup: 15
        case .centralRestore: 10
        case .clockJump: 20
        case .centralClockJump: 5
        case .enrol: 6
        case .revoke: 4
        case .requestSync: 4
        case .settle: 4
        case .reopen: 15
        case .erase: 40
        case .deviceBackup, .deviceRestore, .deviceClone:
            configuration.forks == .none ? 0 : 8
        }
    }
}
