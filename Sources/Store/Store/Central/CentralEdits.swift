// What central writes itself: by sessions, as the catalog's list of desks, and by order of the law.

public import Causality
internal import Crypto
internal import Dossiers
public import Editing
internal import Replication

extension RecordEdit where Transaction: CentralNodeTransaction {
    /// Opens the door for central, whose every writing session has an identity of its own: a central
    /// that is restored from a backup can then never give one dot to two changes.
    ///
    /// - Throws: what the store throws.
    public init(ofCentral transaction: Transaction, session: ReplicaID) throws {
        try self.init(transaction, session: session) {
            Author(
                replica: session, chain: try transaction.view.chain(of: session),
                clock: HybridClock(), office: nil, desk: 0)
        }
    }
}

extension CentralNodeTransaction {
    /// Lists in the catalog the desks that it lacks, as changes of central's own.
    ///
    /// - Parameters:
    ///   - office: the code of the office whose; `nil` for all.
    ///   - session: draws the identity under which central writes, if there is anything to write.
    /// - Throws: `StoreError`.
    public func listDesks(ofOffice office: String?, session: () -> ReplicaID) throws {
        var known: [String: [ListedDesk]] = [:]
        for device in try view.devices() where office == nil || device.office == office {
            known[device.office, default: []].append(ListedDesk(device).listable)
        }
        var edit: RecordEdit<Self>?
        for (office, desks) in known.sorted(by: { $0.key < $1.key }) {
            guard let state = try view.offices(ofCode: office).first else { continue }
            let listed = Set(state.listedDesks)
            let missing = desks.filter { !listed.contains($0) }
            for start in stride(from: 0, to: missing.count, by: desksOfAChangeMax) {
                let part = missing[start...].prefix(desksOfAChangeMax)
                let text = part.map(\.description).joined(separator: "\n")
                let door = try edit ?? RecordEdit(ofCentral: self, session: session())
                edit = door
                _ = try door.edit(
                    .id(state.id), writes: [],
                    additions: [FieldWrite(RecordSchema.desksField, .text(text))])
            }
        }
    }

    /// Commits what central wrote itself, and tells those who read the record.
    ///
    /// - Throws: what the store throws.
    public func commit(own write: LocalWrite) throws {
        let name = RecordName(write.after.kind, write.after.id)
        var set = CentralWriteSet(of: write.author.replica)
        set.records = [
            WrittenRecord(before: write.before, existed: write.existed, after: write.after)
        ]
        set.rows = try LoggedRow.rows(
            for: write.entry, of: write.after, over: write.before, exists: write.existed
        ) {
            var found = try view.read(CentralReads([name]))
            try view.add(CentralDetails(readersOf: [name]), to: &found)
            return found.records[name]?.readers ?? []
        }
        try commit(set)
    }
}

/// Desks in one change: with the longest names they are within the limit of the field.
private let desksOfAChangeMax = 40

extension ListedDesk {
    /// A device as the catalog lists it.
    package init(_ device: Device) {
        self.init(replica: device.replica, number: device.desk, name: device.name)
    }
}
