// The refusals that a device hears, of a push or once more: each with the record as it is now, as far as the
// device's office may see it.

internal import Causality
internal import Dossiers
internal import Editing
internal import Store
internal import Replication
internal import Wire

extension CentralNodeView {
    /// The refusals of earlier changes of a device.
    ///
    /// - Throws: what the store throws.
    func refusals(of device: Device, seqs: ClosedRange<UInt64>) throws -> [Refusal] {
        try refusals(of: device.replica, seqs: seqs).map { try refusal($0, to: device) }
    }

    /// The refusals of all that was taken from a device, the latest.
    ///
    /// - Throws: what the store throws.
    func allRefusals(of device: Device, countMax: Int) throws -> [Refusal] {
        guard device.seq > 0 else { return [] }
        return try refusals(of: device.replica, seqs: 1...device.seq)
            .suffix(countMax).map { try refusal($0, to: device) }
    }

    /// Refusals with the records as they were at a position, where a reply ends, with the device's own changes: what
    /// others wrote since may rest on what a later reply brings.
    ///
    /// - Throws: what the store throws.
    func refusals(
        _ refusals: [Refusal], at position: UInt64, of replica: ReplicaID
    ) throws -> [Refusal] {
        try refusals.map { refusal in
            guard let present = refusal.state,
                let then = try state(of: present.id, at: position, with: replica),
                then.kind == present.kind, !then.fields.isEmpty
            else { return refusal }
            var earlier = refusal
            earlier.state = then
            return earlier
        }
    }

    private func refusal(_ note: RefusalNote, to device: Device) throws -> Refusal {
        Refusal(
            seq: note.seq, code: RefusalCode(rawValue: note.code) ?? .other, reason: note.reason,
            state: try visibleState(note.kind, note.record, to: device))
    }

    /// A record's state, if the device's office may see it or nobody else's office has it.
    private func visibleState(
        _ kind: RecordKind, _ id: RecordID, to device: Device
    ) throws -> RecordState? {
        guard kind.isKnown else { return nil }
        let (found, claimant) = try found(RecordName(kind, id))
        let record = claimant ?? found
        return record.exists ? DossierRules.visible(record.state, to: device.office) : nil
    }
}
