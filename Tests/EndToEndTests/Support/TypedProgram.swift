import Foundation

extension Program {
    /// What somebody types once the terminal has shown a word.
    typealias Typing = (after: String, keys: String)

    /// Runs a shell's command on a terminal by script(1), and types.
    ///
    /// - Returns: its code, and all that the terminal showed.
    static func typed(
        _ typings: Typing..., command: String, in directory: TemporaryDirectory
    ) throws -> Ending {
        let steps = try typings.enumerated().map { number, typing in
            let keys = try directory.newFile("keys\(number)", typing.keys).path
            return """
                for i in $(seq 1000); do
                    grep -q '\(typing.after)' seen 2>/dev/null && break; sleep 0.1
                done
                cat \(keys) >&3
                """
        }
        let shell = """
            cd \(directory.path) && rm -f fifo seen && mkfifo fifo
            script -qefc '\(command)' seen <fifo >/dev/null & exec 3>fifo
            \(steps.joined(separator: "\n"))
            wait $!; code=$?; cat seen; exit $code
            """
        return try run("/bin/sh", ["-c", shell], in: directory)
    }
}
