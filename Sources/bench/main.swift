// `bench`: the speed figures of the README, as ratios to plain SQLite in the same run on the same
// machine. It drives the programs `central` and `counter` that were built beside it.
//
//     swift run -c release bench [--dossiers N] [--runs N]
//     swift run -c release bench --sizes [--dossiers N]    bytes on the wire alone, without timing

internal import Demonstration
internal import Foundation

let options = BenchOptions(CommandLine.arguments)
do {
    if options.areSizes {
        try Sizes(dossiers: options.dossiers).run()
    } else {
        let bench = try Bench(options)
        for _ in 0..<options.runs { try bench.run() }
    }
} catch {
    FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
    exit(70)
}

struct BenchOptions {
    var dossiers = 100_000
    var runs = 1
    var areSizes = false

    init(_ arguments: [String]) {
        func number(after name: String) -> Int? {
            arguments.firstIndex(of: name).flatMap {
                $0 + 1 < arguments.count ? Int(arguments[$0 + 1]) : nil
            }
        }
        dossiers = number(after: "--dossiers") ?? dossiers
        areSizes = arguments.contains("--sizes")
        runs = number(after: "--runs") ?? runs
    }
}
