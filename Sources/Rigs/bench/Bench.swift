internal import Causality
internal import Demonstration
internal import Dossiers
internal import Foundation
internal import SQLiteStore
internal import Replication

/// One run of all measurements.
struct Bench {
    private static let batch = 100
    static let changedCount = 1_000
    /// With these a dossier has about 450 bytes of text and numbers.
    private static let addressParts = 2

    let options: BenchOptions
    let programs: Programs
    let rows: [[FieldWrite]]
    private let more: [[FieldWrite]]

    init(_ options: BenchOptions) throws {
        self.options = options
        programs = try Programs()
        var generator = DossierGenerator(seed: 1)
        /// The whole way to a house, as it is asked for where streets have no names.
        func address(_ start: String) -> String {
            (0..<Self.addressParts).reduce(into: start) { text, _ in
                for write in generator.dossier().writes where write.name == "applicant_address" {
                    text += "; " + (write.value.text ?? "")
                }
            }
        }
        func made(_ count: Int) -> [[FieldWrite]] {
            (0..<count).map { _ in
                generator.dossier().writes.map { write in
                    switch write.name {
                    case "office": FieldWrite("office", .text("A"))
                    case "status": FieldWrite("status", .text("accepted"))
                    case "applicant_address":
                        FieldWrite(write.name, .text(address(write.value.text ?? "")))
                    default: write
                    }
                }
            }
        }
        rows = made(options.dossiers)
        more = made(Self.changedCount)
    }

    func run() throws {
        let directory = NSTemporaryDirectory() + "dossiersync-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }  // a temporary directory
        let columns = RecordSchema.definitions(of: .dossier).map(\.name)
        say("\(options.dossiers) dossiers, \(megabytes(textBytes)) MB of text and numbers")

        let bulk = try PlainTable(path: directory + "/bulk.db", columns: columns)
        let plain = try seconds { try bulk.insert(rows, batch: rows.count) }
        bulk.close()
        say("plain SQLite, one transaction", plain, plain)
        let small = try PlainTable(path: directory + "/small.db", columns: columns)
        let plainInserts = try seconds { try small.insert(rows, batch: Self.batch) }
        let plainUpdates = try seconds { try small.update(count: rows.count, batch: Self.batch) }
        small.close()
        say("plain SQLite, inserts in transactions of \(Self.batch)", plainInserts, plain)

        let centralHome = directory + "/central"
        _ = try programs.run("central", ["office", "add", "A", "Office", "--home", centralHome])
        let central = try ServingCentral(programs, home: centralHome)
        defer { central.stop() }
        let first = try enrol(directory + "/first", central, centralHome)
        let second = try enrol(directory + "/second", central, centralHome)
        _ = try sync(second)

        var ids: [RecordID] = []
        let inserts = try seconds { ids = try insert(rows, into: first) }
        say("local inserts, transactions of \(Self.batch)", inserts, plainInserts)
        let push = try sync(first)
        say("initial push, both programs", push.seconds, plain, push)
        let pull = try sync(second)
        say("initial pull by the feed", pull.seconds, plain, pull)
        let third = try enrol(directory + "/third", central, centralHome)
        let snapshot = try sync(third)
        say("initial pull by states", snapshot.seconds, plain, snapshot)
        say(
            "peak memory: counter \(whole(max(push.peakMegabytes, pull.peakMegabytes))) MB, "
                + "central \(whole(central.peakMegabytes)) MB")

        try edit(Array(ids.prefix(Self.changedCount)), in: first)
        _ = try insert(more, into: first)
        let changed = try sync(first)
        say("1,000 changed and 1,000 new, pushed", changed.seconds, plain, changed)
        let changedPull = try sync(second)
        say("the same, pulled", changedPull.seconds, plain, changedPull)
        let nothing = try sync(first)
        say("nothing changed", nothing.seconds, plain, nothing)

        let updates = try seconds { try edit(ids, in: first, to: "finished") }
        say("local updates, transactions of \(Self.batch)", updates, plainUpdates)
        let sizes = ["bulk.db", "first/replica.db", "central/central.db"].map {
            fileBytes(directory + "/" + $0)
        }
        say(
            "files: plain \(megabytes(sizes[0])) MB, counter \(megabytes(sizes[1])) MB, "
                + "central \(megabytes(sizes[2])) MB")
    }
}

extension Bench {
    func enrol(
        _ home: String, _ central: ServingCentral, _ centralHome: String
    ) throws -> String {
        let code = try programs.run("central", ["enrol", "A", "--json", "--home", centralHome])
        guard let text = code.output["code"] as? String else {
            throw BenchError(description: "central enrol gave no code")
        }
        _ = try programs.run("counter", ["enrol", central.url, "--code", text, "--home", home])
        return home
    }

    func sync(_ home: String) throws -> ProgramRun {
        let run = try programs.run("counter", ["sync", "--json", "--home", home])
        guard run.output["outcome"] as? String == "synced" else {
            throw BenchError(description: "the sync did not complete: \(run.output)")
        }
        return run
    }

    private func withReplica<R>(_ home: String, _ body: (CounterDatabase) throws -> R) throws -> R {
        let database = try CounterDatabase(path: ReplicaDatabase.path(inHome: home, role: .counter))
        defer { database.close() }
        return try body(database)
    }

    func insert(_ rows: [[FieldWrite]], into home: String) throws -> [RecordID] {
        try withReplica(home) { database in
            var ids: [RecordID] = []
            for start in stride(from: 0, to: rows.count, by: Self.batch) {
                try database.write(now: SystemClock().now()) { transaction in
                    let edit = try CounterEdit(transaction)
                    for row in rows[start..<min(start + Self.batch, rows.count)] {
                        ids.append(try edit.make(.dossier, writes: row, by: "bench").record)
                    }
                }
            }
            return ids
        }
    }

    func edit(
        _ ids: [RecordID], in home: String, to status: String = "processing"
    ) throws {
        try withReplica(home) { database in
            for start in stride(from: 0, to: ids.count, by: Self.batch) {
                try database.write(now: SystemClock().now()) { transaction in
                    let edit = try CounterEdit(transaction)
                    for id in ids[start..<min(start + Self.batch, ids.count)] {
                        _ = try edit.edit(
                            .id(id), writes: [FieldWrite("status", .text(status))], by: "bench")
                    }
                }
            }
        }
    }

    private var textBytes: Int {
        rows.reduce(0) { sum, row in
            row.reduce(sum) { $0 + ($1.value.text?.utf8.count ?? 8) }
        }
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return start.duration(to: .now) / .seconds(1)
    }

    func fileBytes(_ path: String) -> Int {
        ["", "-wal"].reduce(0) { sum, suffix in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
            return sum + ((attributes?[.size] as? Int) ?? 0)
        }
    }

    func megabytes(_ bytes: Int) -> String {
        String(format: "%.1f", Double(bytes) / 1_000_000)
    }

    private func whole(_ number: Double) -> String {
        String(format: "%.0f", number)
    }

    func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    private func say(_ what: String, _ seconds: Double, _ plain: Double, _ run: ProgramRun? = nil) {
        var line = what.padding(toLength: 46, withPad: " ", startingAt: 0)
        line += String(format: "%8.3f s  %6.2f × plain", seconds, seconds / plain)
        if let output = run?.output, let sent = output["bytesSent"] as? Int,
            let received = output["bytesReceived"] as? Int,
            let trips = output["roundTrips"] as? Int
        {
            line += "  \(sent) up, \(received) down, \(trips) round trips"
        }
        say(line)
    }
}
