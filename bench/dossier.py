#!/usr/bin/env python3
"""The year 2020 of a mountain district (nam_2020.py), whole, by command line and over REST; batches of 1,000 and 10,000
rows for memory; and the peers on certificates, in the same run.

    VINHDANH=target/release/vinhdanh bench/dossier.py            # everything, about a quarter of an hour
    VINHDANH=target/release/vinhdanh bench/dossier.py --only cli,rest
    VINHDANH=target/release/vinhdanh bench/dossier.py --certificates 200 --rows 1000,10000
"""

import sys

sys.dont_write_bytecode = True

import argparse
import contextlib
import http.client
import json
import os
import shutil
import subprocess
import threading
import time
import zipfile

import nam_2020
import peers
from common import HOME, Server, Work, about, cpu, output, program, rss

PEERS = ["vinhdanh", "vinhdanh-2", "typst-warm", "weasyprint", "chromium", "libreoffice"]
PARTS = ["cli", "rest", "memory", "peers"]


class Watch:
    """The most that a tree of processes holds at once (sum of RSS, so that shared pages count in each), and its CPU time."""

    def __init__(self, pid):
        self.pid, self.peak, self.main, self.spent, self.over = pid, 0.0, 0.0, 0.0, threading.Event()
        self.thread = threading.Thread(target=self._look)

    def _look(self):
        while not self.over.wait(0.1):
            with contextlib.suppress(OSError, ValueError):
                held = rss(self.pid)
                self.peak = max(self.peak, sum(mib for _, mib in held.values()))
                self.main = max(self.main, held.get(self.pid, ("", 0.0))[1])
                self.spent = max(self.spent, cpu(self.pid))

    def __enter__(self):
        self.start, self.before = time.perf_counter(), cpu(self.pid)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.start
        self.over.set()
        self.thread.join()

    def figures(self):
        return {"seconds": self.seconds, "cpu_s": self.spent - self.before, "peak_mib": self.peak, "main_mib": self.main}


class Rest:
    """The few calls a batch needs, each on a connection of its own."""

    def __init__(self, port):
        self.port = port

    def _answer(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request(method, path, None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8"),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.read()[:1500].decode('utf-8', 'replace')}")
        return connection, answer

    def call(self, method, path, body=None):
        connection, answer = self._answer(method, path, body)
        with contextlib.closing(connection):
            return json.loads(answer.read() or b"null")

    def download(self, path, target):
        connection, answer = self._answer("GET", path)
        with contextlib.closing(connection), open(target, "wb") as out:
            shutil.copyfileobj(answer, out, 1 << 20)
        return target.stat().st_size

    def ended(self, batch):
        while True:
            now = self.call("GET", f"/v1/batches/{batch}")
            if now["state"] != "running":
                if now["state"] != "finished" or now["done"] != now["total"]:
                    raise RuntimeError(f"the batch ended as {now}")
                return now
            time.sleep(0.1)


def fresh(name):
    folder = HOME / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def pages(path):
    return peers.pages(path)


def mib(size):
    return size / (1 << 20)


# --- the whole dossier -------------------------------------------------------------------------------------------

def by_command(binary, dossier, config):
    folder = fresh("dossier-cli")
    source = folder / "nam-2020.json"
    source.write_text(json.dumps(dossier, ensure_ascii=False), encoding="utf-8")
    rows = []
    for what, more in (("CLI", []), ("CLI, with one merged PDF", ["--merged", "unit", "--separators"])):
        target = folder / f"out-{len(rows)}"
        command = [binary, "dossier", str(source), "-o", str(target), *config, *more]
        with open(folder / "said.txt", "wb") as said:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            with Watch(process.pid) as watch:
                status = process.wait()
        if status:
            raise RuntimeError(f"exit {status}: {(folder / 'said.txt').read_text(errors='replace')[-1500:]}")
        # The list carries what it was made from; two folders of one dossier hold the same documents.
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        merged = sorted(target.glob("*.pdf"), key=lambda path: path.stat().st_size) if more else []
        count = len(manifest["files"])
        row = {"what": what, "documents": count, **watch.figures(), "per_second": count / watch.seconds,
               "pages": sum(one["pages"] for one in manifest["files"]), "mib": mib(sum(one["bytes"] for one in manifest["files"]))}
        if merged:
            row["merged_mib"] = mib(merged[-1].stat().st_size)
            row["merged_pages"] = pages(merged[-1])
        rows.append(row)
        print(f"bench: {what}: {row}", flush=True)
        shutil.rmtree(target)
    return rows


def over_rest(binary, dossier, config):
    folder = fresh("dossier-rest")
    with Server(binary, "--data", str(folder / "data"), *config) as server:
        rest = Rest(server.port)
        start = time.perf_counter()
        plan = rest.call("POST", "/v1/dossiers/check", {"dossier": dossier})
        checked = time.perf_counter() - start
        with Watch(server.pid) as watch:
            batch = rest.call("POST", "/v1/dossiers", {"dossier": dossier})["id"]
            taken_in = time.perf_counter() - watch.start
            end = rest.ended(batch)
        row = {"what": "REST, taken in to finished", "documents": end["done"], **watch.figures(),
               "per_second": end["done"] / watch.seconds}
        rows = [row]
        with Watch(server.pid) as watch:
            size = rest.download(f"/v1/batches/{batch}/archive.zip", folder / "archive.zip")
        with zipfile.ZipFile(folder / "archive.zip") as packed:
            held = sum(one.endswith(".pdf") for one in packed.namelist())
        if held != end["done"]:
            raise RuntimeError(f"archive.zip holds {held} of {end['done']} documents")
        rows.append({"what": f"archive.zip, {held} documents", **watch.figures(), "mib": mib(size)})
        for order in ("decision", "unit"):
            with Watch(server.pid) as watch:
                size = rest.download(f"/v1/batches/{batch}/merged.pdf?order={order}&separators=true", folder / "merged.pdf")
            rows.append({"what": f"merged.pdf, order={order}, with separators", **watch.figures(), "mib": mib(size),
                         "pages": pages(folder / "merged.pdf")})
    print(f"bench: check alone {checked:.2f} s, {len(plan.get('warnings', []))} warnings; 202 after {taken_in:.2f} s", flush=True)
    rows[0]["what"] += f" (202 after {taken_in:.2f} s)"
    shutil.rmtree(folder)
    for row in rows:
        print(f"bench: {row}", flush=True)
    return rows


# --- memory ------------------------------------------------------------------------------------------------------

def memory(binary, counts):
    work, rows = Work(binary, "giay_khen"), []
    for count in counts:
        folder = fresh("dossier-memory")
        with Server(binary, "--data", str(folder / "data")) as server:
            rest = Rest(server.port)
            for part in ("take in and make", "archive.zip", "merged.pdf"):
                with Watch(server.pid) as watch:
                    if part == "take in and make":
                        request = {"template": "giay_khen", "rows": [work.certificate(n) for n in range(count)]}
                        batch = rest.call("POST", "/v1/batches", request)["id"]
                        del request
                        rest.ended(batch)
                        size = None
                    else:
                        size = rest.download(f"/v1/batches/{batch}/{part}", folder / "result")
                row = {"what": f"{count:,} certificates: {part}", "documents": count, **watch.figures(),
                       "per_second": count / watch.seconds, **({"mib": mib(size)} if size else {})}
                rows.append(row)
                print(f"bench: {row}", flush=True)
        shutil.rmtree(folder)
    return rows


# --- peers -------------------------------------------------------------------------------------------------------

def beside(binary, count):
    """Certificates by other means, `count` each: nothing is extrapolated."""
    asked = argparse.Namespace(no_install=False, cargo_typst=False)
    peers.install(set(PEERS), asked)
    work, rows = Work(binary, "giay_khen"), []
    for peer in [one for one in peers.peers(binary, {"certificate": "giay_khen", "decision": "quyet_dinh"}) if one.name in PEERS]:
        row = {"peer": peer.name, "label": peer.label}
        try:
            peer.start()
        except (OSError, RuntimeError) as fault:
            rows.append({**row, "fault": f"left out: {' '.join(str(fault).split())[:150]}"})
            continue
        try:
            row.update(peers.measure(peer, "certificate", work.certificate, 3, count))
        except (OSError, RuntimeError, ValueError) as fault:
            row["fault"] = f"failed: {' '.join(str(fault).split())[:150]}"
        finally:
            peer.stop()
        rows.append(row)
        print(f"bench: {row}", flush=True)
    return rows


COLUMNS = [("documents", "documents", "{:,}"), ("seconds", "s", "{:.1f}"), ("per_second", "documents/s", "{:.0f}"),
           ("cpu_s", "CPU s", "{:.1f}"), ("peak_mib", "peak RSS, MiB", "{:.0f}"),
           ("main_mib", "of the first process", "{:.0f}"), ("pages", "pages", "{}"),
           ("mib", "size, MiB", "{:.1f}"), ("merged_mib", "merged PDF, MiB", "{:.1f}"), ("merged_pages", "its pages", "{}")]


def table(rows):
    columns = [column for column in COLUMNS if any(column[0] in row for row in rows)]
    lines = ["| | " + " | ".join(title for _, title, _ in columns) + " |", "|---|" + "---:|" * len(columns)]
    for row in rows:
        cells = [shape.format(row[key]) if key in row else "" for key, _, shape in columns]
        lines.append(f"| {row['what']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    arguments.add_argument("--rows", default="1000,10000", help="sizes of the batches for memory")
    arguments.add_argument("--certificates", type=int, default=200, help="certificates of each peer")
    arguments.add_argument("--config", help="settings with `[xac_nhan]` for the dossier")
    asked = arguments.parse_args()
    parts = asked.only.split(",")
    if wrong := set(parts) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(wrong))}")

    binary = program()
    config = ["--config", os.path.abspath(asked.config)] if asked.config else []
    dossier = nam_2020.dossier()
    awards = sum(len(award["doi_tuong"]) for decision in dossier["quyet_dinh"] for award in decision["khen_thuong"])
    text = f"## The year 2020: {awards:,} awards\n\n{about(binary)}\n\n"
    rows = (by_command(binary, dossier, config) if "cli" in parts else []) \
        + (over_rest(binary, dossier, config) if "rest" in parts else [])
    text += table(rows) + "\n" if rows else ""
    if "memory" in parts:
        text += "### Memory, batches over REST\n\n" + table(memory(binary, sorted(map(int, asked.rows.split(","))))) + "\n"
    fault = False
    if "peers" in parts:
        rows = beside(binary, asked.certificates)
        fault = any(row.get("fault", "").startswith("failed") for row in rows)
        text += peers.table(rows, f"Certificates by other means, {asked.certificates} each",
                            "One certificate after the other; different people, 3 before the measurement.")
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "dossier.md").write_text(text, encoding="utf-8")
    print("\n" + text)
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
