// Central's HTTP interface: finds the route of a request, lets it through or not, and logs one line of it.
// Errors are problem details (`Protocol/errors.md`).

internal import Causality
public import CentralEngine
public import HTTP
public import HTTPServer
internal import JSON
internal import SQLiteStore
internal import Store
internal import Wire

/// Answers HTTP requests for a central node.
public struct CentralHTTP: Sendable {
    /// All that it answers.
    public let routes: RouteList
    private let node: FileCentral
    private let log: @Sendable (ExchangeLine) -> Void

    /// Serves a node: the routes of devices and of administrators, and others beside them.
    ///
    /// - Parameters:
    ///   - supervision: what those who run it wish to be told.
    ///   - version: of the program, for whoever reads figures.
    ///   - pin: that of the key by which central proves itself, where counters are to be told it.
    ///   - log: gets a line for each exchange.
    public init(
        node: FileCentral, adding others: [ServedRoute] = [],
        supervision: Supervision = Supervision(), version: String = "",
        pin: @escaping @Sendable () -> String? = { nil },
        log: @escaping @Sendable (ExchangeLine) -> Void
    ) {
        self.node = node
        self.log = { line in
            supervision.tally.note(line)
            log(line)
        }
        let figures = MetricsRoute(node: node, version: version, supervision).route
        routes = RouteList(
            ExchangeRoutes(node: node, supervision: supervision).list
                + AdminRoutes(node: node, pin: pin, limits: supervision.limits).list
                + [figures].compactMap(\.self) + others)
    }

    /// Refuses what no route takes before its body is read.
    public func check(method: String, path: String, headers: HTTPHeaders) -> HTTPResponse? {
        do throws(Refusal) {
            _ = try route(method: method, path: path, headers: headers)
            return nil
        } catch {
            return Self.problem(error.failure, error.headers)
        }
    }

    /// Answers one request.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let route: ServedRoute
        do throws(Refusal) {
            route = try self.route(
                method: request.method, path: request.path, headers: request.headers)
        } catch {
            return Self.problem(error.failure, error.headers)
        }
        do throws(SyncFailure) {
            return try await answer(request, by: route)
        } catch {
            return Self.problem(error)
        }
    }

    /// Why there is no route for a request.
    private struct Refusal: Error {
        var failure: SyncFailure
        var headers: HTTPHeaders = [:]
    }

    private func route(
        method: String, path: String, headers: HTTPHeaders
    ) throws(Refusal) -> ServedRoute {
        let routes = routes.routes(at: path)
        guard !routes.isEmpty else {
            throw Refusal(failure: .refused(status: 404, title: "there is nothing at this path"))
        }
        guard let route = routes.first(where: { $0.methods.contains(method) }) else {
            let methods = routes.flatMap(\.methods).joined(separator: ", ")
            throw Refusal(
                failure: .refused(status: 405, title: "this path takes only \(methods)"),
                headers: ["Allow": methods])
        }
        if route.access.wantsToken, headers["Authorization"] == nil {
            throw Refusal(failure: route.access == .device ? .notEnrolled : Self.noSession)
        }
        if let expected = route.body.mediaType {
            let type = headers["Content-Type"]?.split(separator: ";").first.map(String.init)
            guard type?.lowercased() == expected else {
                throw Refusal(
                    failure: .unsupportedContent(reason: "the Content-Type must be \(expected)"))
            }
        }
        return route
    }

    private static let noSession = SyncFailure.refused(
        status: 401, title: "there is no such session: log in")

    /// Answers a request and logs one line of it, whatever comes of it.
    private func answer(
        _ request: HTTPRequest, by route: ServedRoute
    ) async throws(SyncFailure) -> HTTPResponse {
        let start = ContinuousClock.now
        var line = ExchangeLine(route.event ?? .exchange, bytesIn: request.bytesReceived)
        do throws(SyncFailure) {
            let routed = try await admit(request, to: route, &line)
            let response = try await route.answer(routed, &line)
            if case .admin(let account, _) = routed.caller {
                line.device = "admin:\(account.name)"
            }
            line.bytesOut = response.body.count
            line.milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
            if route.event != nil { log(line) }
            return response
        } catch {
            line.failure = error.problemName ?? "refused"
            if case .centralStore(let reason) = error { line.reason = reason }
            line.milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
            if route.event != nil { log(line) }
            throw error
        }
    }

    /// Lets a request through, if its body is what the route takes and who asks may.
    private func admit(
        _ request: HTTPRequest, to route: ServedRoute, _ line: inout ExchangeLine
    ) async throws(SyncFailure) -> RoutedRequest {
        guard request.body.count <= route.body.bytesMax else {
            throw .tooLarge(limitBytes: route.body.bytesMax)
        }
        var json: JSONValue?
        if case .json(let name, _) = route.body {
            do throws(JSONError) {
                json = try JSONValue(parsing: request.body)
            } catch {
                throw .malformed(what: name, reason: "\(error)")
            }
        }
        let caller: RoutedRequest.Caller
        switch route.access {
        case .anybody: caller = .anybody
        case .device: caller = .presenter(try await device(request, &line))
        case .session(let least): caller = try await admin(request, least: least)
        }
        return RoutedRequest(http: request, caller: caller, json: json)
    }

    private func device(
        _ request: HTTPRequest, _ line: inout ExchangeLine
    ) async throws(SyncFailure) -> TokenHolder {
        guard let token = request.bearerToken else { throw .notEnrolled }
        do throws(SyncFailure) {
            let holder = try await node.holder(
                ofPresented: token, from: request.remoteAddress)
            line.device = holder.replica.description
            return holder
        } catch {
            // A former token, or that of a revoked device, may be in a thief's hands: whose is it?
            line.device = try await node.holder(ofToken: token)?.description ?? ""
            throw error
        }
    }

    private func admin(
        _ request: HTTPRequest, least: AdminAccount.Role
    ) async throws(SyncFailure) -> RoutedRequest.Caller {
        guard let token = request.bearerToken,
            let account = try await node.admin(token: token, from: request.remoteAddress)
        else { throw Self.noSession }
        guard account.role == .admin || least == .viewer else {
            throw .refused(status: 403, title: "this takes an account with the role admin")
        }
        return .admin(account, token: token)
    }
}

extension CentralHTTP {
    private static func problem(
        _ failure: SyncFailure, _ headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        var response = HTTPResponse(
            status: failure.httpStatus, contentType: Problem.mediaType,
            text: Problem.document(of: failure).serialized())
        for field in headers.fields { response.headers.append(field.name, field.value) }
        switch failure {
        case .notEnrolled, .tokenReplaced: response.headers.append("WWW-Authenticate", "Bearer")
        case .busy(let seconds), .tooManyTries(let seconds):
            response.headers.append("Retry-After", "\(seconds)")
        case .centralStore, .diskLow: response.headers.append("Retry-After", "30")
        default: break
        }
        return response
    }
}

extension HTTPRequest {
    /// The token of `Authorization: Bearer`.
    public var bearerToken: String? {
        let scheme = "Bearer "
        guard let header = headers["Authorization"], header.hasPrefix(scheme) else { return nil }
        return String(header.dropFirst(scheme.count))
    }
}
