import Foundation
import JSON
import Testing

@testable import BadLinks

enum BadNetworks {
    /// Whether they run: in CI they do, and fail where links cannot be laid.
    static let isWanted: Bool = {
        guard let reason = BadNetwork.hindrance() else { return true }
        let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
        print("BAD NETWORKS ARE NOT TESTED\(isCI ? ", WHICH CI DOES NOT ALLOW" : ""): \(reason)")
        return isCI
    }()
    /// What a run says that leaves them out.
    static let words: Comment = "this machine lets the tests lay no links between namespaces"
}

/// The built programs in network namespaces, with a bad link between them. `links` runs the same at
/// full size; Protocol/bad-links.md has its table.
@Suite(
    "Over bad networks", .serialized, .ownThreads,
    .enabled(if: BadNetworks.isWanted, BadNetworks.words))
struct BadNetworkTests {
    /// Some hundred dossiers, and what they cost on a clean link.
    private static let bench: Result<(lab: BadLinkLab, clean: LinkResult), any Error> = Result {
        let lab = try BadLinkLab(
            dossiers: 300,
            programs: URL(fileURLWithPath: Program.path("counter")).deletingLastPathComponent().path
        )
        // What is static has no end of its own.
        atexit { try? BadNetworkTests.bench.get().lab.removeFiles() }
        return (lab: lab, clean: try lab.result(on: LinkCondition("clean", "")))
    }

    /// The conditions of the table, quicker where they would leave so little work alone.
    private static let conditions = LinkCondition.all.dropFirst().map { condition in
        var brief = condition
        brief.timeoutSeconds = condition.timeoutSeconds.map { _ in 1 }
        // A chunk takes twice as long to leave the kernel: bytes that still move are no silence.
        if condition.name == "slow" { brief.timeoutSeconds = 1 }
        if condition.cuts != nil {
            brief.bytesPerSecond = 8_000
            brief.cuts?.up = .milliseconds(condition.name == "redial" ? 3_000 : 1_200)
            brief.cuts?.down = .milliseconds(600)
        }
        if condition.centralKills > 0 { brief.centralKills = 2 }
        brief.proxy?.bodyBytesMax = 4 << 10
        return brief
    }

    @Test("all is synced, and little is sent again", arguments: conditions)
    func syncs(_ condition: LinkCondition) throws {
        let (lab, clean) = try Self.bench.get()
        // It throws unless both desks say that they are synced, all digests are equal, and the
        // files are whole.
        var result = try lab.result(on: condition, clean: clean)
        // A busy machine may stand still for a second, which is silence; a client that took bytes on
        // their way for silence would give up at every try.
        for _ in 0..<4 where condition.name == "slow" && result.retries > 0 {
            result = try lab.result(on: condition, clean: clean)
        }
        switch condition.name {
        case "lossy": #expect(result.lostPackets > 0)
        case "cut", "redial": #expect(result.cuts > 0 && result.lostPackets > 0)
        case "replies": #expect(result.lostReplies > 0 && result.retries > 0)
        case "killed": #expect(result.kills == 2)
        case "proxy": #expect(result.proxyRefusals > 0)
        case "mtu": #expect(result.packets > clean.packets * 3 / 2)
        default: #expect(result.retries == 0)
        }
        // Each failure sends one chunk again at most, which is no more than one desk's whole work.
        let chunk = max(clean.bytesSent, clean.bytesReceived)
        let failures = result.retries + result.proxyRefusals + result.lostReplies
        #expect(result.bytes <= clean.bytes * 5 / 4 + failures * chunk, "\(result)")
    }

    @Test("an agent that waits long without a network syncs at once when it comes back")
    func agentNoticesTheNetwork() throws {
        let (lab, _) = try Self.bench.get()
        try lab.withSite(LinkCondition("clean", "")) { site in
            try site.network.setDevice(up: false)
            let agent = try site.start(.writer, ["run", "--every", "86400"])
            defer { agent.signal(SIGKILL) }
            func status(_ words: Comment, until isReached: (JSONValue) throws -> Bool) throws {
                let deadline = ContinuousClock.now + .seconds(600)
                while ContinuousClock.now < deadline {
                    let status = try JSONValue(parsing: site.counter(.writer, "status", "--json"))
                    if try isReached(status) { return }
                    try #require(agent.isRunning, "\(agent.said)")
                }
                throw RigError("the agent does not come to this: \(words); \(agent.said)")
            }
            func moment(_ value: JSONValue?) throws -> Date {
                let text = try #require(value?.stringValue).replacing(/\.[0-9]+/, with: "")
                return try #require(ISO8601DateFormatter().date(from: text), "\(text)")
            }
            // Its pauses grow by chance: until one is long enough for what follows.
            var nextTry = Date.distantPast
            try status("a long pause") { status in
                guard status["agent"]?["phase"] == "offline" else { return false }
                nextTry = try moment(status["agent"]?["nextTry"])
                return nextTry.timeIntervalSinceNow > 10
            }
            #expect(agent.said.contains("cannot be reached"))
            try site.network.setDevice(up: true)
            try status("synced") { status in
                guard status["synced"] == true, status["pending"] == 0 else {
                    return false
                }
                let synced = try moment(status["lastComplete"])
                #expect(synced < nextTry)
                return true
            }
            agent.signal(SIGTERM)
            #expect(try agent.ending(within: 600).code == 0)
        }
    }
}
