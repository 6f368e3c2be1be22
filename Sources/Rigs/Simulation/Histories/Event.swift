/// One thing that happens in a simulated fleet.
///
/// An event draws all its details from a seed of its own, and from what it finds when it happens;
/// one that was recorded has them.
/// So any event can be left out of a history and the others stay what they are, which is what
/// shrinking a failure needs.
public struct Event: Codable, Hashable, Sendable {
    /// What happens.
    public enum Kind: String, CaseIterable, Codable, Hashable, Sendable {
        /// A clerk writes, in one transaction.
        case edit
        /// The machine dies while a clerk writes.
        case tornEdit
        /// A device syncs over a bad link, and may die meanwhile.
        case sync
        /// A device syncs over a good link.
        case goodSync
        /// A request that was held up on its way arrives at last.
        case stray
        /// Central writes: catalog, or dossiers that came in online.
        case centralWrite
        /// Central's process ends and another begins on the same file.
        case centralRestart
        /// Central's file is copied aside.
        case centralBackup
        /// Central goes on from a copy that was put aside.
        case centralRestore
        /// A device's clock jumps.
        case clockJump
        /// Central's clock jumps.
        case centralClockJump
        /// A new device is enrolled.
        case enrol
        /// A device is shut out.
        case revoke
        /// An admin asks all devices to sync.
        case requestSync
        /// All links are good for a while, and all sync until nothing changes.
        case settle
        /// The clerk's program is closed and opened again.
        case reopen
        /// A device's file is copied aside.
        case deviceBackup
        /// A device goes on from a copy that was put aside.
        case deviceRestore
        /// A second machine begins on a copy of a device's file; both are used on.
        case deviceClone
        /// Central erases a record by order of the law.
        case erase
    }

    /// Its place in the plan that it comes from.
    public var number: Int
    /// What happens.
    public var kind: Kind
    /// The slot of the device that it happens to; passed over when that is empty.
    public var device: Int
    /// Where its details are drawn from, and what the engine draws while it happens.
    public var seed: UInt64
    /// Its details, when it was recorded: nothing is drawn then.
    var details: Details?
}

extension Event: CustomStringConvertible {
    /// Its number, kind and device.
    public var description: String { "#\(number) \(kind.rawValue) d\(device)" }
}
