public import Causality
internal import Dossiers
public import JSON
internal import Time

/// Times as the office reads them.
public enum ShownTime {
    /// The office's own time, in RFC 3339; `never` for none.
    public static func text(_ time: Timestamp?) -> String {
        time.map { OfficeTime.text(milliseconds: $0.milliseconds) } ?? "never"
    }

    /// The same as a string; null for none.
    public static func json(_ time: Timestamp?) -> JSONValue {
        time.map { .string(OfficeTime.text(milliseconds: $0.milliseconds)) } ?? .null
    }
}
