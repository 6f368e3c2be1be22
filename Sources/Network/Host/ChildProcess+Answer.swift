internal import CLinux
internal import Glibc

extension ChildProcess {
    /// What a program answered.
    public struct Answer: Sendable {
        /// How it ended; `nil` for one that was killed, since it took too long.
        public var ending: Ending?
        /// What it wrote on standard output.
        public var output: [UInt8]
        /// What it wrote on standard error, its beginning.
        public var errors: [UInt8]
    }

    private static let errorBytesMax = 1 << 16

    /// Runs a program to its end, with bytes on its standard input. All of it stands in memory: nothing is left on a
    /// disk, whatever happens to either program.
    ///
    /// - Throws: `StartFailure`.
    public static func answer(
        of path: String, _ arguments: [String], environment: [String: String], input: [UInt8],
        withinSeconds seconds: Int
    ) throws(StartFailure) -> Answer {
        var files: [Int32] = []
        defer { for file in files { close(file) } }
        for name in ["input", "output", "errors"] {
            let file = shim_memory_file(name)
            guard file >= 0 else { throw StartFailure(number: errno) }
            files.append(file)
        }
        var rest = input[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(files[0], $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StartFailure(number: errno) }
            rest = rest.dropFirst(count)
        }
        lseek(files[0], 0, SEEK_SET)
        let child = try ChildProcess(
            path, arguments, environment: environment, input: files[0], output: files[1],
            errors: files[2])
        let ending = child.waitForEnd(seconds: seconds)
        if ending == nil {
            child.signal(SIGKILL)
            _ = child.waitForEnd(seconds: seconds)
        }
        return Answer(
            ending: ending, output: content(of: files[1], bytesMax: .max),
            errors: content(of: files[2], bytesMax: errorBytesMax))
    }

    private static func content(of file: Int32, bytesMax: Int) -> [UInt8] {
        lseek(file, 0, SEEK_SET)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < bytesMax {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return bytes
    }
}
