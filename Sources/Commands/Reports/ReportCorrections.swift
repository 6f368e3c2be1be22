// What has become otherwise since a report was issued: dossiers that stood open at its end, and do not by what is
// known now, or the other way round. So the figures that were printed add up too: what the earlier report left
// open, and what is corrected here, is what the later one carries over.

internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import Time

/// What an issued report corrects of the one before it, in dossiers carried over, by cause.
public struct ReportCorrections: Hashable, Sendable {
    /// The number of the report before.
    public let since: Int64
    /// What that left open.
    public let asIssued: Int
    /// What arrived only after it.
    public internal(set) var arrivedLate = 0
    /// Days that were corrected.
    public internal(set) var corrected = 0
    /// What had been entered by mistake.
    public internal(set) var voided = 0
    /// What was reopened, or a step that was taken back.
    public internal(set) var reopened = 0
    /// What nobody can tell any more: a record came in whole since.
    public internal(set) var unknown = 0

    /// All.
    public var total: Int { arrivedLate + corrected + voided + reopened + unknown }

    /// What a report of a period corrects of the one that was issued for the period before; `nil` when none was.
    ///
    /// - Throws: `ReportError`.
    public init?(
        _ database: any ReportedDatabase, _ period: ReportPeriod, office: String?
    ) throws(ReportError) {
        do {
            guard
                let last = try database.reportIssued(
                    through: period.from.adding(days: -1), office: office)
            else { return nil }
            since = last.number
            asIssued = last.open
            let border = period.instants.lowerBound
            var open: [RecordID: RecordState] = [:]
            try database.forEachDossier(at: nil) { state, entries in
                if Self.isOpen(state, entries, border, office) { open[state.id] = state }
            }
            do {
                try compare(database, open, at: last.position, border, office)
            } catch is StateNotKept {
                unknown = open.count - asIssued
                (arrivedLate, corrected, voided, reopened) = (0, 0, 0, 0)
            }
        } catch {
            throw ReportError(error, path: database.path)
        }
    }

    private mutating func compare(
        _ database: any ReportedDatabase, _ open: [RecordID: RecordState], at position: UInt64,
        _ border: Int64, _ office: String?
    ) throws {
        var unheard = Set(open.keys)
        try database.forEachDossier(at: position) { state, entries in
            unheard.remove(state.id)
            let wasOpen = Self.isOpen(state, entries, border, office)
            let isOpen = open[state.id] != nil
            guard wasOpen != isOpen,
                let now = try open[state.id] ?? database.state(of: .id(state.id))
            else { return }
            note(isOpen ? 1 : -1, state, now)
        }
        arrivedLate += unheard.count
    }

    private static func isOpen(
        _ state: RecordState, _ entries: [LedgerEntry], _ border: Int64, _ office: String?
    ) -> Bool {
        guard let place = DossierLedger(state).place(before: border, entries) else { return false }
        return office == nil || place.office == office
    }

    private mutating func note(_ count: Int, _ before: RecordState, _ now: RecordState) {
        let known = Set(before.events)
        let news = now.events.filter { !known.contains($0) }.compactMap(\.event.what)
        let days: [FieldName] = [
            "received_at", "finished_at", "returned_at", RecordSchema.timesFixedField,
        ]
        if before.isVoided != now.isVoided {
            voided += count
        } else if news.contains(.reopened) || news.contains(.undone) {
            reopened += count
        } else if days.contains(where: { !before[$0].isEmpty && before[$0] != now[$0] })
            || before[RecordSchema.timesFixedField] != now[RecordSchema.timesFixedField]
        {
            corrected += count
        } else {
            arrivedLate += count
        }
    }

    /// The causes by their names in JSON and CSV, in order.
    var named: [(String, Int)] {
        [
            ("asIssued", asIssued), ("total", total), ("arrivedLate", arrivedLate),
            ("corrected", corrected), ("voided", voided), ("reopened", reopened),
            ("unknown", unknown),
        ]
    }
}
