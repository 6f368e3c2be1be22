import Glibc
import Testing

@testable import Files

@Suite("Open files")
struct OpenFileTests {
    @Test("a file that takes nothing, and names no error, is one that failed")
    func nothingTaken() {
        var offsets: [Int] = []
        let short = OpenFile.wholeWrite(of: 10) { done in
            offsets.append(done)
            return 4 - min(done / 4, 2)
        }
        #expect(short == 0 && offsets == [0, 4, 7])
        var tries = 0
        let stuck = OpenFile.wholeWrite(of: 10) { _ in
            tries += 1
            return tries == 1 ? 3 : 0
        }
        #expect(stuck == EIO && tries == 2)
    }

    @Test("a file is read at places, fewer bytes only at its end, and never replaced")
    func places() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x"
        let made = try OpenFile(creating: path)
        try made.write([1, 2, 3, 4, 5])
        try made.sync()
        #expect(try made.byteCount() == 5)
        let read = try OpenFile(reading: path, isRegular: true)
        #expect(try read.read(3, at: 1) == [2, 3, 4])
        #expect(try read.read(3, at: 4) == [5])
        #expect(try read.read(3, at: 9) == [])
        #expect(try read.readNext(upTo: 4) == [1, 2, 3, 4])
        #expect(throws: FileError.cannotCreate(code: EEXIST)) {
            _ = try OpenFile(creating: path)
        }
    }

    @Test("a pipe that nobody writes into is no regular file, and is not waited for")
    func pipe() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x"
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: FileError.notRegular) {
            _ = try OpenFile(reading: path, isRegular: true)
        }
        #expect(LineReader.lineCount(path: path) == nil)
    }
}
