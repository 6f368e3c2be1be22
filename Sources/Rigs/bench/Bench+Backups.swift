internal import Foundation
internal import Synchronization

/// What a backup of a central in use costs: itself, and whoever syncs meanwhile.
extension Bench {
    func runBackups() throws {
        let directory = NSTemporaryDirectory() + "dossiersync-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }  // a temporary directory
        let (home, sets) = (directory + "/central", directory + "/sets")
        _ = try programs.run("central", ["office", "add", "A", "Office", "--home", home])
        let central = try ServingCentral(programs, home: home)
        defer { central.stop() }
        let desk = try enrol(directory + "/desk", central, home)
        let ids = try insert(rows, into: desk)
        _ = try sync(desk)
        let bytes = fileBytes(home + "/central.db")
        say("\(options.dossiers) dossiers; central's file \(megabytes(bytes)) MB")

        let backUp: @Sendable () throws -> (seconds: Double, megabytes: Double) = { [programs] in
            let run = try programs.run("central", ["backup", sets, "--json", "--home", home])
            return (run.seconds, run.peakMegabytes)
        }
        let alone = try backUp()
        say("a backup while nobody writes", alone.seconds, megabytes: alone.megabytes)
        let half = ids.count / 2
        try edit(Array(ids[..<half].prefix(Self.changedCount)), in: desk)
        let push = try sync(desk)
        say("1,000 changes pushed", push)
        try edit(Array(ids[half...].prefix(Self.changedCount)), in: desk)
        let beside = Mutex<(seconds: Double, megabytes: Double)?>(nil)
        let isOver = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let run = try? backUp()  // without a figure below: it failed
            beside.withLock { $0 = run }
            isOver.signal()
        }
        let pushBeside = try sync(desk)
        isOver.wait()
        say("1,000 changes pushed beside a backup", pushBeside)
        guard let run = beside.withLock({ $0 }) else {
            throw BenchError(description: "the backup beside a push failed")
        }
        say("that backup", run.seconds, megabytes: run.megabytes)
        say("central's file with its log after it \(megabytes(fileBytes(home + "/central.db"))) MB")
        let verified = try programs.run("central", ["backup", sets, "--verify", "--home", home])
        say("two sets read, the newest restored aside", verified)
        let counterSets = directory + "/counter-sets"
        let counter = try programs.run("counter", ["backup", counterSets, "--home", desk])
        say("a counter's backup, of \(megabytes(fileBytes(desk + "/replica.db"))) MB", counter)
    }

    private func say(_ what: String, _ run: ProgramRun) {
        say(what, run.seconds, megabytes: run.peakMegabytes)
    }

    private func say(_ what: String, _ seconds: Double, megabytes: Double) {
        let start = what.padding(toLength: 46, withPad: " ", startingAt: 0)
        say(start + String(format: "%8.3f s  %4.0f MB of memory", seconds, megabytes))
    }
}
