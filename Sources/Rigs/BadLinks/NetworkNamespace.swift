// A network of its own for some programs. The namespace has no name: it lives as long as this process
// has its descriptor open or a program runs in it, so that a kill leaves nothing behind.

internal import CLinux
internal import Foundation
internal import Synchronization

/// A network namespace.
final class NetworkNamespace: Sendable {
    private let descriptor: Int32

    /// Makes one, with nothing in it but a loopback that is down.
    init() throws {
        descriptor = try Self.onOwnThread {
            guard shim_unshare_network() == 0 else {
                throw RigError(failed: "this machine lets us make no network namespace: unshare")
            }
            let descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw RigError(failed: "/proc/thread-self/ns/net") }
            return descriptor
        }
    }

    deinit {
        close(descriptor)
    }

    /// What stands before the words of a program that is to run in the namespace.
    var enteringWords: [String] {
        ["/usr/bin/nsenter", "--net=/proc/\(getpid())/fd/\(descriptor)"]
    }

    /// Runs `body` on a thread in the namespace; what it opens belongs there for good.
    func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) throws -> R {
        try Self.onOwnThread { [descriptor] in
            guard shim_enter_network(descriptor) == 0 else { throw RigError(failed: "setns") }
            return try body()
        }
    }

    /// Runs `ip` with these words.
    func ip(_ words: String) throws {
        let arguments = words.split(separator: " ").map(String.init)
        let ending = try ProgramRun("/usr/sbin/ip", arguments, in: self).ending(within: 30)
        guard ending.code == 0 else { throw RigError("ip \(words): \(ending.errors)") }
    }

    /// The namespace is the thread's: one of a pool would carry it to other work.
    private static func onOwnThread<R: Sendable>(
        _ body: @escaping @Sendable () throws -> R
    ) throws -> R {
        let place = ResultPlace<R>()
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let result = Result { try body() }
            place.result.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        guard let result = place.result.withLock({ $0 }) else {
            preconditionFailure("the thread has left its result")
        }
        return try result.get()
    }
}

private final class ResultPlace<R: Sendable>: Sendable {
    let result = Mutex<Result<R, any Error>?>(nil)
}
