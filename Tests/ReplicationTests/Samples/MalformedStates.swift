import CBOR
import Replication

/// States that look right and are refused; also in `Protocol/vectors/states.json`.
enum MalformedStates {
    /// The stamp of a change of a replica.
    static func stamp(_ replica: UInt64, _ seq: UInt64) -> [UInt8] {
        array(number(replica), number(seq), number(65536), null, null)
    }

    /// A state with two stamps and one field with both values, its members replaced.
    static func state(_ replaced: [UInt64: [UInt8]] = [:]) -> [UInt8] {
        var members: [UInt64: [UInt8]] = [
            0: number(1), 1: zeros(16),
            2: map((number(1), number(3)), (number(2), number(5))),
            3: array(stamp(1, 3), stamp(2, 5)),
            4: map((text("s"), array(number(0), text("x"), number(1), text("y")))),
        ]
        members.merge(replaced) { $1 }
        return map(members.sorted { $0.key < $1.key }.map { (number($0.key), $0.value) })
    }

    private static func fields(_ fields: ([UInt8], [UInt8])...) -> [UInt8] {
        state([4: map(fields)])
    }

    private static let both = array(number(0), null, number(1), null)

    /// An order that only `kept` stays; nobody looks at the signature here.
    private static let erasure = array(
        number(0), array(text("law"), array(text("kept")), zeros(64)))

    static let all = [
        Malformed(
            "a value that was erased from its record",
            fields(
                (text("s"), array(number(1), null)), (text("erased"), erasure)),
            "member"),
        Malformed("no bytes", [], "cbor"),
        Malformed("a byte after the end", state() + [0xf6], "cbor"),
        Malformed("a member too few", map((number(0), number(1))), "member"),
        Malformed("a member too many", state([6: null]), "member"),
        Malformed("no refused change", state([5: array()]), "member"),
        Malformed("half a refused change", state([5: array(number(1))]), "member"),
        Malformed(
            "a refused change of seq 0", state([5: array(number(1), number(0), array())]), "member"),
        Malformed(
            "a refused change beyond the vector", state([5: array(number(2), number(6), array())]),
            "member"),
        Malformed(
            "a refused change whose value stands", state([5: array(number(1), number(3), array())]),
            "member"),
        Malformed(
            "refused changes not in order",
            state([
                5: array(number(2), number(4), array(), number(1), number(2), array())
            ]), "order"),
        Malformed(
            "fields that replaced it not in order",
            state([5: array(number(1), number(2), array(text("t"), text("s")))]), "order"),
        Malformed(
            "two members too many",
            state([
                5: array(number(1), number(2), array()), 6: null,
            ]), "member"),
        Malformed("a kind beyond 255", state([0: number(256)]), "member"),
        Malformed("a record id of 15 bytes", state([1: zeros(15)]), "record"),
        Malformed(
            "a vector with replicas not in order",
            state([2: map((number(2), number(5)), (number(1), number(3)))]), "order"),
        Malformed(
            "a vector that does not cover a stamp",
            state([2: map((number(1), number(3)), (number(2), number(4)))]), "stamp"),
        Malformed("stamps not in order", state([3: array(stamp(2, 5), stamp(1, 3))]), "order"),
        Malformed("a stamp twice", state([3: array(stamp(1, 3), stamp(1, 3))]), "order"),
        Malformed(
            "a stamp that no value uses",
            state([3: array(stamp(1, 2), stamp(1, 3), stamp(2, 5))]), "stamp"),
        Malformed(
            "a stamp of replica 0", state([3: array(stamp(0, 3), stamp(2, 5))]), "member"),
        Malformed("a stamp of seq 0", state([3: array(stamp(1, 0), stamp(2, 5))]), "member"),
        Malformed(
            "a stamp without its last part",
            state([3: array(array(number(1), number(3), number(0), null), stamp(2, 5))]),
            "member"),
        Malformed("fields not in order", fields((text("b"), both), (text("a"), both)), "order"),
        Malformed("a field whose name is not ASCII", fields((text("é"), both)), "member"),
        Malformed("a field twice", fields((text("a"), both), (text("a"), both)), "order"),
        Malformed(
            "a field without values", fields((text("a"), array()), (text("b"), both)), "member"),
        Malformed(
            "a stamp without its value",
            fields((text("a"), array(number(0), null, number(1))), (text("b"), both)), "member"),
        Malformed(
            "values not in order of their dots",
            fields((text("a"), array(number(1), null, number(0), null))), "order"),
        Malformed(
            "two values of one dot",
            fields((text("a"), array(number(0), null, number(0), null)), (text("b"), both)),
            "order"),
        Malformed(
            "a value of a stamp that is not there",
            fields((text("a"), array(number(0), null, number(2), null))), "stamp"),
        Malformed(
            "a value of a stamp beyond all numbers",
            fields((text("a"), array(number(.max), null))), "stamp"),
    ]
}
