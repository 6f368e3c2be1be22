internal import Dossiers
public import Replication
internal import SQLite

/// Which records to list.
public struct RecordFilter: Sendable {
    /// Only of this kind; all kinds when `nil`.
    public var kind: RecordKind?
    /// Only with this status.
    public var status: String?
    /// Only of this procedure.
    public var procedure: String?
    /// Only with this officer.
    public var officer: String?
    /// Only by this channel.
    public var channel: String?
    /// Only of this office.
    public var office: String?
    /// Only where `SearchText` finds this.
    public var search: String?
    /// Only received in this span, in milliseconds since the epoch.
    public var received: Range<Int64>?
    /// Only those that may be due in this span, in milliseconds since the epoch, and whose clocks run: whoever
    /// lists them looks at their deadlines.
    public var due: Range<Int64>?
    /// Only those in conflict.
    public var isConflicted = false
    /// Which of the records that a counter has.
    public var holding = Holding.all
    /// Only those without a day on which they were finished or handed out.
    public var isUnfinished = false
    /// Whether those that were entered by mistake are left out, or looked for alone; all when `nil`.
    public var isVoided: Bool?

    /// What a counter's records are to its office.
    public enum Holding: Sendable {
        /// All, whosever they are.
        case all
        /// The catalog, and what is the office's own.
        case own
        /// Copies of what has left the office.
        case handedOver
    }

    /// A filter that lets all through.
    public init() {}

    /// What waits for a person here: conflicts in the office's own records.
    public static var waitingConflicts: RecordFilter {
        var filter = RecordFilter()
        filter.isConflicted = true
        filter.isVoided = false
        filter.holding = .own
        return filter
    }
}

/// A filter as SQL over the columns that a table has.
struct FilterCondition {
    var sql = ""
    var isPossible = true
    private var parameters: [Parameter] = []

    private enum Parameter {
        case text(String)
        case number(Int64)
    }

    /// What a void is written in says so in plain letters.
    static let mayBeVoid =
        "instr(state, CAST('\(DossierEvent.What.voided.rawValue)' AS BLOB)) > 0"

    /// - Parameters:
    ///   - office: the office whose own records are left out, where only copies are asked for.
    ///   - isOfKeys: whether it is of a run of keys, too, which `bind` is told.
    init(
        _ filter: RecordFilter, columns: Set<FieldName>, notOf office: String? = nil,
        isOfKeys: Bool = false
    ) {
        var clauses: [String] = []
        let equalities: [(FieldName, String?)] = [
            ("status", filter.status), ("officer", filter.officer), ("channel", filter.channel),
            ("office", filter.office),
        ]
        for case (let name, let value?) in equalities {
            guard columns.contains(name) else {
                isPossible = false
                continue
            }
            clauses.append("\(name) = ?\(add(.text(value)))")
        }
        if let text = filter.procedure {
            guard columns.contains("procedure") else {
                isPossible = false
                return
            }
            clauses.append(procedure(text))
        }
        if let received = filter.received {
            guard columns.contains("received_at") else {
                isPossible = false
                return
            }
            let (from, to) = (add(.number(received.lowerBound)), add(.number(received.upperBound)))
            clauses.append("received_at >= ?\(from) AND received_at < ?\(to)")
        }
        if filter.isUnfinished {
            guard columns.contains("finished_at") else {
                isPossible = false
                return
            }
            clauses.append("finished_at IS NULL AND returned_at IS NULL")
        }
        if filter.isConflicted { clauses.append("conflicts > 0") }
        if filter.isVoided == true { clauses.append(Self.mayBeVoid) }
        if filter.holding == .handedOver, let office, columns.contains("office") {
            clauses.append("office IS NOT ?\(add(.text(office)))")
        }
        if isOfKeys {
            let place = parameters.count + 1
            clauses.append("key BETWEEN ?\(place) AND ?\(place + 1)")
        }
        sql = clauses.isEmpty ? "" : "WHERE " + clauses.joined(separator: " AND ")
    }

    /// The procedure however its code is written, with its authority or without.
    private mutating func procedure(_ text: String) -> String {
        let key = CodeKeySQL.expression("procedure")
        var clauses = ["procedure = ?\(add(.text(text)))"]
        let keys = CodeText.procedureKeys(text)
        for known in keys.flatMap(CodeKeySQL.candidates) {
            clauses.append("\(key) = ?\(add(.text(known)))")
        }
        if let number = keys.last, CodeText.isProcedureNumber(number) {
            let pattern = number + ".[0-9][0-9][0-9].[0-9][0-9].[0-9][0-9].h[0-9]*"
            clauses.append("\(key) GLOB ?\(add(.text(pattern)))")
        }
        return "(" + clauses.joined(separator: " OR ") + ")"
    }

    func bind(_ statement: Statement, keys: ClosedRange<Int64>? = nil) throws {
        for (index, parameter) in parameters.enumerated() {
            switch parameter {
            case .text(let text): try statement.bind(index + 1, text)
            case .number(let number): try statement.bind(index + 1, number)
            }
        }
        guard let keys else { return }
        try statement.bind(parameters.count + 1, keys.lowerBound)
        try statement.bind(parameters.count + 2, keys.upperBound)
    }

    private mutating func add(_ parameter: Parameter) -> Int {
        parameters.append(parameter)
        return parameters.count
    }
}
