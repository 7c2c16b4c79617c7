#!/usr/bin/env python3
"""Certificates per second over HTTP at 1, 2 and 8 connections, each certificate another one.

    VINHDANH=target/release/vinhdanh bench/throughput.py [--seconds 10] [--connections 1,2,8] [--template giay_khen]

The load comes from wrk where it is to be had (it takes next to no CPU from the service), else from this script, which
does take some: the table says which.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from common import HOME, Client, Server, Work, about, at_once, cpu, program, quantile, rss

LUA = Path(__file__).resolve().parent / "throughput.lua"
BODIES = 20_000


def with_wrk(server, template, connections, seconds, bodies, used):
    done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(LUA),
                           f"http://127.0.0.1:{server.port}/v1/documents/{template}", "--", str(bodies), str(used)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds + 60)
    out = done.stdout.decode("utf-8", "replace")
    match = re.search(r"^RESULT (.+)$", out, re.M)
    if not match:
        raise RuntimeError(f"wrk: {out[-400:]}")
    return json.loads(match[1])


def with_python(server, template, connections, seconds, bodies, used):
    lines = bodies.read_text(encoding="utf-8").splitlines()
    until = time.monotonic() + seconds

    def numbers():
        n = used
        while time.monotonic() < until:
            yield n % len(lines)
            n += 1

    def worker():
        client = Client(server.port, template)
        return lambda n: client.post(json.loads(lines[n]))

    start = time.perf_counter()
    took = at_once(connections, worker, numbers())
    return {"documents": len(took), "seconds": time.perf_counter() - start, "p50": quantile(took, 0.5) * 1000,
            "p99": quantile(took, 0.99) * 1000, "refused": 0, "broken": 0}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=10)
    arguments.add_argument("--connections", default="1,2,8")
    arguments.add_argument("--template", default="giay_khen")
    arguments.add_argument("--no-install", action="store_true")
    asked = arguments.parse_args()

    binary = program()
    HOME.mkdir(parents=True, exist_ok=True)
    if not shutil.which("wrk") and not asked.no_install and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "-q", "--no-install-recommends", "wrk"]):
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    load = with_wrk if shutil.which("wrk") else with_python

    work = Work(binary, asked.template)
    bodies = HOME / "bodies.jsonl"
    with open(bodies, "w", encoding="utf-8") as file:
        for n in range(BODIES):
            file.write(json.dumps(work.certificate(n), ensure_ascii=False) + "\n")

    lines = [f"## Over HTTP\n\n{about(binary)}; load from {'wrk' if load is with_wrk else 'a Python client on the same cores'}\n",
             "| connections | documents | per second | p50 ms | p99 ms | CPU ms per document | refused | broken |",
             "|---:|---:|---:|---:|---:|---:|---:|---:|"]
    bad = False
    with Server(binary) as server:
        client = Client(server.port, asked.template)
        for n in range(5):
            client.post(work.certificate(BODIES + n))
        before, used = rss(server.pid), 0
        for connections in map(int, asked.connections.split(",")):
            spent = cpu(server.pid)
            said = load(server, asked.template, connections, asked.seconds, bodies, used)
            spent = cpu(server.pid) - spent
            used += said["documents"]
            bad = bad or said["refused"] or said["broken"] or not said["documents"]
            lines.append(f"| {connections} | {said['documents']} | {said['documents'] / said['seconds']:.1f} | {said['p50']:.1f} | "
                         f"{said['p99']:.1f} | {spent * 1000 / max(1, said['documents']):.2f} | {said['refused']} | {said['broken']} |")
            print(lines[-1], flush=True)
        after = rss(server.pid)
    lines += ["", f"{used} documents" + (f", the bodies came round {used / BODIES:.1f} times" if used > BODIES else ", no body twice") + ".", "",
              "| process | RSS MiB before | after |", "|---|---:|---:|"]
    for pid in sorted(set(before) | set(after)):
        name = (after.get(pid) or before[pid])[0]
        cell = lambda side: f"{side[pid][1]:.1f}" if pid in side else "–"
        lines.append(f"| {name} {pid} | {cell(before)} | {cell(after)} |")
    text = "\n".join(lines) + "\n"
    (HOME / "throughput.md").write_text(text, encoding="utf-8")
    print("\n" + text)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
