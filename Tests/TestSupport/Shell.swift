internal import Foundation
public import Host

/// A shell command whose output a test reads.
public enum Shell {
    /// A command that failed.
    public struct Failure: Error {
        /// How it ended; `nil` when it did not.
        public let ending: ChildProcess.Ending?
    }

    /// What a command printed.
    ///
    /// - Throws: `Failure` when it ends otherwise than with 0.
    public static func output(of script: String, isFailureTaken: Bool = false) throws -> [UInt8] {
        let pipe = Pipe()
        let child = try ChildProcess(
            "/bin/sh", ["-c", script],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": NSTemporaryDirectory()],
            output: pipe.fileHandleForWriting.fileDescriptor, errors: STDERR_FILENO)
        try pipe.fileHandleForWriting.close()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        let ending = child.waitForEnd(seconds: 120)
        guard ending == .exited(0) || isFailureTaken && ending != nil else {
            throw Failure(ending: ending)
        }
        return Array(bytes)
    }
}
