internal import Language
internal import CommandLineTool
internal import Demonstration
internal import Foundation
internal import JSON
internal import Reports

enum DemoCommand {
    static let command = Command(
        "demo", summary: "replay a half-year at district counters and show what came of it",
        discussion: """
            Starts a central on loopback and every desk's replica in a temporary directory, replays a
            seeded half-year with the published totals (16 December 2020 to 15 June 2021), cuts one
            office's link for a while, syncs, and prints what was merged, what waits for a person,
            the report, and whether all digests agree. Ends with 70 if anything does not add up.
            """,
        options: [
            Option("--seed", valueName: "N", help: "draw another half-year (default 2021)"),
            Option("--keep", help: "leave the replicas in place and say where they are"),
        ]
    ) { invocation in
        let seed = try invocation.integer("--seed", in: 0 ... .max) ?? 2021
        let directory = NSTemporaryDirectory() + "dossiersync-demo-" + UUID().uuidString
        defer {
            if !invocation.has("--keep") {
                try? FileManager.default.removeItem(atPath: directory)  // a temporary directory
            }
        }
        let halfYear = HalfYear(seed: UInt64(seed))
        let run = try await DemoRun(halfYear, directory: directory)
        let story = DemoStory(run, invocation)
        do {
            try story.tellBeginning(seed: seed)
            try await run.replay()
            let isRight = try story.tellOutcome()
            await run.stop()
            if invocation.has("--keep") { try invocation.printOut("kept in \(directory)") }
            guard isRight else {
                throw CommandFailure(
                    .software, "the half-year did not come out as it was played",
                    hint: "run it again with --keep --seed \(seed) and report what it prints")
            }
        } catch {
            await run.stop()
            throw error
        }
        return .ok
    }
}
