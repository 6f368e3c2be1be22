internal import AdminDocuments
public import Administration
public import CentralEngine
public import SQLiteStore
internal import Store
internal import Text
public import Wire

extension CentralNode where Store == CentralDatabase {
    /// Performs an act in a transaction of its own.
    ///
    /// - Parameter actor: for the trail.
    /// - Throws: `SyncFailure.refused` with what HTTP says where the act is not done; then nothing was
    ///   written. `.centralStore`.
    public func perform<Act: OfficeAct>(
        _ act: Act, by actor: String
    ) async throws(SyncFailure) -> Act.Outcome {
        let answer: Result<Act.Outcome, SyncFailure> = try await administer {
            transaction, database in
            do {
                return .success(
                    try transaction.attempt {
                        try act.perform(in: OfficeWork(transaction, database, by: actor))
                    })
            } catch let error as AdministrationError {
                return .failure(SyncFailure(error))
            } catch let error as RevocationError {
                return .failure(SyncFailure(error))
            }
        }
        return try answer.get()
    }
}

extension SyncFailure {
    /// What an act that was not done means over HTTP.
    fileprivate init(_ error: AdministrationError) {
        switch error {
        case .noSuchOffice: self = .refused(status: 404, title: "the catalog has no such office")
        case .officeExists:
            self = .refused(status: 409, title: "there is an office with this code already")
        case .noSuchDevice: self = .refused(status: 404, title: "there is no such device")
        case .noSuchAccount: self = .refused(status: 404, title: "there is no such account")
        }
    }

    /// What a revocation that was not done means over HTTP.
    fileprivate init(_ error: RevocationError) {
        if case .unknown = error {
            self = .refused(status: 404, title: "there is no such device")
        } else {
            self = .refused(status: 409, title: error.words.english)
        }
    }
}
