import Foundation

extension Program {
    /// Runs a shell's command on a terminal by script(1), and types something once it has shown a word.
    ///
    /// - Returns: its code, and all that the terminal showed.
    static func typed(
        _ keys: String, after word: String, command: String, in directory: TemporaryDirectory
    ) throws -> Ending {
        let keysFile = try directory.newFile("keys", keys).path
        let shell = """
            cd \(directory.path) && rm -f fifo seen && mkfifo fifo
            script -qefc '\(command)' seen <fifo >/dev/null & exec 3>fifo
            for i in $(seq 1000); do grep -q '\(word)' seen 2>/dev/null && break; sleep 0.1; done
            cat \(keysFile) >&3; wait $!; code=$?; cat seen; exit $code
            """
        return try run("/bin/sh", ["-c", shell], in: directory)
    }
}
