// A history from its beginning to its end.

public import Crypto
internal import Foundation

/// What came of a history.
public struct SimulationResult: Sendable {
    /// The plan.
    public var plan: Plan
    /// The same with all that was drawn while it happened: it happens again as it did.
    public var recorded: Plan
    /// The rule that was broken; `nil` when all held.
    public var violation: Violation?
    /// What happened, line by line.
    public var lines: [String]
    /// A hash over all of that, which is the same whenever the plan is.
    public var hash: Hash256
}

/// Runs histories.
public enum Simulation {
    /// What a test does to a world before it is checked, to see that the checks can fail.
    typealias Tampering = @Sendable (isolated World) throws -> Void

    /// Lets a plan happen and checks what came of it.
    public static func run(_ plan: Plan) async -> SimulationResult {
        await run(plan, tampering: nil)
    }

    static func run(_ plan: Plan, tampering: Tampering?) async -> SimulationResult {
        let directory = folder + "/dossiersync-simulation-" + UUID().uuidString
        defer {
            // A directory that cannot be removed is the temporary directory's business.
            try? FileManager.default.removeItem(atPath: directory)
        }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            let world = try World(plan: plan, directory: directory)
            let violation = await world.live(tampering)
            let history = await world.history
            await world.end()
            return SimulationResult(
                plan: plan, recorded: plan.recorded(await world.recorded), violation: violation,
                lines: history.lines, hash: history.hash)
        } catch {
            return SimulationResult(
                plan: plan, recorded: plan, violation: Violation(.fault, "\(error)"), lines: [],
                hash: .zero)
        }
    }

    /// Files in memory where there is such a folder: nothing of this is to survive.
    private static let folder: String = {
        let memory = "/dev/shm"
        return FileManager.default.isWritableFile(atPath: memory)
            ? memory : NSTemporaryDirectory()
    }()
}

extension World {
    /// The whole history, then the checks.
    func live(_ tampering: Simulation.Tampering?) async -> Violation? {
        do {
            try await begin()
            for event in plan.events { try await perform(event) }
            try await settle()
            try tampering?(self)
            try checkAll()
            return nil
        } catch let violation as Violation {
            return violation
        } catch {
            return Violation(.fault, "\(error)")
        }
    }
}
