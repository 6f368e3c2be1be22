internal import CLinux

/// What others may see of this process's memory, which holds keys, tokens and citizens' data.
public enum ProcessMemory {
    /// Forbids core files, and that other programs of the same user look in (prctl(2),
    /// `PR_SET_DUMPABLE`); to be called before there is anything to see. A kernel that refuses leaves
    /// it as it was: that is no reason not to work.
    public static func hide() {
        _ = shim_forbid_dumps()
    }
}
