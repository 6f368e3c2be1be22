/// What a record is. The number is its form in CBOR; an unknown one comes from a newer version.
public struct RecordKind: RawRepresentable, Hashable, Sendable {
    /// The number that stands in changes.
    public let rawValue: UInt8

    /// Wraps a number.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// A citizen's dossier.
    public static let dossier = RecordKind(rawValue: 1)
    /// A guidance contact: a visit or a call.
    public static let contact = RecordKind(rawValue: 2)
    /// Catalog: an office.
    public static let office = RecordKind(rawValue: 3)
    /// Catalog: a procedure.
    public static let procedure = RecordKind(rawValue: 4)
    /// Catalog: a holiday.
    public static let holiday = RecordKind(rawValue: 5)

    /// Whether the record belongs to the catalog, which every office reads.
    public var isCatalog: Bool { (3...5).contains(rawValue) }
}
