import Foundation
import Testing

/// A disk whose power can be cut: ext4 in an image file, mounted over a loop device.
///
/// The cut is ext4's own shutdown (`EXT4_IOC_SHUTDOWN`, as xfstests uses it): at one moment, while
/// programs write, nothing reaches the device any more, not even the journal. What was not synced is
/// gone, and whoever goes on writing meets EIO.
final class PowerCutDisk {
    /// Whether tests that need one run: in CI they do, and fail where it cannot be had.
    static let isWanted =
        ProcessInfo.processInfo.environment["CI"] == "true" || (try? PowerCutDisk()) != nil
    /// What a run says that leaves them out.
    static let isWantedWords: Comment = "this machine lets the tests mount no loop device"

    /// `EXT4_IOC_SHUTDOWN`, and its way that drops the journal too.
    private static let shutdownRequest: UInt = 0x8004_587D
    private static let withoutLogFlush: UInt32 = 2

    private let directory: TemporaryDirectory
    private var image: String { directory.path + "/image" }
    /// Where it is mounted.
    var path: String { directory.path + "/mounted" }

    init(bytes: Int = 32 << 20) throws {
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        try #require(FileManager.default.createFile(atPath: image, contents: nil))
        try #require(truncate(image, off_t(bytes)) == 0)
        try run("/usr/sbin/mkfs.ext4", "-q", "-F", "-m", "0", image)
        try mountHere()
    }

    deinit {
        // The loop device goes with the last file that is open on it.
        umount2(path, Int32(MNT_DETACH))
    }

    /// Cuts the power of the disk and of the machine that these programs run on: what they say once the
    /// disk is gone, nobody would have heard. The kernel can let a sync succeed that comes just then.
    func cut(with programs: Program?...) throws {
        for program in programs { program?.signal(SIGSTOP) }
        defer { for program in programs { program?.signal(SIGKILL) } }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var way = Self.withoutLogFlush
        try #require(ioctl(descriptor, Self.shutdownRequest, &way) == 0)
    }

    /// Starts the machine again. No program may have a file open there.
    func restore() throws {
        // A program that another test starts has copies of this process's files for a moment.
        try waitUntil("the disk is free") { umount2(path, 0) == 0 }
        try mountHere()
    }

    private func mountHere() throws {
        // The journal commits by itself after ten minutes only: what is there, somebody synced.
        try run("/usr/bin/mount", "-o", "loop,commit=600", image, path)
    }

    private func run(_ program: String, _ arguments: String...) throws {
        let ending = try Program.run(program, arguments, in: directory)
        try #require(ending.code == 0, "\(program): \(ending.errors)")
    }
}
