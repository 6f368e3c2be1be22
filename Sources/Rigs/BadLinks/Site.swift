// The real programs on both ends of a bad link: central with its home on one side, two desks of an
// office on the other.

internal import Foundation
internal import JSON
internal import Synchronization

/// Programs on both ends of a link.
final class Site: Sendable {
    /// The two desks: what the first has written, the second reads.
    enum Desk: String, CaseIterable {
        case writer, reader
    }

    /// Longer than this, in seconds, no command takes but a sync.
    private static let commandSecondsMax = 120

    let network: BadNetwork
    let proxy: ForwardProxy?
    private let programs: String
    private let directory: String
    private let server = Mutex<ProgramRun?>(nil)

    /// Lays a link between the homes in `directory`, and lets central serve.
    ///
    /// - Parameter programs: the directory of the built programs.
    init(_ condition: LinkCondition, directory: String, programs: String) throws {
        network = try BadNetwork(condition)
        self.directory = directory
        self.programs = programs
        proxy = try condition.proxy.map { [network] habits in
            try ForwardProxy(
                at: BadNetwork.proxyAddress, to: BadNetwork.centralAddress, habits,
                in: network.centralSide)
        }
    }

    deinit {
        close()
    }

    /// Ends the server and the link.
    func close() {
        try? stopCentral(SIGKILL)  // it is ended all the same
        proxy?.stop()
        network.relay.stop()
    }

    /// Starts central, and waits until it listens.
    func startCentral() throws {
        let address = BadNetwork.centralAddress
        let run = try ProgramRun(
            programs + "/central",
            [
                "serve", "--listen", address, "--insecure-behind-proxy", "--home",
                directory + "/central",
            ], in: network.centralSide)
        server.withLock { $0 = run }
        let deadline = ContinuousClock.now + .seconds(Self.commandSecondsMax)
        while !run.printed.contains("listening on") {
            guard run.isRunning, ContinuousClock.now < deadline else {
                throw RigError("central does not serve: \(run.said)")
            }
            // The rig's own thread waits for a program, which tells in a file only.
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Ends central with a signal.
    func stopCentral(_ signal: Int32) throws {
        let run = server.withLock { server in
            defer { server = nil }
            return server
        }
        run?.signal(signal)
        try run?.ending(within: Self.commandSecondsMax)
    }

    /// Starts a command of a desk's counter, over the proxy if there is one.
    func start(_ desk: Desk, _ arguments: [String]) throws -> ProgramRun {
        let environment = proxy == nil ? [:] : ["http_proxy": "http://" + BadNetwork.proxyAddress]
        return try ProgramRun(
            programs + "/counter", arguments + ["--home", home(desk)], in: network.counterSide,
            environment: environment)
    }

    /// Runs a command of a desk's counter, which must end well; what it prints.
    @discardableResult
    func counter(
        _ desk: Desk, _ arguments: String..., within seconds: Int = commandSecondsMax
    ) throws -> String {
        try Self.output(of: start(desk, arguments), arguments, within: seconds)
    }

    /// Runs a command of central, which must end well; what it prints.
    @discardableResult
    func central(_ arguments: String...) throws -> String {
        let run = try ProgramRun(
            programs + "/central", arguments + ["--home", directory + "/central"])
        return try Self.output(of: run, arguments, within: Self.commandSecondsMax)
    }

    /// Enrols a desk.
    func enrol(_ desk: Desk) throws {
        let issued = try JSONValue(parsing: central("enrol", OfficeWork.office, "--json"))
        guard let code = issued["code"]?.stringValue else { throw RigError("no code was issued") }
        try counter(
            desk, "enrol", "http://" + BadNetwork.centralAddress, "--code", code, "--insecure")
    }

    /// Checks that all three files hold the same and are whole.
    func check() throws {
        let digests = try Desk.allCases.map {
            try JSONValue(parsing: counter($0, "digest", "--json"))["digest"]?.stringValue
        }
        let central = try JSONValue(parsing: central("digest", OfficeWork.office, "--json"))
        guard let digest = central["digest"]?.stringValue, digests.allSatisfy({ $0 == digest })
        else { throw RigError("the digests differ") }
        for desk in Desk.allCases { try counter(desk, "verify") }
        try self.central("verify")
    }

    private func home(_ desk: Desk) -> String { directory + "/" + desk.rawValue }

    private static func output(
        of run: ProgramRun, _ arguments: [String], within seconds: Int
    ) throws -> String {
        let ending = try run.ending(within: seconds)
        guard ending.code == 0 else {
            throw RigError(
                "\(arguments.joined(separator: " ")) ended with \(ending.code): "
                    + "\(ending.output.suffix(600)) \(ending.errors.suffix(600))")
        }
        return ending.output
    }
}
