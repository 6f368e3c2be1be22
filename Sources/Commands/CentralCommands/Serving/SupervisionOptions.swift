internal import CentralServer
internal import CommandLine
internal import Crypto
internal import Files
internal import Text
internal import Time

/// What those who run central wish to be told, and when it is to take nothing more.
enum SupervisionOptions {
    static let metricsToken = Option(
        "--metrics-token", valueName: "FILE",
        help: Message(
            "tell figures at /metrics to whoever presents the token in this file",
            vi: "cho đọc số liệu ở /metrics bằng mã truy cập trong tệp này"))
    static let diskFloor = Option(
        "--disk-floor", valueName: "64M",
        help: Message(
            "take nothing from counters while fewer bytes are free (K, M, G; default 64M, 0 for none)",
            vi: "không nhận gì từ quầy khi ổ đĩa còn ít hơn (K, M, G; mặc định 64M, 0 là không)"))
    static let backupAge = Option(
        "--backup-age", valueName: "26h",
        help: Message(
            "/v1/ready says when the last good backup is older",
            vi: "/v1/ready báo khi lần sao lưu cuối cũ hơn"))

    /// Characters of a token at least: it is as good as a password.
    private static let tokenCharactersMin = 16

    /// What an invocation asks for.
    ///
    /// - Throws: `UsageError`, `CommandFailure`.
    static func supervision(_ invocation: Invocation) throws -> Supervision {
        var supervision = Supervision()
        let size = Message("a number of bytes such as 256M", vi: "số byte như 256M")
        if let floor = try invocation.value(
            "--disk-floor", expected: size, transform: byteCount)
        {
            supervision.diskFloorBytes = floor
        }
        let span = Message(
            "a span of time such as 26h or 2d", vi: "khoảng thời gian như 26h hoặc 2d")
        supervision.backupAgeMax = try invocation.value("--backup-age", expected: span) { text in
            TimeSpan.milliseconds(parsing: text).flatMap {
                $0 > 0 ? Duration.milliseconds($0) : nil
            }
        }
        supervision.metricsToken = try invocation.value("--metrics-token").map(tokenHash)
        return supervision
    }

    /// Bytes as people write them, in steps of 1024.
    static func byteCount(_ text: String) -> UInt64? {
        let shift: UInt64? =
            switch text.last {
            case "K": 10
            case "M": 20
            case "G": 30
            default: nil
            }
        guard let number = UInt64(shift == nil ? text : String(text.dropLast())),
            number < 1 << 32
        else { return nil }
        return number << (shift ?? 0)
    }

    private static func tokenHash(_ path: String) throws -> Hash256 {
        let token: String
        do {
            token = try WholeFile.text(path: path)
        } catch {
            throw CommandFailure(
                .noInput,
                Message("\(path) cannot be read", vi: "không đọc được \(path)"))
        }
        let words = token.split(whereSeparator: \.isWhitespace)
        guard let word = words.first, words.count == 1, word.count >= tokenCharactersMin else {
            throw CommandFailure(
                .configuration,
                Message(
                    "\(path) must hold one word of at least \(tokenCharactersMin) characters",
                    vi: "\(path) phải có một từ ít nhất \(tokenCharactersMin) ký tự"),
                hint: Message(
                    "make one with: openssl rand -hex 24", vi: "tạo bằng: openssl rand -hex 24"))
        }
        return Hash256(hashing: Array(word.utf8))
    }
}
