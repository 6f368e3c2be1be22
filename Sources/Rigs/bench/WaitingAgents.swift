internal import Causality
internal import Crypto
internal import Foundation
internal import Wire

/// The connections of agents that wait for news, in one thread: each waits, syncs when there is news,
/// and waits again.
final class WaitingAgents {
    private struct Agent {
        let device: Hall.Device
        let socket: Int32
        var cursor: Cursor
        var isWaiting = true
        var received: [UInt8] = []
    }

    private let hall: Hall
    private var agents: [Agent] = []
    private var polled: [pollfd] = []
    /// When an office's news was written.
    private var written: [String: ContinuousClock.Instant] = [:]

    /// Seconds from a write to the end of a wait.
    private(set) var bells: [Double] = []
    /// Waits that ended without news and began anew.
    private(set) var renewedCount = 0
    /// Answers that were none, and connections that broke.
    private(set) var failureCount = 0

    init(_ hall: Hall, port: UInt16) throws {
        self.hall = hall
        for device in hall.devices {
            let socket = try Self.connect(port)
            agents.append(Agent(device: device, socket: socket, cursor: hall.cursor))
            polled.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0))
            // So that they do not all end in the same second.
            send(agents.count - 1, waitSeconds: .random(in: 5...WireLimits.waitSecondsMax))
        }
    }

    deinit {
        for agent in agents { close(agent.socket) }
    }

    var waitingCount: Int { agents.count { $0.isWaiting } }

    func forgetCounts() {
        bells = []
        renewedCount = 0
    }

    func noteWrite(inOffice office: String) { written[office] = .now }

    /// Answers what comes until a moment, or for as long as a condition does not hold.
    func run(
        until end: ContinuousClock.Instant, isDone: () -> Bool = { false }
    ) {
        while ContinuousClock.now < end {
            let rest = Int32(ContinuousClock.now.duration(to: end) / .milliseconds(1))
            guard poll(&polled, nfds_t(polled.count), max(min(rest, 100), 1)) > 0 else { continue }
            for place in polled.indices where polled[place].revents != 0 { read(place) }
        }
        _ = isDone()
    }

    private func read(_ place: Int) {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(agents[place].socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count > 0 else {
            failureCount += 1
            polled[place].fd = -1
            return
        }
        agents[place].received += buffer.prefix(count)
        guard let (status, body) = Self.message(agents[place].received) else { return }
        agents[place].received = []
        guard status == 200, let reply = try? SyncReply(encoded: body) else {
            failureCount += 1
            polled[place].fd = -1
            return
        }
        take(reply, place)
    }

    private func take(_ reply: SyncReply, _ place: Int) {
        guard agents[place].isWaiting else {
            agents[place].cursor = reply.cursor ?? agents[place].cursor
            return send(place, waitSeconds: WireLimits.waitSecondsMax)
        }
        guard reply.itemCount > 0 || reply.hasMore else {
            renewedCount += 1
            return send(place, waitSeconds: WireLimits.waitSecondsMax)
        }
        if let moment = written[agents[place].device.office] {
            bells.append(moment.duration(to: .now) / .seconds(1))
        }
        send(place, waitSeconds: 0)
    }

    private func send(_ place: Int, waitSeconds: UInt64) {
        let agent = agents[place]
        agents[place].isWaiting = waitSeconds > 0
        var request = SyncRequest(
            replica: agent.device.replica, cursor: agent.cursor,
            chain: ChainEnd(seq: 0, hash: .zero),
            time: Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)))
        request.epoch = KnownEpoch(epoch: hall.epoch, acknowledgedSeq: 0)
        request.waitSeconds = waitSeconds
        if waitSeconds > 0 { request.wantedBytes = 1 }
        let body = request.encoded()
        let head = """
            POST /v1/sync HTTP/1.1\r
            Host: central\r
            Authorization: Bearer \(agent.device.token)\r
            Content-Type: application/vnd.dossiersync+cbor\r
            Content-Length: \(body.count)\r
            \(waitSeconds > 0 ? "Prefer: wait=\(waitSeconds)\r\n" : "")\r

            """
        let bytes = Array(head.utf8) + body
        _ = Foundation.send(agent.socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// The status and body of an answer that has arrived whole.
    private static func message(_ bytes: [UInt8]) -> (status: Int, body: [UInt8])? {
        let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        guard let place = bytes.firstRange(of: end) else { return nil }
        let lines = String(decoding: bytes[..<place.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        var length = 0
        for line in lines where line.lowercased().hasPrefix("content-length:") {
            length = Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) ?? 0
        }
        let body = bytes[place.upperBound...]
        guard body.count >= length else { return nil }
        return (Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0, Array(body))
    }

    private static func connect(_ port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, size)
            }
        }
        guard descriptor >= 0, result == 0 else {
            throw BenchError(description: "cannot connect: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }
}
