public import Dossiers
internal import Replication

extension ReplicaDatabase {
    /// What the catalog says about time. O(catalog): to be read once for a listing.
    ///
    /// - Parameter position: a position of central's feed at which the catalog is looked at; `nil` for
    ///   the present.
    /// - Throws: `StoreError`, `StateNotKept`.
    public func deadlineBook(at position: UInt64? = nil) throws -> DeadlineBook {
        var catalog: [RecordState] = []
        for kind in [RecordKind.office, .procedure, .holiday] {
            try forEachState(of: kind, at: position) { catalog.append($0) }
        }
        return DeadlineBook(catalog: catalog)
    }
}

extension WriteTransaction {
    /// What the catalog says about time, as this transaction sees it.
    ///
    /// - Throws: `StoreError`.
    public func deadlineBook() throws -> DeadlineBook { try database.deadlineBook() }
}
