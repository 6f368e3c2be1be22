// What both programs say of bundles.

public import Bundles
public import CommandLine
public import JSON
public import Text
public import Wire

extension WrittenBundle {
    /// Where it is and how large, after what it holds: " in FILE, 12 KB".
    public var place: Message {
        let first = TerminalSafe.text(files[0])
        let bytes = ByteCount.string(byteCount)
        let vietnamese = ByteCount.vietnamese(byteCount)
        guard files.count > 1, let last = files.last.map({ TerminalSafe.text($0) }) else {
            return Message(" in \(first), \(bytes)", vi: " trong \(first), \(vietnamese)")
        }
        return Message(
            " in \(files.count) files, \(first) to \(last), \(bytes)",
            vi: " trong \(files.count) tệp, \(first) đến \(last), \(vietnamese)")
    }

    /// Its size and files, as members of an answer in JSON.
    public var members: [(String, JSONValue)] {
        [
            ("bytes", .integer(Int64(byteCount))), ("files", .array(files.map(JSONValue.string))),
        ]
    }
}

extension CommandFailure {
    /// A bundle that was refused, or could not be made.
    public init(_ failure: BundleFailure) {
        let code: ExitCode =
            switch failure.failureClass {
            case .dataError: .dataError
            case .noInput: .noInput
            case .cannotCreate: .cantCreate
            case .inputOutput: .ioError
            case .temporary: .temporaryFailure
            case .protocolError: .protocolError
            }
        self.init(code, failure.message, hint: failure.hint)
    }
}
