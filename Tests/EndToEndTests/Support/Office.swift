// A central with its offices, and the counters enrolled at it: homes on disk and real programs.

import Foundation
import JSON
import SQLite
import Testing

/// A central's home, its server while it runs, and its desks.
final class Office {
    static let code = "000.17.01.H56"
    static let otherCode = "000.17.02.H56"

    let directory = try? TemporaryDirectory()
    private let ownHome: String?
    /// The options of the server's TLS; none for plain HTTP.
    private let tls: [String]
    private(set) var server: Program?
    private(set) var url = ""

    /// Two offices in the catalog, and central serving, perhaps with its home somewhere else, or over
    /// TLS with these options.
    init(home: String? = nil, tls: [String] = []) throws {
        ownHome = home
        self.tls = tls
        if tls == ["--tls"] {
            let made = try central("tls", "self-signed", "--name", "127.0.0.1")
            try #require(made.code == 0, "\(made.errors)")
        }
        for (code, name) in [(Self.code, "Một cửa A"), (Self.otherCode, "Một cửa B")] {
            let added = try central("office", "add", code, name)
            try #require(added.code == 0, "\(added.errors)")
        }
        try start()
    }

    /// Central serving a home that is there already.
    init(serving home: String) throws {
        ownHome = home
        tls = []
        try start()
    }

    deinit {
        server?.signal(SIGKILL)
    }

    var root: TemporaryDirectory {
        get throws { try #require(directory) }
    }

    var home: String {
        get throws { try ownHome ?? root.path + "/central" }
    }

    /// Runs one command of central.
    func central(_ arguments: String..., input: String? = nil) throws -> Program.Ending {
        try Program.run(
            "central", arguments + ["--home", home], in: root, input: input)
    }

    /// Starts the server, at the address that it had before if it had one, perhaps with a limit of
    /// open files, or with a file in the place of standard error.
    func start(_ options: [String] = [], openFilesMax: Int? = nil, errors: String? = nil) throws {
        let pipe = Pipe()
        let address = url.isEmpty ? "127.0.0.1:0" : String(url.split(separator: "/").last ?? "")
        // A home of its own lies on a small disk.
        let floor = ownHome == nil ? [] : ["--disk-floor", "0"]
        let arguments = ["serve", "--listen", address, "--home", try home] + tls + floor + options
        let program =
            if let openFilesMax {
                try Program(
                    "/bin/sh", Program.limitedArguments("central", arguments, openFilesMax),
                    in: root, stdout: pipe)
            } else if let errors {
                try Program(
                    "/bin/sh", Program.arguments("central", arguments, errorsTo: errors),
                    in: root, stdout: pipe)
            } else {
                try Program("central", arguments, in: root, stdout: pipe)
            }
        server = program
        let line = try Self.line(from: pipe.fileHandleForReading.fileDescriptor)
        let prefix = "listening on "
        try #require(line.hasPrefix(prefix), "\(line) \(program.errors)")
        url = String(line.dropFirst(prefix.count))
    }

    /// Ends the server with a signal; what it wrote on standard error.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) throws -> Program.Ending {
        let program = try #require(server)
        program.signal(signal)
        server = nil
        return try program.ending()
    }

    /// Enrols a desk of an office.
    func desk(_ name: String, of office: String = code, home: String? = nil) throws -> Desk {
        let issued = try central("enrol", office, "--json")
        let code = try #require(issued.json["code"]?.stringValue)
        let desk = Desk(home: try home ?? root.path + "/\(name)", directory: try root)
        let enrolled = try desk("enrol", url, "--code", code, "--name", name)
        try #require(enrolled.code == 0, "\(enrolled.errors)")
        return desk
    }

    /// The digest of an office's scope at central.
    func digest(_ office: String = code) throws -> String? {
        try central("digest", office, "--json").json["digest"]?.stringValue
    }

    /// One line of a pipe, waited for with a limit.
    private static func line(from descriptor: Int32) throws -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, 300_000) == 1 else { throw Program.TimeOut() }
            guard read(descriptor, &byte, 1) == 1, byte != 0x0A else {
                return String(decoding: bytes, as: UTF8.self)
            }
            bytes.append(byte)
        }
    }
}

/// One counter's home.
struct Desk {
    let home: String
    let directory: TemporaryDirectory

    /// Runs one command of this counter.
    @discardableResult
    func callAsFunction(
        _ arguments: String..., input: String? = nil
    ) throws -> Program.Ending {
        try Program.run("counter", arguments + ["--home", home], in: directory, input: input)
    }

    /// Starts a command and does not wait for it.
    func start(_ arguments: String..., input: String? = nil) throws -> Program {
        try Program("counter", arguments + ["--home", home], in: directory, input: input)
    }

    /// Enters a dossier; its id.
    func enter(_ fields: String...) throws -> String {
        let made = try Program.run(
            "counter", ["new"] + fields + ["--json", "--home", home], in: directory)
        try #require(made.code == 0, "\(made.errors)")
        return try #require(made.json["id"]?.stringValue)
    }

    /// Syncs; the report, which must say that all is synced.
    @discardableResult
    func sync() throws -> JSONValue {
        let ending = try self("sync", "--json")
        #expect(ending.code == 0, "\(ending.output) \(ending.errors)")
        let report = try ending.json
        #expect(report["outcome"] == "synced")
        #expect(report["digestAgrees"] == true)
        return report
    }

    /// A secret of this counter as its file holds it: a column of the identity.
    func secret(_ column: String) throws -> String {
        let connection = try Connection(path: home + "/replica.db", access: .readOnly)
        defer { connection.close() }
        let statement = try connection.statement("SELECT \(column) FROM identity")
        defer { statement.reset() }
        try #require(try statement.step())
        return statement.text(0)
    }

    /// The replica's digest.
    func digest() throws -> String? {
        try self("digest", "--json").json["digest"]?.stringValue
    }

    /// One record as `show --json` has it.
    func record(_ id: String) throws -> JSONValue {
        try self("show", id, "--json").json
    }
}
