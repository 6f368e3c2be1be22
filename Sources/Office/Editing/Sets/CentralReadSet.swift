// What central judges a delivery by: a value, complete before anything is judged or merged.

public import Causality
public import Crypto
internal import Dossiers
public import Replication

/// A record as a store found it.
public struct FoundRecord: Hashable, Sendable {
    /// Its state; empty when there is no such record yet.
    public var state: RecordState
    /// Whether the store has a row of it. One that was refused before it began has a row and no fields.
    public var exists: Bool
    /// Whether the device's office could ever read it: its feed holds a row of it.
    public var isRead = false
    /// The offices that could ever read it.
    public var readers: [String] = []
    /// The changes to it that were taken, in order of arrival.
    public var history: [Change] = []
    /// What the copies have seen by which the device's office was told of it.
    public var toldCopies: [VersionVector] = []

    /// A record as it was found.
    public init(_ state: RecordState, exists: Bool) {
        self.state = state
        self.exists = exists
    }
}

/// What central knows that a delivery is judged by.
public struct CentralReadSet: Hashable, Sendable {
    /// The device's chain hash before the first change of the push; `nil` when it is not known.
    public var hashBefore: Hash256?
    /// Central's own key, by which orders of erasure are known.
    public var centralKey: PublicKey?
    /// Records by name, the other kinds' under their ids among them. One that was asked for and is not
    /// there is here without a row.
    public var records: [RecordName: FoundRecord] = [:]
    /// How earlier changes of the push were refused.
    public var refusals: [RefusalNote] = []
    /// Bytes of the device's refused changes that are kept.
    public var refusedBytes: Int64 = 0
    /// Those offices of which it was asked that the catalog has.
    public var offices: Set<String> = []
    /// The editions of the procedures of which it was asked, in the catalog's order.
    public var procedures: [String: [ProcedureEdition]] = [:]
    /// The offices of those replicas of which it was asked that are devices.
    public var deviceOffices: [ReplicaID: String] = [:]

    /// An empty read set.
    public init() {}
}

/// The first round of reading: what a delivery names itself.
public struct CentralReads: Hashable, Sendable {
    /// The device.
    public var replica: ReplicaID
    /// Whose chain hash is wanted.
    public var hashSeq: UInt64?
    /// Whose refusals are wanted.
    public var refusalSeqs: ClosedRange<UInt64>?
    /// Records whose states are wanted.
    public var records: Set<RecordName> = []
    /// Records that the delivery makes: wanted is only that their ids are free.
    public var newRecords: Set<RecordName> = []
    /// Offices that records are given to.
    public var offices: Set<String> = []
    /// Whether an order of erasure may have to be checked.
    public var wantsKey = false
    /// Whether a change may be refused: then it is wanted how much the device has been refused.
    public var wantsRefusedBytes = false

    /// Records for what central does by itself.
    public init(_ records: Set<RecordName>) {
        replica = ReplicaID(0)
        self.records = records
    }

    /// What has to be read first.
    public init(for delivery: Delivery) {
        replica = delivery.device.replica
        let seq = delivery.device.chain.seq
        if let push = delivery.push {
            hashSeq = push.firstSeq - 1
            if push.firstSeq <= seq { refusalSeqs = push.firstSeq...seq }
        }
        for pushed in delivery.newChanges {
            wantsRefusedBytes = true
            let change = pushed.change
            guard change.kind.isKnown else { continue }
            let name = RecordName(change.kind, pushed.record)
            if change.record == nil { newRecords.insert(name) } else { records.insert(name) }
            if let code = change.officeWritten?.text { offices.insert(code) }
        }
        for state in delivery.states?.values.map(\.self) ?? [] where state.kind.isKnown {
            if delivery.isRecovering { records.insert(RecordName(state.kind, state.id)) }
            wantsKey = wantsKey || !state.erasures.isEmpty
        }
        newRecords.subtract(records)
    }
}

/// The second round of reading, the last: what follows from the states that the first has found.
public struct CentralDetails: Hashable, Sendable {
    /// The device's office.
    public var office: String
    /// Records that earlier refusals were of.
    public var records: Set<RecordName> = []
    /// Records of which is wanted whether the office could ever read them.
    public var isRead: Set<RecordName> = []
    /// Records of which is wanted who could.
    public var readers: Set<RecordName> = []
    /// Records whose taken changes are wanted: a step may be taken back.
    public var histories: Set<RecordName> = []
    /// Records of which is wanted by what copies the office was told of them.
    public var toldCopies: Set<RecordName> = []
    /// Procedures whose own steps may count.
    public var procedures: Set<String> = []
    /// Replicas whose offices are wanted.
    public var replicas: Set<ReplicaID> = []

    /// Whether nothing has: most deliveries are judged by one round.
    public var isEmpty: Bool {
        records.isEmpty && isRead.isEmpty && readers.isEmpty && histories.isEmpty
            && toldCopies.isEmpty && procedures.isEmpty && replicas.isEmpty
    }

    /// Who could ever read some records, for what central does by itself.
    public init(readersOf records: Set<RecordName>) {
        office = ""
        readers = records
    }

    /// What has to be read besides.
    public init(for delivery: Delivery, after read: CentralReadSet) {
        office = delivery.device.office
        for note in read.refusals where note.kind.isKnown {
            let name = RecordName(note.kind, note.record)
            if read.records[name] == nil { records.insert(name) }
        }
        var pushed: [RecordName: [Change]] = [:]
        for one in delivery.newChanges where one.change.kind.isKnown {
            pushed[RecordName(one.change.kind, one.record), default: []].append(one.change)
        }
        for (name, changes) in pushed {
            add(name, changes, delivery.states?[name.id], read.records[name], delivery.device)
        }
        guard delivery.isRecovering else { return }
        for state in delivery.states?.values.map(\.self) ?? [] where state.kind.isKnown {
            let name = RecordName(state.kind, state.id)
            add(name, [], state, read.records[name], delivery.device)
        }
    }

    private mutating func add(
        _ name: RecordName, _ changes: [Change], _ given: RecordState?, _ found: FoundRecord?,
        _ device: PushingDevice
    ) {
        let state = found?.state ?? RecordState(kind: name.kind, id: name.id)
        let isSeen = given != nil || changes.contains { state.vv.covers($0.dot) }
        let mayMove = isSeen || changes.contains { $0.officeWritten != nil }
        if found?.exists == true {
            if mayMove || !DossierRules.scope(of: state).includes(office: office) {
                isRead.insert(name)
            }
            if mayMove { readers.insert(name) }
            if isSeen { toldCopies.insert(name) }
        }
        if changes.contains(where: \.mayTakeBack) {
            if found?.exists == true { histories.insert(name) }
            replicas.insert(device.replica)
            for known in [state, given].compactMap(\.self) {
                replicas.formUnion(known.vv.entries.map(\.replica))
            }
        }
        addProcedures(changes, [state, given].compactMap(\.self))
    }

    /// A procedure's own steps count only where the general ones forbid one, of whatever may be shown then.
    private mutating func addProcedures(_ changes: [Change], _ states: [RecordState]) {
        func texts(_ name: FieldName) -> Set<String> {
            Set(states.flatMap { $0[name].compactMap(\.value.text) })
        }
        var (sources, codes) = (texts(RecordSchema.statusField), texts("procedure"))
        var isNeeded = false
        for change in changes where change.kind == .dossier {
            let writes = change.writes
            if let code = writes.first(where: { $0.name == "procedure" })?.value.text {
                codes.insert(code)
            }
            guard
                let target = writes.first(where: { $0.name == RecordSchema.statusField })?
                    .value.text
            else { continue }
            isNeeded = isNeeded || sources.contains { !Self.isGeneralStep($0, target) }
            sources.insert(target)
        }
        if isNeeded { procedures.formUnion(codes) }
    }

    private static func isGeneralStep(_ source: String, _ target: String) -> Bool {
        do throws(DossierError) {
            try DossierRules.checkTransition(from: source, to: target)
            return true
        } catch {
            return false
        }
    }
}

extension Change {
    /// What it writes into the field of the office.
    var officeWritten: FieldValue? {
        writes.first { $0.name == RecordSchema.officeField }?.value
    }

    /// Whether it says that it takes a step back.
    var mayTakeBack: Bool {
        additions.contains { addition in
            addition.name == RecordSchema.eventsField
                && addition.value.text.flatMap(DossierEvent.parse)?.contains {
                    $0.what == .undone
                } == true
        }
    }
}
