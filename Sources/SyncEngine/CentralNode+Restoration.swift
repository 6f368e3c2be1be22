// How a central that was restored from a backup notices it (`Protocol/sync.md` §Epochs).

internal import Crypto
internal import ReplicaStore
internal import SyncProtocol

extension CentralNode {
    /// Begins a new epoch when a device has more of the present one than central has: then central
    /// was restored from a backup.
    func noticeRestoration(_ request: SyncRequest) async throws(SyncFailure) {
        guard try await read({ try $0.lacks(whatItGave: request) }) else { return }
        let epoch = random.number() >> 1  // fits SQLite's integers
        try await write { transaction, database in
            guard try database.lacks(whatItGave: request) else { return }
            try transaction.beginEpoch(epoch, cause: .noticed, noticedBy: request.replica)
        }
    }
}

extension ReplicaDatabase {
    /// Whether central lacks what it gave or acknowledged to a device in the present epoch.
    fileprivate func lacks(whatItGave request: SyncRequest) throws -> Bool {
        guard let known = request.epoch, try epoch().id == known.epoch else { return false }
        if let cursor = request.cursor, cursor.hash != (try commitHash(at: cursor.position)) {
            return true
        }
        return try known.acknowledgedSeq > device(request.replica)?.seq ?? 0
    }
}
