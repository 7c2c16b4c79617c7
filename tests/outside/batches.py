#!/usr/bin/env python3
"""Batches judged from outside: killed, shared, cancelled, starved of database, store and disk; what comes out is counted.

    tests/outside/batches.py                 as the gate runs it: 1,500 rows, stores gone for 10 s
    tests/outside/batches.py --full          10,000 rows, stores gone for 30 s
    tests/outside/batches.py --only two-processes --seed 7

VINHDANH names the program (default target/debug/vinhdanh). Standard library only; Linux."""

import sys

sys.dont_write_bytecode = True

import argparse
import collections
import concurrent.futures
import contextlib
import copy
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import time
import zipfile
from pathlib import Path

import fleet
import judges
import verdicts
from fleet import Missing, until
from verdicts import changed, residue, results

ROOT = Path(__file__).resolve().parents[2]
FAMILY = ["Lường", "Đinh", "Hoàng", "Cầm", "Lò", "Hà", "Mùi", "Bùi", "Vì", "Quàng", "Sồng", "Giàng", "Triệu", "Bàn"]
MIDDLE = ["Thị Ngọc", "Văn", "Thị Ánh", "Đức", "Thu", "Quang", "Thị Thanh", "Xuân", "Minh", "Hồng", "Gia", "A", "Thị",
          "Mạnh", "Thị Bích", "Khánh", "Thị Kim", "Trung", "Hải", "Thị Hoài", "Bảo", "Thị Mai", "Công", "Việt"]
GIVEN = ["Hạnh", "Thuận", "Tuyết", "Dũng", "Hương", "Nghĩa", "Yến", "Khuê", "Bưởi", "Ưng", "Phượng", "Đoài", "Quyết",
         "Kiệt", "Lễ", "Mỹ", "Sửu", "Páo", "Dế", "Chư", "Sinh", "Oanh", "Thắm", "Quỳnh", "Lợi", "Hùng", "Cường", "Định",
         "Nhàn", "Xoan", "Pâng", "Muôn", "Ín", "Ỏm", "Ún", "Ngoan", "Diện", "Thành"]
UNITS = ["Trường Tiểu học Mường Bang", "Trạm Y tế xã Tân Phong", "Phòng Nội vụ", "Hợp tác xã Suối Tọ",
         "Trường Trung học cơ sở Gia Phù", "Ủy ban nhân dân xã Mường Do", "Đội thuế liên xã"]


def name(n):
    """The n-th made-up name; none comes twice before 12,000."""
    return f"{FAMILY[n % 14]} {MIDDLE[n // 14 % 24]} {GIVEN[n // 336 % 38]}"


# --- a batch and its databases -----------------------------------------------------------------------------------

class Ground:
    """What the checks share."""

    def __init__(self, binary, folder, python, full, seed):
        self.binary, self.folder, self.python = binary, folder, python
        self.full = full
        self.count, self.gone = (10_000, 30) if full else (1_500, 10)
        self.random, self.seed = random.Random(seed), seed
        done = subprocess.run([binary, "sample", "giay_khen"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if done.returncode:
            raise RuntimeError(f"sample: {done.stderr.decode('utf-8', 'replace')}")
        self.sample = json.loads(done.stdout)

    def row(self, n, other=None):
        data = copy.deepcopy(self.sample)
        data["doi_tuong"].update(ten=other or name(n), don_vi=UNITS[n % 7])
        return data

    def request(self, count, **more):
        return {"template": "giay_khen", "title": "Khen thưởng", "rows": [self.row(n) for n in range(count)], **more}

    def place(self, what):
        """A fresh folder for one check."""
        folder = self.folder / what
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def program(self, folder, *options, **more):
        return fleet.Program(self.binary, folder, *options, **more)


def take_in(program, request, **headers):
    answer = program.call("POST", "/v1/batches", request, headers)
    if answer.status != 202:
        raise RuntimeError(f"POST /v1/batches: {answer.words()}")
    return answer.json()["id"]


def report(program, batch):
    answer = program.call("GET", f"/v1/batches/{batch}", timeout=30)
    if answer.status != 200:
        raise RuntimeError(f"GET /v1/batches/…: {answer.words()}")
    return answer.json()


def ended(program, batch, seconds):
    """Waits for the end of a batch and gives its last report."""
    return until(f"the end of {batch}", seconds, lambda: (now := report(program, batch))["state"] != "running" and now, 0.25)


def done_of(program, batch):
    return report(program, batch)["done"]


def settled(folder, batch, postgres=None, alive=True):
    """{row: (pack, place, digest, when)} of the items that are done, read from the database itself."""
    columns = "row_no, pack, place, sha256, done_at"
    if postgres:
        rows = postgres.ask(f"SELECT {columns} FROM batch_item WHERE batch_id = '{batch}' AND state = 'done'")
        return {int(row[0]): tuple(row[1:]) for row in rows}
    home = folder / "data"
    if not alive:
        # Left as a dead program left it: opening it would mend it.
        home = folder / "copy"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(folder / "data", home, ignore=shutil.ignore_patterns("*-shm", "tep"))
    database = sqlite3.connect(f"file:{home / 'vinhdanh.sqlite'}" + ("?mode=ro" if alive else ""), uri=True, timeout=30)
    with contextlib.closing(database):
        rows = database.execute(f"SELECT {columns} FROM batch_item WHERE batch_id = ? AND state = 'done'", (batch,))
        return {row[0]: tuple(row[1:]) for row in rows}


def judge_results(ground, program, batch, count, folder, missing=(), read=5):
    """The verdict on everything a batch gives, and on the words of some of its files."""
    partial = "?partial=true" if missing else ""
    manifest = program.call("GET", f"/v1/batches/{batch}/manifest.json").json()
    archive = program.download(f"/v1/batches/{batch}/archive.zip{partial}", folder / "archive.zip")
    faults = results(manifest, archive, count, missing)
    files = {one["row"]: one["name"] for one in manifest["files"]}
    with zipfile.ZipFile(archive) as packed:
        for row in ground.random.sample(sorted(files), min(read, len(files))):
            (folder / "one.pdf").write_bytes(packed.read(files[row]))
            text, said = judges.poppler("pdftotext", str(folder / "one.pdf"), "-")
            faults += said
            if name(row - 1).upper() not in " ".join(text.split()).upper():
                faults.append(f"row {row} is not about {name(row - 1)}")
    archive.unlink()
    return faults


# --- the checks --------------------------------------------------------------------------------------------------

def killed(ground, what, database, postgres=None):
    """Three times SIGKILL to everything at a random moment."""
    folder, count = ground.place(what), ground.count
    program = ground.program(folder, *(["--database-url", database] if database else []))
    marks = sorted(ground.random.sample(range(2, 90), 3))
    faults, before, back = [], {}, []
    with program:
        batch = take_in(program, ground.request(count))
        for mark in marks:
            until(f"{mark} %", count, lambda: done_of(program, batch) >= count * mark // 100, 0.05)
            time.sleep(ground.random.random() / 2)
            program.kill()
            snapshot = settled(folder, batch, postgres, alive=False)
            faults += changed(before, snapshot)
            before = snapshot
            program.start()
            at = time.monotonic()
            if len(before) < count:
                until("work again after a kill", 300, lambda: done_of(program, batch) > len(before), 0.1)
            back.append(f"{len(before)} done, on after {time.monotonic() - at:.1f} s")
        end = ended(program, batch, 120 + count / 5)
        if (end["state"], end["done"], end["failed"]) != ("finished", count, 0):
            faults.append(f"ended as {end['state']}: {end['done']} done, {end['failed']} failed of {count}")
        after = settled(folder, batch, postgres)
        faults += changed(before, after) + judge_results(ground, program, batch, count, folder)
        used = {row[0].rsplit("/", 1)[1] for row in after.values()}
        packs = {path.name for path in (folder / "data" / "tep").rglob("*.pack")}
        if lost := used - packs:
            faults.append(f"{len(lost)} packs are missing")
        print(f"batches: {what}: {count} items, killed at {marks} % ({'; '.join(back)}); "
              f"{len(packs - used)} of {len(packs)} packs written in vain", flush=True)
    return faults


def killed_sqlite(ground):
    return killed(ground, "killed-sqlite", None)


def killed_postgres(ground):
    with fleet.Postgres() as postgres:
        return killed(ground, "killed-postgres", postgres.url, postgres)


def stopped(ground):
    """SIGTERM in the middle: ends soon and by itself, and the next start goes on."""
    folder, count, faults = ground.place("stopped"), 600, []
    program = ground.program(folder)
    with program:
        batch = take_in(program, ground.request(count))
        for mark in (20, 50):
            until(f"{mark} %", count, lambda: done_of(program, batch) >= count * mark // 100, 0.05)
            at = time.monotonic()
            program.process.terminate()
            try:
                status = program.process.wait(40)
            except subprocess.TimeoutExpired:
                return [f"still there 40 s after SIGTERM at {mark} %"]
            took = time.monotonic() - at
            if status:
                faults.append(f"ended with {status}")
            until("its workers to end", 10, lambda: not fleet.in_group(program.process.pid))
            before = settled(folder, batch, alive=False)
            program.start()
            at = time.monotonic()
            until("work again", 60, lambda: done_of(program, batch) > len(before), 0.1)
            print(f"batches: stopped at {mark} % in {took:.1f} s, on after {time.monotonic() - at:.1f} s", flush=True)
            faults += changed(before, settled(folder, batch))
        end = ended(program, batch, 300)
        if end["done"] != count:
            faults.append(f"{end['done']} of {count} done")
        faults += judge_results(ground, program, batch, count, folder)
    return faults


def asked_again(ground):
    """A caller that hears no answer, because everything was killed, asks again with its key: one batch, not two."""
    folder, faults = ground.place("asked-again"), []
    request = ground.request(400)
    for moment in (0.05, 0.2, 0.4, 0.8):
        with ground.program(folder / str(moment)) as program:
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                first = pool.submit(lambda: program.call("POST", "/v1/batches", request, {"Idempotency-Key": "nam-2020-1"}))
                time.sleep(moment)
                program.kill()
                answered = first.exception() is None
            program.start()
            batch = take_in(program, request, **{"Idempotency-Key": "nam-2020-1"})
            listed = program.call("GET", "/v1/batches").json()["batches"]
            if [one["id"] for one in listed] != [batch]:
                faults.append(f"killed after {moment} s (answered: {answered}): {len(listed)} batches")
            end = ended(program, batch, 300)
            if end["done"] != 400:
                faults.append(f"killed after {moment} s: {end['done']} of 400 done")
    return faults


def two_processes(ground):
    """One database, one store, two services."""
    folder, count, faults = ground.place("two-processes"), ground.count, []
    with fleet.Postgres() as postgres, fleet.Store(ground.python, folder) as store:
        make = lambda which: ground.program(folder / which, "--database-url", postgres.url, "--files", store.location,
                                            environment=store.environment)
        with make("a") as one, make("b") as other:
            batch = take_in(one, ground.request(count))
            end = ended(other, batch, 120 + count / 5)
            if (end["state"], end["done"]) != ("finished", count):
                faults.append(f"ended as {end['state']}: {end['done']} of {count} done")
            made = [one.documents(), other.documents()]
            if min(made) == 0:
                faults.append(f"one did it all: {made}")
            if sum(made) < count:
                faults.append(f"{made} documents made for {count} rows")
            print(f"batches: two processes made {made} documents for {count} rows", flush=True)
            faults += judge_results(ground, one, batch, count, folder)
            for path in ("archive.zip", "merged.pdf", "merged.pdf?order=unit&separators=true", "manifest.json"):
                digests = []
                for program in (one, other):
                    target = program.download(f"/v1/batches/{batch}/{path}", folder / "result")
                    digests.append(hashlib.sha256(target.read_bytes()).hexdigest())
                if digests[0] != digests[1]:
                    faults.append(f"{path} is not the same from both")
                if path == "merged.pdf":
                    text, said = judges.poppler("pdfinfo", str(target))
                    pages = re.search(r"^Pages:\s+(\d+)", text, re.M)
                    faults += said + ([] if pages and int(pages[1]) == count else [f"merged.pdf has {pages and pages[1]} pages"])
            target.unlink()
            # One dies in the middle of the next: the other ends it alone.
            batch = take_in(one, ground.request(count // 3))
            until("a start", 60, lambda: done_of(other, batch) > 0)
            one.kill()
            end = ended(other, batch, 240)
            if end["done"] != count // 3:
                faults.append(f"after the other died: {end['done']} of {count // 3} done")
            faults += judge_results(ground, other, batch, count // 3, folder)
            if other.call("DELETE", f"/v1/batches/{batch}").status >= 300:
                faults.append("results cannot be removed from the store")
            with open(folder / "dump.sql", "wb") as dump:
                subprocess.run([postgres.bin / "pg_dump", "--inserts", "-t", "batch*", postgres.url], stdout=dump, check=True)
            dumped = (folder / "dump.sql").read_text(encoding="utf-8")
            if batch not in dumped or f"'{batch}', 1," in dumped:
                faults.append("items of a removed batch stand in the database")
            (folder / "dump.sql").unlink()
    return faults


def cancelled(ground):
    """Stopped by its owner, what is done stays; opened again, it is finished."""
    folder, count, faults = ground.place("cancelled"), 1_500, []
    with ground.program(folder) as program:
        batch = take_in(program, ground.request(count))
        until("a fifth", 120, lambda: done_of(program, batch) >= count // 5, 0.05)
        answer = program.call("DELETE", f"/v1/batches/{batch}")
        if answer.status >= 300:
            faults.append(f"DELETE: {answer.words()}")
        now = report(program, batch)
        time.sleep(3)
        later = report(program, batch)
        if later["state"] != "cancelled" or later["done"] != now["done"] or later["done"] + later["cancelled"] != count:
            faults.append(f"after the cancel: {now} → {later}")
        before = settled(folder, batch)
        refused = program.call("GET", f"/v1/batches/{batch}/archive.zip")
        if refused.status != 409 or refused.json()["code"] != "batch_incomplete":
            faults.append(f"an archive of a part, unasked: {refused.status}")
        faults += judge_results(ground, program, batch, count, folder, missing=set(range(1, count + 1)) - set(before))
        answer = program.call("POST", f"/v1/batches/{batch}/retry")
        if answer.status >= 300:
            faults.append(f"retry: {answer.words()}")
        end = ended(program, batch, 300)
        if end["done"] != count:
            faults.append(f"opened again: {end['done']} of {count} done")
        faults += changed(before, settled(folder, batch)) + judge_results(ground, program, batch, count, folder)
    return faults


SPOILED = "Hỏng"


def failing(ground):
    """One row in a hundred fails, in the data or in the template; the rest is done once, and only they are tried again."""
    folder, count, faults = ground.place("failing"), 500, []
    # The template itself, but it breaks down over a certain name.
    overlay = folder / "templates"
    shutil.copytree(ROOT / "typst-templates" / "giay_khen", overlay / "giay_khen")
    with open(overlay / "giay_khen" / "main.typ", "a", encoding="utf-8") as main:
        main.write(f'\n#assert(not read("data.json").contains("{SPOILED}"), message: "{SPOILED}")\n')
    secrets = ["whsec_" + word for word in ("bmV3IHNlY3JldCBvZiB0aGUgb3V0c2lkZSBqdWRnZXM=", "b2xkIHNlY3JldCBvZiB0aGUgb3V0c2lkZSBqdWRnZXM=")]
    (folder / "secrets").write_text("\n".join(secrets) + "\n")
    (folder / "secrets").chmod(0o600)
    bad = {n for n in range(1, count + 1) if n % 100 == 37}
    request = ground.request(count, on_fault="continue")
    for n in bad:
        request["rows"][n - 1] = ground.row(n - 1, f"{SPOILED} {name(n - 1)}")
    request["rows"][9]["doi_tuong"]["ten"] = ""
    bad.add(10)
    with fleet.Listener([500]) as listener, \
            ground.program(folder, "--templates", overlay, "--webhook-allow", "127.0.0.1", "--webhook-http",
                           "--webhook-secrets", folder / "secrets") as program:
        request["webhook"] = listener.url
        batch = take_in(program, request)
        end = ended(program, batch, 300)
        if (end["done"], end["failed"]) != (count - len(bad), len(bad)):
            faults.append(f"{end['done']} done and {end['failed']} failed, {len(bad)} were to fail")
        faults += judge_results(ground, program, batch, count, folder, missing=bad)
        sheet = program.call("GET", f"/v1/batches/{batch}/failures.csv").body.decode("utf-8-sig")
        told = {int(line.split(";")[0]) for line in sheet.splitlines()[1:] if line.split(";")[0].isdigit()}
        if told != bad:
            faults.append(f"failures.csv tells of {sorted(told)}, not of {sorted(bad)}")
        listed = program.call("GET", f"/v1/batches/{batch}/items?state=failed&limit=1000").json()["items"]
        if {one["row"] for one in listed} != bad or not all(one.get("errors") for one in listed):
            faults.append(f"the failed items are listed as {[one['row'] for one in listed]}")

        before = settled(folder, batch)
        made = program.documents()
        program.call("POST", f"/v1/batches/{batch}/retry")
        end = ended(program, batch, 300)
        if (end["done"], end["failed"]) != (count - len(bad), len(bad)):
            faults.append(f"tried again as they were: {end['done']} done, {end['failed']} failed")
        mended = [{"row": n, "data": ground.row(n - 1)} for n in sorted(bad)]
        wrong = program.call("POST", f"/v1/batches/{batch}/retry", {"rows": [{"row": 10, "data": {}}, {"row": 1, "data": ground.row(0)}]})
        if wrong.status != 422 or not {"/rows/1/row"} <= {one.get("pointer") for one in wrong.json().get("errors", [])}:
            faults.append(f"faulty data to try again with: {wrong.words()}")
        answer = program.call("POST", f"/v1/batches/{batch}/retry", {"rows": mended})
        if answer.status >= 300:
            faults.append(f"retry with data: {answer.words()}")
        end = ended(program, batch, 300)
        if (end["done"], end["failed"]) != (count, 0):
            faults.append(f"mended: {end['done']} done, {end['failed']} failed")
        faults += changed(before, settled(folder, batch)) + judge_results(ground, program, batch, count, folder)
        if program.documents() - made != len(bad):
            faults.append(f"{program.documents() - made} documents made for {len(bad)} mended rows")

        # Three ends were told, the first of them twice since the first call met a 500.
        until("the calls", 40, lambda: len(listener.heard) >= 4)
        time.sleep(3)
        events = [json.loads(body)["type"] for _, _, body in listener.heard]
        if sorted(events) != ["batch.finished"] + ["batch.finished_with_failures"] * 3:
            faults.append(f"webhooks heard: {events}")
        for at, headers, body in listener.heard:
            faults += fleet.signature_faults(secrets, headers, body, at)
            if any(word in body.decode("utf-8") for word in [SPOILED, *FAMILY, *UNITS]):
                faults.append("a webhook tells a name")
        ids = collections.Counter(headers["webhook-id"] for _, headers, _ in listener.heard)
        if sorted(ids.values()) != [1, 1, 2] or ids[listener.heard[0][1]["webhook-id"]] != 2:
            faults.append(f"ids of the webhooks: {sorted(ids.values())}; the one that met a 500 must come twice")
    with ground.program(folder / "careful", "--webhook-http", "--webhook-secrets", folder / "secrets") as program:
        answer = program.call("POST", "/v1/batches", {**ground.request(2), "webhook": "http://127.0.0.1:9/x"})
        if answer.status != 422:
            faults.append(f"a webhook to the machine itself, not allowed: {answer.words()}")
    return faults


def keys(ground):
    """The same request with the same key is answered again; another with it is refused."""
    folder, faults = ground.place("keys"), []
    with ground.program(folder) as program:
        post = lambda rows, key: program.call("POST", "/v1/batches", ground.request(rows), {"Idempotency-Key": key})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: post(20, "k-1"), range(8)))
        ids = {answer.json().get("id") for answer in answers}
        if len(ids) != 1 or {answer.status for answer in answers} != {202}:
            faults.append(f"eight at once: {[answer.status for answer in answers]}, {len(ids)} batches")
        replayed = [answer for answer in answers if answer.headers.get("Idempotency-Replayed") == "true"]
        if len(replayed) != 7:
            faults.append(f"{len(replayed)} of eight say that they are a replay")
        if {answer.headers.get("Location") for answer in answers} != {f"/v1/batches/{min(ids)}"}:
            faults.append("replays lead elsewhere")
        other = post(21, "k-1")
        if other.status != 422 or other.json().get("code") != "idempotency_key_reused":
            faults.append(f"another request with the key: {other.words()}")
        program.stop()
        program.start()
        if post(20, "k-1").json().get("id") not in ids:
            faults.append("forgotten over a restart")
        if post(20, "k-2").json().get("id") in ids:
            faults.append("another key, the same batch")
        listed = program.call("GET", "/v1/batches").json()["batches"]
        if len(listed) != 2:
            faults.append(f"{len(listed)} batches of two")
    return faults


def forgotten(ground):
    """Results that go take every name with them, out of folders and database files alike; logs never had one."""
    folder, faults = ground.place("forgotten"), []
    words = ["Vănvượng", "Xuânkỳ", "Tổkhuất", "Bảnsơ"]  # in no other text
    def request(count, title):
        made = ground.request(count, title=title, on_fault="continue")
        for n, row in enumerate(made["rows"]):
            row["doi_tuong"].update(ten=f"{FAMILY[n % 14]} {words[0]} {name(n)}", don_vi=f"{words[2]} {n}")
        made["rows"][3]["doi_tuong"].update(ten=f"{words[1]} " * 80)  # far too long: an error that may quote it
        return made
    for how in ("asked for", "by time"):
        home = folder / how.replace(" ", "-")
        with ground.program(home, *(["--keep-hours", "0"] if how == "by time" else [])) as program:
            batch = take_in(program, request(300, f"Khen {words[3]}"))
            # The second stays longer, so that its neighbours' pages are not simply thrown away.
            second = take_in(program, ground.request(50))
            ended(program, batch, 120)
            ended(program, second, 120)
            if not residue(home / "data", words):
                faults.append("the names were never there: nothing is shown")
            if how == "asked for":
                answer = program.call("DELETE", f"/v1/batches/{batch}")
                if answer.status >= 300:
                    faults.append(f"DELETE: {answer.words()}")
            else:
                program.stop()
                program.start()
            until("the removal", 90, lambda: report(program, batch)["state"] == "expired")
            faults += [f"{how}: {one}" for one in residue(home / "data", words)]
            gone = program.call("GET", f"/v1/batches/{batch}/archive.zip")
            if gone.status != 410 or gone.json().get("code") != "expired":
                faults.append(f"{how}: the archive of an expired batch: {gone.words()}")
            if any(word in program.call("GET", "/metrics").body.decode("utf-8") for word in words):
                faults.append("a name in the metrics")
        faults += [f"{how}, stopped: {one}" for one in residue(home, words)]
    return faults


def command_line(ground):
    """`vinhdanh batch`, killed three times: the same command goes on and ends with every file once."""
    folder, count, faults = ground.place("command-line"), ground.count // 3, []
    rows, out = folder / "rows.json", folder / "out"
    rows.write_text(json.dumps(ground.request(count)["rows"], ensure_ascii=False), encoding="utf-8")
    command = [ground.binary, "batch", "giay_khen", str(rows), "-o", str(out), "--merged", "name"]

    def begin():
        with open(folder / "said.txt", "ab") as said:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
    # Twice while documents are made or later, whatever is under way then; and once while they are put out.
    killed_in_time = 0
    for moment in (2 + ground.random.random() * 3, 2 + ground.random.random() * 3, None):
        process = begin()
        if moment is None:
            until("a first file", 120, lambda: process.poll() is not None or next(out.glob("*.pdf"), None), 0.005)
        else:
            time.sleep(moment)
        killed_in_time += process.poll() is None
        fleet.kill_group(process)
        print(f"batches: command-line: killed with {len(list(out.glob('*.pdf')))} files put out", flush=True)
    status = begin().wait(600)
    if status:
        said = (folder / "said.txt").read_text(encoding="utf-8", errors="replace")
        return [f"exit {status}: {said[-600:]}"]
    print(f"batches: command-line: {count} rows, {killed_in_time} of 3 kills while it worked", flush=True)
    if not killed_in_time:
        faults.append("no kill came in time: nothing is shown")
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    archive = folder / "made.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(out.rglob("*.pdf")):
            if path.name != "Tệp gộp.pdf":
                packed.write(path, path.relative_to(out).as_posix())
    faults += results(manifest, archive, count)
    if left := sorted(path.name for path in out.iterdir() if path.name not in ("manifest.json", "Tệp gộp.pdf") and path.suffix != ".pdf"):
        faults.append(f"left in the folder: {left}")
    text, said = judges.poppler("pdfinfo", str(out / "Tệp gộp.pdf"))
    pages = re.search(r"^Pages:\s+(\d+)", text, re.M)
    faults += said + ([] if pages and int(pages[1]) == count else [f"the merged file has {pages and pages[1]} pages"])
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.pdf")}
    if begin().wait(600) or times != {path: path.stat().st_mtime_ns for path in out.rglob("*.pdf")}:
        faults.append("asked for once more, it does not leave what is there alone")
    if left := sorted(path.name for path in out.iterdir() if path.suffix not in (".pdf", ".json")):
        faults.append(f"left in the folder by asking once more: {left}")
    return faults


def without_database(ground):
    """PostgreSQL goes down in the middle and comes back."""
    folder, count = ground.place("without-database"), ground.count
    with fleet.Postgres() as postgres:
        with ground.program(folder, "--database-url", postgres.url) as program:
            batch = take_in(program, ground.request(count))
            until("a start", 60, lambda: done_of(program, batch) > count // 10, 0.05)
            postgres.stop()
            time.sleep(1)
            answer = program.call("GET", f"/v1/batches/{batch}", timeout=30)
            faults = [] if answer.status == 503 else [f"without its database it says: {answer.words()}"]
            single = program.call("POST", "/v1/documents/giay_khen", ground.row(1))
            if single.status != 200:
                faults.append(f"a single document needs the database: {single.words()}")
            time.sleep(ground.gone)
            postgres.start()
            return faults + goes_on(ground, program, folder, batch, count, postgres)


def goes_on(ground, program, folder, batch, count, postgres=None, stopped=0):
    """After what was gone is back: without a hand, to the end, nothing done again."""
    at = time.monotonic()
    before = settled(folder, batch, postgres)
    until("work again", 120, lambda: program.call("GET", f"/v1/batches/{batch}").status == 200
          and done_of(program, batch) > len(before), 0.1)
    print(f"batches: {folder.name}: {len(before)} of {count} were done, on after {time.monotonic() - at:.1f} s", flush=True)
    end = ended(program, batch, 240 + count / 5)
    faults = changed(before, settled(folder, batch, postgres))
    if (end["state"], end["done"], end["failed"]) != ("finished", count, 0):
        faults.append(f"ended as {end['state']}: {end['done']} done, {end['failed']} failed of {count}")
    if end.get("trouble"):
        faults.append(f"still tells of trouble: {end['trouble']}")
    return faults + judge_results(ground, program, batch, count, folder)


def trouble(program, batch):
    return report(program, batch).get("trouble")


def without_store(ground):
    """S3 goes away in the middle and comes back; the owner of the batch is told."""
    folder, count = ground.place("without-store"), ground.count
    with fleet.Store(ground.python, folder) as store:
        with ground.program(folder, "--files", store.location, environment=store.environment) as program:
            batch = take_in(program, ground.request(count))
            until("a start", 60, lambda: done_of(program, batch) > count // 10, 0.05)
            store.door.shut()
            shut = time.monotonic()
            faults = []
            try:
                told = until("trouble told", ground.gone, lambda: trouble(program, batch))
                print(f"batches: without-store: told after {time.monotonic() - shut:.1f} s: {told}", flush=True)
            except RuntimeError as fault:
                faults.append(str(fault))
            time.sleep(max(0, ground.gone - (time.monotonic() - shut)))
            store.door.open(store.port)
            faults += goes_on(ground, program, folder, batch, count)
            if ground.full:
                # Worse than a store that refuses: one that takes the request and never answers. A request has 30 s.
                batch = take_in(program, ground.request(count))
                until("a start", 60, lambda: done_of(program, batch) > count // 10, 0.05)
                store.process.send_signal(signal.SIGSTOP)
                try:
                    until("trouble told of a store that is silent", 45, lambda: trouble(program, batch))
                except RuntimeError as fault:
                    faults.append(str(fault))
                finally:
                    store.process.send_signal(signal.SIGCONT)
                faults += goes_on(ground, program, folder, batch, count)
            return faults


def full_disk(ground):
    """No room for the files, then none for anything; once there is room, it goes on."""
    faults, count = [], 300
    for what in ("files", "everything"):
        folder = ground.place(f"full-disk-{what}")
        place = folder / ("small" if what == "files" else "data")
        with fleet.small_disk(place, "12m"):
            with ground.program(folder, *(["--files", place] if what == "files" else [])) as program:
                batch = take_in(program, ground.request(count))
                told = None
                try:
                    told = until("trouble told", 30, lambda: trouble(program, batch))
                except RuntimeError as fault:
                    # A database without room cannot take a note either.
                    faults += [str(fault)] if what == "files" else []
                print(f"batches: disk full ({what}): told: {told}", flush=True)
                time.sleep(5)
                if what == "everything":
                    faults += nothing_half_taken(ground, program, place)
                now = report(program, batch)
                if now["failed"] or now["state"] != "running":
                    faults.append(f"{what}: with no room: {now}")
                subprocess.run(["mount", "-o", "remount,size=200m", place], check=True)
                faults += [f"{what}: {one}" for one in goes_on(ground, program, folder, batch, count)]
    return faults


def nothing_half_taken(ground, program, place):
    """With not a byte left: a batch is refused and told why, and nothing of it stays."""
    with contextlib.suppress(OSError), open(place / "ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(b"\0" * 4096)
    answer = program.call("POST", "/v1/batches", ground.request(2_000))
    words = answer.body.decode("utf-8")
    faults = [] if answer.status == 503 and "đầy" in words else [f"a batch for a full disk: {answer.words()}"]
    (place / "ballast").unlink()
    listed = program.call("GET", "/v1/batches").json()["batches"]
    return faults + ([] if len(listed) == 1 else [f"{len(listed)} batches after a refusal"])


def lanes(ground):
    """Single documents are served while a batch runs. What they wait is printed here and judged by bench/lanes.py."""
    folder, count, faults = ground.place("lanes"), ground.count, []
    with ground.program(folder) as program:
        def singles(times):
            took = []
            for n in range(times):
                start = time.perf_counter()
                answer = program.call("POST", "/v1/documents/giay_khen", ground.row(20_000 + n), {"Accept": "application/pdf"})
                took.append(time.perf_counter() - start)
                if answer.status != 200 or not answer.body.startswith(b"%PDF"):
                    faults.append(f"single document: {answer.words()}")
                time.sleep(0.05)
            return statistics.median(took), sorted(took)[int(0.95 * len(took))]
        singles(10)
        idle = singles(40)
        batch = take_in(program, ground.request(count))
        until("a start", 60, lambda: done_of(program, batch) > 0, 0.05)
        busy = singles(40)
        if report(program, batch)["state"] != "running":
            faults.append("the batch was over before the singles: nothing is shown")
        print(f"batches: a single document beside a batch: median × {busy[0] / idle[0]:.2f}, p95 × {busy[1] / idle[1]:.2f} "
              f"({idle[0] * 1e3:.0f} → {busy[0] * 1e3:.0f} ms)", flush=True)
        program.call("DELETE", f"/v1/batches/{batch}")
    return faults


CHECKS = {
    "killed-sqlite": killed_sqlite, "killed-postgres": killed_postgres, "stopped": stopped, "asked-again": asked_again,
    "command-line": command_line,
    "two-processes": two_processes, "cancelled": cancelled, "failing": failing, "keys": keys, "forgotten": forgotten,
    "without-database": without_database, "without-store": without_store, "full-disk": full_disk, "lanes": lanes,
}


def judge(tally, binary, folder, python, full=False, seed=None, only=None):
    """Every check; {check: why} of those that cannot be made here."""
    missing = {}
    seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
    print(f"batches: seed {seed}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    ground = Ground(binary, folder, python, full, seed)
    for check in only or CHECKS:
        start = time.monotonic()
        try:
            faults = CHECKS[check](ground)
        except Missing as why:
            missing[f"batches/{check}"] = str(why)
            print(f"MISSING batches/{check}: {why}", flush=True)
            continue
        except (OSError, RuntimeError, KeyError, ValueError, sqlite3.Error, subprocess.SubprocessError,
                zipfile.BadZipFile) as fault:
            faults = [repr(fault)]
        tally(f"batches/{check}", faults)
        if not faults:
            # Gigabytes otherwise; what failed stays to be looked at.
            for place in folder.iterdir():
                shutil.rmtree(place)
        print(f"batches: {check} {'FAILED' if faults else 'done'}, {time.monotonic() - start:.0f} s", flush=True)
    return missing


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--full", action="store_true")
    arguments.add_argument("--seed", type=int)
    arguments.add_argument("--only", action="append", choices=list(CHECKS))
    asked = arguments.parse_args()
    binary = str(Path(os.environ.get("VINHDANH") or ROOT / "target" / "debug" / "vinhdanh").resolve())
    home = ROOT / "target" / "outside"
    failed = []

    def tally(check, faults):
        for words in faults:
            print(f"    {words}", flush=True)
        failed.extend([check] if faults else [])

    verdicts.selftest(home / "files" / "batches-selftest", tally)
    missing = judge(tally, binary, home / "files" / "batches", str(home / "venv" / "bin" / "python"),
                    asked.full, asked.seed, asked.only)
    print(f"batches: {len(failed)} failed {failed}, {len(missing)} missing")
    return 1 if failed or (missing and os.environ.get("CI")) else 0


if __name__ == "__main__":
    sys.exit(main())
