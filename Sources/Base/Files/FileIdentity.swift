internal import Glibc

/// Which file it is, whatever its name.
public struct FileIdentity: Equatable, Hashable, Sendable {
    /// The device that it lies on (stat(2), st_dev).
    public let device: UInt64
    /// Its number there (st_ino).
    public let number: UInt64

    /// The file at a path; `nil` when there is none.
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }
}
