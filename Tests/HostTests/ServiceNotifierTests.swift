import Foundation
import Host
import Testing

@Suite("Telling the service manager")
struct ServiceNotifierTests {
    /// A socket as systemd listens on, in a directory of its own or in the abstract namespace.
    private final class Manager {
        let path: String
        private let descriptor: Int32

        init(isAbstract: Bool) throws {
            let name = "dossiersync-\(UUID().uuidString)"
            path = isAbstract ? "@" + name : NSTemporaryDirectory() + name
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            try #require(descriptor >= 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(path.utf8)
            if isAbstract { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length)
                }
            }
            try #require(result == 0)
        }

        deinit {
            close(descriptor)
            if path.hasPrefix("/") { unlink(path) }
        }

        /// What has arrived so far.
        var messages: [String] {
            var messages: [String] = []
            var buffer = [UInt8](repeating: 0, count: 1_024)
            while case let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)),
                count > 0
            {
                messages.append(String(decoding: buffer[..<count], as: UTF8.self))
            }
            return messages
        }
    }

    @Test("its datagrams are those of sd_notify(3)", arguments: [false, true])
    func datagrams(isAbstract: Bool) throws {
        let manager = try Manager(isAbstract: isAbstract)
        let notifier = try #require(
            ServiceNotifier(["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "30000000"]))
        #expect(notifier.watchdogInterval == .seconds(30))
        notifier.ready()
        notifier.status("two\nlines")
        notifier.isAlive()
        notifier.stopping()
        #expect(
            manager.messages == ["READY=1", "STATUS=two lines", "WATCHDOG=1", "STOPPING=1"])
    }

    @Test("without a manager, or with an address that is none, there is nobody to tell")
    func nobody() {
        #expect(ServiceNotifier([:]) == nil)
        let tooLong = "/" + String(repeating: "x", count: 200)
        for path in ["", "relative/path", "vsock:2:1234", tooLong] {
            #expect(ServiceNotifier(["NOTIFY_SOCKET": path]) == nil)
        }
        // A manager that is gone does no harm.
        ServiceNotifier(["NOTIFY_SOCKET": "/nonexistent/socket"])?.ready()
    }

    @Test("a watchdog that is meant for another process is not answered")
    func watchdog() {
        func interval(_ more: [String: String]) -> Duration? {
            ServiceNotifier(more.merging(["NOTIFY_SOCKET": "/run/x"]) { $1 })?.watchdogInterval
        }
        #expect(interval(["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"]) == nil)
        #expect(
            interval(["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(2))
        #expect(interval(["WATCHDOG_USEC": "0"]) == nil && interval([:]) == nil)
        #expect(interval(["WATCHDOG_USEC": "soon"]) == nil)
    }
}
