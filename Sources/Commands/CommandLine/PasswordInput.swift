internal import Glibc

/// A password as a person gives it.
public enum PasswordInput {
    /// Whether a person types it, unseen: then a slip is found by asking twice.
    public static var isTyped: Bool { isatty(STDIN_FILENO) == 1 }

    /// Asks for a password on the terminal, where it is not shown and can be corrected while it is typed
    /// (getpass(3)); from a pipe or file it is the first line.
    ///
    /// - Parameter bytesMax: of a line that comes from elsewhere no more than one byte beyond is read.
    public static func read(prompt: String, bytesMax: Int) -> [UInt8] {
        if isTyped {
            guard let typed = getpass(prompt) else { return [] }
            let count = strlen(typed)
            defer { explicit_bzero(typed, count) }
            return UnsafeBufferPointer(start: typed, count: count).map(UInt8.init(bitPattern:))
        }
        let input = KeyInput()
        var bytes: [UInt8] = []
        while bytes.count <= bytesMax, let byte = input.nextByte(), byte != 0x0A, byte != 0x0D {
            bytes.append(byte)
        }
        return bytes
    }
}
