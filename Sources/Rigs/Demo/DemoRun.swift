// The machinery of the demonstration: the real node behind the real HTTP server, and for every desk a
// replica of its own that syncs by HTTP. Only the half-year is made up.

internal import Administration
internal import Causality
internal import CentralEngine
internal import CentralServer
internal import CommandLine
internal import CounterEngine
internal import CounterFiles
internal import CounterLink
internal import Crypto
internal import Demonstration
internal import Dossiers
internal import Foundation
internal import HTTPServer
internal import Imports
internal import SQLiteStore
internal import Replication
internal import Text
internal import Wire

/// A desk of the demonstration.
struct DemoDesk: Sendable {
    let desk: HalfYear.Desk
    let replica: ReplicaID
    let path: String
    let session: FileSession
    /// The same replica with a link that leads nowhere.
    let cutSession: FileSession
}

/// A half-year under way.
final class DemoRun {
    let halfYear: HalfYear
    /// Where central's database is.
    let centralPath: String
    let central: RunningCentral
    private(set) var desks: [DemoDesk] = []
    /// What the run counted on its way.
    struct Count {
        var edits = 0
        var imported = 0
        var syncs = 0
        var roundTrips = 0
        var bytes = Traffic()
        var pulled: UInt64 = 0
        /// Tries of the cut office that ended with “unreachable”.
        var unreachable = 0
        /// Changes that waited there at the end of the cut.
        var waiting: UInt64 = 0
        var seconds = 0.0
    }
    private(set) var count = Count()
    /// What central had merged by itself when the cut office was back.
    private(set) var merges = DemoMerges()

    init(_ halfYear: HalfYear, directory: String) async throws {
        self.halfYear = halfYear
        let home = try Self.makeFolder(directory + "/central")
        centralPath = ReplicaDatabase.path(inHome: home, role: .central)
        try CentralDatabase(path: centralPath, isNew: true).close()
        let node = try FileCentral(at: centralPath)
        let address = try ListenAddress("127.0.0.1:0")
        do throws(ServingError) {
            central = try RunningCentral(node: node, listen: address, log: { _ in })
        } catch {
            throw CommandFailure(
                .unavailable,
                Message(
                    "central cannot listen on loopback: \(error)",
                    vi: "trung tâm không lắng nghe được tại máy: \(error)"))
        }
        try importLines(halfYear.catalog)
        for desk in halfYear.desks {
            desks.append(try await enrol(desk, directory: directory))
        }
    }

    func stop() async {
        await central.stop()
    }

    /// Runs `body` with central's database open.
    func withCentral<R>(_ body: (CentralDatabase) throws -> R) throws -> R {
        let database = try CentralDatabase(path: centralPath)
        defer { database.close() }
        return try body(database)
    }

    /// Plays all days; then everybody syncs until nothing is left.
    func replay() async throws {
        let start = ContinuousClock.now
        let bar = ProgressBar(
            label: "half-year", total: halfYear.phases.count,
            now: { start.duration(to: .now) })
        defer { bar.finish() }
        // Both desks of the cut office have then synced twice, and casework has not gone on.
        let reunion = halfYear.phases.lastIndex(where: isCut).map { $0 + 2 }
        for (number, phase) in halfYear.phases.enumerated() {
            try play(phase)
            if isCut(phase) { try await tryCutLink() }
            let up = Set(phase.links)
            try await sync(desks.filter { up.contains($0.desk) })
            if number == reunion { try countMerges() }
            bar.update(
                done: number + 1, bytes: count.bytes.bytesSent + count.bytes.bytesReceived)
        }
        // What a desk sent last reaches the others in a second round.
        try await sync(desks)
        try await sync(desks)
        count.seconds = start.duration(to: .now) / .seconds(1)
    }
}

extension DemoRun {
    private func isCut(_ phase: HalfYear.Phase) -> Bool {
        phase.day.map(halfYear.plan.cutDays.contains) ?? false
    }

    private func countMerges() throws {
        let office = halfYear.apart.office
        let replicas = desks.filter { $0.desk.office == office }.map(\.replica)
        merges = try withCentral {
            try DemoMerges(halfYear.apart, replicas: Set(replicas), $0)
        }
    }

    private func enrol(_ desk: HalfYear.Desk, directory: String) async throws -> DemoDesk {
        let code = try withCentral {
            try $0.perform(
                IssueCode(office: desk.office), at: SystemClock().now(), by: "local:demo"
            ).code
        }
        let seed = SystemRandomSource().bytes(SigningKey.seedByteCount)
        guard let key = SigningKey(seed: seed) else {
            throw CommandFailure(
                .software, Message("no signing key could be made", vi: "không tạo được khóa ký"))
        }
        let reply = try await HTTPTransport(baseURL: central.url).enrol(
            EnrolmentRequest(code: code.text, key: key, device: desk.name))
        let home = try Self.makeFolder(directory + "/\(desk.office)-\(desk.number)")
        let path = ReplicaDatabase.path(inHome: home, role: .counter)
        let database = try CounterDatabase(path: path, isNew: true)
        defer { database.close() }
        try database.write(now: SystemClock().now()) {
            try $0.save(
                ReplicaIdentity(enrolled: reply, signingSeed: seed, centralURL: central.url))
        }
        // Nothing listens on the discard port of loopback.
        let nowhere = HTTPTransport(baseURL: "http://127.0.0.1:9")
        return DemoDesk(
            desk: desk, replica: reply.replica, path: path,
            session: try FileSession(
                path: path, transport: HTTPTransport(baseURL: central.url)),
            cutSession: try FileSession(path: path, transport: nowhere))
    }

    private func play(_ phase: HalfYear.Phase) throws {
        for edits in phase.edits {
            guard let desk = desks.first(where: { $0.desk == edits.desk }) else { continue }
            let database = try CounterDatabase(path: desk.path)
            defer { database.close() }
            try database.write(now: SystemClock().now()) { transaction in
                let edit = try CounterEdit(transaction)
                for line in edits.lines { try line.apply(with: edit) }
            }
            count.edits += edits.lines.count
        }
        try importLines(phase.imports)
        count.imported += phase.imports.count
    }

    private func importLines(_ lines: [EditLine]) throws {
        try withCentral { database in
            try database.write(now: SystemClock().now()) { transaction in
                let session = ReplicaID(SystemRandomSource().number() >> 1)
                let edit = try CentralEdit(ofCentral: transaction, session: session)
                for line in lines { try line.apply(with: edit) }
            }
        }
    }

    private static func makeFolder(_ path: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private func tryCutLink() async throws {
        let office = halfYear.apart.office
        count.waiting = 0
        for desk in desks where desk.desk.office == office {
            let report = try await desk.cutSession.sync()
            guard report.outcome == .unreachable else {
                throw CommandFailure(
                    .software,
                    Message(
                        "a cut link gave “\(report.outcome.rawValue)”",
                        vi: "đường mạng bị cắt cho “\(report.outcome.rawValue)”"))
            }
            count.unreachable += 1
            count.waiting += report.pending
        }
    }

    private func sync(_ desks: [DemoDesk]) async throws {
        let reports = try await withThrowingTaskGroup(of: (DemoDesk, SyncReport).self) { group in
            for desk in desks { group.addTask { (desk, try await desk.session.sync()) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (desk, report) in reports {
            guard report.outcome == .synced else {
                throw CommandFailure(
                    .software,
                    Message(
                        "\(desk.desk.name): the sync ended with “\(report.outcome.rawValue)”",
                        vi: "\(desk.desk.name): đồng bộ kết thúc với “\(report.outcome.rawValue)”"))
            }
            count.syncs += 1
            count.roundTrips += report.roundTrips
            count.pulled += report.pulled
            count.bytes.bytesSent += report.traffic.bytesSent
            count.bytes.bytesReceived += report.traffic.bytesReceived
        }
    }
}
