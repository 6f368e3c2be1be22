/// Runs a part of a test before what others have queued at the usual priority: a thousand suites wait in
/// Swift's pool, as wide as the machine has cores, and between two steps a test could stand behind all
/// of them. For what a server or a wait ends by its clock meanwhile.
public func promptly<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task(priority: .high, operation: body).value
}
