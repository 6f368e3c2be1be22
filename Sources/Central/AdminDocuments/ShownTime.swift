public import Causality
internal import Dossiers
public import JSON
public import Text
internal import Time

/// Times as the office reads them.
public enum ShownTime {
    /// The office's own time to the minute, as each language writes it; `never` for none.
    public static func text(_ time: Timestamp?) -> Message {
        time.map { FieldWords.moment(milliseconds: $0.milliseconds) }
            ?? Message("never", vi: "chưa lần nào")
    }

    /// In RFC 3339, as a string; null for none.
    public static func json(_ time: Timestamp?) -> JSONValue {
        time.map { .string(OfficeTime.text(milliseconds: $0.milliseconds)) } ?? .null
    }
}
