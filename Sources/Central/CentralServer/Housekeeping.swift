public import Administration
public import Causality
public import CentralEngine
internal import Files
internal import Host

/// What a serving central does beside its answers, until it is told to end: it keeps the file in which it
/// says how it stands, moves what was written into the database file whenever nobody writes, lets go what is kept
/// no longer, and answers commands in other processes of what is not in the file yet.
public struct Housekeeping: Sendable {
    private let resting: Task<Void, Never>
    private let forgetting: Task<Void, Never>
    private let keeper: ServingStatusKeeper
    private let door: LocalDoor?

    /// Begins.
    ///
    /// - Parameters:
    ///   - databasePath: the node's file.
    ///   - status: how it stands, whenever that is asked.
    public init(
        of node: FileCentral, besides databasePath: String,
        limits: ServingLimits = .standard, _ status: @escaping @Sendable () -> ServingStatus
    ) {
        resting = Task {
            while (try? await Task.sleep(for: limits.restInterval)) != nil {  // until cancelled
                // A disk that fails now fails the next commit too, which is answered and logged.
                _ = try? await node.checkpointWhenIdle()
            }
        }
        forgetting = Task {
            repeat {
                // As above, until cancelled; what stays for now goes an hour later.
                _ = try? await node.dropOldReceipts(pause: limits.retentionPause)
            } while (try? await Task.sleep(for: limits.retentionInterval)) != nil
        }
        keeper = ServingStatusKeeper(
            besides: databasePath, every: limits.statusInterval, status)
        door = Self.place(besides: databasePath).flatMap { place in
            LocalDoor(at: place) { await Self.answer(to: $0, node) }
        }
    }

    private static let noteQuestion = "write notes"
    private static let waitQuestion = "who waits"

    private static func answer(to question: String, _ node: FileCentral) async -> String? {
        switch question {
        case noteQuestion:
            // A disk that fails now fails the next commit too.
            try? await node.writeNotes()
            return "written"
        case waitQuestion:
            return node.waitingDevices.sorted().map(\.description).joined(separator: " ")
        default: return nil
        }
    }

    /// Has the central that serves a database write what it has noted of exchanges and not yet written, and
    /// waits for that: whoever asks now hears of the sync that has just ended. Nothing happens when none serves.
    ///
    /// - Parameter secondsMax: how long to wait before reading what there is.
    public static func writeNotes(besides databasePath: String, secondsMax: Int = 10) {
        _ = ask(noteQuestion, besides: databasePath, secondsMax)
    }

    /// The devices of which a request waits now at the central that serves a database; none when none serves.
    public static func waitingDevices(besides databasePath: String) -> Set<ReplicaID> {
        let answer = ask(waitQuestion, besides: databasePath, 10) ?? ""
        return Set(answer.split(separator: " ").compactMap { ReplicaID(hexadecimal: $0) })
    }

    private static func ask(
        _ question: String, besides databasePath: String, _ secondsMax: Int
    ) -> String? {
        place(besides: databasePath).flatMap {
            LocalDoor.ask(question, at: $0, secondsMax: secondsMax)
        }
    }

    private static func place(besides databasePath: String) -> LocalDoor.Place? {
        guard let file = FileIdentity(path: databasePath) else { return nil }
        return .name("dossiersync-central-\(file.device)-\(file.number)")
    }

    /// Ends: nobody is told any more that a central serves.
    public func end() async {
        door?.close()
        resting.cancel()
        forgetting.cancel()
        await keeper.end()
    }
}
