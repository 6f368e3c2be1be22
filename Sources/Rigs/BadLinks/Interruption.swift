internal import Foundation

/// What to do when a person ends the program while links are laid.
public enum Interruption {
    /// On SIGINT and SIGTERM: kills the programs that were started, removes the files and ends. The
    /// namespaces go with the programs in them.
    ///
    /// - Returns: what has to live as long as this is wanted.
    public static func watch(removing lab: BadLinkLab) -> any Sendable {
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                ProgramRun.endAll()
                lab.removeFiles()
                exit(128 + number)
            }
            source.resume()
            return SourceKeeper(source)
        }
        return sources
    }
}

/// A dispatch source, to be kept.
///
/// `@unchecked Sendable`: once it is resumed nobody touches it any more but to release it.
private final class SourceKeeper: @unchecked Sendable {
    private let source: any DispatchSourceSignal

    init(_ source: any DispatchSourceSignal) {
        self.source = source
    }
}
