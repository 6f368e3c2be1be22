/// What a proxy does to requests.
struct ProxyHabits: Sendable {
    /// What becomes of one request.
    enum Deed: Equatable {
        case forwards
        /// It answers by itself, and central hears nothing.
        case answers(status: Int, retryAfterSeconds: Int?)
        /// Central answers, and the proxy says that it did not.
        case losesReply
    }

    /// Bytes of a body that it takes.
    var bodyBytesMax = 16 << 10
    /// What it does with requests of a size that it takes, over and over.
    var round: [Deed] = [
        .forwards, .answers(status: 502, retryAfterSeconds: nil), .forwards,
        .answers(status: 429, retryAfterSeconds: 1), .forwards, .losesReply, .forwards,
    ]

    func deed(number: Int, bodyBytes: Int) -> Deed {
        bodyBytes > bodyBytesMax
            ? .answers(status: 413, retryAfterSeconds: nil) : round[number % round.count]
    }
}
