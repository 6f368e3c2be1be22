/// What the exit code of a program says about a refused bundle, in sysexits' numbers.
public enum BundleFailureClass: Sendable {
    /// 65: the file is damaged, or not for here.
    case dataError
    /// 66: the file cannot be read.
    case noInput
    /// 73: the file cannot be made.
    case cannotCreate
    /// 74: writing failed.
    case inputOutput
    /// 75: another bundle has to come first, or a new one be made.
    case temporary
    /// 76: only a link, or a newer program, helps.
    case protocolError
}

extension BundleFailure {
    /// The class that decides the exit code.
    public var failureClass: BundleFailureClass {
        switch self {
        case .notABundle, .damaged, .wrongDirection, .otherCentral, .otherDevice, .otherBundle,
            .missingParts:
            .dataError
        case .unreadable: .noInput
        case .cannotCreate: .cannotCreate
        case .writeFailed: .inputOutput
        case .outOfOrder, .overtaken: .temporary
        case .unsupportedFormat, .needsLink: .protocolError
        }
    }
}
