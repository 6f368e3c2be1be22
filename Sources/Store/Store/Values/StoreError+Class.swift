internal import Dossiers

extension StoreError {
    /// Whether one edit is at fault, and not the store: others may go on.
    public var isOfOneEdit: Bool {
        switch self {
        case .domain, .noSuchRecord, .ambiguousCode, .ambiguousEnd, .duplicateID, .otherKind,
            .doubledID, .duplicateCode, .outOfScope, .unknownOffice, .notInConflict, .referredTo,
            .duplicateEntry:
            true
        case .engine, .notThisKind, .newerVersion, .missing, .displaced, .exists, .notEnrolled,
            .damaged, .identityTaken:
            false
        }
    }

    /// A stable word for `--json`, beside those of `DossierError.code`.
    public var code: String {
        switch self {
        case .domain(let error): error.code
        case .noSuchRecord: "no_such_record"
        case .ambiguousCode, .ambiguousEnd: "ambiguous_code"
        case .duplicateID: "duplicate_id"
        case .otherKind: "other_kind"
        case .doubledID: "doubled_id"
        case .duplicateCode: "duplicate_code"
        case .outOfScope: "out_of_scope"
        case .unknownOffice: "unknown_office"
        case .notInConflict: "not_in_conflict"
        case .referredTo: "referred_to"
        case .duplicateEntry: "duplicate_entry"
        case .notEnrolled: "not_enrolled"
        case .identityTaken: "identity_taken"
        case .engine, .notThisKind, .newerVersion, .missing, .displaced, .exists, .damaged:
            "store_failed"
        }
    }
}
