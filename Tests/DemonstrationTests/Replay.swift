import Causality
import Demonstration
import Dossiers
import Replication

/// The half-years of the tests, drawn once.
enum Samples {
    static let halfYear = HalfYear(seed: 2021)

    /// A small one: 600 dossiers.
    static func small(seed: UInt64) -> HalfYear {
        var plan = HalfYear.Plan()
        (plan.inPersonContacts, plan.outgoingCalls, plan.incomingCalls) = (40, 20, 10)
        (plan.dossiers, plan.onlineDossiers, plan.postDossiers) = (600, 360, 20)
        return HalfYear(seed: seed, plan: plan)
    }
}

/// Replays a half-year on real record states: every desk has its own, central has its own, and a
/// sync is a join. It keeps what would be refused.
struct Replay {
    struct Fault: Hashable, CustomStringConvertible {
        var phase: String
        var code: String
        var reason: String
        var description: String { "\(phase) \(code): \(reason)" }
    }

    typealias States = [String: RecordState]
    private(set) var faults: [Fault] = []
    private(set) var central: States = [:]
    private(set) var desks: [HalfYear.Desk: States] = [:]
    private var seqs: [HalfYear.Desk?: UInt64] = [:]
    /// The codes that a desk wrote since it synced, and per office all that central got, in order.
    private var outboxes: [HalfYear.Desk: Set<String>] = [:]
    private var feeds: [String: [String]] = [:]
    private var cursors: [HalfYear.Desk: Int] = [:]
    private let halfYear: HalfYear
    private let replicas: [HalfYear.Desk: ReplicaID]
    private let codes: Set<String>?

    /// - Parameters:
    ///   - codes: the dossiers to replay; all of them when `nil`.
    ///   - last: the last phase to replay; all of them when `nil`.
    ///   - isReversed: sync the desks in the opposite order.
    init(
        _ halfYear: HalfYear, only codes: Set<String>? = nil, through last: Int? = nil,
        isReversed: Bool = false
    ) {
        self.halfYear = halfYear
        self.codes = codes
        replicas = Dictionary(
            uniqueKeysWithValues: halfYear.desks.enumerated().map {
                ($0.element, ReplicaID(UInt64($0.offset + 2)))
            })
        for phase in halfYear.phases.prefix(last.map { $0 + 1 } ?? .max) {
            for edits in phase.edits {
                for line in edits.lines { apply(line, at: edits.desk, in: phase.name) }
            }
            for line in phase.imports { apply(line, at: nil, in: phase.name) }
            for desk in isReversed ? phase.links.reversed() : phase.links { sync(desk) }
        }
    }

    func shown(_ code: String, _ field: FieldName, at desk: HalfYear.Desk? = nil) -> ShownField? {
        (desk.map { desks[$0] ?? [:] } ?? central)[code]?.shown(
            field, by: RecordSchema.rule(of: field, in: .dossier))
    }

    private mutating func apply(_ line: EditLine, at desk: HalfYear.Desk?, in phase: String) {
        if let codes, let code = line.dossierCode, !codes.contains(code) { return }
        switch line.action {
        case .new(.dossier, _, let writes, let additions):
            do {
                try DossierRules.checkNew(.dossier, writes: writes, additions: additions)
            } catch {
                faults.append(Fault(phase: phase, code: "new", reason: "\(error)"))
            }
            guard let code = writes.first(where: { $0.name == "code" })?.value.text else { return }
            if state(code, desk) != nil {
                faults.append(Fault(phase: phase, code: code, reason: "is there already"))
            }
            let id = RecordID(bytes: Array(code.utf8.suffix(16)))
            write(code, writes, additions, line, desk, to: id.map { .init(kind: .dossier, id: $0) })
        case .new(let kind, _, let writes, let additions):
            do {
                try DossierRules.checkNew(kind, writes: writes, additions: additions)
            } catch {
                faults.append(Fault(phase: phase, code: kind.name, reason: "\(error)"))
            }
        case .set(.code(let code), let writes, let additions):
            check(code, writes, additions, desk, phase)
            write(code, writes, additions, line, desk, to: state(code, desk))
        case .note(.code(let code), let text):
            let note = [FieldWrite("notes", .text(text))]
            check(code, [], note, desk, phase)
            write(code, [], note, line, desk, to: state(code, desk))
        case .set, .note: faults.append(Fault(phase: phase, code: "", reason: "names no code"))
        }
    }

    private func state(_ code: String, _ desk: HalfYear.Desk?) -> RecordState? {
        desk.map { desks[$0]?[code] } ?? central[code]
    }

    private mutating func check(
        _ code: String, _ writes: [FieldWrite], _ additions: [FieldWrite],
        _ desk: HalfYear.Desk?, _ phase: String
    ) {
        guard let state = state(code, desk) else {
            faults.append(Fault(phase: phase, code: code, reason: "has not reached the desk"))
            return
        }
        func present(_ name: FieldName) -> FieldValue? {
            state.shown(name, by: RecordSchema.rule(of: name, in: .dossier))?.value
        }
        func after(_ name: FieldName) -> Int64? {
            (writes.first { $0.name == name }?.value ?? present(name))?.integer
        }
        do {
            try DossierRules.checkFields(of: .dossier, writes: writes, additions: additions)
            if let status = writes.first(where: { $0.name == "status" })?.value.text {
                try DossierRules.checkTransition(from: present("status")?.text, to: status)
            }
            try DossierRules.checkOrder(
                received: after("received_at"), due: after("due_at"),
                finished: after("finished_at"), returned: after("returned_at"))
        } catch {
            faults.append(Fault(phase: phase, code: code, reason: "\(error)"))
        }
    }

    private mutating func write(
        _ code: String, _ writes: [FieldWrite], _ additions: [FieldWrite], _ line: EditLine,
        _ desk: HalfYear.Desk?, to state: RecordState?
    ) {
        guard var state else { return }
        seqs[desk, default: 0] += 1
        let replica = desk.flatMap { replicas[$0] } ?? ReplicaID(1)
        let change = Change(
            dot: Dot(replica, seqs[desk] ?? 0),
            clock: HybridTimestamp(line.at ?? Timestamp(milliseconds: 0)), kind: .dossier,
            record: state.id, context: state.vv, writes: writes, additions: additions,
            at: line.at, by: line.by)
        _ = state.apply(change)
        if let desk {
            desks[desk, default: [:]][code] = state
            outboxes[desk, default: []].insert(code)
        } else {
            central[code] = state
            feeds[String(code.prefix(13)), default: []].append(code)
        }
    }

    private mutating func sync(_ desk: HalfYear.Desk) {
        for code in (outboxes[desk] ?? []).sorted() {
            guard let mine = desks[desk]?[code] else { continue }
            central[code] = central[code]?.joined(with: mine) ?? mine
            feeds[desk.office, default: []].append(code)
        }
        outboxes[desk] = []
        let feed = feeds[desk.office] ?? []
        for code in Set(feed[(cursors[desk] ?? 0)...]) {
            guard let theirs = central[code] else { continue }
            desks[desk, default: [:]][code] =
                desks[desk]?[code]?.joined(with: theirs) ?? theirs
        }
        cursors[desk] = feed.count
    }
}

extension EditLine {
    /// The code of the dossier that the line makes or edits.
    var dossierCode: String? {
        switch action {
        case .new(.dossier, _, let writes, _): writes.first { $0.name == "code" }?.value.text
        case .set(.code(let code), _, _), .note(.code(let code), _): code
        case .new, .set, .note: nil
        }
    }

    /// The status that the line gives.
    var status: DossierStatus? {
        switch action {
        case .new(.dossier, _, let writes, _), .set(_, let writes, _):
            writes.first { $0.name == "status" }?.value.text.flatMap(DossierStatus.init(rawValue:))
        case .new, .note: nil
        }
    }
}
