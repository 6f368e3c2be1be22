// Coverage-guided fuzzing with libFuzzer (https://llvm.org/docs/LibFuzzer.html): `.ci/fuzz`.
//
// Built with `--sanitize=fuzzer`, which wants -DFUZZING, libFuzzer brings its own `main` and calls
// `LLVMFuzzerTestOneInput` with input after input. Built without, the same program replays the files
// that it is given. Either way `FUZZ_FORMAT` names the format.

internal import Foundation

private let chosenFormat: FuzzFormat = {
    let name = ProcessInfo.processInfo.environment["FUZZ_FORMAT"] ?? ""
    guard let format = FuzzFormat(rawValue: name) else {
        let known = FuzzFormat.allCases.map(\.rawValue).joined(separator: ", ")
        FileHandle.standardError.write(Data("FUZZ_FORMAT must be one of \(known)\n".utf8))
        exit(EX_USAGE)
    }
    return format
}()

/// Reads one input of libFuzzer's; traps when a law of the format is broken.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosenFormat.check(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

#if !FUZZING
    /// Replays files without libFuzzer.
    @main
    enum Replay {
        static func main() throws {
            let paths = CommandLine.arguments.dropFirst()
            for path in paths {
                chosenFormat.check([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
            }
            print("\(paths.count) inputs of \(chosenFormat.rawValue) replayed")
        }
    }
#endif
