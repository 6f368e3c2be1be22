import Foundation
import Host
import Testing

@Suite("A door for other processes of the same user", .timeLimit(.minutes(5)))
struct LocalDoorTests {
    private static let deepFolder =
        NSTemporaryDirectory() + UUID().uuidString + "/"
        + String(repeating: "x", count: 120)

    private func answer(_ question: String, at place: LocalDoor.Place) async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: LocalDoor.ask(question, at: place, secondsMax: 60))
            }
        }
    }

    @Test(
        "one line asks, one line answers, by a file in a deep folder or by a name alone",
        arguments: [
            LocalDoor.Place.file("a.sock", folder: deepFolder),
            .name("dossiersync-test-" + UUID().uuidString),
        ])
    func places(place: LocalDoor.Place) async throws {
        try FileManager.default.createDirectory(
            atPath: Self.deepFolder, withIntermediateDirectories: true)
        #expect(await answer("giờ", at: place) == nil)
        let door = try #require(
            LocalDoor(at: place) { $0 == "giờ" ? "8:30 \($0)" : nil })
        #expect(await answer("giờ", at: place) == "8:30 giờ")
        #expect(await answer("ngày", at: place) == nil)
        #expect(await answer(String(repeating: "g", count: 10_000), at: place) == nil)
        if case .file(let name, let folder) = place {
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            #expect(mode[.posixPermissions] as? Int == 0o600)
        }
        door.close()
        #expect(await answer("giờ", at: place) == nil)
    }

    @Test("who was killed leaves a file that the next one takes")
    func left() async throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let place = LocalDoor.Place.file("a.sock", folder: folder)
        let first = LocalDoor(at: place) { _ in "first" }
        let second = LocalDoor(at: place) { _ in "second" }
        #expect(await answer("who", at: place) == "second")
        first?.close()
        second?.close()
    }
}
