#!/usr/bin/env python3
"""vinhdanh and other ways to print the same documents, side by side in one run on one machine.

    VINHDANH=target/release/vinhdanh bench/peers.py              # everything, about half an hour
    VINHDANH=target/release/vinhdanh bench/peers.py --quick      # a look, two minutes
    bench/peers.py --only vinhdanh,weasyprint --works W1,W3
    bench/peers.py --cargo-typst                                 # also the real typst command, built from source first

A peer that cannot be had is left out by name. The table is printed and written to target/bench/peers.md.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from common import (HOME, ROOT, ROWS_LIST, ROWS_TWO_PAGES, Client, Server, Work, about, at_once, cpu, facts, output,
                    program)

HERE = Path(__file__).resolve().parent / "peers"
VENV = HOME / "venv"
PYTHON = VENV / "bin" / "python"
TYPST_CLI = HOME / "typst-cli"
PIP = ["typst==0.15.2", "weasyprint==70.0"]
CRATE = ("typst-cli", "0.15.1")
APT = {"chromium": ["chromium"], "libreoffice": ["libreoffice-writer-nogui", "python3-uno"],
       "weasyprint": ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"], "all": ["poppler-utils", "fontconfig"]}

WORKS = {
    "W1": "one certificate",
    "W2": f"a two-page decision ({ROWS_TWO_PAGES} names)",
    "W3": f"a decision with a list of {ROWS_LIST:,} rows × 5 columns",
    "W4": "many certificates one after the other",
}


class Peer:
    """start() may raise with the reason it cannot run; make(kind, data, out) prints one document."""
    connections = 1

    def __init__(self, name, label):
        self.name, self.label = name, label

    def start(self):
        pass

    def stop(self):
        pass

    def worker(self):
        """A function (kind, data, out path) for one thread."""
        return self.make

    def used(self):
        """CPU seconds so far."""
        raise NotImplementedError


class OverHttp(Peer):
    def __init__(self, name, label, binary, connections, templates):
        super().__init__(name, label)
        self.binary, self.connections, self.templates = binary, connections, templates

    def start(self):
        self.server = Server(self.binary).__enter__()

    def stop(self):
        self.server.__exit__()

    def used(self):
        return cpu(self.server.pid)

    def worker(self):
        clients = {kind: Client(self.server.port, template) for kind, template in self.templates.items()}

        def make(kind, data, out):
            out.write_bytes(clients[kind].post(data))
        return make


class ProcessEach(Peer):
    """A process per document: command(kind, data file, out) → argument list; wants our data or the flat facts."""

    def __init__(self, name, label, command, flat, check=None):
        super().__init__(name, label)
        self.command, self.flat, self.check = command, flat, check

    def start(self):
        if self.check:
            self.check()

    def used(self):
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        return spent.ru_utime + spent.ru_stime

    def make(self, kind, data, out):
        source = HOME / "in.json"
        source.write_text(json.dumps(facts(data) if self.flat else data, ensure_ascii=False), encoding="utf-8")
        done = subprocess.run(self.command(kind, source, out), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(done.stdout.decode("utf-8", "replace").strip()[-400:])


class Warm(Peer):
    """An engine kept in a process of its own, see peers/worker.py."""

    def __init__(self, name, label, python, check):
        super().__init__(name, label)
        self.python, self.check = python, check

    def start(self):
        self.check()
        environment = dict(os.environ, FONTCONFIG_FILE=str(HOME / "fonts.conf"))
        self.process = subprocess.Popen([str(self.python), str(HERE / "worker.py"), self.name.split("-")[0]], env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            self.answer()
        except RuntimeError:
            self.stop()
            raise

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def used(self):
        return cpu(self.process.pid)

    def answer(self):
        line = self.process.stdout.readline()
        said = json.loads(line) if line else {"fault": "its process ended"}
        if "fault" in said:
            raise RuntimeError(said["fault"])

    def make(self, kind, data, out):
        job = {"kind": kind, "facts": facts(data), "out": str(out)}
        self.process.stdin.write(json.dumps(job).encode("utf-8") + b"\n")
        self.process.stdin.flush()
        self.answer()


# --- getting them ------------------------------------------------------------------------------------------------

def fetch(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))
    if done.returncode != 0:
        print(f"bench: {command[0]}: {done.stdout.decode('utf-8', 'replace').strip()[-300:]}", flush=True)


def install(wanted, asked):
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{ROOT / "fonts"}</dir>'
        f'<cachedir>{HOME / "fontcache"}</cachedir></fontconfig>')
    if asked.no_install:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        missing = []
        if wanted & {"chromium"} and not shutil.which("chromium"):
            missing += APT["chromium"]
        if wanted & {"libreoffice"} and not (shutil.which("soffice") and has_uno()):
            missing += APT["libreoffice"]
        if wanted & {"weasyprint"} and not list(Path("/usr/lib").glob("*/libharfbuzz-subset.so.0")):
            missing += APT["weasyprint"]
        if not shutil.which("pdfinfo"):
            missing += APT["all"]
        if missing:
            wait = ("-o", "DPkg::Lock::Timeout=300")
            fetch("apt-get", "update", *wait)
            fetch("apt-get", "install", "-y", "-q", "--no-install-recommends", *wait, *missing)
    if wanted & {"typst-warm", "typst-once", "weasyprint"}:
        if not PYTHON.exists():
            fetch(sys.executable, "-m", "venv", VENV)
        fetch(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PIP)
    if asked.cargo_typst and not (TYPST_CLI / "bin" / "typst").exists():
        print("bench: building the typst command, this takes its time", flush=True)
        fetch("cargo", "install", "--locked", "--root", TYPST_CLI, f"{CRATE[0]}@{CRATE[1]}")


def has_uno():
    return subprocess.run(["/usr/bin/python3", "-c", "import uno"], stderr=subprocess.DEVNULL).returncode == 0


def typst_command():
    built = TYPST_CLI / "bin" / "typst"
    return str(built) if built.exists() else shutil.which("typst")


def need(condition, words):
    def check():
        if not condition():
            raise RuntimeError(words)
    return check


def module(name):
    return need(lambda: PYTHON.exists() and subprocess.run([str(PYTHON), "-c", f"import {name}"], stderr=subprocess.DEVNULL).returncode == 0,
                f"{name} is not in target/bench/venv")


def peers(binary, templates):
    def typst(kind, source, out):
        return [typst_command(), "compile", "--root", str(ROOT), "--font-path", str(ROOT / "fonts"), "--ignore-system-fonts",
                "--pdf-standard", "a-2a,ua-1", "--input", f"file=/{source.relative_to(ROOT)}",
                str(HERE / f"{kind}.typ"), str(out)]

    def typst_once(kind, source, out):
        return [str(PYTHON), str(HERE / "typst_once.py"), str(HERE / f"{kind}.typ"), str(source), str(out)]

    def render(kind, source, out):
        return [binary, "render", templates[kind], str(source), "-o", str(out), "--force"]

    return [
        OverHttp("vinhdanh", "vinhdanh, HTTP, 1 connection", binary, 1, templates),
        OverHttp("vinhdanh-2", "vinhdanh, HTTP, 2 connections", binary, 2, templates),
        ProcessEach("vinhdanh-render", "vinhdanh render, a process each", render, flat=False),
        ProcessEach("typst-cli", "typst command, a process each", typst, True, need(typst_command, "no typst command (see --cargo-typst)")),
        Warm("typst-warm", "Typst library in a warm Python process", PYTHON, module("typst")),
        ProcessEach("typst-once", "Typst library, a Python process each", typst_once, True, module("typst")),
        Warm("weasyprint", "WeasyPrint, warm process", PYTHON, module("weasyprint")),
        Warm("chromium", "Chromium, warm, DevTools", sys.executable, need(lambda: shutil.which("chromium"), "no chromium")),
        Warm("libreoffice", "LibreOffice, warm, UNO", "/usr/bin/python3",
             need(lambda: shutil.which("soffice") and has_uno(), "no soffice with Python-UNO")),
    ]


# --- measuring ---------------------------------------------------------------------------------------------------

def pages(path):
    if not shutil.which("pdfinfo"):
        return "?"
    match = re.search(r"^Pages:\s+(\d+)", output("pdfinfo", str(path)).decode("utf-8", "replace"), re.M)
    return int(match[1]) if match else "?"


def measure(peer, kind, data_of, warm, count):
    """data_of(n) → data; every document differs, also from those of the warm-up."""
    out = HOME / "out"
    out.mkdir(exist_ok=True)
    last = out / f"{peer.name}.pdf"
    ready = {n: data_of(n) for n in range(warm + count)}

    def worker():
        make = peer.worker()
        return lambda n: make(kind, ready[n], last.with_name(f"{peer.name}.{n % peer.connections}.pdf"))

    at_once(peer.connections, worker, range(warm))
    before, start = peer.used(), time.perf_counter()
    took = at_once(peer.connections, worker, range(warm, warm + count))
    wall, spent = time.perf_counter() - start, peer.used() - before
    made = last.with_name(f"{peer.name}.0.pdf")
    return {"documents": count, "cpu_ms": spent * 1000 / count, "wall_ms": statistics.median(took) * 1000,
            "per_second": count / wall, "pages": pages(made), "kib": made.stat().st_size / 1024}


def table(rows, title, detail):
    base = next((row for row in rows if row["peer"] == "vinhdanh" and "fault" not in row), None)
    lines = [f"### {title}", "", detail, "",
             "| | CPU ms per document | × vinhdanh | wall ms, median | × vinhdanh | documents/s | pages | KiB |",
             "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for row in rows:
        if "fault" in row:
            lines.append(f"| {row['label']} | {row['fault']} | | | | | | |")
            continue
        times = lambda key: f"{row[key] / base[key]:.1f}" if base and base[key] else ""
        lines.append(f"| {row['label']} | {row['cpu_ms']:.1f} | {times('cpu_ms')} | {row['wall_ms']:.1f} | {times('wall_ms')} "
                     f"| {row['per_second']:.1f} | {row['pages']} | {row['kib']:.0f} |")
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", help="peers by name, with commas")
    arguments.add_argument("--works", default="W1,W2,W3,W4")
    arguments.add_argument("--quick", action="store_true", help="few documents of each kind: a look, not a measurement")
    arguments.add_argument("--certificates", type=int, help="how many in W4 (1000; with --quick 20)")
    arguments.add_argument("--certificate", default="giay_khen", metavar="TEMPLATE")
    arguments.add_argument("--decision", default="quyet_dinh", metavar="TEMPLATE")
    arguments.add_argument("--cargo-typst", action="store_true", help="build the typst command from source (more than ten minutes)")
    arguments.add_argument("--no-install", action="store_true")
    asked = arguments.parse_args()

    binary = program()
    templates = {"certificate": asked.certificate, "decision": asked.decision}
    every = peers(binary, templates)
    names = [peer.name for peer in every]
    only = asked.only.split(",") if asked.only else names
    works = asked.works.split(",")
    for wrong in [name for name in only if name not in names] + [work for work in works if work not in WORKS]:
        arguments.error(f"no such peer or work: {wrong}; peers: {', '.join(names)}; works: {', '.join(WORKS)}")
    install(set(only), asked)

    certificate, decision = Work(binary, asked.certificate), Work(binary, asked.decision)
    w4 = asked.certificates or (20 if asked.quick else 1000)
    plans = {  # kind, data, warm-up, measured
        "W1": ("certificate", certificate.certificate, *((2, 5) if asked.quick else (5, 50))),
        "W2": ("decision", lambda n: decision.decision(n * ROWS_TWO_PAGES, ROWS_TWO_PAGES), *((2, 5) if asked.quick else (5, 30))),
        "W3": ("decision", lambda n: decision.decision(n * 7, ROWS_LIST), *((1, 2) if asked.quick else (2, 8))),
        "W4": ("certificate", lambda n: certificate.certificate(10_000 + n), 2, w4),
    }
    results, skipped = {work: [] for work in works}, []
    for peer in [peer for peer in every if peer.name in only]:
        try:
            peer.start()
        except (OSError, RuntimeError) as fault:
            skipped.append(f"{peer.label}: {fault}")
            print(f"bench: left out: {skipped[-1]}", flush=True)
            continue
        try:
            for work in works:
                kind, data_of, warm, count = plans[work]
                row = {"peer": peer.name, "label": peer.label}
                try:
                    row.update(measure(peer, kind, data_of, warm, count))
                    print(f"bench: {work} {peer.label}: {row['cpu_ms']:.1f} ms CPU, {row['wall_ms']:.1f} ms wall", flush=True)
                except (OSError, RuntimeError, ValueError) as fault:
                    row["fault"] = "failed: " + " ".join(str(fault).split())[:200].replace("|", "/")
                    print(f"bench: {work} {peer.label}: {row['fault']}", flush=True)
                results[work].append(row)
        finally:
            peer.stop()

    text = f"## Peers\n\n{about(binary)}" + (" — quick look, few documents" if asked.quick else "") + "\n\n"
    for work in works:
        kind, _, warm, count = plans[work]
        text += table(results[work], f"{work}: {WORKS[work]}", f"{count} different documents after a warm-up of {warm}.") + "\n"
    if skipped:
        text += "Left out:\n\n" + "".join(f"- {words}\n" for words in skipped)
    (HOME / "peers.md").write_text(text, encoding="utf-8")
    (HOME / "peers.json").write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
    print(text)
    return 1 if any("fault" in row for rows in results.values() for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
