// What people did, as they would tell it, and what should become of it: the model that the engine is
// held against. It is naive on purpose. It knows no version vectors, no dots, no states and no joins;
// it knows writes, each with a label of its own, and for each write the set of writes that it had
// seen, spelled out.
//
// What a write had seen is what stood on the clerk's screen, and what the writes that stood there
// had seen themselves. The screen is the only thing taken from the engine: had it lost a value
// there, the model would not take that value for seen, and would miss it in the end.

internal import Replication

/// Names one write for good, whatever dot it has or will have: it travels as the change's `by`.
typealias Label = String

/// Who wrote.
enum Writer: Hashable, Sendable {
    case central
    case device(slot: Int)
}

/// One write, as the one who wrote it would tell it.
struct Write: Sendable {
    var label: Label
    var writer: Writer
    /// The office for which it was written; `nil` at central.
    var office: String?
    var record: RecordID
    var kind: RecordKind
    var writes: [FieldWrite]
    var additions: [FieldWrite]
    /// Whether it made the record under an id that was given.
    var isIDGiven = false
    /// Every write to the record that the writer had seen.
    var seen: Set<Label>
    /// Whether it may be gone for good: the only disk that had it was replaced by an older one.
    var mayBeLost = false
}

extension Write {
    /// The order that it is, if it is one.
    var erasure: Erasure? {
        additions.first { $0.name == RecordState.erasedField }.flatMap { Erasure($0.value) }
    }
}

/// One value that should stand in a field.
struct StandingValue: Hashable, Sendable {
    var label: Label
    var value: FieldValue
}

/// All writes of a history.
struct Ledger: Sendable {
    private(set) var writes: [Label: Write] = [:]
    private(set) var labels: [Label] = []
    /// The first write to each record.
    private var makers: [RecordID: Label] = [:]

    /// Notes a write that is on disk.
    mutating func add(_ write: Write) {
        guard writes.updateValue(write, forKey: write.label) == nil else {
            preconditionFailure("every write has a label of its own")
        }
        labels.append(write.label)
        if makers[write.record] == nil { makers[write.record] = write.label }
    }

    /// Names a record for good: by the write that made it, or by its id where that was given.
    func name(of record: RecordID) -> String {
        guard let maker = makers[record].flatMap({ writes[$0] }), !maker.isIDGiven else {
            return record.description
        }
        return maker.label
    }

    /// The record of a name.
    func record(named name: String) -> RecordID? {
        writes[name]?.record ?? RecordID(name)
    }

    /// Notes that writes may be gone for good.
    mutating func mayLose(where isLost: (Write) -> Bool) {
        for label in labels {
            if let write = writes[label], isLost(write) { writes[label]?.mayBeLost = true }
        }
    }

    /// Drops a write, as a faulty model would: for the tests of the checkers.
    mutating func forget(_ label: Label) {
        writes[label] = nil
        labels.removeAll { $0 == label }
    }

    /// What somebody has seen who has these writes before them, of those in `also` too.
    func seen(from visible: some Sequence<Label>, also: [Label: Write] = [:]) -> Set<Label> {
        var seen = Set<Label>()
        for label in visible {
            seen.insert(label)
            // An order of erasure goes ahead of what central had seen when it gave it.
            guard let earlier = writes[label] ?? also[label], earlier.erasure == nil else {
                continue
            }
            seen.formUnion(earlier.seen)
        }
        return seen
    }

    /// What should stand in each field of a record of which these writes were taken: every value
    /// that no taken write to the same field had seen. What is added, such as notes, always stands.
    func standing(of taken: Set<Label>) -> [FieldName: Set<StandingValue>] {
        var fields: [FieldName: Set<StandingValue>] = [:]
        var replaced: [FieldName: Set<Label>] = [:]
        let kept = keptFields(of: taken)
        for case let write? in taken.map({ writes[$0] }) {
            for field in write.writes { replaced[field.name, default: []].formUnion(write.seen) }
        }
        for case let write? in taken.map({ writes[$0] }) {
            for field in write.writes where replaced[field.name]?.contains(write.label) != true {
                fields[field.name, default: []]
                    .insert(StandingValue(label: write.label, value: field.value))
            }
            for field in write.additions {
                fields[field.name, default: []]
                    .insert(StandingValue(label: write.label, value: field.value))
            }
        }
        return fields.filter { kept?.contains($0.key) ?? true }
    }

    /// The fields that may have values in a record of which these writes were taken: all (`nil`), or
    /// those that every erasure among them leaves.
    func keptFields(of taken: Set<Label>) -> Set<FieldName>? {
        let lists = taken.compactMap { writes[$0]?.erasure }.map {
            Set($0.keptFields).union([RecordState.erasedField])
        }
        guard let first = lists.first else { return nil }
        return lists.reduce(first) { $0.intersection($1) }
    }
}
