// What both programs say of bundles.

public import Bundles
public import CommandLine
public import JSON
public import Text
public import Wire

extension Invocation {
    /// Where a bundle is to be written, in parts as `--part-size` says.
    ///
    /// - Parameters:
    ///   - path: what was typed.
    ///   - argument: where.
    /// - Throws: `UsageError`.
    public func bundleDestination(
        _ path: String, givenBy argument: String, in home: some ProgramHome
    ) throws -> BundleDestination {
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw UsageError(
                Message(
                    "\(argument) needs the name of a file", vi: "\(argument) cần tên một tệp"),
                hint: Message("as in /media/stick/bundle", vi: "ví dụ /media/stick/bundle"))
        }
        return BundleDestination(
            path: path,
            partByteCount: try integer("--part-size", in: BundleLimits.partSizeMin ... .max),
            scratchFolder: home.path)
    }
}

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
