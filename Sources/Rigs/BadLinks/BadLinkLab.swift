// One day's work of an office, synced over one link after the other. The files of central and of both
// desks are made once, and each condition gets its own copies: all push and pull the same bytes.

internal import Foundation
internal import JSON

/// What came of a sync over a link, of both desks together.
public struct LinkResult: Sendable {
    /// The condition.
    public var condition: LinkCondition
    /// How long the two syncs took.
    public var seconds = 0.0
    /// Exchanges that were answered.
    public var roundTrips = 0
    /// Times that a sync went on after a failure.
    public var retries = 0
    /// Bytes of HTTP that left the counters, failed tries included.
    public var bytesSent = 0
    /// Bytes of HTTP that reached the counters.
    public var bytesReceived = 0
    /// Bytes of packets on the link in both directions, lost ones included.
    public var packetBytes = 0
    /// Packets on the link.
    public var packets = 0
    /// Packets that were lost.
    public var lostPackets = 0
    /// Times that the link was cut.
    public var cuts = 0
    /// Replies that were lost after central had committed.
    public var lostReplies = 0
    /// Times that central was killed.
    public var kills = 0
    /// Requests that the proxy did not let through, or whose reply it lost.
    public var proxyRefusals = 0

    /// Bytes of HTTP in both directions.
    public var bytes: Int { bytesSent + bytesReceived }
}

/// Prepared homes, and links to try them on.
public final class BadLinkLab: Sendable {
    /// A sync that takes longer than this, in seconds, has failed.
    private static let syncSecondsMax = 900
    /// Failures in a row that a sync bears.
    private static let tries = 100

    private let directory: String
    private let programs: String

    /// Makes the homes: two desks that are enrolled and synced, and what the first writes then.
    ///
    /// - Parameter programs: the directory of the built programs.
    /// - Throws: `RigError`.
    public init(dossiers: Int, programs: String) throws {
        directory = NSTemporaryDirectory() + "/dossiersync-links-" + UUID().uuidString
        self.programs = programs
        for name in ["central", "counter"]
        where !FileManager.default.isExecutableFile(atPath: "\(programs)/\(name)") {
            throw RigError("\(programs)/\(name) is missing; build it: swift build -c release")
        }
        try FileManager.default.createDirectory(
            atPath: directory + "/template", withIntermediateDirectories: true)
        do {
            try prepare(dossiers)
        } catch {
            removeFiles()
            throw error
        }
    }

    deinit {
        removeFiles()
    }

    /// Removes all homes.
    public func removeFiles() {
        try? FileManager.default.removeItem(atPath: directory)  // a temporary directory
    }

    /// Syncs both desks over a link, and checks that all hold the same afterwards.
    ///
    /// - Parameter clean: the result without disturbances, over which central's deaths are spread.
    /// - Throws: `RigError` when a sync does not end well, the digests differ, or a file is damaged.
    public func result(
        on condition: LinkCondition, clean: LinkResult? = nil
    ) throws -> LinkResult {
        try withSite(condition) { site in
            let disturber = Disturber(site, condition, cleanBytes: clean?.packetBytes ?? 0)
            var result = LinkResult(condition: condition)
            do {
                for desk in Site.Desk.allCases { try sync(desk, site, &result) }
            } catch {
                try? disturber.stop()  // the sync's own failure says more
                throw error
            }
            try disturber.stop()
            let counts = site.network.relay.counts
            (result.packets, result.packetBytes) = (counts.packets, counts.bytes)
            (result.lostPackets, result.lostReplies) = (counts.lost, counts.lostReplies)
            (result.cuts, result.kills) = disturber.counts
            result.proxyRefusals = site.proxy?.refusedCount ?? 0
            try site.check()
            return result
        }
    }

    /// Runs `body` with copies of the homes on both ends of a link, central serving.
    func withSite<R>(_ condition: LinkCondition, _ body: (Site) throws -> R) throws -> R {
        let copy = directory + "/" + UUID().uuidString
        try FileManager.default.copyItem(atPath: directory + "/template", toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }  // a temporary directory
        let site = try Site(condition, directory: copy, programs: programs)
        defer { site.close() }
        try site.startCentral()
        return try body(site)
    }

    private func prepare(_ dossiers: Int) throws {
        let site = try Site(
            LinkCondition("clean", ""), directory: directory + "/template", programs: programs)
        defer { site.close() }
        try site.central("office", "add", OfficeWork.office, "Một cửa")
        try site.startCentral()
        for desk in Site.Desk.allCases {
            try site.enrol(desk)
            try site.counter(desk, "sync", "--quiet")
        }
        let file = directory + "/work.ndjson"
        try OfficeWork.lines(dossiers: dossiers, seed: 1)
            .write(toFile: file, atomically: true, encoding: .utf8)
        try site.counter(.writer, "apply", file, "--json", within: 600)
        try site.stopCentral(SIGTERM)
    }

    private func sync(_ desk: Site.Desk, _ site: Site, _ result: inout LinkResult) throws {
        let condition = result.condition
        var arguments = ["sync", "--json", "--tries", String(Self.tries)]
        if let rate = condition.limitRate { arguments += ["--limit-rate", String(rate)] }
        if let seconds = condition.timeoutSeconds { arguments += ["--timeout", String(seconds)] }
        let ending = try site.start(desk, arguments).ending(within: Self.syncSecondsMax)
        guard ending.code == 0, let report = try? JSONValue(parsing: ending.output),
            report["outcome"] == "synced", report["digestAgrees"] == true
        else {
            throw RigError(
                "\(condition.name): the \(desk.rawValue)'s sync ended with \(ending.code): "
                    + "\(ending.output.suffix(800)) \(ending.errors.suffix(800))")
        }
        func count(_ name: String) -> Int { Int(report[name]?.integerValue ?? 0) }
        result.seconds += report["seconds"]?.doubleValue ?? 0
        result.roundTrips += count("roundTrips")
        result.retries += count("retries")
        result.bytesSent += count("bytesSent")
        result.bytesReceived += count("bytesReceived")
    }
}
