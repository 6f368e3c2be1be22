/// Limits of records, each with its unit and reason. Characters are Unicode code points: their
/// number does not change with the Unicode version, so both ends of a sync always agree on it.
public enum DossierLimits {
    /// Characters of a person's, office's or procedure's name.
    public static let nameCharactersMax = 200
    /// Characters of an address, a topic, or a title in the catalog: official titles are long.
    public static let addressCharactersMax = 500
    /// Characters of one note or a custom text.
    public static let noteCharactersMax = 10_000
    /// Characters of the reason for an erasure: every replica keeps it.
    public static let reasonCharactersMax = 500
    /// Characters of the times that one change sets right: some 150 acts of one record.
    public static let timesFixCharactersMax = 10_000
    /// Characters of the events of one change: it makes a few, of some 100 characters each.
    public static let eventsCharactersMax = 2_000
    /// Characters of the desks that one change lists: some 40 of the longest names.
    public static let desksCharactersMax = 10_000
    /// Characters of an address of electronic mail (RFC 5321, 4.5.3.1).
    public static let emailCharactersMax = 254
    /// Characters of a procedure's details: a published description reaches 30,000.
    public static let detailsCharactersMax = 50_000
    /// Characters of a code: dossier, office, procedure.
    public static let codeCharactersMax = 64
    /// Characters of a code's end by which a dossier is found, at least.
    public static let codeEndCharactersMin = 3
    /// Characters of an office's hours: some editions of a line each.
    public static let hoursCharactersMax = 2_000
    /// Characters of an identity number or a telephone number.
    public static let numberCharactersMax = 32
    /// Characters of who wrote a change.
    public static let writerCharactersMax = 200
    /// Bytes of any field's name: a custom one with its prefix.
    public static let fieldNameBytesMax = 66
    /// Levels of arrays and objects in a custom field.
    public static let customDepthMax = 8
    /// Bytes of a custom field's value as CBOR: 16 KiB.
    public static let customBytesMax = 16_384
    /// Fields that one change may write or add to.
    public static let changeFieldsMax = 256
    /// Bytes of one change in its canonical form: 64 KiB, so that a chunk holds several.
    public static let changeBytesMax = 65_536
    /// Fees in đồng, up to a million million.
    public static let feeVND: ClosedRange<Int64> = 0...1_000_000_000_000
    /// Instants in milliseconds since the Unix epoch: the years 1900 to 2199 at the offices'
    /// time. What lies outside is a typing error.
    public static let instant: ClosedRange<Int64> = -2_209_014_000_000...7_258_093_199_999
}
