// Between two requests over one connection a test must come to its turn before the server takes the
// connection for idle, also while a thousand other suites wait in Swift's pool.

import TestSupport
import Testing

/// Runs a suite's tests before what others have queued at the usual priority.
struct PromptTests: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withoutActuallyEscaping(function) { function in
            try await promptly { try await function() }
        }
    }
}

extension Trait where Self == PromptTests {
    /// Runs the tests at high priority.
    static var prompt: Self { PromptTests() }
}
