public import Administration
public import CentralEngine

/// What a serving central does beside its answers, until it is told to end: it keeps the file in which it
/// says how it stands, and moves what was written into the database file whenever nobody writes.
public struct Housekeeping: Sendable {
    /// How often it looks whether what was written has come to rest.
    private static let restInterval = Duration.seconds(2)

    private let resting: Task<Void, Never>
    private let keeper: ServingStatusKeeper

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
    }

    /// Ends: nobody is told any more that a central serves.
    public func end() async {
        resting.cancel()
        await keeper.end()
    }
}
