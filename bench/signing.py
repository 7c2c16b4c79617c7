#!/usr/bin/env python3
"""What a signature costs: time and bytes for each kind; a thousand certificates signed twice with a key in a file, by
command line, over REST and by pyHanko on the same files in the same run.

    VINHDANH=target/release/vinhdanh bench/signing.py                        # everything, some minutes
    VINHDANH=target/release/vinhdanh bench/signing.py --only kinds
    VINHDANH=target/release/vinhdanh bench/signing.py --only make,cli,hanko --certificates 200
"""

import sys

sys.dont_write_bytecode = True

import argparse
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from common import HOME, ROOT, Client, Server, Work, about, at_once, program
from dossier import Rest, Watch, fresh, mib

sys.path.insert(0, str(ROOT / "tests" / "outside"))
import pki
import signing as outside

PARTS = ["kinds", "cli", "rest", "hanko"]
SIGNER, SEAL = "NguoiKy", "CoQuan"


def paid(command, environment=None):
    """Runs a command to its end: seconds, CPU seconds of it and its children, the most its tree held at once."""
    said = HOME / "signing-said.txt"
    with open(said, "wb") as out:
        process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment)
        with Watch(process.pid) as watch:
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{Path(str(command[0])).name}: exit {process.returncode}: {said.read_text(errors='replace')[-800:]}")
    return {"seconds": watch.seconds, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mib": max(watch.peak, usage.ru_maxrss / 1024)}


def certificates(binary, count, folder):
    """`count` different certificates with their empty fields, made by the service."""
    work = Work(binary, "giay_khen")
    with Server(binary, "--data", str(folder / "data")) as server:
        def worker():
            client = Client(server.port, "giay_khen")
            client.path += "?fields=true"
            return lambda n: (folder / f"{n:05}.pdf").write_bytes(client.post(work.certificate(n)))
        at_once(2, worker, range(count))
    shutil.rmtree(folder / "data")
    return sorted(folder.glob("*.pdf"))


# --- each kind ---------------------------------------------------------------------------------------------------

def kinds(binary, people, authorities, count):
    """Each kind of signature on `count` copies by one command: a start of the program and an opening of the key in all."""
    folder = fresh("signing-kinds")
    password = folder / "password"
    password.write_text(pki.PASSWORD)
    bases = certificates(binary, count, fresh("signing-kinds/made"))
    stroke, ring = outside.pictures(folder)
    key = lambda who: ["--pkcs12", people[f"{who}.p12"], "--password-file", password]
    stamp = ["--tsa", authorities.url + "/tsa"]
    kept = [*stamp, "--ask", "127.0.0.1", "--cert", people["root.pem"]]
    wanted = [
        ("RSA-2048, PKCS#1", SIGNER, "signer", []),
        ("RSA-2048, PSS", SIGNER, "signer", ["--algorithm", "rsa-pss-sha256"]),
        ("P-256", SIGNER, "secretary", []),
        ("RSA-2048, picture of a signature", SIGNER, "signer", ["--image", stroke]),
        ("P-256, picture of a seal", SEAL, "seal", ["--image", ring]),
        ("RSA-2048, line of an attachment", SIGNER, "signer", ["--attachment", "925/BC-UBND"]),
        ("RSA-2048, B-T", SIGNER, "signer", ["--level", "B-T", *stamp]),
        ("P-256, B-T", SIGNER, "secretary", ["--level", "B-T", *stamp]),
        ("P-256, B-LT", SIGNER, "secretary", ["--level", "B-LT", *kept]),
        ("P-256, B-LTA", SIGNER, "secretary", ["--level", "B-LTA", *kept]),
    ]
    rows = []
    for what, field, who, options in wanted:
        target = fresh("signing-kinds/signed")
        # With a single file the start of the program is nearly all: it is taken off.
        alone = paid([binary, "sign", bases[0], "--field", field, *key(who), *options, "-o", target / "alone.pdf"])
        (target / "alone.pdf").unlink()
        all_ = paid([binary, "sign", *bases, "--field", field, *key(who), *options, "-o", target])
        grown = [(target / base.name).stat().st_size - base.stat().st_size for base in bases]
        rows.append({"what": what, "signatures": count, "seconds": all_["seconds"], "per_second": count / all_["seconds"],
                     "cpu_ms": max(0.0, all_["cpu_s"] - alone["cpu_s"]) * 1000 / (count - 1), "start_ms": alone["seconds"] * 1000,
                     "bytes": max(grown), "peak_mib": all_["peak_mib"]})
        print(f"bench: {rows[-1]}", flush=True)
    shutil.rmtree(folder)
    return rows


# --- a thousand, signed twice ------------------------------------------------------------------------------------

def twice(bases, what, first, second):
    """Both signatures on all of them; the one after the other as the decree has it."""
    row = {"what": what, "documents": len(bases), "seconds": 0.0, "cpu_s": 0.0, "peak_mib": 0.0}
    for go in (first, second):
        cost = go()
        row.update(seconds=row["seconds"] + cost["seconds"], cpu_s=row["cpu_s"] + cost["cpu_s"], peak_mib=max(row["peak_mib"], cost["peak_mib"]))
    row.update(per_second=len(bases) / row["seconds"], cpu_ms=row["cpu_s"] * 1000 / len(bases) / 2)
    print(f"bench: {row}", flush=True)
    return row


def grown(row, bases, folder):
    row["bytes"] = round(sum((folder / base.name).stat().st_size - base.stat().st_size for base in bases) / len(bases))
    shutil.rmtree(folder)
    return row


def by_command(binary, bases, people, password, images):
    one, two = fresh("signing/one"), fresh("signing/two")
    sign = lambda files, field, who, target, image: paid(
        [binary, "sign", *files, "--field", field, "--pkcs12", people[f"{who}.p12"], "--password-file", password, *image, "-o", target])
    stroke, ring = ([["--image", image] for image in images] if images else ([], []))
    row = twice(bases, f"vinhdanh sign, two commands{', with pictures' if images else ''}",
                lambda: sign(bases, SIGNER, "signer", one, stroke),
                lambda: sign(sorted(one.glob("*.pdf")), SEAL, "seal", two, ring))
    shutil.rmtree(one)
    return grown(row, bases, two)


def over_rest(binary, count, people, password):
    """One batch over REST: every document signed in runs with the local key, the service started anew with the seal's."""
    folder, work = fresh("signing-rest"), Work(binary, "giay_khen")
    settings = folder / "vinhdanh.toml"
    settle = lambda who: settings.write_text(
        f'[ky_so.local]\nenabled = true\npkcs12 = "{people[f"{who}.p12"]}"\npassword_file = "{password}"\n')
    options = ("--data", str(folder / "data"), "--config", str(settings))
    row = {"what": "vinhdanh, one batch over REST", "documents": count, "seconds": 0.0, "cpu_s": 0.0, "peak_mib": 0.0}
    batch = None
    for field, who in ((SIGNER, "signer"), (SEAL, "seal")):
        settle(who)
        with Server(binary, *options) as server:
            rest = Rest(server.port)
            if batch is None:
                rows = [work.certificate(n) for n in range(count)]
                made = rest.call("POST", "/v1/batches", {"template": "giay_khen", "rows": rows})["id"]
                rest.ended(made)
                batch = rest.call("POST", "/v1/signature-requests/batch", {"batch": made})["id"]
            with Watch(server.pid) as watch:
                rest.call("POST", f"/v1/signature-batches/{batch}/sign", {"provider": "local", "field": field})
                while True:
                    report = rest.call("GET", f"/v1/signature-batches/{batch}")
                    if all(run["finished_at"] for run in report["runs"]):
                        break
                    time.sleep(0.1)
            row.update(seconds=row["seconds"] + watch.seconds, cpu_s=row["cpu_s"] + watch.spent - watch.before,
                       peak_mib=max(row["peak_mib"], watch.peak))
            if who == "seal" and report["requests"]["completed"] != count:
                raise RuntimeError(f"the batch ended as {report['requests']}")
    row.update(per_second=count / row["seconds"], cpu_ms=row["cpu_s"] * 1000 / count / 2)
    shutil.rmtree(folder)
    print(f"bench: {row}", flush=True)
    return row


def by_hanko(python, bases, people, processes):
    one, two = fresh("signing/one"), fresh("signing/two")
    script = Path(__file__).resolve().parent / "peers" / "hanko_sign.py"

    def sign(files, field, who, target):
        shares = [files[n::processes] for n in range(processes)]
        # One shell that waits for all: their CPU time is its children's.
        quoted = [" ".join(f"'{word}'" for word in (python, script, people[f"{who}.p12"], pki.PASSWORD, field, target, *share)) for share in shares]
        script_of_all = HOME / "signing-hanko.sh"
        script_of_all.write_text("\n".join(f"{line} & p{n}=$!" for n, line in enumerate(quoted)) + "\n"
                                 + "\n".join(f"wait $p{n} || exit 1" for n in range(processes)) + "\n")
        return paid(["sh", script_of_all])

    row = twice(bases, f"pyHanko, {processes} process{'es' if processes > 1 else ''}", lambda: sign(bases, SIGNER, "signer", one),
                lambda: sign(sorted(one.glob("*.pdf")), SEAL, "seal", two))
    shutil.rmtree(one)
    return grown(row, bases, two)


def hanko_python():
    """A Python with pyHanko: that of the outside judges, else one of our own."""
    for venv in (ROOT / "target" / "outside" / "venv", HOME / "hanko"):
        python = venv / "bin" / "python"
        if python.exists() and not subprocess.run([python, "-c", "import pyhanko.sign"], stderr=subprocess.DEVNULL).returncode:
            return str(python)
    wanted = [line for line in (ROOT / "tests" / "outside" / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    subprocess.run([sys.executable, "-m", "venv", HOME / "hanko"], check=True)
    subprocess.run([HOME / "hanko" / "bin" / "pip", "install", "-q", *[line for line in wanted if line.lower().startswith("pyhanko==")]], check=True)
    return str(HOME / "hanko" / "bin" / "python")


# --- the page ----------------------------------------------------------------------------------------------------

COLUMNS = [("documents", "documents", "{:,}"), ("signatures", "signatures", "{:,}"), ("seconds", "s", "{:.2f}"),
           ("per_second", "documents/s", "{:.0f}"), ("cpu_ms", "CPU ms per signature", "{:.2f}"),
           ("start_ms", "one alone, with the start, ms", "{:.0f}"), ("bytes", "bytes added", "{:,}"),
           ("peak_mib", "peak RSS, MiB", "{:.0f}"), ("ratio", "× vinhdanh's time", "{:.1f}")]


def table(rows):
    columns = [column for column in COLUMNS if any(column[0] in row for row in rows)]
    lines = ["| | " + " | ".join(title for _, title, _ in columns) + " |", "|---|" + "---:|" * len(columns)]
    for row in rows:
        lines.append(f"| {row['what']} | " + " | ".join(shape.format(row[key]) if key in row else "" for key, _, shape in columns) + " |")
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    arguments.add_argument("--certificates", type=int, default=1000)
    arguments.add_argument("--copies", type=int, default=200, help="signatures of each kind")
    asked = arguments.parse_args()
    parts = asked.only.split(",")
    if wrong := set(parts) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(wrong))}")
    binary = program()
    HOME.mkdir(parents=True, exist_ok=True)
    text = f"{about(binary)}\n\n"
    with pki.made(HOME / "signing-pki") as authorities:
        people = authorities.pki
        password = HOME / "signing-password"
        password.write_text(pki.PASSWORD)
        if "kinds" in parts:
            text += "## Each kind of signature\n\n" + table(kinds(binary, people, authorities, asked.copies)) + "\n"
        rows = []
        if set(parts) & {"cli", "rest", "hanko"}:
            folder = fresh("signing-made")
            started = time.monotonic()
            bases = certificates(binary, asked.certificates, folder)
            print(f"bench: {len(bases)} certificates made in {time.monotonic() - started:.0f} s, {mib(sum(base.stat().st_size for base in bases)):.0f} MiB", flush=True)
            if "cli" in parts:
                images = outside.pictures(fresh("signing-pictures"))
                rows += [by_command(binary, bases, people, password, None), by_command(binary, bases, people, password, images)]
            if "rest" in parts:
                rows.append(over_rest(binary, len(bases), people, password))
            if "hanko" in parts:
                python = hanko_python()
                rows += [by_hanko(python, bases, people, processes) for processes in (1, 2)]
            for row in rows:
                row["ratio"] = row["seconds"] / rows[0]["seconds"]
            shutil.rmtree(folder)
            text += f"## {len(bases):,} certificates, signed by RSA-2048, then sealed by P-256\n\n" + table(rows)
    (HOME / "signing.md").write_text(text, encoding="utf-8")
    print("\n" + text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
