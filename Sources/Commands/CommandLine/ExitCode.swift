/// How a command ended, in the numbers of sysexits.h that scripts and service managers know.
public enum ExitCode: Int32, Sendable, Hashable, CaseIterable {
    /// Everything asked for was done.
    case ok = 0
    /// The command line was wrong.
    case usage = 64
    /// The data given was wrong.
    case dataError = 65
    /// A file to read is missing or unreadable.
    case noInput = 66
    /// The peer does not know who asks: log in, perhaps again.
    case notLoggedIn = 67
    /// A service or a peer is not available.
    case unavailable = 69
    /// A fault in this program.
    case software = 70
    /// The operating system refused something.
    case osError = 71
    /// An output file cannot be made.
    case cantCreate = 73
    /// Reading or writing failed.
    case ioError = 74
    /// It may work later: try again.
    case temporaryFailure = 75
    /// The peer said something the protocol does not allow.
    case protocolError = 76
    /// The permission is missing.
    case noPermission = 77
    /// Something is configured wrongly.
    case configuration = 78
}
