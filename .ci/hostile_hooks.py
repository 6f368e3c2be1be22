"""What schemathesis sends to /v1/sync: maps that are nearly requests, and bytes that are none."""

import os

import cbor2
import schemathesis
from hypothesis import strategies as st

MEDIA_TYPE = "application/vnd.dossiersync+cbor"
# The device whose token is sent: without its number nothing behind the door is reached.
REPLICA = int(os.environ.get("HOSTILE_REPLICA", "1"))

uint = st.integers(min_value=0, max_value=2**64 - 1)
short = st.binary(min_size=8, max_size=8)
place = st.tuples(uint, short).map(list)
anything = st.recursive(
    st.none() | st.booleans() | uint | st.integers(-(2**63), -1) | st.binary(max_size=80)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(uint, inner, max_size=4),
    max_leaves=12,
)
members = st.fixed_dictionaries(
    {0: st.just(2) | st.just(2) | uint, 1: st.just(REPLICA) | uint, 3: place | anything, 11: st.integers(-(2**63), 2**63 - 1)},
    optional={
        2: place | anything,
        4: st.tuples(uint, st.binary(min_size=32, max_size=32), st.binary(max_size=200),
                     st.binary(min_size=64, max_size=64)).map(list) | anything,
        5: uint,
        6: st.just(0) | st.just(1),
        7: st.binary(max_size=60),
        8: st.lists(st.binary(min_size=16, max_size=16), max_size=5) | anything,
        9: st.binary(max_size=100),
        10: uint,
        12: st.tuples(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32),
                      st.lists(place, max_size=3)).map(list) | anything,
        13: st.lists(uint, min_size=2, max_size=3) | anything,
        14: st.binary(max_size=8 * 256).map(lambda b: b[: len(b) // 8 * 8]) | anything,
        15: anything, 16: anything, 17: anything, 18: st.booleans() | anything,
        99: anything,
    },
)
requests = members.map(lambda m: cbor2.dumps(m, canonical=True))
schemathesis.openapi.media_type(MEDIA_TYPE, requests | st.binary(max_size=300))


@schemathesis.serializer(MEDIA_TYPE)
def serialize(ctx, value):
    return value if isinstance(value, bytes) else cbor2.dumps(str(value))
