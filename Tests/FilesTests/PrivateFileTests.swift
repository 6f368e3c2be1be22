import Files
import Glibc
import Testing

@Suite("Private files and folders")
struct PrivateFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("an empty private file is made once, and one that is there keeps its content")
    func create() throws {
        let path = folder.path + "/x"
        try PrivateFile.create(path: path)
        #expect(mode(path) == 0o600)
        #expect(!PrivateFile.hasContent(path: path) && !PrivateFile.isOpenToOthers(path: path))
        try WholeFile.replace(path: path, with: [1], mode: 0o644, isSynced: false)
        try PrivateFile.create(path: path)
        #expect(PrivateFile.hasContent(path: path) && PrivateFile.isOpenToOthers(path: path))
        #expect(throws: FileError.cannotCreate(code: ENOENT)) {
            try PrivateFile.create(path: folder.path + "/none/x")
        }
    }

    @Test("folders above are made, private too; what is no folder is refused")
    func folders() throws {
        let path = folder.path + "/a/b/"
        for _ in 0..<2 { try Folder.makePrivate(path) }
        #expect(mode(path) == 0o700 && mode(folder.path + "/a") == 0o700)
        try PrivateFile.create(path: folder.path + "/x")
        #expect(throws: FileError.cannotMakeFolder(code: EEXIST)) {
            try Folder.makePrivate(folder.path + "/x")
        }
        #expect(throws: FileError.cannotMakeFolder(code: EEXIST)) {
            try Folder.makePrivate(folder.path + "/x/y")
        }
    }

    @Test(
        "the folder of a file",
        arguments: [("a", "."), ("/a", "/"), ("/a/b", "/a"), ("a/b/c", "a/b"), ("", ".")])
    func folderOfFile(file: String, expected: String) {
        #expect(Folder.path(of: file) == expected)
    }

    @Test("a file of lines is private, replaces nothing, and stays only when it is finished")
    func lines() throws {
        let path = folder.path + "/x"
        do {
            let file = try PrivateTextFile(creating: path)
            try file.write(line: "half".utf8)
        }
        #expect(try folder.names == [])
        let file = try PrivateTextFile(creating: path)
        for _ in 0..<3 { try file.write(line: repeatElement(0xFF, count: 40_000)) }
        try file.finish()
        #expect(mode(path) == 0o600)
        #expect(LineReader.lineCount(path: path) == 3)
        #expect(throws: FileError.cannotCreate(code: EEXIST)) {
            _ = try PrivateTextFile(creating: path)
        }
        #expect(WholeFile.exists(path: path))
    }
}
