internal import Causality
internal import CounterLink
internal import Crypto
internal import Foundation
internal import SQLiteStore
internal import Replication
internal import Wire

/// What others wait for while requests come that are small and want much, and what these take of memory.
/// Times are of this machine; the tests count bytes, entries and steps instead.
struct Hostile {
    private static let bombCount = 32
    private static let honestCount = 40

    private let programs: Programs

    init() throws {
        programs = try Programs()
    }

    func run() async throws {
        let directory = NSTemporaryDirectory() + "dossiersync-hostile-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }  // a temporary directory
        let home = directory + "/central"
        for office in ["A", "B"] {
            _ = try programs.run("central", ["office", "add", office, office, "--home", home])
        }
        let central = try ServingCentral(programs, home: home)
        defer { central.stop() }
        let honest = try client(of: "B", directory + "/honest", central, home)
        let hostile = try client(of: "A", directory + "/hostile", central, home)
        print("peak memory before: \(whole(central.peakMegabytes)) MB")
        print("                                       others wait, ms: median, most")
        try await report("nothing else", honest, central) {}
        var request = hostile.request
        request.heldCopies = [HeldCopy(id: RecordID(derivedFrom: .zero), vv: Self.vector(80_000))]
        try await attack("32 vectors of 80,000 entries", request, hostile, honest, central)
        var state = RecordState(kind: .dossier, id: RecordID(derivedFrom: .zero))
        state.vv = Self.vector(80_000)
        request = hostile.request
        request.states = state.canonicalBytes
        try await attack("32 states with such a vector", request, hostile, honest, central)
        request = hostile.request
        request.push = Push(
            firstSeq: 1, hashBefore: .zero, changes: [UInt8](repeating: 0, count: 15 << 20),
            signature: [UInt8](repeating: 0, count: 64))
        try await attack("32 bombs of 15 MiB", request, hostile, honest, central)
        let small = Change(
            dot: Dot(hostile.request.replica, 1), clock: HybridTimestamp(rawValue: 0),
            kind: .dossier, record: nil, context: VersionVector(), writes: []
        ).canonicalBytes
        request.push?.changes = Array([[UInt8]](repeating: small, count: 60_000).joined())
        try await attack("32 pushes of 60,000 changes", request, hostile, honest, central)
        print("peak memory after: \(whole(central.peakMegabytes)) MB")
    }

    private static func vector(_ count: Int) -> VersionVector {
        VersionVector((1...UInt64(count)).map { Dot(ReplicaID($0 << 20), 1) })
    }

    /// Sends a request as often as a fleet of thieves would, while others work.
    private func attack(
        _ name: String, _ request: SyncRequest, _ hostile: Client, _ honest: Client,
        _ central: ServingCentral
    ) async throws {
        try await report(name, honest, central) {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.bombCount {
                    group.addTask {
                        // It is refused, as malformed or for want of room; what counts is the others.
                        _ = try? await hostile.transport().exchange(request, token: hostile.token)
                    }
                }
            }
        }
    }

    private func report(
        _ name: String, _ honest: Client, _ central: ServingCentral,
        _ attack: @escaping @Sendable () async -> Void
    ) async throws {
        let attacking = Task { await attack() }
        let transport = honest.transport()
        var waits: [Double] = []
        for _ in 0..<Self.honestCount {
            let start = ContinuousClock.now
            _ = try await transport.exchange(honest.request, token: honest.token)
            waits.append(start.duration(to: .now) / .milliseconds(1))
        }
        await attacking.value
        waits.sort()
        let median = waits[waits.count / 2]
        let line = name.padding(toLength: 38, withPad: " ", startingAt: 0)
        print(
            "\(line) \(whole(median)), \(whole(waits.last ?? 0)); peak "
                + "\(whole(central.peakMegabytes)) MB")
    }

    private func client(
        of office: String, _ home: String, _ central: ServingCentral, _ centralHome: String
    ) throws -> Client {
        let code = try programs.run("central", ["enrol", office, "--json", "--home", centralHome])
        guard let text = code.output["code"] as? String else {
            throw BenchError(description: "central enrol gave no code")
        }
        _ = try programs.run("counter", ["enrol", central.url, "--code", text, "--home", home])
        let database = try CounterDatabase(path: ReplicaDatabase.path(inHome: home, role: .counter))
        defer { database.close() }
        guard let identity = try database.identity(), let replica = identity.replica else {
            throw BenchError(description: "the counter is not enrolled")
        }
        return Client(url: central.url, token: identity.token, replica: replica)
    }

    private func whole(_ number: Double) -> String {
        String(format: "%.0f", number)
    }
}

/// A device that speaks for itself.
private struct Client: Sendable {
    let url: String
    let token: String
    let replica: ReplicaID

    /// A request that brings nothing.
    var request: SyncRequest {
        SyncRequest(
            replica: replica, cursor: nil, chain: ChainEnd(seq: 0, hash: .zero),
            time: SystemClock().now())
    }

    func transport() -> HTTPTransport {
        HTTPTransport(baseURL: url)
    }
}
