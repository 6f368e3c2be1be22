import CentralEngine
import CounterEngine
import SQLiteStore
import SQLite
import TestSupport
import Testing

@Suite("Whether central can do its work now")
struct ReadinessTests {
    @Test("it says what hinders it: the disk, a recovery that has not ended, the store")
    func reasons() async throws {
        let fleet = try Fleet()
        #expect(await fleet.node.unreadiness() == nil)
        #expect(await fleet.node.unreadiness(freeBytesMin: .max) == .disk)
        try fleet.editCentralTransaction { try $0.setRecovering(true) }
        #expect(await fleet.node.unreadiness() == .recovery)
        try fleet.editCentralTransaction { try $0.setRecovering(false) }
        #expect(await fleet.node.unreadiness() == nil)
        let connection = try Connection(path: fleet.centralPath, access: .readWrite)
        try connection.execute("DROP TABLE epochs")
        connection.close()
        #expect(await fleet.node.unreadiness() == .store)
    }
}
