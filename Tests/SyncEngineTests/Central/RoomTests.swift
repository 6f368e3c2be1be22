import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("Room for what is decoded")
struct RoomTests {
    @Test("what is small takes no room, and what is more than all takes all")
    func sizes() async throws {
        let room = Room(capacity: 100, small: 10)
        #expect(try await room.take(10) == 0)
        #expect(try await room.take(11) == 11)
        room.giveBack(11)
        #expect(try await room.take(1_000) == 100)
        #expect(try await room.take(10) == 0)
        #expect(room.peak == 100)
    }

    @Test("many at once never have more than there is, and all of them come in")
    func shared() async throws {
        let room = Room(capacity: 100, small: 0)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...200 {
                group.addTask {
                    let taken = try await room.take(number % 60 + 1)
                    await Task.yield()
                    room.giveBack(taken)
                    return taken
                }
            }
            return try await group.reduce(into: 0) { sum, _ in sum += 1 }
        }
        #expect(counts == 200)
        #expect(room.peak <= 100)
        #expect(try await room.take(100) == 100)
    }

    @Test("who finds too many in line is told to come again")
    func busy() async throws {
        let line = DecodingBudget.Line()
        let room = Room(capacity: 1, small: 0, line: line)
        let held = try await room.take(1)
        let outcomes = await withTaskGroup(of: SyncFailure?.self) { group in
            for _ in 0...line.waitersMax {
                group.addTask {
                    do throws(SyncFailure) {
                        room.giveBack(try await room.take(1))
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            // One more than may wait: it is the first to have an answer, while all others stand in line.
            let first = await group.next()
            room.giveBack(held)
            return await group.reduce(into: [first ?? nil]) { $0.append($1) }
        }
        #expect(outcomes.first == .busy(retryAfterSeconds: line.retrySeconds))
        #expect(outcomes.count { $0 == nil } == line.waitersMax)
    }
}
