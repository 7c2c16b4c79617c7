#!/usr/bin/env python3
"""Does memory grow? 10,000 different certificates over HTTP, and how much each process of the service holds on the way.

    VINHDANH=target/release/vinhdanh bench/memory.py [--at 100,1000,10000] [--connections 2] [--template giay_khen]
"""

import sys

sys.dont_write_bytecode = True

import argparse
import time

from common import HOME, Client, Server, Work, about, at_once, program, rss


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--at", default="100,1000,10000", help="after how many documents to look")
    arguments.add_argument("--connections", type=int, default=2)
    arguments.add_argument("--template", default="giay_khen")
    asked = arguments.parse_args()
    marks = sorted(set(map(int, asked.at.split(","))))

    binary = program()
    work = Work(binary, asked.template)
    looks = []
    with Server(binary) as server:
        def worker():
            client = Client(server.port, asked.template)
            return lambda n: client.post(work.certificate(n))

        looks.append((0, rss(server.pid)))
        start, sent = time.perf_counter(), 0
        for mark in marks:
            at_once(asked.connections, worker, range(sent, mark))
            sent = mark
            looks.append((mark, rss(server.pid)))
            print(f"bench: {mark} documents, {time.perf_counter() - start:.0f} s, "
                  + ", ".join(f"{name} {pid}: {mib:.1f} MiB" for pid, (name, mib) in looks[-1][1].items()), flush=True)

    pids = sorted({pid for _, look in looks for pid in look})
    lines = [f"## Memory\n\n{about(binary)}; {asked.connections} connections, RSS in MiB; “–”: the process did not exist then\n",
             "| process | " + " | ".join(f"{count:,}" for count, _ in looks) + " |", "|---|" + "---:|" * len(looks)]
    for pid in pids:
        name = next(look[pid][0] for _, look in looks if pid in look)
        lines.append(f"| {name} {pid} | " + " | ".join(f"{look[pid][1]:.1f}" if pid in look else "–" for _, look in looks) + " |")
    lines.append("| **together** | " + " | ".join(f"{sum(mib for _, mib in look.values()):.1f}" for _, look in looks) + " |")
    text = "\n".join(lines) + "\n"
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "memory.md").write_text(text, encoding="utf-8")
    print("\n" + text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
