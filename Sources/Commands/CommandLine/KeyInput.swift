internal import Glibc

/// Single keys from a terminal, without Enter; from a pipe or file its characters.
public final class KeyInput {
    private let descriptor: Int32
    private var former: termios?

    /// Takes keys from a descriptor, standard input by default, as they are pressed; does not show them.
    public init(descriptor: Int32 = 0) {
        self.descriptor = descriptor
        var settings = termios()
        guard isatty(descriptor) == 1, tcgetattr(descriptor, &settings) == 0 else { return }
        former = settings
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        tcsetattr(descriptor, TCSANOW, &settings)
    }

    deinit {
        close()
    }

    /// Gives the terminal back as it was.
    public func close() {
        if var former { tcsetattr(descriptor, TCSANOW, &former) }
        former = nil
    }

    /// The next key; `nil` at the end of the input. A letter that takes several bytes is one key, and so is an arrow or
    /// another key that sends a sequence: it comes as the escape that begins it.
    public func next() -> Character? {
        guard let first = nextByte() else { return nil }
        if first == Self.escape {
            while former != nil, hasMore() { _ = nextByte() }
            return Character(UnicodeScalar(first))
        }
        let length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var bytes = [first]
        while bytes.count < length, let byte = nextByte() { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self).first
    }

    private static let escape: UInt8 = 0x1B

    /// Whether a byte has come already.
    private func hasMore() -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) == 1
    }

    /// The next byte; `nil` at the end of the input. On a terminal Ctrl-C and Ctrl-D are its end too: to
    /// be killed by them would leave the terminal without its echo.
    public func nextByte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(descriptor, &byte, 1)
            if count == 1 { return former != nil && (byte == 3 || byte == 4) ? nil : byte }
            if count == 0 || errno != EINTR { return nil }
        }
    }
}
