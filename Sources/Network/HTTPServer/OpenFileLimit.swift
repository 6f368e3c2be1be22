import Glibc

/// How many files and sockets this process may have open at once.
public enum OpenFileLimit {
    /// Raises the limit as far as the system lets this process, and returns what it is then.
    public static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}

extension HTTPServerLimits {
    /// Files that a server's process has open besides its connections: standard streams, listening
    /// socket, event queues, and those of the databases that its handlers use.
    private static let filesBesidesConnections = 32

    /// Keeps the connections within a limit of open files, so that none takes the descriptor that a
    /// handler needs; further ones wait in the kernel's queue.
    /// - Returns: whether connections are left.
    public mutating func fit(openFiles: Int) -> Bool {
        let files = openFiles - Self.filesBesidesConnections - Self.displacedMax
        guestsMax = max(min(guestsMax, files / 8), 0)
        connectionsMax = min(connectionsMax, files - guestsMax)
        return connectionsMax > 0
    }
}
