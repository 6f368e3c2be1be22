import CBOR
import Replication

/// Changes that look right and are refused; also in `Protocol/vectors/changes.json`.
enum MalformedChanges {
    /// A change of replica 1, seq 2, to an existing record, with its members replaced or left out.
    static func change(
        _ replaced: [UInt64: [UInt8]] = [:], without missing: UInt64? = nil
    ) -> [UInt8] {
        var members: [UInt64: [UInt8]] = [
            0: number(1), 1: number(2), 2: number(65536), 3: number(1), 4: zeros(16),
            5: map((number(1), number(1))), 6: map((text("s"), text("x"))),
        ]
        members.merge(replaced) { $1 }
        if let missing { members[missing] = nil }
        return map(members.sorted { $0.key < $1.key }.map { (number($0.key), $0.value) })
    }

    private static let seqTooHigh = Limits.seqMax + 1

    static let all =
        [
            Malformed("no bytes", [], "cbor"),
            Malformed("no map", array(), "cbor"),
            Malformed("an empty map", map(), "member"),
            Malformed("a byte after the end", change() + [0xf6], "cbor"),
            Malformed("two changes", change() + change(), "cbor"),
            Malformed("a key that is a text", map((text("0"), number(1))), "cbor"),
            Malformed(
                "keys not in order",
                map((number(1), number(2)), (number(0), number(1))), "order"),
            Malformed(
                "a key twice", map((number(0), number(1)), (number(0), number(1))), "order"),
            Malformed("no replica", change(without: 0), "member"),
            Malformed("no seq", change(without: 1), "member"),
            Malformed("no clock", change(without: 2), "member"),
            Malformed("no kind", change(without: 3), "member"),
            Malformed("replica 0", change([0: number(0)]), "member"),
            Malformed("seq 0", change([1: number(0)]), "member"),
            Malformed("a seq beyond 2^63-1", change([1: number(seqTooHigh)]), "member"),
            Malformed("a kind beyond 255", change([3: number(256)]), "member"),
            Malformed("a negative replica", change([0: CBORValue(-1).encoded()]), "cbor"),
            Malformed("a record id of 15 bytes", change([4: zeros(15)]), "record"),
            Malformed("a record id of 17 bytes", change([4: zeros(17)]), "record"),
            Malformed("a record id that is null", change([4: null]), "cbor"),
            Malformed("a time that is no integer", change([8: text("1")]), "cbor"),
            Malformed("a writer that is null", change([9: null]), "cbor"),
            Malformed(
                "a number longer than it needs to be",
                [0xa4, 0, 0x18, 1, 1, 1, 2, 0, 3, 1], "cbor"),
            Malformed(
                "a map of indefinite length", [0xbf, 0, 1, 1, 1, 2, 0, 3, 1, 0xff], "cbor"),
        ] + contexts + fields + erased + unseen + rules

    private static let hash = zeros(32)

    private static let erased = [
        Malformed("erased content that is null", change([10: null]), "cbor"),
        Malformed(
            "an inner hash of 31 bytes", change([10: array(zeros(31), array(text("a")))]),
            "member"),
        Malformed("erased content without a name", change([10: array(hash, array())]), "member"),
        Malformed(
            "erased fields not in order",
            change([10: array(hash, array(text("b"), text("a")))]), "order"),
        Malformed(
            "an erased field that is written", change([10: array(hash, array(text("s")))]),
            "member"),
        Malformed(
            "erased content with a part too many",
            change([10: array(hash, array(text("a")), null)]), "member"),
    ]

    private static let unseen = [
        Malformed(
            "an unseen dot that the context does not cover",
            change([11: array(number(1), number(2))]), "member"),
        Malformed(
            "unseen dots not in order",
            change([
                5: map((number(1), number(1)), (number(2), number(1))),
                11: array(number(2), number(1), number(1), number(1)),
            ]), "order"),
        Malformed("unseen dots without a dot", change([11: array()]), "member"),
        Malformed("an unseen dot without a seq", change([11: array(number(1))]), "member"),
    ]

    private static let rules = [
        Malformed(
            "a rule of ids in a change that names its record", change([12: number(1)]), "member"),
        Malformed(
            "a rule of ids in a change to a record from elsewhere",
            change([12: number(1)], without: 5), "member"),
        Malformed("a rule of ids that need not be named", making([12: number(0)]), "member"),
        Malformed("a rule of ids that is not known", making([12: number(2)]), "member"),
        Malformed("a rule of ids that is no number", making([12: text("1")]), "cbor"),
    ]

    /// A change that makes its record.
    private static func making(_ replaced: [UInt64: [UInt8]]) -> [UInt8] {
        let members: [UInt64: [UInt8]] = [
            0: number(1), 1: number(2), 2: number(65536), 3: number(1),
        ]
        return map(
            members.merging(replaced) { $1 }.sorted { $0.key < $1.key }
                .map { (number($0.key), $0.value) })
    }

    private static let contexts = [
        Malformed("a context without entries", change([5: map()]), "member"),
        Malformed(
            "a context that names replica 0", change([5: map((number(0), number(1)))]), "member"),
        Malformed(
            "a context with a zero entry", change([5: map((number(1), number(0)))]), "member"),
        Malformed(
            "a context with a seq beyond 2^63-1",
            change([5: map((number(2), number(seqTooHigh)))]), "member"),
        Malformed(
            "a context with replicas not in order",
            change([5: map((number(2), number(1)), (number(1), number(1)))]), "order"),
        Malformed(
            "a context with a replica twice",
            change([5: map((number(1), number(1)), (number(1), number(1)))]), "order"),
        Malformed(
            "a context that has seen the change itself",
            change([5: map((number(1), number(2)))]), "member"),
        Malformed("a change that makes its record and has seen it", change(without: 4), "member"),
    ]

    private static let fields = [
        Malformed("writes without fields", change([6: map()]), "member"),
        Malformed("additions without fields", change([7: map()]), "member"),
        Malformed(
            "fields not in order", change([6: map((text("b"), null), (text("a"), null))]),
            "order"),
        Malformed(
            "a longer name before a shorter one",
            change([6: map((text("aa"), null), (text("b"), null))]), "order"),
        Malformed(
            "a field written twice", change([6: map((text("a"), null), (text("a"), null))]),
            "order"),
        Malformed(
            "a field added to twice", change([7: map((text("a"), null), (text("a"), null))]),
            "order"),
        Malformed(
            "a field both written and added to", change([7: map((text("s"), text("y")))]),
            "member"),
        Malformed(
            "a written field whose name is not ASCII", change([6: map((text("é"), null))]),
            "member"),
        Malformed(
            "an added field whose name is not ASCII", change([7: map((text("é"), null))]),
            "member"),
        Malformed("a field without a name", change([6: map((null, null))]), "cbor"),
        Malformed(
            "a value whose map is not in order",
            change([6: map((text("s"), map((number(2), null), (number(1), null))))]), "cbor"),
        Malformed(
            "a value that is a float in a longer form",
            change([6: map((text("s"), [0xfa, 0x3f, 0x80, 0, 0]))]), "cbor"),
        Malformed(
            "a text that is no UTF-8", change([6: map((text("s"), [0x61, 0xff]))]), "cbor"),
        Malformed(
            "a member of a newer version that is not deterministic",
            change([20: [0x18, 1]]), "cbor"),
    ]
}
