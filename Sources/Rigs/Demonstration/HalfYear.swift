// The half-year that was published for the province's one-stop counters, 16 December 2020 to 15 June
// 2021: 6,020 citizens guided (4,032 in person, 831 by outgoing and 1,157 by incoming calls) and
// 16,983 dossiers, of which 10,140 (60 %) came in online. Only these totals are published; which
// office, who, when and how it went is drawn from a seed.
//
// A driver replays the phases in order. Within a phase: every desk applies its edits; central imports
// what came in online; then the desks whose link is up sync, in any order or at once. The edits rest
// on no more than that: a desk edits a dossier only when it made it, or when everything that was
// written to it before reached the desk by these syncs at whatever order. The exception is the script
// of `apart`: while one office's link is cut, its two desks edit the same dossiers without knowing.

public import Dossiers
internal import Replication
public import Time

/// A seeded half-year of work at district offices, ready to be replayed.
public struct HalfYear: Sendable {
    /// The plan that it follows.
    public let plan: Plan
    /// The offices.
    public let offices: [DistrictOffice]
    /// The procedures that dossiers name.
    public let procedures: [PublicProcedure]
    /// The public holidays of the half-year.
    public let holidays: [PublicHoliday]
    /// All desks, by office and number: enrolled in this order, central gives them these numbers.
    public let desks: [Desk]
    /// What happens, in order: one phase per working day, and one in which all desks sync again.
    public let phases: [Phase]
    /// What two desks did to the same dossiers while apart.
    public let apart: Apart

    /// Draws the half-year of a seed.
    public init(seed: UInt64, plan: Plan = Plan()) {
        self.plan = plan
        offices = DistrictOffice.all
        procedures = PublicProcedure.all
        holidays = OfficeCalendar.holidays
        var casework = Casework(plan: plan, offices: offices, seed: seed)
        casework.run()
        desks = casework.desks
        phases = casework.phases
        apart = casework.script.apart
    }

    /// The catalog for central to import before the first phase: offices, procedures, holidays.
    public var catalog: [EditLine] {
        offices.map {
            EditLine(action: .new(.office, nil, writes: $0.catalogFields, additions: []))
        }
            + procedures.map {
                EditLine(action: .new(.procedure, nil, writes: $0.catalogFields, additions: []))
            }
            + holidays.map {
                EditLine(action: .new(.holiday, nil, writes: $0.catalogFields, additions: []))
            }
    }

    /// Edits at desks and imports at central, together. O(phases).
    public var editCount: Int {
        phases.reduce(0) { sum, phase in
            sum + phase.imports.count + phase.edits.reduce(0) { $0 + $1.lines.count }
        }
    }
}

extension HalfYear {
    /// How much happens. The defaults are the published figures and our assumptions around them.
    public struct Plan: Hashable, Sendable {
        /// Citizens guided in person; published.
        public var inPersonContacts = 4_032
        /// Calls by the office; published.
        public var outgoingCalls = 831
        /// Calls to the office; published.
        public var incomingCalls = 1_157
        /// Dossiers received; published.
        public var dossiers = 16_983
        /// Those of them that were submitted online; published.
        public var onlineDossiers = 10_140
        /// Those of them that came by post; assumed.
        public var postDossiers = 412
        /// Days from the first to the last; published.
        public var days = Plan.day(2020, 12, 16)...Plan.day(2021, 6, 15)
        /// The place of the office whose link is cut; it has two desks.
        public var cutOffice = 3
        /// Days of the cut; they lie well within the half-year.
        public var cutDays = Plan.day(2021, 3, 8)...Plan.day(2021, 3, 19)
        /// Dossiers of which the two desks then change different fields.
        public var separateDossiers = 40
        /// Dossiers whose status they advance differently.
        public var statusDossiers = 12
        /// Dossiers of which they change one field to different values.
        public var conflictingDossiers = 9
        /// Dossiers to which both add notes.
        public var notedDossiers = 15
        /// On how many of 1000 days a desk's link is up: a bad 3G modem.
        public var linkPerMille = 550

        /// The published figures.
        public init() {}

        private static func day(_ year: Int, _ month: Int, _ day: Int) -> CalendarDate {
            CalendarDate(year: year, month: month, day: day) ?? CalendarDate(daysSinceEpoch: 0)
        }
    }

    /// One desk of an office, with a replica of its own.
    public struct Desk: Hashable, Sendable {
        /// The office's code.
        public let office: String
        /// The number within the office, from 1.
        public let number: Int
        /// A name for people.
        public let name: String
    }

    /// What one desk writes in a phase.
    public struct DeskEdits: Hashable, Sendable {
        /// The desk.
        public var desk: Desk
        /// Its edits, in order of time. They name dossiers by code.
        public var lines: [EditLine]
    }

    /// A day, or a last round of syncs.
    public struct Phase: Hashable, Sendable {
        /// A name for people: the day, and what is special about it.
        public var name: String
        /// The day; `nil` for the last round.
        public var day: CalendarDate?
        /// The desks that write something.
        public var edits: [DeskEdits]
        /// What came in online, for central to import.
        public var imports: [EditLine]
        /// The desks whose link is up at the end.
        public var links: [Desk]
    }

    /// The script of the cut link, by the codes of dossiers.
    public struct Apart: Hashable, Sendable {
        /// The office.
        public var office: String
        /// Both desks wrote, to different fields: merged without a person.
        public var separate: [String] = []
        /// Both advanced the status: the workflow settles it.
        public var statuses: [String] = []
        /// Both wrote one field: a person decides.
        public var conflicting: [String] = []
        /// Both added notes: all are kept.
        public var noted: [String] = []

        /// All dossiers of the script.
        public var all: [String] { separate + statuses + conflicting + noted }
    }
}
