import Causality
import CentralEngine
import CounterEngine
import Dossiers
import Replication
import SQLite
import Store
import TestSupport
import Testing
import Time
import Wire

@testable import SQLiteStore

/// The numbers of desks stand in the codes on citizens' receipts.
@Suite("Desk numbers, and codes that were given twice")
struct DeskNumberTests {
    private static let office = "000.17.01.H56"

    private func receive(_ counter: TestCounter, _ name: String) throws -> (RecordID, String) {
        try counter.edit { edit in
            let code = try edit.nextCode(day: try edit.today())
            let made = try edit.make(
                .dossier,
                writes: [
                    FieldWrite("code", .text(code)), FieldWrite("applicant_name", .text(name)),
                ])
            return (made.record, code)
        }
    }

    private func desk(_ counter: TestCounter) throws -> Int64 {
        try counter.read { try $0.enrolledIdentity().identity.desk }
    }

    @Test(
        "the sync in which a restored desk takes a new identity tells each code that was given twice"
    )
    func doubleCodes() async throws {
        let fleet = try Fleet(offices: [Self.office])
        let original = try await fleet.enrol(Self.office)
        try await settle([original])
        let copy = try original.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        let (first, code) = try receive(original, "Lan")
        _ = try await original.sync()
        let (second, same) = try receive(copy, "Hoa")
        #expect(code == same)
        // The sync is cut behind the new identity: the next one tells.
        copy.transport.meet([nil, nil, .replyLost])
        var report = try await copy.sync()
        if report.outcome == .interrupted {
            #expect(report.doubleCodes.isEmpty)
            report = try await copy.sync()
        }
        #expect(report.outcome == .synced)
        #expect(report.doubleCodes.map(\.code) == [code])
        #expect(report.doubleCodes.first?.records == [first, second].sorted())
        // Once.
        #expect(try await copy.sync().doubleCodes.isEmpty)
        #expect(try await original.sync().doubleCodes.isEmpty)
        // From now on they give different ones.
        #expect(try receive(copy, "Mai").1 != receive(original, "Cúc").1)
    }

    @Test("a restored central gives no number that a code shows")
    func shownInCodes() async throws {
        let fleet = try Fleet(offices: [Self.office, "B"])
        let backup = try fleet.backUpCentral()
        let (first, second) = (
            try await fleet.enrol(Self.office), try await fleet.enrol(Self.office)
        )
        _ = try receive(second, "Lan")
        try await settle([second, first])
        #expect(try desk(first) == 1 && desk(second) == 2)
        try fleet.restoreCentral(from: backup)
        // A dossier of the forgotten desk has come back, as a recovery or an import brings it.
        let code = try #require(
            DossierCode(
                agency: Self.office, day: CalendarDate(daysSinceEpoch: 18_700), number: 20_001)
        ).description
        try fleet.editCentral {
            _ = try $0.make(
                .dossier,
                writes: [
                    FieldWrite("code", .text(code)), FieldWrite("office", .text(Self.office)),
                ])
        }
        #expect(try await desk(fleet.enrol(Self.office)) == 1)
        #expect(try await desk(fleet.enrol(Self.office)) == 3)
        #expect(try await desk(fleet.enrol("B")) == 1)
    }

    @Test("a restored central gives no number that a device has named, and no device uses them up")
    func namedByDevices() async throws {
        let fleet = try Fleet(offices: [Self.office])
        let first = try await fleet.enrol(Self.office)
        try await settle([first])
        let backup = try fleet.backUpCentral()
        let second = try await fleet.enrol(Self.office)
        _ = try receive(second, "Lan")
        try await settle([second, first])
        try fleet.restoreCentral(from: backup)
        // The first knows the other desk's codes: it names them with the identity that it takes.
        for _ in 0..<2 { _ = try await first.sync() }
        #expect(try first.read { try $0.highestDesk(in: WireLimits.desks) } >= 2)
        let third = try await fleet.enrol(Self.office)
        #expect(try desk(first) > 2, "the number of the desk that central has forgotten")
        #expect(try desk(third) > 2 && desk(third) != desk(first))
        // Far beyond what it can have forgotten: no.
        try fleet.editCentralTransaction {
            try $0.noteDesk(WireLimits.desks.upperBound, namedFor: Self.office)
        }
        #expect(try await desk(fleet.enrol(Self.office)) < 100)
    }

    @Test("a device that is let in again has its number again, if no other has it by now")
    func formerNumber() async throws {
        let fleet = try Fleet(offices: [Self.office])
        for (former, expected) in [(nil, 1), (1, 2), (7, 7), (7, 8), (5_000, 9)]
            as [(Int64?, Int64)]
        {
            let given = try fleet.readCentral { database in
                try database.write(now: fleet.clock.now()) {
                    try $0.nextDesk(of: Self.office, former: former)
                }
            }
            #expect(given == expected)
            let counter = try await fleet.enrol(Self.office)
            try fleet.readCentral { database in
                try database.write(now: fleet.clock.now()) { transaction in
                    let statement = try database.connection.statement(
                        "UPDATE devices SET desk = ?1 WHERE replica = ?2")
                    try statement.bind(1, given)
                    try statement.bind(2, try database.interning.key(of: counter.replica))
                    try statement.run()
                }
            }
        }
    }
}
