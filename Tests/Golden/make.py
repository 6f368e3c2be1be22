#!/usr/bin/env python3
"""Makes a set of golden files: homes as the programs of one commit left them, and what those said of them.

    Tests/Golden/make.py .build/release Tests/Golden/NAME

Two worlds. `office`: a central and its devices, with everything in them that a file can hold. `recovery`: the
same central restored from a backup, in a recovery that has not ended, with a device that came back to it and
one that has not. Each home is NAME.db.zst and NAME.json.zst (what each command said, one JSON value a line
of its output); marks.json lists what waits in the outboxes and must reach central.

The programs run under faketime, at days of November 2025 and after: the files are old wherever they are read.
Needs python3, zstd and faketime.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

A, B, C = "000.17.01.H56", "000.17.02.H56", "000.17.03.H56"
FIRST_DAY = 1762131600  # 2025-11-03 08:00 in Vietnam
SAID_BY_COUNTER = [
    "records --ndjson", "status --json", "verify --json", "conflicts --json", "refused --json",
    "receipts --json", "codes --json", "digest --json",
]
SAID_BY_CENTRAL = [
    "records --ndjson", "status --json", "verify --audit --json", "conflicts --json",
    "devices --json", "erasures --json", "receipts --json", "audit --json", "admin list --json",
    f"digest {A} --json", f"digest {B} --json", f"digest {C} --json",
]


class World:
    """A central and its devices, at a time of their own."""

    def __init__(self, programs, root, name, marks):
        self.programs, self.root = programs, os.path.join(root, name)
        self.marks = marks.setdefault(name, [])
        self.server, self.address, self.offset = None, "127.0.0.1:0", 0
        os.makedirs(self.root, exist_ok=True)

    def home(self, name):
        return os.path.join(self.root, name)

    def environment(self):
        return {
            "PATH": "/usr/bin:/bin", "HOME": self.root, "LANG": "en_US.UTF-8", "LC_ALL": "C.UTF-8",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def command(self, program, home, words):
        return ["faketime", "-f", f"{self.offset:+d}s", os.path.join(self.programs, program), *words,
                "--home", self.home(home)]

    def run(self, program, home, words, codes=(0,), given=None):
        done = subprocess.run(
            self.command(program, home, words),
            env=self.environment(), input=given, capture_output=True, text=True, timeout=120)
        if done.returncode not in codes:
            sys.exit(f"{program} {words} of {home}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def central(self, *words, **options):
        return self.run("central", "central", words, **options)

    def counter(self, desk, *words, **options):
        return self.run("counter", desk, words, **options)

    def at_day(self, day):
        """Goes on at 08:00 of a later day."""
        self.stop()
        self.offset = FIRST_DAY + day * 86400 - int(time.time())
        self.serve()

    def serve(self):
        self.server = subprocess.Popen(
            self.command("central", "central", ["serve", "--quiet", "--listen", self.address]),
            env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True)
        url = self.server.stdout.readline().strip().removeprefix("listening on ")
        if not url.startswith("http://"):
            sys.exit(f"central serve: {url} {self.server.stderr.read()}")
        self.address = url.removeprefix("http://")

    def stop(self):
        if self.server:
            # faketime waits for the program and hands no signal on: both hear it.
            os.killpg(self.server.pid, signal.SIGTERM)
            self.server.stdout.read()
            self.server.stdout.close()
            self.server.stderr.close()
            self.server.wait(60)
            self.server = None

    def enrol(self, desk, office, *options):
        code = json.loads(self.central("enrol", office, "--json"))["code"]
        self.counter(desk, "enrol", f"http://{self.address}", "--code", code, *options)

    def sync(self, *desks, codes=(0,)):
        for desk in desks:
            self.counter(desk, "sync", "--quiet", codes=codes)

    def make(self, desk, *words):
        """A new record; its code if it has one, else its id."""
        made = json.loads(self.counter(desk, *words, "--json"))
        return made.get("code") or made["id"]

    def make_in_2000(self, desk, *words):
        """A new record of a PC whose battery is empty."""
        right = self.offset
        self.offset = 946688400 - int(time.time())  # 2000-01-01 08:00 in Vietnam
        made = self.make(desk, *words)
        self.offset = right
        return made

    def id(self, desk, code):
        return json.loads(self.counter(desk, "show", code, "--json"))["id"]

    def mark(self, text):
        """A text that waits in an outbox and must reach central."""
        self.marks.append(text)
        return text


def catalog(world):
    for code, name in [(A, "Một cửa A"), (B, "Một cửa B"), (C, "Một cửa C")]:
        world.central("office", "add", code, name, "--address", "1 Trần Phú", "--phone", "0237 385")
    world.central(
        "catalog", "set", "office", A, "hours=mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30")
    world.central("import", "-", given="\n".join(json.dumps(line, ensure_ascii=False) for line in [
        {"new": "procedure", "fields": {
            "code": "1.004199", "name": "Cấp đổi giấy chứng nhận", "field": "Đất đai",
            "fee_vnd": 50000, "limit": "7wd@15:00", "details": "Mẫu 10/ĐK\nBản chính"}},
        {"new": "procedure", "fields": {
            "code": "1.004199", "name": "Cấp đổi giấy chứng nhận", "limit": "5wd",
            "effective_from": "2026-01-01"}},
        {"new": "procedure", "fields": {
            "code": "2.000815", "name": "Chứng thực", "processing_days": 1}},
        {"new": "procedure", "fields": {"code": "3.000001", "name": "Thu hồi"}},
        {"new": "holiday", "fields": {"date": "2026-01-01", "name": "Tết Dương lịch"}},
        {"new": "holiday", "fields": {
            "date": "2026-01-10", "name": "Làm bù", "day_kind": "worked"}},
    ]))
    for name, role in [("chief", "admin"), ("viewer", "viewer")]:
        world.central("admin", "add", name, "--role", role, given="one long password 56\n")


def first_days(world):
    """Papers, notes, pauses, results handed out, custom values, contacts; then conflicts."""
    d = {}
    for name, person in [("life", "Lê Thị Hoa"), ("paid", "Trần Văn An"), ("stopped", "Đỗ Minh"),
                         ("withdrawn", "Phạm Bình"), ("hand", "Vũ Cường"), ("open", "Ngô Dung"),
                         ("settled", "Bùi Giang"), ("there", "Hồ Hải"), ("given", "Lý Khánh"),
                         ("torn", "Mai Lan"), ("back", "Tô Nga"), ("erased", "Đinh Nam"), ("strict", "Cao Oanh")]:
        procedure = "3.000001" if name == "strict" else "1.004199"
        d[name] = world.make(
            "a1", "receive", f"procedure={procedure}", f"applicant_name={person}",
            "applicant_id=038123456789", "applicant_phone=0912 345 678", "papers=Đơn đề nghị",
            "papers=Giấy chứng nhận cũ", "fee_vnd=50000", "--by", "Lan")
    d["custom"] = world.make(
        "a1", "new", "applicant_name=Tạ Phúc", "procedure=2.000815", "channel=post",
        "x.text=chữ", "x.pages:=12", "x.ratio:=1.5", "x.flag:=true", 'x.list:=[1,"hai",null]',
        "applicant_address=2 Lê Lợi", "due_at=2025-12-24")
    d["new"] = world.make(
        "a1", "new", "applicant_name=Kiều Quân", "status=new", "channel=online", "notes=từ cổng")
    world.counter("a1", "refuse", d["new"], "Sai mẫu đơn", "--by", "Hoa")
    world.make("a1", "contact", "--way", "in_person", "--topic", "Đất đai", "caller_name=Đinh Nam",
               f"dossier={d['erased']}", "notes=hỏi kết quả")
    world.make("a1", "contact", "--way", "incoming_call", "--topic", "Hộ tịch",
               "caller_phone=0912345678", "procedure=2.000815")

    life = d["life"]
    world.counter("a1", "advance", life)
    world.counter("a1", "request-supplement", life, "Thiếu bản sao CCCD", "--by", "Lan")
    world.counter("a1", "resume", life, "--papers", "Bản sao CCCD")
    world.counter("a1", "advance", life, "--note", "xong\nhai dòng")
    world.counter("a1", "return", life, "--post", "EA123456789VN")
    world.counter("a1", "delivery", life, "failed")
    world.counter("a1", "delivery", life, "delivered", "--to", "Lê Văn An")
    world.counter("a1", "request-payment", d["paid"], "Nộp lệ phí")
    world.counter("a1", "advance", d["stopped"])
    world.counter("a1", "stop", d["stopped"], "Chờ ý kiến")
    world.counter("a1", "resume", d["stopped"])
    world.counter("a1", "stop", d["stopped"], "Chờ lần nữa")
    world.counter("a1", "withdraw", d["withdrawn"], "Rút đơn")
    world.counter("a1", "advance", d["hand"], "finished")
    world.counter("a1", "return", d["hand"], "--to", "Vũ Thị Út")
    world.counter("a1", "set", d["hand"], "applicant_phone=", "officer=Minh")
    world.counter("a1", "note", d["erased"], "ghi chú về Đinh Nam", "--by", "Lan")
    # As many as the log takes into segments at once: with what came before, at central.
    world.counter("b1", "apply", "-", given="\n".join(
        json.dumps({"new": "dossier", "fields": {"applicant_name": f"Bàn {n}", "procedure": "2.000815"}})
        for n in range(260)))
    world.sync("a1", "a2", "b1", "c1", "stick", "lost")

    world.at_day(1)
    for desk, officer, fee in [("a1", "Lan", 10000), ("a2", "Hoa", 20000)]:
        for name in ["open", "settled"]:
            world.counter(desk, "set", d[name], f"officer={officer}", f"fee_vnd={fee}",
                          f"x.text={officer}", f"x.count:={fee}", "--by", officer)
            world.counter(desk, "note", d[name], f"ghi chú của {officer}", "--by", officer)
    world.counter("a1", "advance", d["open"])
    world.counter("a2", "request-supplement", d["open"], "Thiếu giấy")
    world.counter("a1", "advance", d["settled"])
    world.counter("a2", "advance", d["settled"], "finished")
    world.sync("a1", "a2", "a1")
    world.counter("a1", "resolve", d["settled"], "officer", "Lan", "--by", "chị Hoa")
    world.sync("a1")
    world.central("resolve", d["settled"], "fee_vnd", "15000", "--by", "Trưởng phòng")
    world.central("assign", d["open"], "Hoa", "--by", "Trưởng phòng")
    world.counter("a2", "assign", d["open"], "Minh")
    world.counter("a2", "recode", world.id("a2", d["custom"]))
    world.sync("a2", "a1", "stick")
    return d


def later_days(world, d):
    """A hand-over there and back, refusals, a token of one's own, an erasure, a fork, a lost device."""
    world.at_day(2)
    for name in ["there", "given", "torn", "back"]:
        world.counter("a1", "hand-over", d[name], B, "--note", "thuộc B")
    world.sync("a1", "b1")
    world.counter("b1", "note", d["there"], "B đã xem")
    world.counter("b1", "hand-over", d["there"], A, "--note", "trả lại A")
    world.counter("b1", "advance", d["given"])
    world.counter("a2", "hand-over", d["torn"], C, "--note", "thuộc C")
    world.counter("a2", "set", d["given"], "officer=Tú")
    world.counter("a2", "set", d["back"], "officer=Giữ Lại", "--by", "Hoa")
    world.sync("b1", "a1")
    world.sync("a2", codes=(0, 65))  # programs of before 2026 wrote offices as fields, which central refused
    world.sync("c1", "a1")
    world.counter("a1", "note", d["there"], "A làm tiếp")

    # Refused: an id that another office has, what was written on it, and a dossier taken back unseen.
    world.counter("b1", "new", "--id", world.id("a1", d["paid"]), "applicant_name=Trùng Số")
    world.counter("b1", "set", world.id("a1", d["paid"]), "officer=Không Ai")
    world.central("catalog", "set", "procedure", "3.000001", "transitions=accepted>finished")
    world.sync("a2")
    world.counter("a2", "advance", d["strict"], "finished")
    world.sync("b1", codes=(65,))
    world.sync("a2", "a1", "b1")
    world.counter("b1", "sync", "--quiet", "--new-token")
    world.stop()
    shutil.copytree(world.home("a1"), world.home("fork"))
    shutil.copytree(world.home("central"), world.home("backup"))

    world.at_day(3)
    world.counter("a1", "set", d["open"], "applicant_address=bản gốc")
    world.counter("fork", "set", d["open"], "applicant_address=bản sao")
    world.make("fork", "new", "applicant_name=Chỉ Bản Sao")
    world.sync("a1", "fork")
    world.central("erase", d["erased"], "--reason", "QĐ 12/2025", "--by", "chị Hoa")
    lost = json.loads(world.counter("lost", "status", "--json"))["replica"]
    world.make("lost", "new", "applicant_name=Chưa Gửi")
    world.central("revoke", lost)
    world.sync("lost", codes=(77,))
    world.sync("a1", "fork")
    world.central("request-sync", B)


def waiting(world, d):
    """What waits in outboxes, on a stick, and in copies that nobody has noticed yet."""
    world.at_day(40)
    world.sync("b1")
    fixed, _ = [
        world.make_in_2000("b1", "receive", "procedure=1.004199", f"applicant_name={name}")
        for name in ["Đã Sửa Giờ", "Chưa Sửa Giờ"]]
    world.counter("b1", "correct-times", fixed, "--reason", "hết pin", "--to", "2025-12-12T08:30:00+07:00")
    world.sync("b1")
    world.make("stick", "new", f"applicant_name={world.mark('Dấu Gói Một')}")
    world.counter("stick", "bundle", "create", world.home("up"))
    world.central("bundle", "apply", world.home("up"), "--reply", world.home("down"))
    world.make("stick", "new", f"applicant_name={world.mark('Dấu Gói Hai')}")
    world.counter("stick", "bundle", "create", world.home("up2"))
    world.make("stick", "new", f"applicant_name={world.mark('Dấu Sau Gói')}")
    world.stop()
    shutil.copytree(world.home("a1"), world.home("copy"))
    world.at_day(41)
    for desk in ["a1", "a2", "copy", "fork", "b1"]:
        own = d["given"] if desk == "b1" else d["open"]
        world.counter(desk, "note", own, world.mark(f"Dấu Ghi {desk}"), "--by", f"Người {desk}")
        made = world.make(
            desk, "receive", "procedure=1.004199", f"applicant_name={world.mark(f'Dấu Tên {desk}')}",
            "papers=Đơn", f"x.text={world.mark(f'Dấu Riêng {desk}')}")
        world.counter(desk, "advance", made)
        world.counter(desk, "request-payment", made, world.mark(f"Dấu Dừng {desk}"))
    world.counter("a1", "hand-over", d["there"], C, "--note", world.mark("Dấu Chuyển"))
    world.counter("a1", "resolve", d["open"], "officer", world.mark("Dấu Xử Lý"))
    world.counter("b1", "set", d["given"], f"officer={world.mark('Dấu Giữ')}")
    world.stop()


def recovery(office, world, d):
    """The central of the backup, recovering, after one device came back and before another."""
    world.offset, world.address = office.offset, office.address
    for source, name in [("backup", "central"), ("a1", "a1"), ("b1", "b1"), ("c1", "c1")]:
        shutil.copytree(office.home(source), world.home(name))
    world.marks += [m for m in office.marks if m.endswith((" a1", " b1"))]
    world.marks += ["Dấu Chuyển", "Dấu Xử Lý", "Dấu Giữ"]
    world.central("recover")
    world.at_day(42)
    world.sync("a1")
    world.counter("a1", "note", d["open"], world.mark("Dấu Sau Phục Hồi"))
    world.enrol("late", C, "--name", "muộn")
    world.stop()


def lines(output):
    return [json.loads(line) for line in output.splitlines() if line.strip()]


def keep(world, home, target):
    """Puts a home's database beside what its program says of it."""
    program, commands, file = (
        ("central", SAID_BY_CENTRAL, "central.db") if home == "central"
        else ("counter", SAID_BY_COUNTER, "replica.db"))
    said = {words: lines(world.run(program, home, words.split())) for words in commands}
    if program == "counter":
        for code in [r["id"] for r in said["records --ndjson"] if r["kind"] == "dossier"][:6]:
            words = f"show {code} --history --json"
            said[words] = lines(world.run(program, home, words.split()))
    else:
        mark = said["verify --audit --json"][0]["mark"]
        said[f"verify --mark {mark} --json"] = lines(
            world.run(program, home, ["verify", "--mark", mark, "--json"]))
    path = os.path.join(world.home(home), file)
    connection = sqlite3.connect(path)
    left = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()
    if left[0] != 0 or os.path.exists(path + "-wal") and os.path.getsize(path + "-wal"):
        sys.exit(f"{path} has a write-ahead log that was not written back")
    shutil.copyfile(path, f"{target}/{home}.db")
    with open(f"{target}/{home}.json", "w", encoding="utf-8") as out:
        json.dump(said, out, ensure_ascii=False, indent=0)
    for name in [f"{home}.db", f"{home}.json"]:
        subprocess.run(["zstd", "-19", "-q", "--rm", "-f", f"{target}/{name}"], check=True)


def main():
    programs, target = os.path.realpath(sys.argv[1]), sys.argv[2]
    marks = {}
    with tempfile.TemporaryDirectory() as root:
        office = World(programs, root, "office", marks)
        world = World(programs, root, "recovery", marks)
        try:
            office.offset = FIRST_DAY - int(time.time())
            catalog(office)
            office.at_day(0)
            for desk, code in [("a1", A), ("a2", A), ("b1", B), ("c1", C), ("stick", A), ("lost", A)]:
                office.enrol(desk, code, "--name", f"máy {desk}")
            office.sync("a1", "a2", "b1", "c1", "stick", "lost")
            d = first_days(office)
            later_days(office, d)
            waiting(office, d)
            office.central("enrol", C)
            recovery(office, world, d)
        finally:
            office.stop()
            world.stop()
        shutil.rmtree(target, ignore_errors=True)
        for each, homes in [
            (office, ["central", "a1", "a2", "b1", "c1", "fork", "copy", "stick", "lost"]),
            (world, ["central", "a1", "b1", "late"]),
        ]:
            folder = os.path.join(target, os.path.basename(each.root))
            os.makedirs(folder)
            for home in homes:
                keep(each, home, folder)
    with open(f"{target}/marks.json", "w", encoding="utf-8") as out:
        json.dump(marks, out, ensure_ascii=False, indent=1)
        out.write("\n")


if __name__ == "__main__":
    main()
