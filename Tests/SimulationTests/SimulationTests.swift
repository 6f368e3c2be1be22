import TestSupport
import Testing

@testable import Simulation

@Suite("Whole fleets, each drawn from a seed")
struct SimulationTests {
    /// Seeds in a run of all tests, a minute or two without optimisation; `.ci/long` runs thousands.
    private static let seedCount = 70
    /// Histories at a time: each has threads of its own besides.
    private static let jobs = 2

    /// Runs seeds and tells of each that breaks a rule.
    ///
    /// - Returns: which of the wanted parts of lines occurred.
    @discardableResult
    private func expectAllClean(
        _ seeds: [UInt64], _ configuration: SimulationConfiguration = SimulationConfiguration(),
        lookingFor wanted: [String] = []
    ) async -> Set<String> {
        await withTaskExecutorPreference(BlockingExecutor.shared) {
            await run(seeds, configuration, lookingFor: wanted)
        }
    }

    private func run(
        _ seeds: [UInt64], _ configuration: SimulationConfiguration, lookingFor wanted: [String]
    ) async -> Set<String> {
        await withTaskGroup(of: SimulationResult.self) { group in
            var rest = seeds.makeIterator()
            func addNext() {
                guard let seed = rest.next() else { return }
                group.addTask {
                    await Simulation.run(Plan(seed: seed, configuration: configuration))
                }
            }
            var found = Set<String>()
            for _ in 0..<Self.jobs { addNext() }
            while let result = await group.next() {
                if let violation = result.violation {
                    Issue.record("swift run simulate --seed \(result.plan.seed): \(violation)")
                }
                for part in wanted where !found.contains(part) {
                    if result.lines.contains(where: { $0.contains(part) }) { found.insert(part) }
                }
                addNext()
            }
            return found
        }
    }

    @Test(
        "many seeds keep all rules, and hold all faults, deaths and refusals that they are to hold")
    func manySeeds() async {
        let first: UInt64 = 1_000_000
        let found = await expectAllClean(
            Array(first..<first + UInt64(Self.seedCount)), lookingFor: Self.wanted)
        #expect(Set(Self.wanted).subtracting(found) == [])
    }

    @Test("seeds that once broke a rule keep it")
    func knownSeeds() async {
        var configuration = SimulationConfiguration()
        configuration.limits = .standard
        await expectAllClean(KnownSeeds.mended, configuration)
        configuration.handsOverAcrossRestorations = true
        await expectAllClean([24, 35, 52] + KnownSeeds.mendedWithHandOvers, configuration)
    }

    @Test("clones and restored devices are told, take new identities, and lose nothing")
    func healedForks() async {
        var configuration = SimulationConfiguration()
        configuration.forks = .healed
        configuration.limits = .standard
        await expectAllClean(Array(1..<20) + KnownSeeds.mendedWithForks, configuration)
    }

    @Test("what is erased by law is gone from every file that had it, whatever happens meanwhile")
    func erasures() async {
        var configuration = SimulationConfiguration()
        configuration.erases = true
        configuration.limits = .standard
        let found = await expectAllClean(
            Array(1..<15) + KnownSeeds.mendedWithErasures, configuration,
            lookingFor: [" erase ", "the record was erased by law", "recovers"])
        #expect(found.count == 3, "\(found)")
        configuration.forks = .healed
        await expectAllClean(Array(30..<40) + KnownSeeds.mendedWithErasuresAndForks, configuration)
    }

    @Test("within tiny limits all rules are kept, and the limits are met")
    func tinyLimits() async {
        var configuration = SimulationConfiguration()
        configuration.forks = .healed
        configuration.handsOverAcrossRestorations = true
        configuration.sharesIDsAcrossRestorations = true
        configuration.erases = true
        configuration.limits = .tiny
        let met = [", 2 wanted", "10× "]
        let found = await expectAllClean(Array(1..<25), configuration, lookingFor: met)
        // A request asks for one record at most, and a sync of many changes takes many exchanges.
        #expect(found == ["10× "])
    }

    @Test("each fifth seed has tiny limits, and is drawn as it was before there were any")
    func limitsOfSeeds() {
        var standard = SimulationConfiguration()
        standard.limits = .standard
        for seed in UInt64(1)...20 {
            let plan = Plan(seed: seed)
            #expect(plan.limits == (seed % 5 == 0 ? .tiny : .standard))
            let other = Plan(seed: seed, configuration: standard)
            #expect(other.limits == .standard)
            #expect(other.events == plan.events && other.weather == plan.weather)
        }
    }

    @Test("the same seed gives the same history, to the last digest", arguments: [3, 21, 60])
    func repeatable(seed: UInt64) async {
        let plan = Plan(seed: seed)
        #expect(plan == Plan(seed: seed))
        let (first, second) = (await Simulation.run(plan), await Simulation.run(plan))
        #expect(first.hash == second.hash)
        #expect(first.lines == second.lines)
        #expect(await Simulation.run(Plan(seed: seed + 1)).hash != first.hash)
    }

    /// Parts of lines that tell of each kind of event and fault.
    private static let wanted =
        Event.Kind.allCases.filter {
            ![.deviceBackup, .deviceRestore, .deviceClone, .erase].contains($0)
        }
        .map { " \($0.rawValue) " }
        + Fate.allCases.map { "\($0)" } + [
            "central died", "died; goes on from", "died in the transaction", "  from /backup",
            "out-of-scope", "needs states", "wanted", "a mark",
            "more",
            "m1.0", "synced", "refused", "interrupted", "denied", "taken through",
            " arrives", "has taken its place", "token 2",
        ]
}
