internal import Causality
public import Store
public import Text

extension RevocationError {
    /// Why a revocation, or its taking back, was not done.
    public var words: Message {
        switch self {
        case .unknown:
            Message("there is no such device", vi: "không có thiết bị này")
        case .sparesItself:
            Message(
                "a device cannot be revoked and kept at once",
                vi: "không thể vừa thu hồi vừa giữ một thiết bị")
        case .otherEnrolment(let other):
            Message(
                "\(other) is of another enrolment, and stays as it is without --keep",
                vi: "\(other) thuộc lần đăng ký khác, không cần --keep")
        case .givenUp(let other):
            Message(
                "\(other) was given up when central was restored: no machine uses it, and every copy "
                    + "has its key",
                vi:
                    "\(other) đã bị bỏ khi trung tâm khôi phục: không máy nào dùng, và bản sao nào "
                    + "cũng có khóa của nó")
        case .otherKey(let other):
            Message(
                "\(other) has another key here than in the list: it is a list of another central, or "
                    + "damaged",
                vi:
                    "\(other) ở đây có khóa khác với danh sách: danh sách của trung tâm khác, hoặc "
                    + "bị hỏng")
        case .isRevoked(let other):
            Message("\(other) is revoked already", vi: "\(other) đã bị thu hồi")
        }
    }
}
