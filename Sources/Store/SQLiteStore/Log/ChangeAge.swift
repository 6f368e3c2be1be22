public import Causality
internal import Dossiers
internal import Foundation
internal import SQLite
public import Text

/// When the newest change of a file came in, and how long ago that is.
public enum ChangeAge {
    private static let minute: Int64 = 60_000
    private static let hour = 60 * minute
    private static let day = 24 * hour

    /// The instant, and its age in the largest unit of which there are two or more.
    public static func words(_ time: Timestamp, now: Timestamp) -> Message {
        let (age, overflow) = now.milliseconds.subtractingReportingOverflow(time.milliseconds)
        return FieldWords.moment(milliseconds: time.milliseconds) + Message(verbatim: ", ")
            + words(age: overflow ? .max : age)
    }

    private static func words(age: Int64) -> Message {
        switch age {
        case ..<0: Message("after this machine's time", vi: "sau giờ của máy này")
        case ..<minute: Message("less than a minute ago", vi: "chưa đến một phút trước")
        case ..<(2 * minute): Message("a minute ago", vi: "một phút trước")
        case ..<(2 * hour):
            Message("\(age / minute) minutes ago", vi: "\(age / minute) phút trước")
        case ..<(2 * day): Message("\(age / hour) hours ago", vi: "\(age / hour) giờ trước")
        default: Message("\(age / day) days ago", vi: "\(age / day) ngày trước")
        }
    }
}

extension ReplicaDatabase {
    /// When the newest change came into the file; `nil` without any. O(1).
    ///
    /// - Throws: `StoreError.sqlite`.
    public func newestChange() throws -> Timestamp? {
        try changeLog.lastRow().map { Timestamp(milliseconds: $0.arrived) }
    }

    /// Whether the write-ahead log lies beside a file. It is made with the file and stays, so a file
    /// without one was copied without it.
    public static func hasLog(path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "-wal")
    }
}
