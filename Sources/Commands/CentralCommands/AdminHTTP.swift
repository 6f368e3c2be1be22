// What administrators do over the network (`Protocol/admin.md`): read how things stand, ask for a sync, shut
// a device out, give out a code. None of it holds anything of a record.

internal import Causality
internal import CommandLine
internal import JSON
internal import Text
internal import ReplicaStore
internal import Wire
internal import CentralEngine

/// Answers the requests of administrators.
struct AdminHTTP {
    let node: CentralNode

    /// Begins a session.
    func logIn(
        _ json: JSONValue, from address: String
    ) async throws(SyncFailure) -> (JSONValue, name: String) {
        guard let name = json["name"]?.stringValue, name.count <= AdminAccount.nameCharactersMax,
            let password = json["password"]?.stringValue,
            password.utf8.count <= AdminAccount.passwordBytesMax
        else { throw .malformed(what: "login", reason: "name or password is missing or too long") }
        let session = try await node.logIn(name: name, password: password, from: address)
        guard let session else {
            throw .refused(status: 403, title: "the name or the password is wrong")
        }
        return (
            .object([
                ("token", .string(session.token)), ("role", .string(session.role.rawValue)),
                ("expires", ShownTime.json(session.expires)),
            ]), name
        )
    }

    /// Answers a request within a session.
    func respond(
        to route: Route, _ json: JSONValue?, token: String?, from address: String
    ) async throws(SyncFailure) -> (JSONValue, name: String) {
        guard let token, let account = try await node.admin(token: token, from: address)
        else {
            throw .refused(status: 401, title: "there is no such session: log in")
        }
        guard account.role == .admin || !route.isForAdminsOnly else {
            throw .refused(status: 403, title: "this takes an account with the role admin")
        }
        let name = account.name
        if let json, json.objectValue == nil {
            throw .malformed(what: "request", reason: "it is no JSON object")
        }
        switch route {
        case .adminLogout:
            try await node.logOut(token: token, name: name)
            return (.object([("loggedOut", true)]), name)
        case .adminStatus:
            let json = try await node.consult { database in
                try database.read { try CentralStatus(database).json }
            }
            return (json, name)
        case .adminDevices:
            return (try await node.consult { try DevicesCommand.json($0) }, name)
        case .adminTrail:
            return (try await node.consult { .array(try $0.trail().map(\.json)) }, name)
        case .adminRequestSync: return (try await requestSync(json, by: "admin:\(name)"), name)
        case .adminRevoke: return (try await revoke(json, by: "admin:\(name)"), name)
        case .adminEnrol: return (try await enrol(json, by: "admin:\(name)"), name)
        case .health, .ready, .enrol, .token, .sync, .adminLogin:
            throw .refused(status: 404, title: "there is nothing for administrators at this path")
        }
    }

    private func requestSync(
        _ json: JSONValue?, by actor: String
    ) async throws(SyncFailure) -> JSONValue {
        let office = try await office(json)
        let count = try await node.administer { transaction, _ in
            try DevicesCommand.requestSync(office: office, transaction, by: actor)
        }
        return .object([("asked", .integer(Int64(count)))])
    }

    private func revoke(
        _ json: JSONValue?, by actor: String
    ) async throws(SyncFailure) -> JSONValue {
        guard let replica = json?["device"]?.stringValue.flatMap(ReplicaID.init(hexadecimal:))
        else {
            throw .malformed(what: "request", reason: "device is no replica")
        }
        let names = json?["keep"]?.arrayValue ?? []
        let spared = names.compactMap { $0.stringValue.flatMap(ReplicaID.init(hexadecimal:)) }
        guard spared.count == names.count, spared.count <= Self.sparedMax else {
            throw .malformed(what: "request", reason: "keep is no list of replicas")
        }
        let answer = try await node.administer { transaction, _ in
            do {
                guard json?["undo"] != .bool(true) else {
                    let devices = try RevokeCommand.takeBack(replica, transaction, by: actor)
                    return Result<JSONValue, RevocationError>.success(
                        .object([
                            (
                                "readmitted",
                                .array(devices.map { .string($0.replica.description) })
                            )
                        ]))
                }
                return .success(
                    RevokeCommand.json(
                        try RevokeCommand.revoke(
                            replica, sparing: spared, transaction, by: actor)))
            } catch let error as RevocationError {
                // Nothing was changed.
                return .failure(error)
            }
        }
        switch answer {
        case .success(let json): return json
        case .failure(.unknown):
            throw .refused(status: 404, title: "there is no such device")
        case .failure(let error):
            throw .refused(status: 409, title: CommandFailure(error).message.english)
        }
    }

    /// Clones that one request may spare.
    private static let sparedMax = 100

    private func enrol(
        _ json: JSONValue?, by actor: String
    ) async throws(SyncFailure) -> JSONValue {
        guard let office = try await office(json) else {
            throw .malformed(what: "request", reason: "office is missing")
        }
        let issued = try await node.administer { transaction, _ in
            let issued = try EnrolCommand.issue(office: office, transaction, by: actor)
            return (code: issued.code.text, expires: issued.expires)
        }
        return .object([
            ("code", .string(issued.code)), ("expires", ShownTime.json(issued.expires)),
            ("office", .string(office)),
        ])
    }

    /// The office that a request names, which has to be in the catalog; `nil` for none.
    private func office(_ json: JSONValue?) async throws(SyncFailure) -> String? {
        guard let value = json?["office"], value != .null else { return nil }
        guard let office = value.stringValue else {
            throw .malformed(what: "request", reason: "office is no text")
        }
        guard try await node.consult({ try $0.hasOffice(office) }) else {
            throw .refused(status: 404, title: "the catalog has no such office")
        }
        return office
    }
}
