import Foundation
import JSON
import Synchronization
import Testing

/// `counter run`, as a service manager starts it.
@Suite("The agent", .ownThreads)
struct AgentTests {
    /// Far more than anything here takes; it is not what is tested.
    private static let patience = Duration.seconds(600)

    private struct NotYet: Error {}

    /// Asks `counter status` until it says what is expected.
    @discardableResult
    private func status(
        of desk: Desk, _ words: Comment, until isReached: (JSONValue) throws -> Bool
    ) throws -> JSONValue {
        let deadline = ContinuousClock.now + Self.patience
        var last = JSONValue.null
        repeat {
            last = try desk("status", "--json").json
            if try isReached(last) { return last }
        } while ContinuousClock.now < deadline
        Issue.record("\(words): \(last.serialized())")
        throw NotYet()
    }

    private func isIdle(_ status: JSONValue) -> Bool {
        status["agent"]?["phase"] == "waiting" && status["synced"] == true
    }

    @Test("syncs at once, on a change here, on news at central, and ends on SIGTERM")
    func course() throws {
        let office = try Office()
        let (desk, other) = (try office.desk("desk"), try office.desk("other"))
        let early = try desk.enter("applicant_name=Sớm")
        // Nothing but what happens can start a sync within the test's patience.
        let agent = try desk.start("run", "--every", "86400")
        defer { agent.signal(SIGKILL) }
        try status(of: desk, "at once", until: isIdle)
        try other.sync()
        #expect(try other.record(early)["fields"]?["applicant_name"] == "Sớm")

        let late = try desk.enter("applicant_name=Muộn")
        try status(of: desk, "a change here") { isIdle($0) && $0["pending"] == 0 }
        try other.sync()
        #expect(try other.record(late)["fields"]?["applicant_name"] == "Muộn")

        let theirs = try other.enter("applicant_name=Nơi khác")
        try other.sync()
        try status(of: desk, "news at central") {
            isIdle($0) && $0["records"] == .integer(5)
        }
        #expect(try desk.record(theirs)["fields"]?["applicant_name"] == "Nơi khác")

        agent.signal(SIGTERM)
        let ending = try agent.ending()
        #expect(ending.code == 0)
        #expect(ending.errors.contains("stopped") && !ending.errors.contains("Sớm"))
        #expect(try desk("status", "--json").json["agent"] == .null)
    }

    @Test("an admin's request starts a sync at once")
    func requested() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let agent = try desk.start("run", "--every", "86400")
        defer { agent.signal(SIGKILL) }
        try status(of: desk, "at once", until: isIdle)
        _ = try office.desk("away")
        // Central says who waits some seconds after it knows.
        let start = ContinuousClock.now
        while try office.central("status", "--json").json["serving"]?["waiting"] != 1 {
            try #require(ContinuousClock.now - start < .seconds(120))
            Thread.sleep(forTimeInterval: 0.2)
        }
        // The office's new desk was news to it.
        let before = try status(of: desk, "of the new desk", until: isIdle)["lastComplete"]
        let asked = try office.central("request-sync", "--all", "--json").json
        #expect(asked["asked"] == 2)
        #expect(asked["waiting"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["desk"])
        let others = asked["others"]?.arrayValue ?? []
        #expect(others.compactMap { $0["name"]?.stringValue } == ["away"])
        #expect(others.first?["lastExchange"] == .null)
        try status(of: desk, "an admin asks") { isIdle($0) && $0["lastComplete"] != before }
        // Nothing else takes the request back; the sync just seen may have been another's, for the new desk.
        let asking = ContinuousClock.now
        while try !office.central("devices", "--json").output.contains(#""syncRequested":false"#) {
            try #require(ContinuousClock.now - asking < .seconds(120))
            Thread.sleep(forTimeInterval: 0.2)
        }
        let words = try office.central("request-sync", Office.code, "--lang", "vi").output
        #expect(words.contains("đã yêu cầu 2 thiết bị đồng bộ"), "\(words)")
        #expect(words.contains("chưa liên lạc"), "\(words)")
    }

    @Test("says what is wrong without a link, and goes on when it is back")
    func offline() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let agent = try desk.start("run", "--every", "86400")
        defer { agent.signal(SIGKILL) }
        try status(of: desk, "at once", until: isIdle)
        try office.stop(SIGKILL)
        let said = try status(of: desk, "offline") { $0["agent"]?["phase"] == "offline" }
        #expect(said["agent"]?["online"] == false)
        #expect(said["agent"]?["error"]?.stringValue?.contains("cannot be reached") == true)
        #expect(said["agent"]?["nextTry"]?.stringValue != nil)
        _ = try desk.enter("applicant_name=Bí Mật")
        let waiting = try desk("status", "--json").json
        #expect(waiting["pending"] == 1)
        #expect(try #require(waiting["pendingBytes"]?.integerValue) > 50)
        // It may be trying just now.
        try status(of: desk, "waits for its next try") { _ in
            let words = try desk("status").output
            return words.contains("does not get through") && words.contains("tries again in")
        }
        try office.start()
        try status(of: desk, "back", until: isIdle)
        agent.signal(SIGTERM)
        let errors = try agent.ending().errors
        #expect(errors.contains("cannot be reached") && !errors.contains("Bí Mật"))
    }

    @Test("one agent at a time, and a sync by hand beside it")
    func oneAtATime() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let agent = try desk.start("run", "--every", "86400")
        defer { agent.signal(SIGKILL) }
        try status(of: desk, "at once", until: isIdle)
        let second = try desk("run")
        #expect(second.code == 75 && second.errors.contains("running already"))
        #expect(try desk("sync").code == 0)
        // One that was killed says nothing any more.
        agent.signal(SIGKILL)
        _ = try agent.ending()
        #expect(try desk("status", "--json").json["agent"] == .null)
        let third = try desk.start("run")
        defer { third.signal(SIGKILL) }
        try status(of: desk, "a new one") { $0["agent"]?["phase"] == "waiting" }
    }

    @Test("a sync by hand beside it is its own, with the same words, document and exit code")
    func syncBesideIt() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let agent = try desk.start("run", "--every", "86400")
        defer { agent.signal(SIGKILL) }
        try status(of: desk, "at once", until: isIdle)
        let door = desk.home + "/agent.sock"
        let mode = try FileManager.default.attributesOfItem(atPath: door)[.posixPermissions]
        #expect(mode as? Int == 0o600)

        let before = try desk("receipts", "--json", "--last", "100").jsonLines
        let idle = try desk.sync()
        #expect(idle["roundTrips"] == 1)
        // Over the agent's connection: no new one was made for it, and the agent did it.
        #expect(try #require(idle["bytesReceived"]?.integerValue) > 0)
        #expect(try desk("receipts", "--json", "--last", "100").jsonLines.count >= before.count)
        let words = try desk("sync")
        #expect(words.output.contains("Synced: there was nothing to exchange"))
        #expect(words.code == 0 && words.errors.isEmpty)
        #expect(try desk("sync", "-q").output.isEmpty)
        #expect(
            try Program.run(
                "counter", ["sync", "--home", desk.home, "--lang", "vi"], in: office.root
            ).output.contains("Đã đồng bộ"))

        // What it says is what the agent met.
        try office.stop(SIGKILL)
        let failed = try desk("sync", "--json")
        #expect(failed.code == 69)
        #expect(try failed.json["outcome"] == "unreachable")
        #expect(failed.errors.contains("central cannot be reached"))
        try office.start()
        #expect(try desk("sync").code == 0)

        // One that says how to sync does it by itself, and so does one whose agent has gone.
        #expect(try desk("sync", "--tries", "2").code == 0)
        #expect(try desk("sync", "--new-token", "--json").json["newToken"] == true)
        agent.signal(SIGKILL)
        _ = try agent.ending()
        #expect(FileManager.default.fileExists(atPath: door))
        try desk.sync()
        let next = try desk.start("run", "--every", "86400")
        try status(of: desk, "again", until: isIdle)
        try desk.sync()
        next.signal(SIGTERM)
        #expect(try next.ending().code == 0)
        #expect(!FileManager.default.fileExists(atPath: door))
    }

    @Test("who looks whether an agent runs takes nothing")
    func looking() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let status = #"{"phase":"waiting","sinceMilliseconds":0,"nextTryMilliseconds":null}"#
        try status.write(toFile: desk.home + "/agent.json", atomically: true, encoding: .utf8)
        let descriptor = open(desk.home + "/agent.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        #expect(try desk("status", "--json").json["agent"] == .null)
        // Whoever wants the lock while others look gets it, each time.
        let isLooking = Mutex(true)
        let refusals = Mutex(0)
        let isOver = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let whole = (whence: Int16(SEEK_SET), length: off_t(0))
            while isLooking.withLock({ $0 }) {
                for kind in [F_WRLCK, F_UNLCK] {
                    var lock = flock(
                        l_type: Int16(kind), l_whence: whole.whence, l_start: 0,
                        l_len: whole.length, l_pid: 0)
                    if fcntl(descriptor, 37, &lock) != 0 { refusals.withLock { $0 += 1 } }
                }
            }
            isOver.signal()
        }
        for _ in 0..<10 { #expect(try desk("status", "--json").code == 0) }
        isLooking.withLock { $0 = false }
        isOver.wait()
        #expect(refusals.withLock { $0 } == 0)
        // A lock of the kind that is looked for without taking it (fcntl(2), F_OFD_SETLK).
        var lock = flock(
            l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        try #require(fcntl(descriptor, 37, &lock) == 0)
        #expect(try desk("status", "--json").json["agent"]?["phase"] == "waiting")
        #expect(try desk("run").code == 75)
    }

    @Test("without an identity there is nothing to run")
    func notEnrolled() throws {
        let directory = try TemporaryDirectory()
        let desk = Desk(home: directory.path + "/none", directory: directory)
        let ending = try desk("run")
        #expect(ending.code == 78 && ending.errors.contains("counter enrol"))
    }
}
