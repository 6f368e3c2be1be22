import Causality
import Dossiers
import Foundation
import SQLiteStore
import Replication
import Reports
import Time

/// A central store in a temporary directory, with two offices, to be reported.
final class ReportStore {
    /// The directory, removed at the end.
    let directory: String
    /// The store's file.
    var path: String { directory + "/central.db" }

    private static let session = ReplicaID(7)
    private static let now = Timestamp(milliseconds: 1_700_000_000_000)

    init(offices: [(code: String, name: String)] = [("A", "Quận Ba"), ("B", "Cần Giờ")]) throws {
        directory = NSTemporaryDirectory() + "dossiersync-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        try CentralDatabase(path: path, isNew: true).close()
        try write { edit in
            for office in offices {
                _ = try edit.make(
                    .office,
                    writes: [
                        FieldWrite("code", .text(office.code)),
                        FieldWrite("name", .text(office.name)),
                    ])
            }
        }
    }

    deinit {
        // A directory that cannot be removed is the temporary directory's business.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Writes in one transaction.
    func write<R>(_ body: (CentralEdit) throws -> R) throws -> R {
        let database = try CentralDatabase(path: path)
        defer { database.close() }
        return try database.write(now: Self.now) {
            try body(try CentralEdit(ofCentral: $0, session: Self.session))
        }
    }

    /// Adds dossiers and contacts.
    func add(_ dossiers: [Dossier] = [], _ contacts: [Contact] = []) throws {
        try write { edit in
            for dossier in dossiers { _ = try edit.make(.dossier, writes: dossier.writes) }
            for contact in contacts { _ = try edit.make(.contact, writes: contact.writes) }
        }
    }

    /// The report of whole days, each as `YYYY-MM-DD`.
    func report(_ from: String, _ to: String, office: String? = nil) throws -> PeriodReport {
        try PeriodReport(databasePath: path, from: day(from), to: day(to), office: office)
    }
}

/// A day that a test wrote out as `YYYY-MM-DD`.
func day(_ text: String) -> CalendarDate {
    guard let day = CalendarDate(parsing: text) else { preconditionFailure("\(text) is no day") }
    return day
}

/// An instant that a test wrote out in RFC 3339: milliseconds since the Unix epoch.
func instant(_ text: String) -> Int64 {
    guard let instant = RFC3339.millisecondsSinceEpoch(text) else {
        preconditionFailure("\(text) is no instant")
    }
    return instant.milliseconds
}

/// What reports look at in a dossier. Instants in milliseconds since the Unix epoch.
struct Dossier {
    var office = "A"
    var status = DossierStatus.processing
    var channel: String?
    var received: Int64?
    var due: Int64?
    var finished: Int64?
    var returned: Int64?
    var method: String?
    /// Fields that no report looks at.
    var others: [FieldWrite] = []

    var writes: [FieldWrite] {
        var writes = [
            FieldWrite("office", .text(office)), FieldWrite("status", .text(status.rawValue)),
        ]
        let texts: [(FieldName, String?)] = [("channel", channel), ("return_method", method)]
        for case (let name, let text?) in texts { writes.append(FieldWrite(name, .text(text))) }
        let instants: [(FieldName, Int64?)] = [
            ("received_at", received), ("due_at", due), ("finished_at", finished),
            ("returned_at", returned),
        ]
        for case (let name, let instant?) in instants {
            writes.append(FieldWrite(name, .integer(instant)))
        }
        return writes + others
    }
}

/// What reports look at in a contact.
struct Contact {
    var office = "A"
    var way: String?
    var occurred: Int64?
    /// Fields that no report looks at.
    var others: [FieldWrite] = []

    var writes: [FieldWrite] {
        var writes = [FieldWrite("office", .text(office))]
        if let way { writes.append(FieldWrite("way", .text(way))) }
        if let occurred { writes.append(FieldWrite("occurred_at", .integer(occurred))) }
        return writes + others
    }
}
