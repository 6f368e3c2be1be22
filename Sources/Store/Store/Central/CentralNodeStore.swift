// All rooms of central's store together: what a node of central's stands on. Each room is a protocol of its
// own; what is a rule of a room stands behind it, in an extension, and is the same for every store.

internal import Causality

/// What a node reads.
public protocol CentralNodeView:
    CentralView, EditView, CentralDevicesView, CentralTokensView, CentralReceiptsView,
    CentralEpochsView,
    CentralAccountsView, CentralTrailView, CentralOrdersView, CentralNewsView, CentralKeyView,
    SendableMetatype
{}

/// What a node writes.
public protocol CentralNodeTransaction:
    CentralTransaction, EditTransaction, CentralDevicesTransaction, CentralTokensTransaction,
    CentralReceiptsTransaction, CentralEpochsTransaction, CentralAccountsTransaction,
    CentralTrailTransaction, CentralOrdersTransaction, CentralKeyTransaction, SendableMetatype
where View: CentralNodeView {}

/// A store that a node of central's stands on. Each of the node's threads opens it for itself; what one has
/// written, the others see.
public protocol CentralNodeStore: CentralStore, SendableMetatype
where View: CentralNodeView, Transaction: CentralNodeTransaction, Transaction.View == View {
    /// Where the store is.
    associatedtype Place: Sendable

    /// Opens what is there.
    init(at place: Place) throws
    /// Whether so many bytes more can be kept at a place, as far as can be told.
    static func hasRoom(for byteCount: UInt64, at place: Place) -> Bool

    /// A number that changes when another has written.
    var dataVersion: Int64 { get throws }
    /// To be called every few seconds: moves what was written to where it rests, once nobody writes.
    ///
    /// - Returns: whether all rests there.
    func settleWhenIdle() throws -> Bool
}

/// Of central's own key, with which it signs orders of erasure and bundles.
public protocol CentralKeyView {
    /// Its seed; `nil` before the first need.
    func centralKeySeed() throws -> [UInt8]?
}

/// Of central's own key.
public protocol CentralKeyTransaction {
    /// Stores the seed of central's own key, once.
    ///
    /// - Returns: the seed that is stored, an earlier one if there is one.
    func centralKeySeed(orElse seed: [UInt8]) throws -> [UInt8]
}
