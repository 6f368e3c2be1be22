import Foundation
import TestSupport
import Testing

@testable import Simulation

/// Failures are kept as lists of events with all details: what the generator draws of a seed changes
/// with every kind of event that it learns.
@Suite("Histories that once broke a rule")
struct RecordedTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appendingPathComponent("Failures")

    /// The names of all files.
    static let names: [String] = {
        let found = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (found ?? []).filter { $0.hasSuffix(".jsonl") }.sorted()  // a test counts them
    }()

    private static func plan(_ name: String) throws -> Plan {
        let file = folder.appendingPathComponent(name)
        return try Plan(recording: Array(Data(contentsOf: file)))
    }

    @Test("each keeps all rules now, on each store", arguments: names, SimulatedStore.allCases)
    func keepsRules(name: String, store: SimulatedStore) async throws {
        let plan = try Self.plan(name).on(store)
        let result = await withTaskExecutorPreference(BlockingExecutor.shared) {
            await Simulation.run(plan)
        }
        if let violation = result.violation { Issue.record("\(name) on \(store): \(violation)") }
    }

    @Test("what was recorded before there were tiny limits happens within the standard ones")
    func standardLimits() throws {
        for name in Self.names where !name.hasSuffix("-tiny.jsonl") {
            #expect(try Self.plan(name).limits == .standard, "\(name)")
        }
    }

    @Test("they are there")
    func filesAreThere() {
        #expect(Self.names.count > 1)
    }

    @Test("a history that was recorded happens again as it did", arguments: [3, 20, 1016, 2102])
    func recording(seed: UInt64) async throws {
        var configuration = SimulationConfiguration()
        configuration.forks = .healed
        configuration.handsOverAcrossRestorations = true
        configuration.sharesIDsAcrossRestorations = true
        configuration.erases = true
        let drawn = await Simulation.run(Plan(seed: seed, configuration: configuration))
        // What is recorded says nothing of the store, which follows from the seed.
        let again = await Simulation.run(try Plan(recording: try drawn.recording()))
        #expect(again.lines == drawn.lines)
        #expect(again.recorded == again.plan)
        #expect(try again.recording() == drawn.recording())
    }

    /// Both stores are asked the same and say the same. They may part where power fails in the middle of
    /// several commits: of those, a file may hold some.
    @Test(
        "a history is the same in memory as in files, line by line",
        arguments: [2, 3, 4, 10, 12, 20])
    func stores(seed: UInt64) async {
        var configuration = SimulationConfiguration()
        configuration.forks = .healed
        configuration.handsOverAcrossRestorations = true
        configuration.sharesIDsAcrossRestorations = true
        configuration.erases = true
        let plan = Plan(seed: seed, configuration: configuration)
        let inFiles = await Simulation.run(plan.on(.sqlite))
        let inMemory = await Simulation.run(plan.on(.memory))
        #expect(inFiles.lines == inMemory.lines)
        #expect(inFiles.violation == nil && inMemory.violation == nil)
    }

    @Test("what is no recorded history is refused")
    func damaged() async throws {
        let drawn = await Simulation.run(Plan(seed: 1))
        let bytes = try drawn.recording()
        #expect(throws: RecordingError.self) { try Plan(recording: []) }
        #expect(throws: RecordingError.self) { try Plan(recording: Array(bytes.dropLast(10))) }
        let other = try #require(String(bytes: bytes, encoding: .utf8))
            .replacingOccurrences(of: "\"device\":0", with: "\"device\":99")
        #expect(throws: RecordingError.self) { try Plan(recording: Array(other.utf8)) }
    }
}
