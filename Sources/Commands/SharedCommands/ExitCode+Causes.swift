// What a failure of the store, or of a sync, means for whoever called a program: the same in both.

public import CommandLine
public import SQLiteStore
internal import SQLite
public import Wire

extension ExitCode {
    /// What a failed store means, or one that was asked for what it does not have.
    public init(_ error: StoreError) {
        self =
            switch error {
            case .engine: error.sqliteError.map(Self.init) ?? .ioError
            case .notThisKind, .newerVersion, .missing: .configuration
            case .displaced: .ioError
            case .exists: .cantCreate
            case .notEnrolled: .noPermission
            case .identityTaken: .temporaryFailure
            case .domain, .noSuchRecord, .ambiguousCode, .ambiguousEnd, .duplicateID, .otherKind,
                .doubledID, .duplicateCode, .outOfScope, .unknownOffice, .notInConflict,
                .referredTo, .duplicateEntry, .damaged:
                .dataError
            }
    }

    private init(_ error: SQLiteError) {
        self =
            if error.isOutOfFiles {
                .osError
            } else if error.isBusy {
                .temporaryFailure
            } else if error.isReadOnly || error.cannotOpen {
                .noPermission
            } else if error.isFull || error.isIOFailure {
                .ioError
            } else if error.isNotADatabase {
                .configuration
            } else {
                .dataError
            }
    }

    /// What a failure of central, or of the way to it, means.
    public init(_ failure: SyncFailure) {
        self =
            switch failure.failureClass {
            case .unavailable: .unavailable
            case .temporary: .temporaryFailure
            case .protocolError: .protocolError
            case .noPermission: .noPermission
            }
    }
}
