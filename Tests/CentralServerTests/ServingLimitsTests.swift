import CentralServer
import HTTP
import HTTPClient
import HTTPServer
import SQLiteStore
import TestSupport
import Testing

@Suite("Limits of serving are given as a value")
struct ServingLimitsTests {
    @Test("who finds central not ready is told to come again after as long as they say")
    func readiness() async throws {
        let fleet = try Fleet()
        try fleet.editCentralTransaction { try $0.setRecovering(true) }
        var supervision = Supervision()
        supervision.limits.readinessRetrySeconds = 7
        let served = try RunningCentral(
            node: fleet.node, listen: ListenAddress("127.0.0.1:0"), supervision: supervision,
            log: { _ in })
        var options = HTTPClientOptions()
        options.proxy = ""
        let answer = try await HTTPClient(options: options).send(
            method: "GET", url: served.url + "/v1/ready", headers: [:], body: [])
        await served.stop()
        #expect(answer.status == 503)
        #expect(answer.headers["Retry-After"] == "7")
    }
}
