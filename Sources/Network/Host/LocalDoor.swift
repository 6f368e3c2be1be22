// A door for other processes of the same user on the same machine: a socket of the Unix domain. One line
// asks, one line answers, and the connection ends.

internal import CLinux
internal import Foundation
internal import Glibc

/// Answers the questions of other processes; blocking, on threads of its own.
public final class LocalDoor: Sendable {
    /// Longer lines are none.
    private static let questionBytesMax = 256
    private static let answerBytesMax = 4 << 20
    /// Who has connected asks within this, in seconds.
    private static let questionSecondsMax = 5

    /// Where a door is found.
    public enum Place: Sendable {
        /// A file of this name in a folder, with mode 0600. Who was killed leaves it, and nobody answers
        /// there.
        case file(String, folder: String)
        /// A name, of at most 100 bytes, that no file has (unix(7), "abstract"): whoever comes first has it.
        /// A folder that people copy has no socket in it then.
        case name(String)
    }

    private let descriptor: Int32
    private let place: Place

    /// Listens; `nil` when the system refuses.
    ///
    /// - Parameter answer: gets the line that asks; `nil` ends the connection without an answer.
    public init?(at place: Place, answer: @escaping @Sendable (String) async -> String?) {
        self.place = place
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Self.closeOnExec, 0)
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        place.remove()  // of one that was killed
        // Linux makes the file with the mode that the socket has (unix(7) leaves it at 0777).
        let isListening =
            fchmod(descriptor, 0o600) == 0
            && place.withAddress { bind(descriptor, $0, $1) } == 0
            && listen(descriptor, 8) == 0
        guard isListening else {
            Glibc.close(descriptor)
            return nil
        }
        Thread.detachNewThread { Self.serve(descriptor, answer) }
    }

    /// Takes the door away; who waits for an answer still gets it.
    public func close() {
        place.remove()
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Asks whoever listens and blocks until the answer is here; `nil` when none comes.
    ///
    /// - Parameter secondsMax: how long to wait for it; as long as it takes when `nil`.
    public static func ask(
        _ question: String, at place: Place, secondsMax: Int? = nil
    ) -> String? {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | closeOnExec, 0)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        if let secondsMax { limit(descriptor, toSeconds: secondsMax) }
        guard place.withAddress({ connect(descriptor, $0, $1) }) == 0,
            send(question + "\n", to: descriptor)
        else { return nil }
        return line(from: descriptor, bytesMax: answerBytesMax)
    }

    private static func serve(
        _ listener: Int32, _ answer: @escaping @Sendable (String) async -> String?
    ) {
        defer { Glibc.close(listener) }
        while true {
            let descriptor = accept(listener, nil, nil)
            if descriptor < 0 {
                guard errno == EINTR || errno == ECONNABORTED else { return }
                continue
            }
            limit(descriptor, toSeconds: questionSecondsMax)
            guard isOwnUser(at: descriptor),
                let question = line(from: descriptor, bytesMax: questionBytesMax)
            else {
                Glibc.close(descriptor)
                continue
            }
            Task {
                if let answer = await answer(question) { _ = send(answer + "\n", to: descriptor) }
                Glibc.close(descriptor)
            }
        }
    }

    private static let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)

    private static func limit(_ descriptor: Int32, toSeconds seconds: Int) {
        var patience = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// Whether whoever has connected runs as the same user, or as root (unix(7), SO_PEERCRED).
    private static func isOwnUser(at descriptor: Int32) -> Bool {
        let user = shim_peer_user(descriptor)
        return user == 0 || user == Int(geteuid())
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

    /// A line without its end; `nil` when it does not come to one, or is no text.
    private static func line(from descriptor: Int32, bytesMax: Int) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count <= bytesMax {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            if bytes.last == 0x0A { return String(validating: bytes.dropLast(), as: UTF8.self) }
        }
        return nil
    }
}

extension LocalDoor.Place {
    fileprivate func remove() {
        if case .file(let name, let folder) = self { unlink(folder + "/" + name) }
    }

    /// A file's address goes by way of its open directory: a folder may have a longer path than the 107 bytes
    /// that an address holds.
    fileprivate func withAddress(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        switch self {
        case .name(let name):
            return Self.withAddress([0] + name.utf8, isWhole: false, body)
        case .file(let name, let folder):
            let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard directory >= 0 else { return -1 }
            defer { close(directory) }
            let path = "/proc/self/fd/\(directory)/" + name
            return Self.withAddress(Array(path.utf8), isWhole: true, body)
        }
    }

    /// - Parameter isWhole: whether the address is as long as can be, with zeroes behind the path.
    private static func withAddress(
        _ bytes: [UInt8], isWhole: Bool, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let spare = MemoryLayout.size(ofValue: address.sun_path) - bytes.count
        guard spare > 0 else { return -1 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let size = MemoryLayout<sockaddr_un>.size - (isWhole ? 0 : spare)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(size))
            }
        }
    }
}
