public import JSON
public import Text

extension JSONError {
    /// What is wrong, as part of a sentence, for a person.
    public var message: Message {
        let vietnamese =
            switch self {
            case .malformed(let offset, _): "JSON sai ở byte \(offset)"
            case .duplicateName(let offset): "tên ở byte \(offset) có hai lần trong một đối tượng"
            case .tooManyElements(let offset): "quá nhiều giá trị, đến byte \(offset)"
            case .tooDeep(let offset, let depthMax):
                "lồng sâu hơn \(depthMax) tầng ở byte \(offset)"
            case .numberOutOfRange(let offset): "số ở byte \(offset) ngoài phạm vi"
            case .invalidUTF8(let offset): "chuỗi ở byte \(offset) không phải UTF-8"
            case .trailingBytes(let offset): "có phần thừa sau giá trị JSON ở byte \(offset)"
            case .byteOrderMark: "có dấu BOM ở đầu; hãy lưu UTF-8 không BOM"
            }
        return Message(description, vi: vietnamese)
    }
}
