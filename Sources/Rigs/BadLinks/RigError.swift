internal import Glibc

/// Why a link could not be laid, or what went wrong on it.
public struct RigError: Error, CustomStringConvertible {
    /// What went wrong, for a person.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    /// A system call that failed just now.
    init(failed call: String) {
        self.init("\(call): \(String(cString: strerror(errno)))")
    }
}
