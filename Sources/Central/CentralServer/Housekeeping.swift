public import Administration
public import CentralEngine
internal import Files
internal import Host

/// What a serving central does beside its answers, until it is told to end: it keeps the file in which it
/// says how it stands, moves what was written into the database file whenever nobody writes, and writes
/// what it has yet to note when a command in another process is going to read it.
public struct Housekeeping: Sendable {
    /// How often it looks whether what was written has come to rest.
    private static let restInterval = Duration.seconds(2)

    private let resting: Task<Void, Never>
    private let keeper: ServingStatusKeeper
    private let door: LocalDoor?

    /// Begins.
    ///
    /// - Parameters:
    ///   - databasePath: the node's file.
    ///   - status: how it stands, whenever that is asked.
    public init(
        of node: CentralNode, besides databasePath: String,
        _ status: @escaping @Sendable () -> ServingStatus
    ) {
        resting = Task {
            while (try? await Task.sleep(for: Self.restInterval)) != nil {  // until cancelled
                // A disk that fails now fails the next commit too, which is answered and logged.
                _ = try? await node.checkpointWhenIdle()
            }
        }
        keeper = ServingStatusKeeper(besides: databasePath, status)
        door = Self.place(besides: databasePath).flatMap { place in
            LocalDoor(at: place) { question in
                guard question == Self.question else { return nil }
                // A disk that fails now fails the next commit too.
                try? await node.writeNotes()
                return Self.answer
            }
        }
    }

    private static let question = "write notes"
    private static let answer = "written"

    /// Has the central that serves a database write what it has noted of exchanges and not yet written, and
    /// waits for that: whoever asks now hears of the sync that has just ended. Nothing happens when none serves.
    ///
    /// - Parameter secondsMax: how long to wait before reading what there is.
    public static func writeNotes(besides databasePath: String, secondsMax: Int = 10) {
        guard let place = place(besides: databasePath) else { return }
        _ = LocalDoor.ask(question, at: place, secondsMax: secondsMax)
    }

    private static func place(besides databasePath: String) -> LocalDoor.Place? {
        guard let file = FileIdentity(path: databasePath) else { return nil }
        return .name("dossiersync-central-\(file.device)-\(file.number)")
    }

    /// Ends: nobody is told any more that a central serves.
    public func end() async {
        door?.close()
        resting.cancel()
        await keeper.end()
    }
}
