// Whether central can do its work now, for those who watch it. That it answers at all is `/v1/health`.

internal import Glibc
internal import ReplicaStore

/// Why central cannot do its work, or not all of it.
public enum Unreadiness: String, Sendable, CaseIterable {
    /// Its store cannot be read or written.
    case store
    /// The disk is nearly full, or may only be read.
    case disk
    /// It was restored from a backup, and the recovery has not ended: devices may sync, and shall.
    case recovery
}

extension CentralNode {
    /// Bytes that have to be free on the disk: a full push, its feed and SQLite's log fit in.
    public static let freeBytesMin: UInt64 = 64 << 20

    /// What hinders central now; `nil` when it can do all its work.
    ///
    /// It takes its turn as a writer, and writes nothing.
    public func unreadiness(freeBytesMin: UInt64 = freeBytesMin) async -> Unreadiness? {
        do {
            guard hasRoom(freeBytesMin) else { return .disk }
            let isRecovering = try await write { _, database in
                try database.epoch().isRecovering
            }
            return isRecovering ? .recovery : nil
        } catch {
            return .store
        }
    }

    private func hasRoom(_ freeBytesMin: UInt64) -> Bool {
        var status = statvfs()
        // A file that is not there is the store's affair.
        guard statvfs(path, &status) == 0 else { return true }
        let (free, isHuge) = UInt64(status.f_bavail)
            .multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return (isHuge || free >= freeBytesMin) && status.f_flag & UInt(ST_RDONLY) == 0
    }
}
