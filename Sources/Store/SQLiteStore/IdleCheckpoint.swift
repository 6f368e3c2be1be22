// A central that serves holds the last writes in the write-ahead log until there are a thousand pages of
// them, which takes a quiet office hours. Who then copies `central.db` alone has a sound file without them. So
// whoever serves calls this now and then: a log that has come to rest goes into the file, and one that
// never rests does so too after some calls.

internal import Foundation
internal import SQLite

/// Moves the write-ahead log of a file into it when nobody writes.
public struct IdleCheckpoint {
    /// Calls after which a log is moved that grows all the time.
    private static let callsMax = 15

    private let path: String
    /// The log at the last call, and what was moved last.
    private var seen: LogState?
    private var moved: LogState?
    private var calls = 0

    /// A log as the file system tells of it: every commit changes one or the other.
    private struct LogState: Equatable {
        var size: Int
        var modified: Date

        init?(path: String) {
            guard
                // No log, or none that can be looked at: there is nothing to move.
                let status = try? FileManager.default.attributesOfItem(atPath: path),
                let size = status[.size] as? Int, size > 0,
                let modified = status[.modificationDate] as? Date
            else { return nil }
            self.size = size
            self.modified = modified
        }
    }

    /// Watches the log of a database file.
    public init(path: String) {
        self.path = path + "-wal"
    }

    /// Moves the log if it has not changed since the last call, or waits for long.
    ///
    /// - Returns: whether it is in the file now, as far as this call knows.
    /// - Throws: `StoreError.sqlite`.
    public mutating func callAsFunction(_ database: ReplicaDatabase) throws -> Bool {
        guard let now = LogState(path: path), now != moved else {
            calls = 0
            return true
        }
        calls += 1
        let isAtRest = now == seen
        seen = now
        guard isAtRest || calls >= Self.callsMax else { return false }
        do {
            // Whoever writes between the look and the move is seen by the next call.
            guard try database.connection.checkpointWithoutWaiting() else { return false }
        } catch {
            throw StoreError.sqlite(error)
        }
        moved = now
        calls = 0
        return true
    }
}
