public import Causality
public import Crypto
public import Dossiers
public import Replication

/// A pushed change with what follows from its bytes alone.
public struct PushedChange: Sendable {
    /// The change.
    public let change: Change
    /// Its canonical bytes.
    public let bytes: [UInt8]
    /// The device's chain up to it.
    public let chain: HashChain
    /// What is wrong with its fields, if anything.
    public let fault: DossierError?

    /// The record that it is to.
    public var record: RecordID { change.recordID(after: chain.hash) }

    /// Puts a change together with what was found of it.
    public init(change: Change, bytes: [UInt8], chain: HashChain, fault: DossierError?) {
        self.change = change
        self.bytes = bytes
        self.chain = chain
        self.fault = fault
    }
}

/// A push that continues some chain of the device from `hashBefore` on.
public struct VerifiedPush: Sendable {
    /// The seq of its first change.
    public let firstSeq: UInt64
    /// The chain's hash before that.
    public let hashBefore: Hash256
    /// Its changes, in order.
    public let changes: [PushedChange]
    /// Whether the device signed the chain's end. Asked after the chain's start was compared: of a
    /// copy of the device is to be said that it is one.
    public let isSigned: Bool
    /// The signature over the chain's end, to be kept.
    public let signature: [UInt8]

    /// Says what was verified.
    public init(
        firstSeq: UInt64, hashBefore: Hash256, changes: [PushedChange], isSigned: Bool,
        signature: [UInt8]
    ) {
        self.firstSeq = firstSeq
        self.hashBefore = hashBefore
        self.changes = changes
        self.isSigned = isSigned
        self.signature = signature
    }
}

/// What central has of a device when it brings something.
public struct PushingDevice: Hashable, Sendable {
    /// Its replica.
    public var replica: ReplicaID
    /// The code of its office.
    public var office: String
    /// The end of its chain at central.
    public var chain: HashChain

    /// Names a device.
    public init(replica: ReplicaID, office: String, chain: HashChain) {
        self.replica = replica
        self.office = office
        self.chain = chain
    }
}

/// What a device brings, and the circumstances in which central judges it.
public struct Delivery: Sendable {
    /// The device.
    public var device: PushingDevice
    /// Its changes.
    public var push: VerifiedPush?
    /// States that it was asked for; `nil` when it brings none.
    public var states: [RecordID: RecordState]?
    /// The codes by which its changes were refused before central was restored, by seq.
    public var refusedBefore: [UInt64: RefusalCode] = [:]
    /// Central had taken the changes through this one before it was restored, the device says.
    public var formerSeq: UInt64 = 0
    /// Whether central takes records that it lacks from what devices hold of them.
    public var isRecovering = false
    /// Central's clock.
    public var now: Timestamp

    /// What a device brings.
    public init(
        from device: PushingDevice, push: VerifiedPush?, states: [RecordID: RecordState]?,
        now: Timestamp
    ) {
        self.device = device
        self.push = push
        self.states = states
        self.now = now
    }

    /// The changes that central does not have from it.
    var newChanges: [PushedChange] {
        push?.changes.filter { $0.chain.seq > device.chain.seq } ?? []
    }
}

/// A push that is none of this device's.
public enum PushFault: Error, Hashable, Sendable {
    /// The chain before it is not the one that central has: the device is a copy, or has one.
    case forked
    /// The end of its chain is not signed by the device.
    case unsigned
}
