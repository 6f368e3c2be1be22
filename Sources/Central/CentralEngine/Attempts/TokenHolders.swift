// Whose token it was when it was last seen: an idle exchange then needs one look at the store, which finds
// out whether it still is.

public import Causality
internal import Crypto
internal import Synchronization

/// Who asks, by a bearer token.
public struct TokenHolder: Sendable {
    /// The device.
    public let replica: ReplicaID
    /// Its office.
    public let office: String
    /// Of the token.
    let hash: Hash256
    /// Whether central has not looked yet whether the token is still this device's.
    var isRecalled = false
}

/// What is remembered of tokens; nothing is believed of it without a look.
struct TokenHolders: Sendable, ~Copyable {
    private let countMax: Int
    private let holders = Mutex<[Hash256: TokenHolder]>([:])

    init(countMax: Int) {
        self.countMax = countMax
    }

    func recall(_ hash: Hash256) -> TokenHolder? {
        holders.withLock { $0[hash] }
    }

    func remember(_ holder: TokenHolder) {
        holders.withLock { holders in
            if holders.count >= countMax { holders.removeAll() }
            var recalled = holder
            recalled.isRecalled = true
            holders[holder.hash] = recalled
        }
    }

    func forget(_ hash: Hash256) {
        holders.withLock { $0[hash] = nil }
    }
}
