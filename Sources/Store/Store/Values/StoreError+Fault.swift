internal import Dossiers
public import Editing

extension StoreError {
    /// What a rule of the office forbids, as the store says it.
    public init(_ fault: EditFault) {
        self =
            switch fault {
            case .domain(let error): .domain(error)
            case .noSuchRecord: .noSuchRecord
            case .duplicateID: .duplicateID
            case .otherKind(let kind): .otherKind(kind)
            case .duplicateCode: .duplicateCode
            case .duplicateEntry: .duplicateEntry
            case .outOfScope: .outOfScope
            case .unknownOffice: .unknownOffice
            case .identityTaken: .identityTaken
            case .notInConflict: .notInConflict
            case .referredTo(let field, let records, let devices):
                .referredTo(field, records: records, devices: devices)
            }
    }

    /// The same, but for the domain's own errors: they stay what they are until the transaction ends.
    public static func wrapped(_ fault: EditFault) -> any Error {
        if case .domain(let error) = fault { error } else { StoreError(fault) }
    }

    /// The domain's errors become the store's; all others stay what they are.
    public static func ofStore(_ error: any Error) -> any Error {
        (error as? DossierError).map { StoreError.domain($0) } ?? error
    }
}
