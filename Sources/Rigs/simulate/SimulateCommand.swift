// `simulate`: lets seeds happen until one breaks a rule, or prints one history.
//
//     swift run -c release simulate --seeds 1...1000
//     swift run -c release simulate --seed 42 --verbose
//     swift run -c release simulate --seed 42 --out failure.jsonl
//     swift run -c release simulate --replay failure.jsonl --verbose

internal import CommandLine
internal import Foundation
internal import Simulation
internal import Text

enum SimulateCommand {
    static let command = Command(
        "run", summary: "let histories happen and check what came of them",
        discussion: """
            Ends with 0 when every seed keeps all rules. With the first that does not, prints its
            seed and a shortened history, and ends with 1. A seed means nothing any more once the
            generator draws one thing more: what is to be kept of a failure is the list of its events
            that --out writes, and --replay lets happen again.
            """,
        options: [
            Option("--seeds", valueName: "FROM...TO", help: "seeds to run"),
            Option("--seed", valueName: "N", help: "one seed to run"),
            Option("--replay", valueName: "FILE", help: "a list of events to let happen"),
            Option("--out", valueName: "FILE", help: "where to write the events of a failure"),
            Option("--runs", valueName: "N", help: "histories to try while shortening; 400"),
            Option("--jobs", valueName: "N", help: "histories at a time; 2"),
            Option("--forks", valueName: "HOW", help: "none or healed; none"),
            Option("--devices", valueName: "N", help: "devices of a fleet at most; 30"),
            Option("--events", valueName: "N", help: "events of a history at most; 200"),
            Option("--hand-overs", help: "hand-overs where central is restored too"),
            Option("--shared-ids", help: "one id in several offices where central is restored too"),
            Option("--erasures", help: "records that are erased by law"),
            Option(
                "--store", valueName: "STORE",
                help: "sqlite or memory for all; memory, and of each eighth seed sqlite"),
            Option(
                "--limits", valueName: "LIMITS",
                help: "standard or tiny for all; standard, and of each fifth seed tiny"),
            Option("--verbose", short: "v", help: "print the history of --seed"),
            Option("--whole", help: "do not shorten the history of a failure"),
            Option("--keep-going", help: "list all seeds that fail, and shorten none"),
        ], hidden: true
    ) { try await run($0) }

    private static func run(_ invocation: Invocation) async throws -> ExitCode {
        var configuration = SimulationConfiguration()
        let forks = SimulationConfiguration.Forks.allCases.map(\.rawValue)
        configuration.forks =
            try invocation.choice("--forks", of: forks)
            .flatMap(SimulationConfiguration.Forks.init(rawValue:)) ?? .none
        configuration.handsOverAcrossRestorations = invocation.has("--hand-overs")
        configuration.sharesIDsAcrossRestorations = invocation.has("--shared-ids")
        configuration.erases = invocation.has("--erasures")
        let stores = SimulatedStore.allCases.map(\.rawValue)
        configuration.store =
            try invocation.choice("--store", of: stores).flatMap(SimulatedStore.init(rawValue:))
        let limits = SimulatedLimits.allCases.map(\.rawValue)
        configuration.limits =
            try invocation.choice("--limits", of: limits).flatMap(SimulatedLimits.init(rawValue:))
        configuration.devicesMax = try invocation.integer("--devices", in: 2...100) ?? 30
        configuration.eventsMax = try invocation.integer("--events", in: 1...10_000) ?? 200
        if let path = invocation.value("--replay") {
            guard let bytes = FileManager.default.contents(atPath: path) else {
                throw CommandFailure(.noInput, Message(verbatim: "\(path) cannot be read"))
            }
            let plan = try Plan(recording: Array(bytes)).on(
                configuration.store, within: configuration.limits)
            return try await replay(plan, path, invocation)
        }
        if let seed = try invocation.integer("--seed", in: 0 ... .max) {
            let plan = Plan(seed: UInt64(seed), configuration: configuration)
            return try await replay(plan, "seed \(seed)", invocation)
        }
        let seeds = try invocation.value("--seeds", expected: "a range such as 1...100") {
            range($0)
        }
        guard let seeds else { throw UsageError("--seeds, --seed or --replay is missing") }
        return try await runAll(seeds, configuration, invocation)
    }

    private static func range(_ text: String) -> ClosedRange<UInt64>? {
        let ends = text.split(separator: "...", omittingEmptySubsequences: false)
        guard ends.count == 2, let from = UInt64(ends[0]), let to = UInt64(ends[1]), from <= to
        else { return nil }
        return from...to
    }

    private static func replay(
        _ plan: Plan, _ name: String, _ invocation: Invocation
    ) async throws -> ExitCode {
        let result = await Simulation.run(plan)
        if invocation.has("--verbose") {
            for line in result.lines { try invocation.printOut(line) }
        }
        try invocation.printOut("\(name): \(result.hash)")
        guard result.violation != nil else { return .ok }
        return try await fail(result, invocation)
    }

    private static func runAll(
        _ seeds: ClosedRange<UInt64>, _ configuration: SimulationConfiguration,
        _ invocation: Invocation
    ) async throws -> ExitCode {
        let jobs = try invocation.integer("--jobs", in: 1...64) ?? 2
        let keepsGoing = invocation.has("--keep-going")
        let start = ContinuousClock.now
        var (count, failed) = (0, 0)
        var failure: SimulationResult?
        try await withThrowingTaskGroup(of: SimulationResult.self) { group in
            var rest = seeds.makeIterator()
            func addNext() {
                guard let seed = rest.next() else { return }
                group.addTask {
                    await Simulation.run(Plan(seed: seed, configuration: configuration))
                }
            }
            for _ in 0..<jobs { addNext() }
            while let result = try await group.next() {
                count += 1
                if let violation = result.violation {
                    failed += 1
                    try invocation.printOut("seed \(result.plan.seed): \(violation)")
                    if failure == nil { failure = result }
                }
                if failure == nil || keepsGoing { addNext() }
            }
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        let rate = (Double(count) / seconds * 10).rounded() / 10
        try invocation.printOut(
            "\(count) seeds, \(failed) failed, \(rate) seeds per second")
        guard let failure else { return .ok }
        return keepsGoing ? .dataError : try await fail(failure, invocation)
    }

    private static func fail(
        _ result: SimulationResult, _ invocation: Invocation
    ) async throws -> ExitCode {
        let shown =
            invocation.has("--whole")
            ? result
            : await Simulation.shortened(
                result, runsMax: try invocation.integer("--runs", in: 1...100_000) ?? 400)
        if let path = invocation.value("--out") {
            try Data(shown.recording()).write(to: URL(fileURLWithPath: path))
        }
        try invocation.printOut(
            "seed \(shown.plan.seed), \(shown.plan.events.count) of "
                + "\(result.plan.events.count) events:")
        if !invocation.has("--whole") || !invocation.has("--verbose") {
            for line in shown.lines { try invocation.printOut(line) }
        }
        if let violation = shown.violation { try invocation.printOut("\(violation)") }
        return .dataError
    }
}
