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
