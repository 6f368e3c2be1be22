import Foundation
import JSON
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
        of desk: Desk, _ words: Comment, until isReached: (JSONValue) -> Bool
    ) throws -> JSONValue {
        let deadline = ContinuousClock.now + Self.patience
        var last = JSONValue.null
        repeat {
            last = try desk("status", "--json").json
            if isReached(last) { return last }
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
        let before = try status(of: desk, "at once", until: isIdle)["lastComplete"]
        #expect(try office.central("request-sync", "--all").code == 0)
        try status(of: desk, "an admin asks") { isIdle($0) && $0["lastComplete"] != before }
        let devices = try office.central("devices", "--json").output
        #expect(devices.contains(#""syncRequested":false"#))
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
        let words = try desk("status").output
        #expect(words.contains("does not get through") && words.contains("tries again in"))
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

    @Test("without an identity there is nothing to run")
    func notEnrolled() throws {
        let directory = try TemporaryDirectory()
        let desk = Desk(home: directory.path + "/none", directory: directory)
        let ending = try desk("run")
        #expect(ending.code == 78 && ending.errors.contains("counter enrol"))
    }
}
