// What of a change that another device wrote can stand when it is issued here: judged value by value, as
// central would, and by what its writer had seen.

public import Causality
internal import Dossiers
public import Replication

/// A value of a carried change that cannot stand.
public struct UnfitWrite: Hashable, Sendable {
    /// The value.
    public var write: FieldWrite
    /// Why.
    public var fault: EditFault
}

/// Judges what another device wrote.
public struct CarriedJudgement {
    /// The office of this device.
    private let office: String
    /// The record as it is here.
    private let state: RecordState
    private let seen: SeenDots
    /// Those offices named by the change that the catalog has.
    private let offices: Set<String>
    /// The editions of the dossier's procedure.
    private let editions: [ProcedureEdition]
    private let now: Timestamp

    /// A judge of one change.
    public init(
        for office: String, on state: RecordState, seeing seen: SeenDots, offices: Set<String>,
        editions: [ProcedureEdition], now: Timestamp
    ) {
        self.office = office
        self.state = state
        self.seen = seen
        self.offices = offices
        self.editions = editions
        self.now = now
    }

    /// What of a change can stand: a value that cannot leaves the others alone.
    ///
    /// - Throws: `EditFault.noSuchRecord`, `.outOfScope`.
    public func fitPart(
        of written: Change
    ) throws(EditFault) -> (change: Change, unfit: [UnfitWrite]) {
        let own = FieldWrite(RecordSchema.officeField, .text(office))
        guard
            state.fields.isEmpty
                ? written.writes.contains(own)
                : DossierRules.scope(of: state).includes(office: office)
        else {
            throw state.fields.isEmpty && !written.context.isEmpty ? .noSuchRecord : .outOfScope
        }
        var (change, unfit) = (written, [UnfitWrite]())
        for write in written.writes + written.additions {
            guard let fault = fault(of: write, in: written) else { continue }
            unfit.append(UnfitWrite(write: write, fault: fault))
            change.writes.removeAll { $0.name == write.name }
            change.additions.removeAll { $0.name == write.name }
            // The entry of a pause goes with the status that it tells of.
            if write.name == RecordSchema.statusField {
                change.additions.removeAll { $0.name == RecordSchema.pausesField }
            }
        }
        return (change, unfit)
    }

    private func fault(of write: FieldWrite, in written: Change) -> EditFault? {
        if write.name == RecordSchema.erasedField { return .domain(.notWritable(write.name)) }
        if let kept = state.keptFields, !kept.contains(write.name) {
            return .domain(.erased(write.name))
        }
        var alone = written
        alone.writes = written.writes.filter { $0 == write }
        alone.additions = written.additions.filter { $0 == write }
        do throws(DossierError) {
            try DossierRules.validate(change: alone)
        } catch {
            return .domain(error)
        }
        if write.name == RecordSchema.officeField {
            guard let code = write.value.text, offices.contains(code) else {
                return .unknownOffice
            }
        }
        return write.name == RecordSchema.statusField ? transitionFault(write.value) : nil
    }

    /// A step is judged only where the writer had seen every status that is here.
    private func transitionFault(_ value: FieldValue) -> EditFault? {
        let entries = state[RecordSchema.statusField]
        guard let target = value.text, entries.allSatisfy({ seen.contains($0.dot) }),
            !entries.contains(where: { $0.value == value }),
            let source = state.shownValue(RecordSchema.statusField)?.text
        else { return nil }
        func fault(by table: TransitionTable?) -> DossierError? {
            do throws(DossierError) {
                try DossierRules.checkTransition(from: source, to: target, by: table)
                return nil
            } catch {
                return error
            }
        }
        guard let general = fault(by: nil) else { return nil }
        if let table = editions.transitions(of: state, now: now), fault(by: table) == nil {
            return nil
        }
        return .domain(general)
    }
}

/// What the writer of a carried change had seen of its record, in the names that are known here.
public struct SeenDots: Sendable {
    /// All but what was issued here.
    public var vector: VersionVector
    /// Dots that the vector covers too much.
    public var unseen: Set<Dot>
    /// The writer's earlier changes that were issued here.
    public var issued: Set<Dot>

    /// Says what was seen.
    public init(vector: VersionVector, unseen: Set<Dot>, issued: Set<Dot>) {
        self.vector = vector
        self.unseen = unseen
        self.issued = issued
    }

    /// Whether it had seen a change.
    public func contains(_ dot: Dot) -> Bool {
        vector.covers(dot) && !unseen.contains(dot) || issued.contains(dot)
    }

    /// The context that says so, and the dots that it covers too much. It has to cover all of this
    /// device's own changes to the record, and those that were issued here.
    public func context(
        of change: Change, by replica: ReplicaID, in state: RecordState
    ) -> (VersionVector, [Dot]) {
        var context = vector
        for dot in issued { context.insert(dot) }
        if state.vv[replica] > 0 { context.insert(Dot(replica, state.vv[replica])) }
        let names = Set(change.writes.map(\.name))
        var unseen = Set<Dot>()
        for field in state.fields where names.contains(field.name) {
            for entry in field.entries where context.covers(entry.dot) && !contains(entry.dot) {
                unseen.insert(entry.dot)
            }
        }
        return (context, unseen.sorted())
    }
}
