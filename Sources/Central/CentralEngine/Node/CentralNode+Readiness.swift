// Whether central can do its work now, for those who watch it. That it answers at all is `/v1/health`.

internal import Store

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
    public static var freeBytesMin: UInt64 { 64 << 20 }

    /// What hinders central now; `nil` when it can do all its work.
    ///
    /// It takes its turn as a writer, and writes nothing.
    public func unreadiness(freeBytesMin: UInt64 = freeBytesMin) async -> Unreadiness? {
        do {
            guard Store.hasRoom(for: freeBytesMin, at: place) else { return .disk }
            let isRecovering = try await write { _, database in
                try database.epoch().isRecovering
            }
            return isRecovering ? .recovery : nil
        } catch {
            return .store
        }
    }
}
