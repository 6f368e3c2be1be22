// Tells when the machine's network changes, by the kernel's own announcements (rtnetlink(7)): a link
// that comes up, an address, a route. What they say is not read: it is only a moment to try again.

internal import CLinux
internal import Dispatch
internal import Glibc

/// Announces changes of the machine's network.
public final class NetworkWatch {
    /// Something changed: a burst of announcements may be one element.
    public let changes: AsyncStream<Void>
    private let source: any DispatchSourceRead

    /// Begins to watch; `nil` where the system does not let it (in some containers): whoever uses it
    /// then goes by time alone.
    public init?() {
        let descriptor = socket(
            AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
            NETLINK_ROUTE)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        address.nl_groups = UInt32(
            RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR
                | RTMGRP_IPV6_ROUTE)
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_nl>.size)) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            return nil
        }
        let (stream, continuation) = AsyncStream<Void>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        changes = stream
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 8_192)
            while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler {
            close(descriptor)
            continuation.finish()
        }
        source.resume()
    }

    deinit {
        source.cancel()
    }
}
