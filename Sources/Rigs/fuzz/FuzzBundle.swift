internal import Crypto
internal import Wire

/// The head of a file is read and written again as it came; the stream inside gives the same frames
/// however it is cut into chunks, and what they hold says the same when it is written again.
func checkBundle(_ input: [UInt8]) {
    if let prelude = accepted({ try BundlePrelude(readingFrom: input, file: "input") }) {
        expect(
            prelude.encoded() == Array(input.prefix(prelude.byteCount)),
            "a head has one encoding")
        let key = PublicKey(bytes: [UInt8](repeating: 1, count: PublicKey.byteCount))
        expect(key.map(prelude.isSigned) != true, "nobody has signed this head with this key")
    }
    checkFrames(input)
    checkIntroduction(input)
    checkAnswered(input)
}

private func checkFrames(_ input: [UInt8]) {
    let atOnce = frames([input])
    let middle = input.count / 2
    expect(
        frames([Array(input[..<middle]), Array(input[middle...])]) == atOnce,
        "frames do not depend on how the stream is cut")
    for frame in atOnce where frame.count < 1 << 16 {
        let packed = required("our own frame is packed") { try BundleFrames.packed(frame) }
        expect(frames([packed]) == [frame], "a frame that is packed again comes out again")
        checkIntroduction(frame)
        checkAnswered(frame)
    }
}

/// The frames before the first that is refused.
private func frames(_ chunks: [[UInt8]]) -> [[UInt8]] {
    var stream = BundleFrames()
    var found: [[UInt8]] = []
    for chunk in chunks {
        stream.append(chunk)
        while true {
            guard let next = accepted({ try stream.next() }) else { return found }
            guard let frame = next else { break }
            found.append(frame)
        }
    }
    return found
}

private func checkIntroduction(_ input: [UInt8]) {
    guard let introduction = accepted({ try BundleIntroduction(encoded: input) }) else { return }
    let again = required("our own introduction is read") {
        try BundleIntroduction(encoded: introduction.encoded())
    }
    expect(again == introduction, "an introduction written again says the same")
}

private func checkAnswered(_ input: [UInt8]) {
    guard let answered = accepted({ try AnsweredRequest(encoded: input) }) else { return }
    let again = required("our own answered request is read") {
        try AnsweredRequest(encoded: answered.encoded())
    }
    expect(again == answered, "an answered request written again says the same")
}
