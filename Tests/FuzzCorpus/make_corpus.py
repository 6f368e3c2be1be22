#!/usr/bin/env python3
"""Writes the seeds of the fuzzer: Tests/FuzzCorpus/FORMAT/NAME, from Protocol/vectors and by hand.

Needs Python 3 and the zstd command. Run it when a format changes; crashes that were mended are
added by hand as `found-…` and stay.
"""
import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent
VECTORS = HERE.parent.parent / "Protocol" / "vectors"


def vectors(name):
    return json.loads((VECTORS / name).read_text())


def seed(form, name, content):
    folder = HERE / form
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if n < 1 << 8 * size:
            return bytes([major << 5 | info]) + n.to_bytes(size, "big")


class Raw(bytes):
    """Bytes that are CBOR already."""


def cbor(value):
    match value:
        case Raw():
            return bytes(value)
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(map(cbor, value))
        case dict():
            return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def zstd(content, *options):
    return subprocess.run(
        ["zstd", "-q", *options], input=content, stdout=subprocess.PIPE, check=True
    ).stdout


appendix = [bytes.fromhex(row["hex"]) for row in vectors("cbor-appendix-a.json")["rows"]]
sound = [
    bytes.fromhex(row["hex"])
    for row in vectors("cbor-appendix-a.json")["rows"]
    if row["roundtrip"]
]
mixed = [bytes.fromhex(row["hex"]) for row in vectors("cbor-cbor2.json")["rows"]]
changes = [bytes.fromhex(row["bytes"]) for row in vectors("changes.json")["chain"]]
states = [bytes.fromhex(row["bytes"]) for row in vectors("states.json")["states"]]
ID, HASH, KEY = bytes(range(16)), bytes(range(32)), bytes(range(1, 33))
SHORT = HASH[:8]

seed("cbor", "appendix-a-sequence", b"".join(sound))
seed("cbor", "appendix-a-with-refused", b"".join(appendix))
for index in (3, 4, 5, 6):
    seed("cbor", f"mixed-{index}", max(mixed[index * 40 : index * 40 + 40], key=len)[:2048])
seed("cbor", "nested", b"\x81" * 31 + b"\x00")

for index, change in enumerate(changes):
    seed("change", f"vector-{index}", change)
seed("change", "sequence", b"".join(changes))

for index, state in enumerate(states):
    seed("state", f"vector-{index}", state)
seed("state", "sequence", b"".join(states))

plain = {0: 2, 1: 7, 3: [9, SHORT], 5: 1 << 20, 11: 1772414100000}
seed("request", "plain", cbor(plain))
seed(
    "request",
    "all",
    cbor(
        {
            0: 2,
            1: 0x1BC0DE0000000001,
            2: [12, SHORT],
            3: [9, SHORT],
            4: [1, HASH, b"".join(changes[:3]), HASH + HASH],
            5: 1 << 20,
            6: 55,
            7: b"mark",
            8: [ID, ID],
            9: b"".join(states[:3]),
            10: 4,
            11: -1,
            13: [5, 7],
            14: SHORT * 3,
            15: [[ID, {7: 9, 8: 1}], [ID, {}]],
            16: [[3, "no-record"]],
            18: True,
        }
    ),
)
seed("request", "rotation", cbor(plain | {12: [KEY, HASH, [[0, SHORT], [9, SHORT]]]}))
seed("request", "newer", cbor(plain | {99: {"x": [1, "y"]}}))
seed("request", "newer-version", cbor({0: 3, 1: 7}))

# A change that makes its record comes with the id, any other without: one of the two is refused.
items = [cbor([1, Raw(change), ID]) for change in changes]
items += [cbor([1, Raw(change)]) for change in changes]
items += [cbor([2, 1, ID, 7, 9])] + [cbor([3, Raw(state)]) for state in states]
for index in (0, 8, 14, 17):
    seed("reply", f"item-{index}", items[index])
settled = {0: 2, 1: [9, SHORT], 8: 1772414100000}
seed("reply", "plain", cbor(settled))
seed(
    "reply",
    "all",
    cbor(
        {
            0: 2,
            1: [9, SHORT],
            2: [
                [9, "out-of-scope", "another office's"],
                [8, "x", "y", Raw(states[2])],
            ],
            3: [3, items[0] + items[14] + items[17]],
            4: [12, SHORT],
            5: True,
            6: 3,
            7: HASH,
            8: 1772414100000,
            9: [1, 2, 3],
            10: b"mark",
            11: [ID],
            12: [8, 2, 7],
        }
    ),
)

text = (HERE.parent.parent / "Protocol" / "errors.md").read_bytes()[:2000]
for index, row in enumerate(vectors("columns.json")["pushes"]):
    seed("columns", f"push-{index}", bytes.fromhex(row["batch"]))
    seed("columns", f"changes-{index}", b"".join(map(bytes.fromhex, row["changes"])))
for index, row in enumerate(vectors("columns.json")["items"]):
    seed("columns", f"items-{index}", bytes.fromhex(row["batch"]))
    seed("columns", f"sequence-{index}", b"".join(map(bytes.fromhex, row["items"])))

seed("zstd", "text", zstd(text, "-3"))
seed("zstd", "text-19-checksum", zstd(text, "-19", "--check"))
seed("zstd", "bomb", zstd(bytes(10 << 20), "-19"))
seed("zstd", "stored", zstd(bytes(range(256)), "-1", "--no-check"))
seed("zstd", "two-frames", zstd(b"one") + zstd(b"two"))
seed("zstd", "skippable", b"\x50\x2a\x4d\x18\x04\0\0\0skip" + zstd(b"one"))
seed("zstd", "no-size", zstd(text, "-3", "--no-content-size"))
seed("zstd", "long-window", zstd(text * 3, "--long=27", "--ultra", "-22"))
seed("zstd", "change", changes[0])

seed(
    "json",
    "values",
    '{"a":[null,true,false,0,-1,1.5,1e300,5e-324,9223372036854775807],'
    '"b":"\\u00e9\\ud83d\\ude00\\n\\"\\\\/","Nguyễn":{"":[[]],"é":{}}}'.encode(),
)
seed("json", "many-names", json.dumps({f"n{i}": i for i in range(20)}).encode())
seed("json", "duplicate", '{"é":1,"e\u0301":2}'.encode())
seed("json", "nested", b"[" * 32 + b"]" * 32)
seed("json", "problem", b' {"type":"about:blank","status":413,"limit_bytes":8388608} \r\n')

new = {
    "new": "dossier",
    "id": "924116c7-ef7c-8423-a0a0-81c77f287d58",
    "fields": {
        "status": "received",
        "office": "A",
        "procedure": "1.004227",
        "applicant_name": "Nguyễn Thị Ánh",
        "received_at": "2021-05-31T08:30:00+07:00",
        "fee_vnd": 15000,
        "notes": "Thiếu sổ đỏ",
        "x.thua_dat": {"so": [12, 1.5, None, True, "y"]},
    },
    "at": "2021-05-31T08:30:00Z",
    "by": "an.nt",
}
edits = [
    new,
    {"set": "A-1-260531-0001", "fields": {"status": "accepted", "applicant_id": None}},
    {"note": new["id"], "text": "Gọi lại"},
    {"new": "holiday", "fields": {"date": "2026-09-02", "name": "Quốc khánh"}},
    {"new": "contact", "fields": {"way": "incoming_call", "topic": "x"}},
]
lines = [json.dumps(edit, ensure_ascii=False).encode() for edit in edits]
for index, line in enumerate(lines):
    seed("edits", f"line-{index}", line)
seed("edits", "file", b"\xef\xbb\xbf" + b"\r\n".join(lines) + b"\n \t\n\n" + b"x" * 40)

heading = "Mã hồ sơ,Họ tên,Số định danh,Ngày nộp,Ghi chú"
row = 'P-1,"Nguyễn Thị Ánh, 2",079012345678,31/05/2021,"dòng một\ndòng ""hai"""'
seed("csv", "portal", f"\ufeff{heading}\r\n{row}\r\n\r\n{row}".encode())
seed("csv", "semicolons", f"{heading}\n{row}\n".replace(",", ";").encode())
seed("csv", "open-quote", f'{heading}\nP-1,"never closed\n{row}\n'.encode())
seed("csv", "stray-quote", b'a,b"c,d\n"e"f,g\n')
seed("csv", "not-utf8", heading.encode("utf-16") + b"\n\xff,\xc3\n")
seed("csv", "blank", b" \n\t\r\n,\n\"\"\n")

for row in vectors("bundles.json")["bundles"]:
    for index, part in enumerate(row["files"]):
        seed("bundle", f"{row['name']}-{index}", bytes.fromhex(part))
    frames = [bytes.fromhex(frame) for frame in row["frames"]]
    seed("bundle", f"{row['name']}-introduction", frames[0])
    seed("bundle", f"{row['name']}-frame", frames[1])
    packed = [zstd(frame) for frame in frames]
    stream = b"".join(len(frame).to_bytes(4, "big") + frame for frame in packed)
    seed("bundle", f"{row['name']}-stream", stream)

for index, text in enumerate(
    [
        "30/11/2026 8:30",
        "2:30:00 CH, ngày 05 tháng 01 năm 2026",
        "2026-11-30T08:30:15.250+07:00",
        "08h30 30-11-2026",
        "Thứ Hai, 30/11/2026",
        "1.000.000,00 đ",
        "50 nghìn đồng",
        "7 ngày làm việc, tính từ ngày làm việc tiếp theo nếu nhận sau 15:00",
        "đang xử lý",
        "=\"0101234567-001\"",
        "+84 (24) 3.825-1234",
        "quý IV năm 2026",
        "000.17.01.H56 – 260105 – 0001",
    ]
):
    seed("typed", f"{index:02}", text.encode())
