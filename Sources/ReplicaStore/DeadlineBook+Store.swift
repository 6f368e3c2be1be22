public import Dossiers
internal import Replication

extension ReplicaDatabase {
    /// What the catalog says about time. O(catalog): to be read once for a listing.
    ///
    /// - Throws: `StoreError`.
    public func deadlineBook() throws -> DeadlineBook {
        var catalog: [RecordState] = []
        for kind in [RecordKind.office, .procedure, .holiday] {
            var filter = RecordFilter()
            filter.kind = kind
            try forEachRecord(filter) {
                catalog.append($0)
                return true
            }
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
