import CBOR
import Causality
import Replication
import Testing

@Suite("Record states")
struct RecordStateTests {
    @Test("A state of which nothing is known has an empty vector, no stamps and no fields")
    func unknownRecord() throws {
        let state = try #require(RandomHistory.emptyState())
        let bytes = map(
            (number(0), number(1)), (number(1), CBORValue.bytes(Array(0..<16)).encoded()),
            (number(2), map()), (number(3), array()), (number(4), map()))
        #expect(state.canonicalBytes == bytes)
        #expect(try RecordState(canonicalBytes: bytes) == state)
    }

    @Test("The parts from which refused states are made give a state that is accepted")
    func wellFormedParts() throws {
        let bytes = MalformedStates.state()
        let state = try RecordState(canonicalBytes: bytes)
        #expect(state.canonicalBytes == bytes)
        #expect(violations(of: state) == [])
        #expect(state["s"].map(\.value) == [.text("x"), .text("y")])
    }

    @Test("What is no canonical state is refused", arguments: MalformedStates.all)
    func malformed(row: Malformed) {
        #expect(refusalOfState(row.bytes)?.name == row.fault)
    }

    @Test("A field that is not there has no values, whichever names surround it")
    func absentFields() throws {
        let state = try RecordState(canonicalBytes: MalformedStates.state())
        for name: FieldName in ["", "a", "t", "ss"] { #expect(state[name] == []) }
        #expect(state["s"].map(\.dot) == [Dot(ReplicaID(1), 3), Dot(ReplicaID(2), 5)])
    }

    @Test("A stamp is found by its dot, and by no other")
    func stamps() throws {
        let state = try RecordState(canonicalBytes: MalformedStates.state())
        #expect(state.stamp(of: Dot(ReplicaID(1), 3))?.clock.rawValue == 65536)
        #expect(state.stamp(of: Dot(ReplicaID(1), 2)) == nil)
    }

    @Test("A state with what is no number equals itself")
    func notANumber() throws {
        let bytes = MalformedStates.state([
            4: map((text("s"), array(number(0), [0xf9, 0x7e, 0], number(1), null)))
        ])
        let state = try RecordState(canonicalBytes: bytes)
        #expect(state == state.joined(with: state))
        #expect(try RecordState(canonicalBytes: bytes) == state)
    }
}
