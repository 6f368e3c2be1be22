import Files
import Glibc
import Testing

@Suite("Locks of files")
struct FileLockTests {
    @Test("one has the lock, others see it without taking it, and it is given back")
    func one() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        #expect(!FileLock.isTaken(path: path))
        #expect(try folder.names == [], "looking makes no file")
        let lock = try FileLock(path: path)
        #expect(mode(path) == 0o600)
        for _ in 0..<2 { #expect(FileLock.isTaken(path: path)) }
        #expect(throws: FileError.isLocked) { _ = try FileLock(path: path) }
        lock.release()
        #expect(!FileLock.isTaken(path: path))
        let again = try FileLock(path: path)
        again.release()
    }

    @Test("a lock that cannot be opened says why")
    func missing() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileError.cannotOpen(code: ENOENT)) {
            _ = try FileLock(path: folder.path + "/none/lock")
        }
    }
}
