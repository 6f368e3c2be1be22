// How central erases by law (`Protocol/erasure.md`): the order is a change like any other, which a store's
// commit follows; counters hear of it as of any change.

internal import Causality
public import Crypto
public import Dossiers
internal import Editing
public import Replication

/// What an erasure did at central.
public struct ErasureResult: Sendable {
    /// The record.
    public var record: RecordID
    /// The fields that held values, at present or in a change.
    public var fields: [FieldName]
    /// The logged changes that lost values.
    public var changeCount: Int
}

extension ErasureResult {
    /// What an erasure would take from a record with this history.
    ///
    /// - Throws: `StoreError.domain` for a kind that holds nothing of people.
    init(of record: RecordState, _ history: [LoggedChange]) throws {
        guard RecordSchema.definition(of: RecordSchema.erasedField, in: record.kind) != nil else {
            throw StoreError.domain(.unknownField(RecordSchema.erasedField, record.kind))
        }
        let kept = Set(RecordSchema.fieldsKeptByErasure(of: record.kind))
            .union([RecordSchema.erasedField])
        var fields = Set(record.fields.map(\.name)).subtracting(kept)
        var count = 0
        for logged in history {
            let names = (logged.change.writes + logged.change.additions).map(\.name)
                .filter { !kept.contains($0) }
            fields.formUnion(names)
            if !names.isEmpty { count += 1 }
        }
        self.init(record: record.id, fields: fields.sorted(), changeCount: count)
    }
}

extension EditView {
    /// What an erasure would take from a record here.
    ///
    /// - Throws: `StoreError.domain` for a kind that holds nothing of people; `StoreError`.
    public func personalContent(of record: RecordState) throws -> ErasureResult {
        let found = try self.record(named: .id(record.id))
        return try ErasureResult(of: record, found.map(history(of:)) ?? [])
    }

    /// Refuses an id that names several records: what is done to it cannot be undone.
    ///
    /// - Throws: `StoreError.doubledID`.
    public func requireOneKind(of id: RecordID) throws {
        let kinds = try kinds(of: id)
        if kinds.count > 1 { throw StoreError.doubledID(kinds) }
    }
}

extension RecordEdit where Transaction: CentralNodeTransaction {
    /// Erases what a record holds of people, at central. The order may come again: another reason is
    /// added.
    ///
    /// - Parameter key: central's own, which signs the order.
    /// - Throws: `StoreError.noSuchRecord`, `.ambiguousCode`, `.doubledID`, `.domain`.
    public func erase(
        _ reference: RecordReference, reason: String, by: String? = nil, signedBy key: SigningKey
    ) throws -> ErasureResult {
        let record = try transaction.find(reference).state
        try transaction.view.requireOneKind(of: record.id)
        let found = try transaction.view.personalContent(of: record)
        let erasure = Erasure(
            of: record.id, keeping: RecordSchema.fieldsKeptByErasure(of: record.kind),
            reason: reason, signedBy: key)
        _ = try edit(
            reference, writes: [],
            additions: [FieldWrite(RecordSchema.erasedField, erasure.value)], by: by)
        return found
    }
}
