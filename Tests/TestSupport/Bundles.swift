// Bundles between the counters and the central of a fleet, in files as they would lie on a stick.

public import Bundles
internal import CentralEngine
public import CounterEngine
import CounterFiles
internal import Foundation

extension Fleet {
    /// The name of a file that is not there yet.
    public func newBundleName() -> String { directory + "/bundle-" + UUID().uuidString }

    /// Where a bundle of this fleet goes.
    public func bundleDestination(_ path: String, partBytes: Int? = nil) -> BundleDestination {
        BundleDestination(path: path, partByteCount: partBytes, scratchFolder: directory)
    }

    /// A counter's bundle for central; its files.
    public func bundle(
        from counter: TestCounter, _ options: SyncOptions = SyncOptions(), partBytes: Int? = nil
    ) async throws -> [String] {
        try await CounterSession(
            path: counter.path, transport: NoLink(), clock: counter.clock, options: options
        ).createBundle(into: bundleDestination(newBundleName(), partBytes: partBytes))
            .written.files
    }

    /// Central's reply to a bundle; its files.
    public func answer(_ files: [String], partBytes: Int? = nil) async throws -> [String] {
        try await node.answerBundle(
            files, into: bundleDestination(newBundleName(), partBytes: partBytes)
        ).written.files
    }

    /// One visit with a stick: there and back.
    public func visit(
        _ counter: TestCounter, _ options: SyncOptions = SyncOptions()
    ) async throws -> AppliedBundle {
        try await counter.apply(answer(bundle(from: counter, options)))
    }
}

extension TestCounter {
    /// A counter over another file that says it is this one.
    public func impostor(path: String) -> TestCounter {
        TestCounter(path: path, replica: replica, transport: transport, clock: clock)
    }

    /// Applies central's reply to a bundle.
    public func apply(_ files: [String]) async throws -> AppliedBundle {
        try await CounterSession(path: path, transport: NoLink(), clock: clock).applyBundle(files)
    }
}
