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

    /// The next key; `nil` at the end of the input. Keys that send several bytes come as several.
    public func next() -> Character? { nextByte().map { Character(UnicodeScalar($0)) } }

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
