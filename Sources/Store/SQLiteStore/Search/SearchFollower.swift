internal import Causality
internal import SQLite
internal import Store

/// Keeps the search index of a file up for as long as its program runs, on a connection and a thread of its own.
///
/// It works in small transactions, never waits for a lock, and rests as long as it has worked; nineteen times as
/// long while others write, so that it takes a twentieth of their time at most.
public actor SearchFollower {
    /// How often it looks whether others have written.
    static let lookInterval = Duration.seconds(1)
    /// How long it rests when another was writing.
    static let restAfterGivingWay = Duration.milliseconds(100)
    /// Pages that it keeps in memory, in KiB.
    private static let cacheKiB = 1_000

    private let executor = DatabaseExecutor(label: "search.follower")
    private let database: ReplicaDatabase
    private let timer: any Clock<Duration>
    /// The version of the file at the last step; `nil` before the first one.
    private var version: Int64?
    /// Whether the index was behind, and may be still.
    private var isWorking = false

    /// On a thread of its own: SQLite blocks it.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Takes the file, open for it alone.
    ///
    /// - Throws: `StoreError`.
    public init(
        of database: sending ReplicaDatabase, timer: any Clock<Duration> = ContinuousClock()
    ) throws {
        self.database = database
        self.timer = timer
        try database.connection.execute("PRAGMA cache_size = -\(Self.cacheKiB)")
    }

    /// Works until its task is cancelled, or the file is no longer the one at its path; once.
    public func run() async {
        defer { database.close() }
        while !Task.isCancelled, let rest = step() {
            guard (try? await timer.sleep(for: rest)) != nil else { return }  // cancelled
        }
    }

    /// Does a small part of what is to be done.
    ///
    /// - Returns: how long to rest then; `nil` when the file is no longer the one at its path.
    func step() -> Duration? {
        let elapsed = timer.stopwatch()
        do {
            let present = try database.dataVersion
            let hasOthers = version != present
            version = present
            if !isWorking, hasOthers { isWorking = try database.isSearchIndexBehind() }
            guard isWorking else { return Self.lookInterval }
            switch try database.indexForSearch() {
            case .indexed: return elapsed() * (hasOthers ? 19 : 1)
            case .gaveWay: return Self.restAfterGivingWay
            case .complete:
                isWorking = false
                return Self.lookInterval
            }
        } catch StoreError.displaced {
            return nil
        } catch {
            // A full disk, say: the next look tries again.
            (version, isWorking) = (nil, false)
            return Self.lookInterval
        }
    }
}
