#!/usr/bin/env python3
"""What a single certificate waits while a batch runs, against an idle service, in one run.

    VINHDANH=target/release/vinhdanh bench/lanes.py [--batch 5000] [--singles 200] [--pause 0.1]

Exits 1 where the median beside the batch is more than twice the idle one.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import shutil
import time

from common import HOME, Client, Server, Work, about, program, quantile
from dossier import Rest, fresh

LIMIT = 2.0


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--batch", type=int, default=5000)
    arguments.add_argument("--singles", type=int, default=200)
    arguments.add_argument("--pause", type=float, default=0.1, help="seconds between two of them")
    asked = arguments.parse_args()

    binary = program()
    work, folder = Work(binary, "giay_khen"), fresh("lanes")
    people = iter(range(100_000, 200_000))
    with Server(binary, "--data", str(folder / "data")) as server:
        rest = Rest(server.port)

        def singles(count, going=lambda: True):
            client, took = Client(server.port, "giay_khen"), []
            while len(took) < count and going():
                start = time.perf_counter()
                client.post(work.certificate(next(people)))
                took.append((time.perf_counter() - start) * 1e3)
                time.sleep(asked.pause)
            return took

        singles(20)
        looks = [("idle", singles(asked.singles))]
        batch = rest.call("POST", "/v1/batches", {"template": "giay_khen", "rows": [work.certificate(n) for n in range(asked.batch)]})["id"]
        progress = lambda: rest.call("GET", f"/v1/batches/{batch}")
        while progress()["done"] == 0:
            time.sleep(0.05)
        begun, first = time.perf_counter(), progress()["done"]
        beside = singles(asked.singles, lambda: progress()["state"] == "running")
        now = progress()
        speed = (now["done"] - first) / (time.perf_counter() - begun)
        looks.append((f"beside {asked.batch:,} in a batch", beside))
        rest.ended(batch)
        looks.append(("idle again", singles(asked.singles)))
    shutil.rmtree(folder)

    base = looks[0][1]
    lines = [f"## Two lanes\n\n{about(binary)}; giay_khen, one connection, {asked.pause} s between two; "
             f"the batch made {speed:.0f} documents/s meanwhile\n",
             "| | singles | median ms | × idle | p95 ms | × idle |", "|---|---:|---:|---:|---:|---:|"]
    for what, took in looks:
        half, most = quantile(took, 0.5), quantile(took, 0.95)
        lines.append(f"| {what} | {len(took)} | {half:.1f} | {half / quantile(base, 0.5):.2f} | {most:.1f} | {most / quantile(base, 0.95):.2f} |")
    text = "\n".join(lines) + "\n"
    (HOME / "lanes.md").write_text(text, encoding="utf-8")
    print(text)
    ratio = quantile(beside, 0.5) / quantile(base, 0.5)
    if ratio > LIMIT:
        print(f"the median is {ratio:.2f} times the idle one: more than {LIMIT}")
    return 1 if ratio > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
