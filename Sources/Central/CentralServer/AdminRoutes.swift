// What administrators do over the network (`Protocol/admin.md`): read how things stand, ask for a sync, shut
// a device out, give out a code. None of it holds anything of a record.

internal import AdminDocuments
internal import Administration
internal import Backups
internal import Causality
internal import CentralEngine
internal import Files
internal import HTTP
internal import HTTPServer
internal import JSON
internal import SQLiteStore
internal import Store
internal import Wire

/// What administrators ask of a node.
struct AdminRoutes {
    let node: FileCentral
    /// The pin of the key by which central proves itself, where counters are to be told it.
    var pin: @Sendable () -> String? = { nil }
    let limits: ServingLimits

    var list: [ServedRoute] {
        [
            ServedRoute(
                ["POST"], .exactly("/v1/admin/login"), .anybody, body: .json(name: "login"),
                event: .admin, answer: logIn),
            route("POST", "logout", .viewer, logOut),
            route("GET", "status", .viewer, status),
            route("GET", "devices", .viewer, devices),
            route("GET", "trail", .viewer, trail),
            NewsRoute(node: node, limits: limits).route,
            route("POST", "request-sync", .admin, takes: .json(name: "request"), requestSync),
            route("POST", "revoke", .admin, takes: .json(name: "request"), revoke),
            route("POST", "enrol", .admin, takes: .json(name: "request"), enrol),
        ]
    }

    /// A request of an administrator.
    private struct Wish {
        var account: AdminAccount
        var token: String
        var json: JSONValue?

        /// Who acts, for the trail.
        var actor: String { "admin:\(account.name)" }

        /// The office that it names; `nil` for none.
        func office() throws(SyncFailure) -> String? {
            guard let value = json?["office"], value != .null else { return nil }
            guard let office = value.stringValue else {
                throw .malformed(what: "request", reason: "office is no text")
            }
            return office
        }
    }

    /// A route that answers with a document within a session.
    private func route(
        _ method: String, _ name: String, _ least: AdminAccount.Role,
        takes body: ServedRoute.Body = .none,
        _ document: @escaping @Sendable (Wish) async throws(SyncFailure) -> JSONValue
    ) -> ServedRoute {
        ServedRoute(
            [method], .exactly("/v1/admin/\(name)"), .session(least: least), body: body,
            event: .admin
        ) { request, _ async throws(SyncFailure) in
            guard case .admin(let account, let token) = request.caller else {
                throw .refused(status: 401, title: "there is no such session: log in")
            }
            if let json = request.json, json.objectValue == nil {
                throw .malformed(what: "request", reason: "it is no JSON object")
            }
            let answer = try await document(
                Wish(account: account, token: token, json: request.json))
            return HTTPResponse(contentType: "application/json", text: answer.serialized())
        }
    }
}

extension AdminRoutes {
    private func logIn(
        _ request: RoutedRequest, _ line: inout ExchangeLine
    ) async throws(SyncFailure) -> HTTPResponse {
        guard let name = request.json?["name"]?.stringValue,
            name.count <= AdminAccount.nameCharactersMax,
            let password = request.json?["password"]?.stringValue,
            password.utf8.count <= AdminAccount.passwordBytesMax
        else { throw .malformed(what: "login", reason: "name or password is missing or too long") }
        let session = try await node.logIn(
            name: name, password: password, from: request.http.remoteAddress)
        guard let session else {
            throw .refused(status: 403, title: "the name or the password is wrong")
        }
        line.device = "admin:\(name)"
        let document = JSONValue.object([
            ("token", .string(session.token)), ("role", .string(session.role.rawValue)),
            ("expires", ShownTime.json(session.expires)),
        ])
        return HTTPResponse(contentType: "application/json", text: document.serialized())
    }

    private func logOut(_ wish: Wish) async throws(SyncFailure) -> JSONValue {
        try await node.logOut(token: wish.token, name: wish.account.name)
        return .object([("loggedOut", true)])
    }

    private func status(_ wish: Wish) async throws(SyncFailure) -> JSONValue {
        try await node.consult { database in
            let serving = ServingStatus(besides: database.path)
            return try database.read {
                try CentralStatus(
                    database, at: SystemClock().now(), serving: serving,
                    backup: BackupNote(home: Folder.path(of: database.path))
                ).json
            }
        }
    }

    private func devices(_ wish: Wish) async throws(SyncFailure) -> JSONValue {
        try await node.consult { try DeviceList($0).json() }
    }

    private func trail(_ wish: Wish) async throws(SyncFailure) -> JSONValue {
        try await node.consult { .array(try $0.trail().map(\.json)) }
    }

    private func requestSync(_ wish: Wish) async throws(SyncFailure) -> JSONValue {
        let waiting = node.waitingDevices
        let asked = try await node.perform(RequestSync(office: try wish.office()), by: wish.actor)
        return RequestedSync(asked, waiting: waiting).json
    }

    private func revoke(_ wish: Wish) async throws(SyncFailure) -> JSONValue {
        guard let replica = wish.json?["device"]?.stringValue.flatMap(ReplicaID.init(hexadecimal:))
        else {
            throw .malformed(what: "request", reason: "device is no replica")
        }
        let names = wish.json?["keep"]?.arrayValue ?? []
        let spared = names.compactMap { $0.stringValue.flatMap(ReplicaID.init(hexadecimal:)) }
        guard spared.count == names.count, spared.count <= limits.sparedMax else {
            throw .malformed(what: "request", reason: "keep is no list of replicas")
        }
        guard wish.json?["undo"] != .bool(true) else {
            return TakeBackRevocation.json(
                try await node.perform(TakeBackRevocation(of: replica), by: wish.actor))
        }
        return try await node.perform(RevokeDevice(replica, sparing: spared), by: wish.actor).json
    }

    private func enrol(_ wish: Wish) async throws(SyncFailure) -> JSONValue {
        guard let office = try wish.office() else {
            throw .malformed(what: "request", reason: "office is missing")
        }
        let issued = try await node.perform(IssueCode(office: office), by: wish.actor)
        return .object(issued.members(pin: pin()))
    }
}
