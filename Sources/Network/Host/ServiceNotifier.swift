// Tells systemd how a service is doing: sd_notify(3)'s datagrams, which that page describes for
// programs that do not want libsystemd for this alone.

internal import CLinux
internal import Glibc

/// The service manager that started this program, if there is one that listens.
public struct ServiceNotifier: Sendable {
    private let socketPath: String
    /// How often the manager wants a sign of life; `nil`: never.
    public let watchdogInterval: Duration?

    /// Reads where to tell it from the environment.
    ///
    /// - Returns: `nil` when nobody listens.
    public init?(_ environment: [String: String]) {
        guard let path = environment["NOTIFY_SOCKET"], let first = path.first,
            first == "/" || first == "@", path.utf8.count < Self.pathBytesMax
        else { return nil }
        socketPath = path
        let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval = isMeant && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// The service is ready.
    public func ready() { send("READY=1") }

    /// The service is ending.
    public func stopping() { send("STOPPING=1") }

    /// The service is alive.
    public func isAlive() { send("WATCHDOG=1") }

    /// One line about what the service does, for `systemctl status`.
    public func status(_ text: String) {
        send("STATUS=" + text.replacing("\n", with: " "))
    }

    /// The bytes that an address of the local socket family has room for.
    private static let pathBytesMax = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

    /// A manager that does not listen any more is no reason to stop.
    private func send(_ text: String) {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(socketPath.utf8)
        // An abstract address begins with a zero byte.
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = MemoryLayout<sa_family_t>.size + path.count
        let bytes = Array(text.utf8)
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0,
                    socklen_t(length))
            }
        }
    }
}
