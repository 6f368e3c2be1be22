internal import CBOR
internal import Causality
internal import Replication

/// A change is accepted in its canonical bytes alone, and every item of a sequence likewise.
func checkChanges(_ input: [UInt8]) {
    if let change = accepted({ try Change(canonicalBytes: input) }) {
        expect(change.canonicalBytes == input, "a change has one encoding")
        checkApplied(change)
        checkErased(change)
    }
    guard let changes = decodedSequence(of: input, { try Change(from: &$0) }) else { return }
    expect(changes.flatMap(\.canonicalBytes) == input, "changes of a sequence have one encoding")
}

/// What an erasure leaves of a change keeps its place in the chain, holds no value, and is accepted.
private func checkErased(_ change: Change) {
    let left = change.erased(keeping: [])
    expect(left.innerHash == change.innerHash, "an erased change keeps its place in the chain")
    expect(left.writes.isEmpty && left.additions.isEmpty, "an erased change holds no value")
    let bytes = left.canonicalBytes
    let again = required("an erased change is decoded") { try Change(canonicalBytes: bytes) }
    expect(again == left, "an erased change says the same")
    expect(left.erased(keeping: []) == left, "what is erased stays")
}

/// A state is accepted in its canonical bytes alone, and joined with itself it stays as it is.
func checkStates(_ input: [UInt8]) {
    if let state = accepted({ try RecordState(canonicalBytes: input) }) {
        expect(state.canonicalBytes == input, "a state has one encoding")
        expect(
            state.joined(with: state).canonicalBytes == input, "a state joined with itself stays")
        let empty = RecordState(kind: state.kind, id: state.id)
        expect(
            empty.joined(with: state).canonicalBytes == input, "nothing joined with a state is it")
        expect(
            state.joined(with: empty).canonicalBytes == input, "a state joined with nothing stays")
    }
    guard let states = decodedSequence(of: input, { try RecordState(from: &$0) }) else { return }
    expect(states.flatMap(\.canonicalBytes) == input, "states of a sequence have one encoding")
}

/// Whatever the change, what it makes of a new record is a state that a peer accepts.
private func checkApplied(_ change: Change) {
    guard let id = change.record ?? RecordID(bytes: [UInt8](repeating: 7, count: 16)) else {
        return
    }
    var state = RecordState(kind: change.kind, id: id)
    _ = state.apply(change)
    let bytes = state.canonicalBytes
    let again = required("a changed state is decoded") { try RecordState(canonicalBytes: bytes) }
    expect(again.canonicalBytes == bytes, "a changed state has one encoding")
    _ = state.apply(change)
    expect(state.canonicalBytes == bytes, "a change that comes again changes nothing")
}

/// The items of a sequence, or `nil` when one of them is refused.
func decodedSequence<Item>(
    of input: [UInt8], _ read: (inout CBORReader) throws -> Item
) -> [Item]? {
    accepted {
        try input.withUnsafeBytes { buffer in
            var reader = CBORReader(buffer)
            var items: [Item] = []
            while !reader.isAtEnd { items.append(try read(&reader)) }
            return items
        }
    }
}
