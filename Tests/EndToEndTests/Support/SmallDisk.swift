import Foundation
import Testing

/// A small file system of its own, in memory, that goes when its owner does.
final class SmallDisk {
    struct MountFailure: Error, CustomStringConvertible {
        var cause: Int32
        var description: String { "mount: " + String(cString: strerror(cause)) }
    }

    /// Whether tests that need one run: in CI they do, and fail where mounting is refused.
    static let isWanted =
        ProcessInfo.processInfo.environment["CI"] == "true"
        || (try? SmallDisk(bytes: 65_536)) != nil
    /// What a run says that leaves them out.
    static let isWantedWords: Comment = "this machine lets the tests mount no tmpfs"

    private let directory: TemporaryDirectory
    private let bytes: Int
    var path: String { directory.path }
    private var ballast: String { path + "/ballast" }

    init(bytes: Int) throws {
        self.bytes = bytes
        directory = try TemporaryDirectory()
        try mountHere(flags: 0)
    }

    deinit {
        // Whatever still has files open there, the directory is free of it.
        umount2(directory.path, Int32(MNT_DETACH))
    }

    /// Forbids or allows writing.
    func setReadOnly(_ isReadOnly: Bool) throws {
        let flags = UInt(MS_REMOUNT) | (isReadOnly ? UInt(MS_RDONLY) : 0)
        try mountHere(flags: flags)
    }

    /// Fills the disk until this many bytes are free.
    func fill(leaving free: Int) throws {
        var status = statvfs()
        try #require(statvfs(path, &status) == 0)
        let count = Int(status.f_bfree) * Int(status.f_bsize) - free
        guard count > 0 else { return }
        try Data(count: count).write(to: URL(fileURLWithPath: ballast))
    }

    /// Takes away what `fill` has written.
    func makeRoom() throws {
        try FileManager.default.removeItem(atPath: ballast)
    }

    private func mountHere(flags: UInt) throws {
        guard mount("tmpfs", path, "tmpfs", flags, "size=\(bytes)") == 0 else {
            throw MountFailure(cause: errno)
        }
    }
}
