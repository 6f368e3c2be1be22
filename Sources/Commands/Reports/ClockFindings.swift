// What wrong clocks have done to a report: dossiers that are dated after it was made, which no period that
// is over can count, and records that were written under a clock that was wrong. Neither is left out in
// silence: they are counted by the times that they show, and it is said.

internal import Causality
internal import Dossiers
internal import Replication

/// What wrong clocks mean for a report.
public struct ClockFindings: Hashable, Sendable {
    /// A record with a time after the report's cut.
    public struct Dated: Hashable, Sendable {
        /// The record's id.
        public let id: String
        /// A dossier's code; `nil` without one of the national form.
        public let code: String?
        /// The code of its office.
        public let office: String?
        /// The field with the time: the first in the order of a dossier's life.
        public let field: String
        /// The time, in milliseconds since the epoch.
        public let time: Int64
    }

    /// Records that were written under a wrong clock and not set right since.
    public struct Uncorrected: Hashable, Sendable {
        /// Dossiers that the report counts as received in the period.
        public internal(set) var received = 0
        /// Dossiers that it counts as carried over.
        public internal(set) var carriedOver = 0
        /// Dossiers that it does not count.
        public internal(set) var uncounted = 0
        /// Contacts, counted or not.
        public internal(set) var contacts = 0
        /// All dossiers.
        public var dossiers: Int { received + carriedOver + uncounted }
    }

    /// Records that are named at most; the rest is counted.
    public static let namedMax = 1_000
    /// Clocks of desks differ by as much: what is no further after the cut is no matter.
    static let toleranceMilliseconds = ClockFault.toleranceMilliseconds

    /// Records that are dated after the cut, by office and code.
    public internal(set) var afterCut: [Dated] = []
    /// How many there are, those that are not named included.
    public internal(set) var afterCutCount = 0
    /// Records that were written under a wrong clock.
    public internal(set) var uncorrected = Uncorrected()

    /// Whether there is nothing to say.
    public var isEmpty: Bool {
        afterCutCount == 0 && uncorrected.dossiers == 0 && uncorrected.contacts == 0
    }

    /// Takes a record whose times may lie after the cut.
    mutating func note(
        _ state: RecordState, of office: String?, fields: [FieldName], cut: Int64
    ) {
        for field in fields {
            guard let time = state.shownValue(field)?.integer,
                time > cut + Self.toleranceMilliseconds
            else { continue }
            afterCutCount += 1
            guard afterCut.count < Self.namedMax else { return }
            afterCut.append(
                Dated(
                    id: state.id.description,
                    code: Self.code(of: state),
                    office: office, field: field.rawValue, time: time))
            return
        }
    }

    /// A dossier's code, if it has the national form: all else may be a clerk's text, and comes into no
    /// report.
    private static func code(of state: RecordState) -> String? {
        guard state.kind == .dossier, let code = state.shownValue("code")?.text else { return nil }
        return DossierCode(parsing: code)?.description
    }

    /// Puts the records into an order that does not depend on how they are stored.
    mutating func sort() {
        afterCut.sort {
            ($0.office ?? "", $0.code ?? "", $0.id) < ($1.office ?? "", $1.code ?? "", $1.id)
        }
    }
}
