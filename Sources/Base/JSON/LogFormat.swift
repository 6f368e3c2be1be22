/// How a line of a log is written.
public enum LogFormat: String, CaseIterable, Sendable {
    /// A document a line.
    case json
    /// `name=value`, with quotes where a value needs them.
    case logfmt

    /// The line.
    public func text(_ members: [(String, JSONValue)]) -> String {
        switch self {
        case .json: JSONValue.object(members).serialized()
        case .logfmt:
            members.map { name, value in
                guard let text = value.stringValue else { return "\(name)=\(value.serialized())" }
                let isPlain =
                    !text.isEmpty
                    && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
                return "\(name)=\(isPlain ? text : value.serialized())"
            }.joined(separator: " ")
        }
    }
}
