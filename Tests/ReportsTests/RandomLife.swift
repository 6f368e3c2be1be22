import Causality
import Crypto
import Dossiers
import Replication
import SeededRandom

/// The life of one dossier in a random fleet: desks of three offices and central write to it, each on what
/// it has heard so far, and hear of each other late, in any order that causality allows.
struct RandomLife {
    static let offices = ["000.17.01.H56", "000.17.02.H56", "000.17.03.H56"]
    static let day: Int64 = 86_400_000
    /// Midnight of the first day at the offices' time.
    static let start = instant("2026-03-01T00:00:00+07:00")
    static let days = 60

    /// What each node knows; the last is central.
    private(set) var nodes: [RecordState]
    /// The names of what was done, to be counted.
    private(set) var deeds: [String: Int] = [:]
    private var log: [(change: Change, heard: Set<Int>)] = []
    private var clocks: [HybridClock]
    private var seqs: [UInt64]
    private var random: SeededGenerator
    private var time = Self.start

    private static let id = RecordID("00000000-0000-8000-8000-000000000001")

    init?(seed: UInt64) {
        guard let id = Self.id else { return nil }
        random = SeededGenerator(seed: seed)
        nodes = Array(repeating: RecordState(kind: .dossier, id: id), count: 4)
        clocks = Array(repeating: HybridClock(), count: 4)
        seqs = Array(repeating: 0, count: 4)
        time += Int64.random(in: 0...10 * Self.day, using: &random)
        make()
        for _ in 0..<Int.random(in: 3...14, using: &random) {
            time += Int64.random(in: 0...6 * Self.day, using: &random)
            act(at: Int.random(in: nodes.indices, using: &random))
            if Int.random(in: 0..<3, using: &random) == 0 { spread() }
        }
    }

    /// Everybody hears of everything.
    mutating func meet() {
        for node in nodes.indices { hear(node, all: true) }
    }

    private mutating func spread() {
        hear(Int.random(in: nodes.indices, using: &random), all: Bool.random(using: &random))
    }

    private mutating func hear(_ node: Int, all: Bool) {
        for index in log.indices where !log[index].heard.contains(node) {
            if !all, Int.random(in: 0..<3, using: &random) == 0 { continue }
            guard nodes[node].apply(log[index].change) == .applied else { continue }
            log[index].heard.insert(node)
            clocks[node].observe(log[index].change.clock, now: Timestamp(milliseconds: time))
        }
    }

    private mutating func note(_ deed: String) { deeds[deed, default: 0] += 1 }

    private mutating func make() {
        let office = Self.offices[0]
        let statuses = [DossierStatus.new, .accepted, .accepted, .supplementRequired, .returned]
        let status = statuses.randomElement(using: &random) ?? .new
        write(
            0,
            [
                FieldWrite("office", .text(office)), FieldWrite("status", .text(status.rawValue)),
                FieldWrite("received_at", .integer(time)),
                FieldWrite("code", .text("\(office)-260301-10001")),
            ])
    }

    /// One desk does something, on what it has heard.
    private mutating func act(at node: Int) {
        hear(node, all: Bool.random(using: &random))
        let state = nodes[node]
        guard let shown = state.shownValue("status")?.text,
            let status = DossierStatus(rawValue: shown)
        else { return }
        switch Int.random(in: 0..<21, using: &random) {
        case 0...9: step(node, from: status)
        case 10...12: handOver(node, state)
        case 13: undo(node, state)
        case 14: reopen(node, status)
        case 15: void(node, state)
        case 16: correct(node, state)
        case 17: erase(node, state)
        case 18: resolve(node, state)
        case 19: printPaper(node)
        default: forget(node, from: status)
        }
    }

    private mutating func step(_ node: Int, from status: DossierStatus) {
        guard let next = status.nextStatuses.randomElement(using: &random) else { return }
        note(next.rawValue)
        write(node, writes(for: next))
    }

    private mutating func writes(for status: DossierStatus) -> [FieldWrite] {
        var writes = [FieldWrite("status", .text(status.rawValue))]
        if status == .finished, Bool.random(using: &random) {
            let day = time - Int64.random(in: 0...2 * Self.day, using: &random)
            writes.append(FieldWrite("finished_at", .integer(day)))
        }
        return writes
    }

    /// Prints a paper, which moves nothing.
    private mutating func printPaper(_ node: Int) {
        note("printed")
        let event = DossierEvent(.printed, from: "01", to: "1")
        write(node, [], [DossierEvent.entry([event])].compactMap(\.self))
    }

    private mutating func handOver(_ node: Int, _ state: RecordState) {
        let own = state.shownValue("office")?.text
        guard let office = Self.offices.filter({ $0 != own }).randomElement(using: &random) else {
            return
        }
        note("handed over")
        write(node, [FieldWrite("office", .text(office))])
    }

    /// Takes back the last act of this desk that stands.
    private mutating func undo(_ node: Int, _ state: RecordState) {
        guard
            let last = state.standingEvents.last(where: {
                $0.dot.replica == ReplicaID(UInt64(node + 1)) && $0.event.what != .reopened
                    && $0.event.what != .printed
            })
        else { return }
        let event = last.event
        let undone = DossierEvent(.undone, from: event.to, to: event.from, undoes: last.clock)
        var writes: [FieldWrite] = []
        if event.what == .handedOver {
            guard state.shownValue("office")?.text == event.to, let from = event.from else {
                return
            }
            writes = [FieldWrite("office", .text(from))]
        } else if event.what != .voided {
            guard state.shownValue("status")?.text == event.to, let from = event.from else {
                return
            }
            writes = [FieldWrite("status", .text(from)), FieldWrite("finished_at", .null)]
        }
        guard let entry = DossierEvent.entry([undone]) else { return }
        note("undone")
        write(node, writes, [entry])
    }

    private mutating func reopen(_ node: Int, _ status: DossierStatus) {
        guard [.finished, .returned, .withdrawn, .notAccepted].contains(status) else { return }
        note("reopened")
        write(
            node,
            [
                FieldWrite("status", .text(DossierStatus.processing.rawValue)),
                FieldWrite("finished_at", .null), FieldWrite("returned_at", .null),
            ])
    }

    private mutating func void(_ node: Int, _ state: RecordState) {
        guard state.isVoided || Int.random(in: 0..<3, using: &random) == 0,
            let entry = DossierEvent.entry([DossierEvent(state.isVoided ? .restored : .voided)])
        else { return }
        note(state.isVoided ? "restored" : "voided")
        write(node, [], [entry])
    }

    private mutating func correct(_ node: Int, _ state: RecordState) {
        let name: FieldName = Bool.random(using: &random) ? "received_at" : "finished_at"
        guard let present = state.shownValue(name)?.integer else { return }
        note("corrected")
        let moved = present + Int64.random(in: -5 * Self.day...5 * Self.day, using: &random)
        write(node, [FieldWrite(name, .integer(moved))])
    }

    private mutating func erase(_ node: Int, _ state: RecordState) {
        guard node == 3, state.erasures.isEmpty else { return }
        note("erased")
        var kept = RecordSchema.fieldsKeptByErasure(of: .dossier)
        // Orders of before know no events.
        if Bool.random(using: &random) { kept.removeAll { $0 == RecordSchema.eventsField } }
        guard let id = Self.id, let key = SigningKey(seed: Array(repeating: 1, count: 32)) else {
            return
        }
        let erasure = Erasure(of: id, keeping: kept, reason: "đơn", signedBy: key)
        write(node, [], [FieldWrite(RecordSchema.erasedField, erasure.value)])
    }

    private mutating func resolve(_ node: Int, _ state: RecordState) {
        for name in ["status", "office"] as [FieldName] {
            let values = state[name].map(\.value)
            guard values.count > 1, let value = values.randomElement(using: &random) else {
                continue
            }
            note("resolved")
            write(node, [FieldWrite(name, value)])
        }
    }

    /// What a program of before writes: no event.
    private mutating func forget(_ node: Int, from status: DossierStatus) {
        note("of before")
        if Bool.random(using: &random), let office = Self.offices.randomElement(using: &random) {
            write(node, [FieldWrite("office", .text(office))], saysEvents: false)
        } else if let next = status.nextStatuses.randomElement(using: &random) {
            write(node, writes(for: next), saysEvents: false)
        }
    }

    private mutating func write(
        _ node: Int, _ writes: [FieldWrite], _ additions: [FieldWrite] = [],
        saysEvents: Bool = true
    ) {
        let state = nodes[node]
        let replica = ReplicaID(UInt64(node + 1))
        // Clocks are off by hours, and some acts are typed in later.
        let wall = Timestamp(
            milliseconds: time + Int64.random(in: -Self.day / 6...Self.day / 6, using: &random))
        let at =
            Int.random(in: 0..<4, using: &random) == 0
            ? Timestamp(
                milliseconds: time - Int64.random(in: 0...3 * Self.day, using: &random))
            : nil
        seqs[node] += 1
        let seen = state.stamps.map(\.stamp.clock).max() ?? HybridTimestamp(rawValue: 0)
        let clock = clocks[node].tick(now: wall, after: seen)
        var added = additions
        if saysEvents, !state.fields.isEmpty,
            let events = DossierEvent.addition(over: state, writes, additions, act: at ?? wall)
        {
            added.append(events)
        }
        let kept = state.keptFields
        let change = Change(
            dot: Dot(replica, seqs[node]), clock: clock, kind: .dossier, record: Self.id,
            context: state.vv, writes: writes.filter { kept?.contains($0.name) ?? true },
            additions: added.filter { kept?.contains($0.name) ?? true },
            at: at ?? clock.civilTime(ifNot: wall), by: nil)
        guard nodes[node].apply(change) == .applied else { return }
        log.append((change, [node]))
    }
}
