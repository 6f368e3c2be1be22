internal import CLinux
internal import Foundation

/// A counter's network and central's, and a bad link between them.
public final class BadNetwork: Sendable {
    /// The address where central serves.
    static let centralAddress = "10.88.0.1:8080"
    /// The address of the proxy, which stands on central's side.
    static let proxyAddress = "10.88.0.1:3128"
    private static let device = "link0"
    private static let addresses = [Relay.End.counter: "10.88.0.2", .central: "10.88.0.1"]

    let counterSide: NetworkNamespace
    let centralSide: NetworkNamespace
    let relay: Relay

    /// Lays a link.
    ///
    /// - Throws: `RigError`, also where the machine lets us make no network namespaces.
    init(_ condition: LinkCondition, seed: UInt64 = 1) throws {
        counterSide = try NetworkNamespace()
        centralSide = try NetworkNamespace()
        let counter = try Self.device(in: counterSide)
        do {
            relay = Relay(
                counter: counter, central: try Self.device(in: centralSide), condition, seed: seed)
        } catch {
            close(counter)
            throw error
        }
        // An initializer that throws from here on runs no `deinit`.
        do {
            try Self.setUp(counterSide, .counter, mtu: condition.mtu)
            try Self.setUp(centralSide, .central, mtu: condition.mtu)
            try centralSide.ip("link set lo up")
        } catch {
            relay.stop()
            throw error
        }
    }

    deinit {
        relay.stop()
    }

    /// Whether this machine lets us lay links; why not.
    public static func hindrance() -> String? {
        do {
            _ = try BadNetwork(LinkCondition("clean", ""))
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Takes the counter's device down, or up again.
    func setDevice(up isUp: Bool) throws {
        try counterSide.ip("link set \(Self.device) \(isUp ? "up" : "down")")
    }

    private static func device(in namespace: NetworkNamespace) throws -> Int32 {
        try namespace.run {
            let descriptor = shim_open_tun(device)
            guard descriptor >= 0 else { throw RigError(failed: "/dev/net/tun") }
            return descriptor
        }
    }

    private static func setUp(
        _ namespace: NetworkNamespace, _ end: Relay.End, mtu: Int
    ) throws {
        guard let address = addresses[end] else { return }
        try namespace.ip("addr add \(address)/24 dev \(device)")
        try namespace.ip("link set \(device) mtu \(mtu) up")
    }
}
