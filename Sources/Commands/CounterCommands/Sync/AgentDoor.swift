// How `counter sync` asks a running agent for a sync. An agent that has gone leaves a door at which nobody
// answers; then the command syncs by itself.

internal import Foundation
internal import Host
internal import JSON

enum AgentDoor {
    private static let question = "sync"

    /// Listens; `nil` when the system refuses: the agent works without.
    ///
    /// - Parameter answer: syncs; `nil` when the agent ends before it can.
    static func open(
        _ home: CounterHome, answer: @escaping @Sendable () async -> SyncAnswer?
    ) -> LocalDoor? {
        LocalDoor(at: place(in: home)) { asked in
            asked == question ? await answer()?.json.serialized() : nil
        }
    }

    private static func place(in home: CounterHome) -> LocalDoor.Place {
        .file(CounterHome.agentSocketName, folder: home.path)
    }

    /// Asks the agent of a home for a sync and waits until it has ended; `nil` when none answers.
    static func ask(_ home: CounterHome) async -> SyncAnswer? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let line = LocalDoor.ask(question, at: place(in: home))
                // What is no agent's answer is none: the command syncs by itself.
                let document = line.flatMap { try? JSONValue(parsing: Array($0.utf8)) }
                continuation.resume(returning: document.flatMap(SyncAnswer.init))
            }
        }
    }
}
