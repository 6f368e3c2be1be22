// News as it comes (`Protocol/admin.md` §News): server-sent events (HTML Standard §9.2), each for what was
// committed since the one before. An event says how far the feed is and whom it touches, and nothing of a
// record: who has to know more asks.

internal import Causality
internal import CentralEngine
internal import HTTP
internal import HTTPServer
internal import JSON
internal import SQLiteStore
internal import Store
internal import Wire

/// Tells administrators of what is committed.
struct NewsRoute {
    static let path = "/v1/admin/news"

    let node: FileCentral
    let limits: ServingLimits

    var route: ServedRoute {
        ServedRoute(["GET"], .exactly(Self.path), .session(least: .viewer), event: .admin) {
            request, _ async throws(SyncFailure) in
            guard case .admin(_, let token) = request.caller else { throw .notEnrolled }
            // Entered before the look, so that nothing comes between.
            let news = node.allNews()
            let position = try await node.consult { try $0.newsMark().position }
            let address = request.http.remoteAddress
            return HTTPResponse(
                headers: [
                    "Content-Type": "text/event-stream", "Cache-Control": "no-store",
                    "X-Accel-Buffering": "no",
                ],
                stream: HTTPStream { writer in
                    await tell(news, from: position, to: writer) {
                        try await node.admin(token: token, from: address) != nil
                    }
                })
        }
    }

    /// Writes events until the reader leaves or the session ends.
    private func tell(
        _ news: AsyncStream<CentralNews>, from first: UInt64, to writer: HTTPStreamWriter,
        isAllowed: @escaping @Sendable () async throws -> Bool
    ) async {
        writer.write(Array("retry: \(limits.newsRetryMilliseconds)\n\n".utf8))
        writer.write(Self.event(position: first, offices: [], isForAll: false))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var position = first
                for await piece in news {
                    guard piece.mark.position != position || piece.isForAll else { continue }
                    // A store that fails tells nobody anything.
                    guard (try? await isAllowed()) == true else { return }
                    position = piece.mark.position
                    let event = Self.event(
                        position: position, offices: piece.offices, isForAll: piece.isForAll)
                    guard writer.write(event) else { return }
                }
            }
            group.addTask {
                while (try? await Task.sleep(for: limits.heartbeat)) != nil {  // until cancelled
                    guard (try? await isAllowed()) == true else { return }
                    guard writer.write(Array(":\n\n".utf8)) else { return }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private static func event(position: UInt64, offices: Set<String>, isForAll: Bool) -> [UInt8] {
        let document = JSONValue.object([
            ("position", .integer(Int64(clamping: position))),
            ("offices", .array(offices.sorted().map(JSONValue.string))), ("all", .bool(isForAll)),
        ])
        // JSON on one line is one line of data.
        return Array("id: \(position)\nevent: news\ndata: \(document.serialized())\n\n".utf8)
    }
}
