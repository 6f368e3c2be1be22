// Tests that wait for programs block their thread. Those of Swift's own pool are as few as the
// machine's cores, and the servers and clients of other suites need them.

import TestSupport
import Testing

/// Runs a suite's tests on threads of their own, a few at a time.
struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(BlockingExecutor.shared) { try await function() }
    }
}

extension Trait where Self == OwnThreads {
    /// Runs the tests on threads that they may block.
    static var ownThreads: Self { OwnThreads() }
}
