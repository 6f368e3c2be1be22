// How a central that was restored from a backup notices it (`Protocol/sync.md` §Epochs).

internal import Crypto
internal import Store
internal import Wire

extension CentralNode {
    /// Begins a new epoch when a device has more of the present one than central has: then central
    /// was restored from a backup.
    func noticeRestoration(_ request: SyncRequest) async throws(SyncFailure) {
        let epoch = random.number() >> 1  // fits SQLite's integers
        try await write { transaction, database in
            let device = try database.device(request.replica)
            guard try database.lacks(whatItGave: request, device) else { return }
            try transaction.beginEpoch(epoch, cause: .noticed, noticedBy: request.replica)
        }
    }
}

extension CentralNodeView {
    /// Whether central lacks what it gave or acknowledged to a device in the present epoch.
    func lacks(whatItGave request: SyncRequest, _ device: Device?) throws -> Bool {
        guard let known = request.epoch, try epoch().id == known.epoch else { return false }
        if let cursor = request.cursor, cursor.hash != (try commitHash(at: cursor.position)) {
            return true
        }
        return known.acknowledgedSeq > device?.seq ?? 0
    }
}
