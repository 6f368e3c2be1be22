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
    /// What hinders central now; `nil` when it can do all its work.
    ///
    /// It takes its turn as a writer, and writes nothing.
    ///
    /// - Parameter freeBytesMin: bytes that have to be free; `nil` as the limits say.
    public func unreadiness(freeBytesMin: UInt64? = nil) async -> Unreadiness? {
        do {
            guard Store.hasRoom(for: freeBytesMin ?? limits.freeBytesMin, at: place) else {
                return .disk
            }
            let isRecovering = try await write { _, database in
                try database.epoch().isRecovering
            }
            return isRecovering ? .recovery : nil
        } catch {
            return .store
        }
    }
}
