#!/usr/bin/env python3
"""Makes Protocol/vectors/cbor-cbor2.json: seeded random values as PyPI's cbor2 encodes them.

Run once, offline from the build:  pip install cbor2==6.3.0 && python3 make_cbor2_vectors.py
The Swift tests rebuild each value from its description, and compare encodings byte for byte.

cbor2's canonical mode sorts map keys by length first (RFC 7049). RFC 8949 section 4.2.1 sorts by
the bytes of the encoded keys, so maps are put together here from items that cbor2 has encoded.
What is put together must decode, with cbor2, to the value; and where both orders agree it must equal
what cbor2 makes of the whole.
"""
import json
import math
import pathlib
import random
import struct

import cbor2

SEED = 8949
COUNT = 300
OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "Protocol" / "vectors" / "cbor-cbor2.json"
EDGES = [0, 1, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1]
FLOATS = [0.0, -0.0, 1.5, 65504.0, 65505.0, 65520.0, 2.0**-24, 2.0**-25, 2.0**-14, 3.0 * 2.0**-24,
          3.4028234663852886e38, 3.4028235677973366e38, 2.0**-149, 2.0**-150, 5e-324, 1e300, 1.1,
          math.inf, -math.inf, math.nan, 100000.0, 16777217.0, 2.0**53 + 2]
WORDS = ["", "a", "IETF", "hồ sơ", "ho\u0302\u0300 so\u031b", "é", "e\u0301", "水", "\U00010151",
         "\"\\\n\t", "thửa đất số 12, tờ bản đồ 7", "x" * 23, "y" * 24, "z" * 300, "\u0000", "\uffff"]


class Map:
    """Pairs, because unhashable and canonically equivalent keys are wanted."""

    def __init__(self, pairs):
        self.pairs = pairs


def integer(rng):
    value = rng.choice([rng.choice(EDGES), rng.getrandbits(rng.randint(1, 64))])
    return value if rng.random() < 0.5 else -1 - value


def floating(rng):
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(FLOATS)
    if kind == 1:
        return struct.unpack(">e", rng.getrandbits(16).to_bytes(2, "big"))[0]
    if kind == 2:
        return struct.unpack(">f", rng.getrandbits(32).to_bytes(4, "big"))[0]
    return struct.unpack(">d", rng.getrandbits(64).to_bytes(8, "big"))[0]


def leaf(rng):
    kind = rng.randrange(8)
    if kind < 2:
        return integer(rng)
    if kind == 2:
        return rng.randbytes(rng.choice([0, 1, 8, 23, 24, 40, 260]))
    if kind < 5:
        return rng.choice(WORDS) + (str(rng.randrange(1000)) if rng.random() < 0.5 else "")
    if kind == 5:
        return floating(rng)
    if kind == 6:
        return rng.choice([True, False, None, cbor2.undefined])
    return rng.choice([cbor2.CBORSimpleValue(rng.choice([0, 16, 19, 32, 255])),
                       2**64 + rng.getrandbits(70), -1 - 2**64 - rng.getrandbits(70)])


def value(rng, depth=0):
    kind = rng.randrange(10)
    if depth == 4 or kind < 4 + depth:
        return leaf(rng)
    if kind == 9:
        return cbor2.CBORTag(rng.choice([7, 200, 300, 70000, 2**40]), value(rng, depth + 1))
    size = rng.choice([0, 1, 2, 3, 5, 8] + ([24, 26] if depth == 0 else []))
    if rng.random() < 0.5:
        return [value(rng, depth + 1) for _ in range(size)]
    pairs = {}
    for _ in range(size):
        key = leaf(rng) if rng.random() < 0.9 else [leaf(rng)]
        pairs[encode(key)] = (key, value(rng, depth + 1))
    return Map([pairs[key] for key in sorted(pairs)])


def head(major, size):
    """An array's head as cbor2 writes it, turned into one of another major type."""
    array = cbor2.dumps([0] * size, canonical=True)
    array = array[: len(array) - size]
    return bytes([array[0] & 0x1F | major << 5]) + array[1:]


def encode(item):
    if isinstance(item, Map):
        return head(5, len(item.pairs)) + b"".join(encode(k) + encode(v) for k, v in item.pairs)
    if isinstance(item, list):
        return head(4, len(item)) + b"".join(map(encode, item))
    if isinstance(item, cbor2.CBORTag):
        tag = cbor2.dumps(cbor2.CBORTag(item.tag, 0), canonical=True)
        return tag[:-1] + encode(item.value)
    return cbor2.dumps(item, canonical=True)


def describe(item):
    """[kind, content]: u and n (decimal text), f (bits in hex), b (hex), t, a, m, g, s, or a name."""
    if isinstance(item, Map):
        return ["m", [[describe(k), describe(v)] for k, v in item.pairs]]
    if isinstance(item, list):
        return ["a", [describe(element) for element in item]]
    if isinstance(item, cbor2.CBORTag):
        return ["g", str(item.tag), describe(item.value)]
    if isinstance(item, cbor2.CBORSimpleValue):
        return ["s", str(item.value)]
    if item is None or item is cbor2.undefined or isinstance(item, bool):
        return [{None: "null", True: "true", False: "false"}.get(item, "undefined")]
    if isinstance(item, int):
        magnitude = item if item >= 0 else -1 - item
        if magnitude < 2**64:
            return ["u" if item >= 0 else "n", str(magnitude)]
        content = magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "big").hex()
        return ["g", "2" if item >= 0 else "3", ["b", content]]
    if isinstance(item, float):
        return ["f", "7ff8000000000000" if item != item else struct.pack(">d", item).hex()]
    if isinstance(item, bytes):
        return ["b", item.hex()]
    return ["t", item]


def plain(item):
    """The value in cbor2's own types; keys that Python holds equal (1, 1.0, True) fall together."""
    if isinstance(item, Map):
        return {plain(k) if not isinstance(k, list) else tuple(map(plain, k)): plain(v)
                for k, v in item.pairs}
    if isinstance(item, list):
        return [plain(element) for element in item]
    if isinstance(item, cbor2.CBORTag):
        return cbor2.CBORTag(item.tag, plain(item.value))
    return item


def length_first_agrees(item):
    if isinstance(item, Map):
        keys = [encode(k) for k, _ in item.pairs]
        return (keys == sorted(keys, key=lambda key: (len(key), key))
                and len(plain(item)) == len(keys)
                and all(length_first_agrees(k) and length_first_agrees(v) for k, v in item.pairs))
    if isinstance(item, list):
        return all(map(length_first_agrees, item))
    return not isinstance(item, cbor2.CBORTag) or length_first_agrees(item.value)


def main():
    rng = random.Random(SEED)
    rows = []
    compared = 0
    seen = set()
    while len(rows) < COUNT:
        item = value(rng)
        encoded = encode(item)
        if len(encoded) > 500 or encoded in seen:
            continue
        seen.add(encoded)
        cbor2.loads(encoded)
        if length_first_agrees(item):
            assert encoded == cbor2.dumps(plain(item), canonical=True), encoded.hex()
            compared += 1
        rows.append(json.dumps({"hex": encoded.hex(), "value": describe(item)},
                               ensure_ascii=True, separators=(",", ":")))
    header = json.dumps({"source": "PyPI cbor2, make_cbor2_vectors.py", "seed": SEED})[:-1]
    OUTPUT.write_text(header + ', "rows": [\n' + ",\n".join(rows) + "\n]}\n")
    print(f"{len(rows)} rows, {compared} of them equal to cbor2's encoding of the whole")


if __name__ == "__main__":
    main()
