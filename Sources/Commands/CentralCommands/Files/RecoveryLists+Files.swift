// The lists that an admin gives a restored central: who was shut out, and what was ordered to be erased.

internal import AdminDocuments
internal import Administration
internal import Backups
internal import Causality
internal import CommandLine
internal import Crypto
internal import Files
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Store
internal import Text
internal import Time

extension RecoveryLists {
    /// The lists that `central recover` is given, read whole before anything is written.
    ///
    /// - Throws: `CommandFailure`.
    init(_ invocation: Invocation) throws {
        self.init(
            revoked: try invocation.value("--revoked").map(Self.readRevoked),
            orders: try invocation.value("--orders").map(Self.readOrders))
    }

    /// The lists of a backup, which end with its day.
    ///
    /// - Throws: `CommandFailure`.
    init(of set: BackupSet, in place: BackupPlace) throws {
        self.init(
            revoked: try place.path(of: BackupCommand.revokedName, in: set).map(Self.readRevoked),
            orders: try place.path(of: BackupCommand.ordersName, in: set).map(Self.readOrders),
            areUpToDate: false)
    }

    private static func readRevoked(_ path: String) throws -> [ClosedIdentity] {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: try WholeFile.read(path: path))
        } catch let error as JSONError {
            throw fault(path, error)
        } catch {
            throw unreadable(path)
        }
        guard let entries = json.arrayValue else { throw fault(path, nil) }
        return try entries.map { entry in
            guard let identity = ClosedIdentity(json: entry) else { throw fault(path, nil) }
            return identity
        }
    }

    private static func readOrders(_ path: String) throws -> [RecordState] {
        var orders: [RecordState] = []
        do {
            var lines = try LineReader(path: path)
            while let line = try lines.next() {
                guard let text = try JSONValue(parsing: line.bytes)["order"]?.stringValue,
                    let bytes = Hexadecimal.bytes(text)
                else { throw fault(path, nil) }
                orders.append(try RecordState(canonicalBytes: bytes))
            }
        } catch FileError.cannotOpen {
            throw unreadable(path)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw fault(path, nil)
        }
        return orders
    }

    private static func unreadable(_ path: String) -> CommandFailure {
        CommandFailure(
            .noInput,
            Message("\(path) cannot be read", vi: "không đọc được \(path)"))
    }

    private static func fault(_ path: String, _ error: JSONError?) -> CommandFailure {
        CommandFailure(
            .dataError,
            Message(
                "\(path) is no such list\(error.map { ": \($0)" } ?? ""); nothing was done",
                vi: "\(path) không phải danh sách đó; chưa làm gì"),
            hint: Message(
                "the lists are written by: central devices --revoked --json, central erasures --json",
                vi:
                    "danh sách được ghi bằng: central devices --revoked --json, central erasures --json"
            ))
    }
}

extension RecoveryLists.Taken {
    /// What a person is told of the lists.
    var lines: [Message] {
        var lines: [Message] = []
        if shutOut > 0 {
            lines.append(
                Message(
                    "shut out again: \(GroupedNumber.counted(shutOut, "device"))",
                    vi: "đã chặn lại \(shutOut) thiết bị"))
        }
        if erased > 0 {
            lines.append(
                Message(
                    "erased again: \(GroupedNumber.counted(erased, "record"))",
                    vi: "đã xóa lại \(erased) bản ghi"))
        }
        if awaited > 0 {
            lines.append(
                Message(
                    "\(GroupedNumber.counted(awaited, "erasure")) "
                        + (awaited == 1 ? "waits for its record" : "wait for their records")
                        + ", which central lacks, and will be done when they come back",
                    vi: "\(awaited) lệnh xóa chờ bản ghi mà trung tâm còn thiếu"))
        }
        if !unsigned.isEmpty {
            let ids = unsigned.map(\.description).joined(separator: " ")
            lines.append(
                Message(
                    "not signed by this central, erase once more with central erase: \(ids)",
                    vi: "không do trung tâm này ký, hãy xóa lại bằng central erase: \(ids)"))
        }
        return lines
    }
}
