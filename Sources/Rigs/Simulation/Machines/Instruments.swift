// What a simulated machine has in place of the system's clock and randomness.

internal import Causality
internal import Crypto
internal import Demonstration
internal import Foundation
internal import SeededRandom
internal import Synchronization

/// A wall clock that moves one millisecond at each reading, and jumps when told to.
///
/// Central reads its clock between any two of its transactions, so a hook on the reading is a place
/// where central can die.
final class SimulatedClock: WallClock {
    typealias Hook = @Sendable () -> Void

    private let state: Mutex<(milliseconds: Int64, hook: Hook?)>

    init(milliseconds: Int64) {
        state = Mutex((milliseconds, nil))
    }

    func now() -> Timestamp {
        let (milliseconds, hook) = state.withLock {
            $0.milliseconds += 1
            return ($0.milliseconds, $0.hook)
        }
        hook?()
        return Timestamp(milliseconds: milliseconds)
    }

    /// The time without a reading.
    var milliseconds: Int64 { state.withLock(\.milliseconds) }

    /// Sets the clock forward or back.
    func advance(milliseconds step: Int64) {
        state.withLock { $0.milliseconds += step }
    }

    /// Calls this at every reading.
    func onReading(_ hook: Hook?) {
        state.withLock { $0.hook = hook }
    }
}

/// The files of a database that has a write-ahead log.
enum DatabaseFiles {
    /// Bytes of a log below which SQLite has not moved it into the database file by itself: 1,000
    /// pages, less some. Beyond, a log that is cut short is no state that a machine can be in.
    private static let checkpointBytes = 3_900_000

    /// Bytes of the write-ahead log.
    static func logBytes(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        return (attributes?[.size] as? Int) ?? 0  // no log yet
    }

    /// Copies a database while nobody is in the middle of a statement, as it is on disk.
    ///
    /// - Parameters:
    ///   - bytesBefore: bytes of the log before the last commit, when power is to fail in it.
    ///   - share: how much of that commit is on disk, of a thousand.
    static func copy(
        _ path: String, to copy: String, bytesBefore: Int? = nil, share: Int = 1000
    ) throws {
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        guard FileManager.default.fileExists(atPath: path + "-wal") else { return }
        try FileManager.default.copyItem(atPath: path + "-wal", toPath: copy + "-wal")
        let bytes = logBytes(path)
        guard let bytesBefore, bytesBefore > 0, bytesBefore < bytes, bytes < checkpointBytes else {
            return
        }
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: copy + "-wal"))
        defer { try? log.close() }  // what matters was written
        try log.truncate(atOffset: UInt64(bytesBefore + (bytes - bytesBefore) * share / 1000))
    }

    /// Removes a database that nobody needs any more.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm"] {
            // What cannot be removed now goes with the directory.
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
    }
}

/// The moment in a sync at which the machine dies: after a reply was applied, before anything else.
/// What was on disk then is copied, and the machine goes on from the copy.
final class Death<Content: Sendable>: Sendable {
    private struct State {
        var repliesLeft: Int
        var share: Int
        var before: SimulatedDisk<Content>.Mark?
        var copy: SimulatedDisk<Content>?
    }

    private let disk: SimulatedDisk<Content>
    private let path: String
    private let state: Mutex<State>

    /// - Parameters:
    ///   - path: where the copy of a file is to be.
    ///   - share: how much of the last commit is on disk, of a thousand.
    init(disk: SimulatedDisk<Content>, copy path: String, repliesLeft: Int, share: Int) {
        self.disk = disk
        self.path = path
        state = Mutex(State(repliesLeft: repliesLeft, share: share))
    }

    /// What the machine goes on from, once it has died.
    var copy: SimulatedDisk<Content>? { state.withLock(\.copy) }

    /// Whether the machine has died.
    var isOver: Bool { copy != nil }

    /// A request leaves.
    func noteRequest() {
        let mark = disk.mark
        state.withLock { if $0.copy == nil { $0.before = mark } }
    }

    /// A reply was applied.
    func noteReply() {
        state.withLock { state in
            guard state.copy == nil else { return }
            state.repliesLeft -= 1
            if state.repliesLeft == 0 { die(&state, share: state.share) }
        }
    }

    /// The machine dies now, with everything that was committed.
    func dieNow() {
        state.withLock { if $0.copy == nil { die(&$0, share: 1000) } }
    }

    private func die(_ state: inout State, share: Int) {
        do {
            state.copy = try disk.copied(to: path, before: state.before, share: share)
        } catch {
            preconditionFailure("a file of the simulation cannot be copied: \(error)")
        }
    }
}
