public import Files
public import SQLite

/// Why a backup was not made, or cannot be used. No case carries the content of a record.
public enum BackupError: Error, Sendable {
    /// What is wrong with a file of a set.
    public enum Damage: String, Sendable {
        /// It is not there.
        case missing
        /// It has other bytes than when it was made.
        case altered
        /// It is no manifest that this program can read.
        case unreadable
    }

    /// A file, or a folder, could not be read or written.
    case file(FileError, path: String)
    /// SQLite could not copy the database.
    case sqlite(SQLiteError)
    /// The copy that was made is not sound: the database is damaged.
    case unsound(problems: Int)
    /// There is no set.
    case noSets
    /// There is no set of this name.
    case noSuchSet(String)
    /// A set is damaged.
    case damaged(set: String, file: String, Damage)
    /// The set is the other program's.
    case ofOtherProgram(set: String)
    /// The folder holds the sets of another home.
    case ofOtherHome(set: String)
    /// A newer program made the set.
    case newer(set: String)
    /// There is a database where one was to be restored.
    case homeTaken
    /// What was done with the restored database stands in its log still.
    case logRemains
    /// Another backup to the same place is being made.
    case busy
}
