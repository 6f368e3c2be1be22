import Crypto
import Replication

/// Orders of erasure by a central whose key everybody knows.
enum SampleErasure {
    static let key = SigningKey(seed: [UInt8](repeating: 1, count: SigningKey.seedByteCount))

    /// What the field `erased` holds.
    static func value(
        of record: RecordID?, keeping fields: [FieldName], reason: String = "QĐ 12/2026"
    ) -> FieldValue {
        guard let key, let record else { return .null }
        return Erasure(of: record, keeping: fields, reason: reason, signedBy: key).value
    }
}
