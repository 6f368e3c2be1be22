// The door at which `counter sync` asks a running agent for a sync: a socket in the replica's home, for its
// owner only. One line asks, one line answers, and the connection ends. An agent that has gone leaves a
// socket that nobody answers at; then the command syncs by itself.

internal import Foundation
internal import Glibc
internal import JSON

/// A socket of the Unix domain in a home; blocking, for threads of its own.
final class AgentSocket: Sendable {
    private static let question = "sync\n"
    /// Longer answers are none.
    private static let answerBytesMax = 1 << 20
    /// Who has connected asks within this, in seconds.
    private static let questionSecondsMax = 5

    private let descriptor: Int32
    private let path: String

    /// Listens; `nil` when the system refuses: the agent works without.
    ///
    /// - Parameter answer: syncs; `nil` when the agent ends before it can.
    init?(_ home: CounterHome, answer: @escaping @Sendable () async -> SyncAnswer?) {
        path = home.agentSocketPath
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Self.closeOnExec, 0)
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        unlink(path)  // of an agent that was killed: whoever is here has its lock
        // Linux makes the name with the mode that the socket has (unix(7) leaves it at 0777).
        let isListening =
            fchmod(descriptor, 0o600) == 0
            && Self.withAddress(of: home) { bind(descriptor, $0, $1) } == 0
            && listen(descriptor, 8) == 0
        guard isListening else {
            Glibc.close(descriptor)
            return nil
        }
        Thread.detachNewThread { Self.serve(descriptor, answer) }
    }

    /// Takes the door away; who waits for an answer still gets it.
    func close() {
        unlink(path)
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Asks the agent of a home for a sync and waits until it has ended; `nil` when none answers.
    static func ask(_ home: CounterHome) async -> SyncAnswer? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: askHere(home)) }
        }
    }

    private static func askHere(_ home: CounterHome) -> SyncAnswer? {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | closeOnExec, 0)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        guard withAddress(of: home, { connect(descriptor, $0, $1) }) == 0,
            send(question, to: descriptor),
            let line = Self.line(from: descriptor, bytesMax: answerBytesMax),
            let document = try? JSONValue(parsing: line)  // no agent's: it syncs by itself
        else { return nil }
        return SyncAnswer(document)
    }

    private static func serve(
        _ listener: Int32, _ answer: @escaping @Sendable () async -> SyncAnswer?
    ) {
        defer { Glibc.close(listener) }
        while true {
            let descriptor = accept(listener, nil, nil)
            if descriptor < 0 {
                guard errno == EINTR || errno == ECONNABORTED else { return }
                continue
            }
            var patience = timeval(tv_sec: questionSecondsMax, tv_usec: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience,
                socklen_t(MemoryLayout<timeval>.size))
            let asked = line(from: descriptor, bytesMax: question.utf8.count)
            guard asked.map({ $0 + [0x0A] }) == Array(question.utf8) else {
                Glibc.close(descriptor)
                continue
            }
            Task {
                if let answer = await answer() {
                    _ = send(answer.json.serialized() + "\n", to: descriptor)
                }
                Glibc.close(descriptor)
            }
        }
    }

    private static let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)

    /// The socket's address by way of an open directory: a home may have a longer path than the 107
    /// bytes that an address holds.
    private static func withAddress(
        of home: CounterHome, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        let folder = open(home.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return -1 }
        defer { Glibc.close(folder) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = "/proc/self/fd/\(folder)/" + CounterHome.agentSocketName
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func send(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// A line without its end; `nil` when it does not come to one.
    private static func line(from descriptor: Int32, bytesMax: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count <= bytesMax {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            if bytes.last == 0x0A { return Array(bytes.dropLast()) }
        }
        return nil
    }
}
