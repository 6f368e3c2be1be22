// `bench`: the speed figures of the README, as ratios to plain SQLite in the same run on the same
// machine. It drives the programs `central` and `counter` that were built beside it.
//
//     swift run -c release bench [--dossiers N] [--runs N]
//     swift run -c release bench --sizes [--dossiers N]    bytes on the wire alone, without timing
//     swift run -c release bench --coding [--dossiers N] [--runs N]    what the bytes of an exchange cost
//     swift run -c release bench --backup [--dossiers N]   what a backup costs, and a push beside it
//     swift run -c release bench --hostile                 what others wait while hostile requests come
//     swift run -c release bench --waiting 5000 [--writes 10] [--seconds 60]    agents that wait for news
//     swift run -c release bench --train-dictionary FILE   the shared dictionary, from generated dossiers

internal import Demonstration
internal import Foundation

let options = BenchOptions(CommandLine.arguments)
if options.wantsHelp {
    print(BenchOptions.help)
    exit(0)
}
do {
    if let path = options.dictionaryPath {
        try DictionaryTraining(path: path).run()
    } else if options.isHostile {
        try await Hostile().run()
    } else if let agents = options.waiting {
        try await Waiting(
            agents: agents, writesPerSecond: options.writes, seconds: options.seconds
        ).run()
    } else if options.areBackups {
        try Bench(options).runBackups()
    } else if options.areSizes {
        try Sizes(dossiers: options.dossiers).run()
    } else if options.isCoding {
        try Coding(dossiers: options.dossiers, runs: options.runs).run()
    } else {
        let bench = try Bench(options)
        for _ in 0..<options.runs { try bench.run() }
    }
} catch {
    FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
    exit(70)
}

struct BenchOptions {
    static let help = """
        bench [--dossiers N] [--runs N]                 writes, pushes and pulls, as ratios to plain SQLite
        bench --sizes [--dossiers N]                    bytes on the wire alone, without timing
        bench --coding [--dossiers N] [--runs N]        processor time for the bytes of an exchange alone
        bench --backup [--dossiers N]                   what a backup costs, and a push beside it
        bench --hostile                                 what others wait while hostile requests come
        bench --waiting N [--writes N] [--seconds N]    agents that wait for news, and what central uses
        bench --train-dictionary FILE                   the shared dictionary, from generated dossiers
        """

    var wantsHelp = false
    var dossiers = 100_000
    var runs = 1
    var areSizes = false
    var isCoding = false
    var areBackups = false
    var isHostile = false
    var waiting: Int?
    var writes = 10
    var seconds = 60
    var dictionaryPath: String?

    init(_ arguments: [String]) {
        func number(after name: String) -> Int? {
            arguments.firstIndex(of: name).flatMap {
                $0 + 1 < arguments.count ? Int(arguments[$0 + 1]) : nil
            }
        }
        dossiers = number(after: "--dossiers") ?? dossiers
        dictionaryPath = arguments.firstIndex(of: "--train-dictionary").flatMap {
            $0 + 1 < arguments.count ? arguments[$0 + 1] : nil
        }
        waiting = number(after: "--waiting")
        writes = number(after: "--writes") ?? writes
        seconds = number(after: "--seconds") ?? seconds
        wantsHelp = arguments.contains("--help") || arguments.contains("-h")
        areSizes = arguments.contains("--sizes")
        isCoding = arguments.contains("--coding")
        areBackups = arguments.contains("--backup")
        isHostile = arguments.contains("--hostile")
        runs = number(after: "--runs") ?? runs
    }
}
