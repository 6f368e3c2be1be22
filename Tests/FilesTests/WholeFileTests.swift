import Files
import Glibc
import Testing

@Suite("Files that are read and replaced whole")
struct WholeFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(
        "a file is replaced whole, with its rights, and no draft is left", arguments: [true, false])
    func replace(isSynced: Bool) throws {
        let path = folder.path + "/x"
        try WholeFile.replace(path: path, with: Array("one".utf8), isSynced: isSynced)
        #expect(mode(path) == 0o600)
        // A draft of a process that was killed stands in nobody's way.
        try WholeFile.replace(path: path + ".new", with: [1], isSynced: false)
        let long = [UInt8](repeating: 7, count: 200_000)
        try WholeFile.replace(path: path, with: long, mode: 0o644, isSynced: isSynced)
        #expect(try WholeFile.read(path: path) == long)
        #expect(mode(path) == 0o644)
        #expect(try folder.names == ["x"])
    }

    @Test("what cannot be replaced stays, and no draft is left")
    func failure() throws {
        let path = folder.path + "/x"
        try Folder.makePrivate(path + "/y")
        #expect(throws: FileError.cannotWrite(code: EISDIR)) {
            try WholeFile.replace(path: path, with: [1], isSynced: true)
        }
        #expect(try folder.names == ["x"])
        #expect(throws: FileError.cannotCreate(code: ENOENT)) {
            try WholeFile.replace(path: folder.path + "/none/x", with: [1], isSynced: true)
        }
    }

    @Test("what is missing, too long or no text is told apart")
    func reading() throws {
        let path = folder.path + "/x"
        #expect(throws: FileError.cannotOpen(code: ENOENT)) { try WholeFile.read(path: path) }
        #expect(throws: FileError.cannotRead(code: EISDIR)) {
            try WholeFile.read(path: folder.path)
        }
        try WholeFile.replace(path: path, with: [0x61, 0xFF], isSynced: false)
        #expect(try WholeFile.read(path: path, bytesMax: 2).count == 2)
        #expect(throws: FileError.tooLarge(bytesMax: 1)) {
            try WholeFile.read(path: path, bytesMax: 1)
        }
        #expect(throws: FileError.notUTF8) { try WholeFile.text(path: path) }
        try WholeFile.replace(path: path, with: Array("Đơn".utf8), isSynced: false)
        #expect(try WholeFile.text(path: path) == "Đơn")
    }
}
