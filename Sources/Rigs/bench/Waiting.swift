internal import Causality
internal import CounterLink
internal import Crypto
internal import Foundation
internal import SQLiteStore
internal import Replication
internal import Store
internal import Wire

/// Many agents that wait for news at one central, and a few desks that write meanwhile.
struct Waiting {
    /// Desks of one office.
    private static let desksOfOffice = 5

    private let programs: Programs
    private let agentCount: Int
    private let writesPerSecond: Int
    private let seconds: Int

    init(agents: Int, writesPerSecond: Int, seconds: Int) throws {
        programs = try Programs()
        agentCount = agents
        self.writesPerSecond = writesPerSecond
        self.seconds = seconds
    }

    func run() async throws {
        let directory = NSTemporaryDirectory() + "dossiersync-waiting-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }  // a temporary directory
        raiseOpenFileLimit()
        let hall = try Hall(directory, agentCount, Self.desksOfOffice)
        let room = "\(agentCount + 200)"
        let central = try ServingCentral(
            programs, home: directory,
            options: ["--connections", room, "--connections-per-address", room])
        defer { central.stop() }
        let before = central.megabytes
        let agents = try WaitingAgents(hall, port: central.port)
        agents.run(until: .now + .seconds(3)) { agents.waitingCount == agentCount }
        let taken = central.megabytes - before
        say(
            String(
                format: "%d agents wait at one central: %.0f MB, %.1f KB each (%.0f MB without)",
                agentCount, taken + before, taken * 1_024 / Double(agentCount), before))

        var writers = hall.writers.map { Writer(hall, $0) }
        try await measure("nobody writes", central, agents, &writers, perSecond: 0)
        try await measure(
            "\(writesPerSecond) writes a second", central, agents, &writers,
            perSecond: writesPerSecond)
    }

    private func measure(
        _ words: String, _ central: ServingCentral, _ agents: WaitingAgents,
        _ writers: inout [Writer], perSecond: Int
    ) async throws {
        agents.forgetCounts()
        let transport = HTTPTransport(baseURL: central.url)
        let start = ContinuousClock.now
        let cpu = central.cpuSeconds
        let end = start + .seconds(seconds)
        var written = 0
        while ContinuousClock.now < end {
            var next = end
            if perSecond > 0 {
                let place = written % writers.count
                agents.noteWrite(inOffice: writers[place].office)
                try await writers[place].write(transport)
                written += 1
                next = start + .milliseconds(1_000 * written / perSecond)
            }
            agents.run(until: next)
        }
        let passed = start.duration(to: .now) / .seconds(1)
        let share = (central.cpuSeconds - cpu) / passed * 100
        let bells = agents.bells.sorted()
        var line = String(
            format: "%@: %.1f%% of a core; %.0f waits a second began anew", words, share,
            Double(agents.renewedCount) / passed)
        if !bells.isEmpty {
            line += String(
                format: "; %d writes woke %d agents, after %.0f ms, at most %.0f ms", written,
                bells.count, bells[bells.count / 2] * 1_000, (bells.last ?? 0) * 1_000)
        }
        if agents.failureCount > 0 { line += "; \(agents.failureCount) FAILED" }
        say(line + String(format: "; %.0f MB", central.megabytes))
    }

    private func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    private func raiseOpenFileLimit() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        getrlimit(resource, &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}

/// A central's store with many devices, made without the programs: thousands of enrolments take long.
struct Hall {
    struct Device {
        var office: String
        var key: SigningKey
        var token: String
        var replica: ReplicaID { ReplicaID(of: key.publicKey) }
    }

    /// Writers, each of another office.
    private static let writersMax = 10

    /// Those that wait.
    let devices: [Device]
    /// Those that write, and do not wait.
    let writers: [Device]
    let cursor: Cursor
    let epoch: UInt64

    init(_ directory: String, _ count: Int, _ desksOfOffice: Int) throws {
        let database = try CentralDatabase(
            path: ReplicaDatabase.path(inHome: directory, role: .central),
            isNew: true)
        defer { database.close() }
        let random = SystemRandomSource()
        let officeCount = (count + desksOfOffice - 1) / desksOfOffice
        let writerCount = min(Self.writersMax, officeCount)
        let devices = try (0..<count + writerCount).map { number -> Device in
            let office = number < count ? number / desksOfOffice : number - count
            guard let key = SigningKey(seed: random.bytes(32)) else {
                throw BenchError(description: "no key")
            }
            return Device(
                office: "O\(office)", key: key, token: BearerToken(random).text)
        }
        let now = SystemClock().now()
        try database.write(now: now) { transaction in
            for device in devices {
                let code = EnrolmentCode(random)
                try transaction.addEnrolmentCode(
                    hash: code.hash, office: device.office,
                    expires: Timestamp(milliseconds: now.milliseconds + 60_000))
                let made = try transaction.redeemEnrolmentCode(
                    hash: code.hash, replica: device.replica, publicKey: device.key.publicKey,
                    name: "bench", tokenHash: BearerToken(text: device.token).hash)
                guard case .device = made else { throw BenchError(description: "no device") }
            }
        }
        self.devices = Array(devices.prefix(count))
        writers = Array(devices.suffix(writerCount))
        let head = try database.lastCommit()
        cursor = Cursor(position: head.position, hash: head.hash)
        epoch = try database.epoch().id
    }
}

/// A desk that writes new dossiers and pushes each at once.
private struct Writer {
    private let device: Hall.Device
    private let epoch: UInt64
    private var cursor: Cursor
    private var chain = HashChain()

    var office: String { device.office }

    init(_ hall: Hall, _ device: Hall.Device) {
        self.device = device
        epoch = hall.epoch
        cursor = hall.cursor
    }

    mutating func write(_ transport: HTTPTransport) async throws {
        let before = chain
        let now = SystemClock().now()
        var change = Change(
            dot: Dot(device.replica, chain.seq + 1),
            clock: HybridTimestamp(now), kind: .dossier,
            record: nil, context: VersionVector(),
            writes: [
                FieldWrite("office", .text(device.office)), FieldWrite("status", .text("accepted")),
                FieldWrite("applicant_name", .text("Nguyễn Văn An")),
            ])
        change.idRule = .time
        chain.append(change.canonicalBytes)
        var request = SyncRequest(
            replica: device.replica, cursor: cursor,
            chain: ChainEnd(seq: chain.seq, hash: chain.hash), time: now)
        request.epoch = KnownEpoch(epoch: epoch, acknowledgedSeq: before.seq)
        request.push = Push(
            firstSeq: before.seq + 1, hashBefore: before.hash, changes: change.canonicalBytes,
            signature: device.key.signature(of: chain.hash.bytes))
        let reply = try await transport.exchange(request, token: device.token)
        guard reply.accepted.seq == chain.seq else {
            throw BenchError(description: "central took no change")
        }
        cursor = reply.cursor ?? cursor
    }
}
