import Glibc
import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("Many clients", .prompt)
struct ManyClientsTests {
    @Test(
        "Four hundred clients of one process wait in long polls at the same time",
        .enabled(if: allowManyDescriptors(), "the hard limit on open files is under 4096"))
    func manyLongPolls() async throws {
        let arrived = Latch(400)
        var limits = HTTPServerLimits()
        limits.connectionsPerAddressMax = 1_000
        let server = try makeServer(limits: limits) { _ in
            arrived.countDown()
            await arrived.wait()
            return HTTPResponse(status: 204)
        }
        let url = server.url()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<400 {
                group.addTask { try await makeClient().send(url: url).status }
            }
            for try await status in group { #expect(status == 204) }
        }
        await server.stop()
    }
}

/// Each client takes about four descriptors here, and many systems begin with 1024.
private func allowManyDescriptors() -> Bool {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return limit.rlim_cur >= 4_096
}
