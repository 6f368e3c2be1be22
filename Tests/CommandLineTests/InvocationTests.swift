import CommandLine
import Testing
import Text

@Suite("Values of options")
struct InvocationTests {
    private let invocation = Invocation(
        options: [
            "--n": ["1", "12"], "--r": ["2.5"], "--mode": ["fats"],
            "--big": ["99999999999999999999"],
        ],
        positionals: ["FILE": ["a", "b"]])

    @Test("Typed getters return values, and nil for what was not given")
    func typedGetters() throws {
        #expect(try invocation.integer("--n", in: 1...12) == 12)
        #expect(try invocation.integer("--other") == nil)
        #expect(try invocation.number("--r") == 2.5)
        #expect(try invocation.required("--n") == "12")
        #expect(invocation.values("--n") == ["1", "12"])
        #expect(invocation.positional("FILE") == "a")
        #expect(invocation.positionals("FILE") == ["a", "b"])
        #expect(invocation.positional("OTHER") == "")
        #expect(try invocation.value("--r", expected: "a letter") { $0.first } == "2")
    }

    @Test("Typed getters say what is wrong")
    func wrongValues() {
        func says<R>(_ message: String, hint: String? = nil, _ body: () throws -> R) {
            let error = #expect(throws: UsageError.self) { try body() }
            #expect(error?.message.english == message && error?.hint?.english == hint)
        }
        says("--n must be at most 11, not 12") {
            try invocation.integer("--n", in: .min...11)
        }
        says("--n must be at least 13, not 12") {
            try invocation.integer("--n", in: 13 ... .max)
        }
        says("--big needs a whole number, not “99999999999999999999”") {
            try invocation.integer("--big")
        }
        says("--mode needs a number, not “fats”") {
            try invocation.number("--mode")
        }
        says("--gone is missing") { try invocation.required("--gone") }
        says("--mode must be one of fast, slow, not “fats”", hint: "did you mean --mode fast?") {
            try invocation.choice("--mode", of: ["fast", "slow"])
        }
        says("--mode needs a day") {
            try invocation.value("--mode", expected: "a day") { Int($0) }
        }
    }
}
