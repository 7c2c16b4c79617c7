"""What must hold of the results of a batch, whatever happened on the way; and the verdicts themselves judged. Standard
library only."""

import collections
import hashlib
import warnings
import zipfile
from pathlib import Path

import fleet


def results(manifest, archive, count, missing=()):
    """Every row one file or one reason, every file the bytes that the list says, no file twice."""
    faults, files = [], manifest["files"]
    rows = collections.Counter([one["row"] for one in files] + [one["row"] for one in manifest["missing"]])
    if lost := sorted(set(range(1, count + 1)) - set(rows)):
        faults.append(f"{len(lost)} rows lost, row {lost[0]} the first")
    if twice := [row for row, times in rows.items() if times > 1]:
        faults.append(f"{len(twice)} rows listed twice, row {twice[0]} the first")
    if odd := sorted(set(rows) - set(range(1, count + 1))):
        faults.append(f"rows that nobody sent: {odd[:5]}")
    said = {one["row"] for one in manifest["missing"]}
    if said != set(missing):
        faults.append(f"{len(said)} rows without a file, {len(set(missing))} were to be: {sorted(said ^ set(missing))[:5]}")
    if (manifest["total"], manifest["done"]) != (count, len(files)):
        faults.append(f"says {manifest['done']} of {manifest['total']} done, lists {len(files)} of {count}")
    alike = [digest for digest, times in collections.Counter(one["sha256"] for one in files).items() if times > 1]
    if alike:
        faults.append(f"{len(alike)} files stand for two people: {alike[0]}")
    with zipfile.ZipFile(archive) as packed:
        names = collections.Counter(packed.namelist())
        if twice := [one for one, times in names.items() if times > 1]:
            faults.append(f"{len(twice)} names twice in the archive: {twice[0]}")
        pdfs = {one for one in names if one.endswith(".pdf")}
        listed = {one["name"]: one for one in files}
        if len(listed) != len(files):
            faults.append("names twice in the list")
        if pdfs != set(listed):
            faults.append(f"archive and list differ in {len(pdfs ^ set(listed))} names: {sorted(pdfs ^ set(listed))[:2]}")
        wrong = []
        for one in sorted(pdfs & set(listed)):
            try:
                content = packed.read(one)
            except (zipfile.BadZipFile, OSError) as fault:
                wrong.append(f"{one}: {fault}")
                continue
            if not content.startswith(b"%PDF-") or hashlib.sha256(content).hexdigest() != listed[one]["sha256"] \
                    or len(content) != listed[one]["bytes"]:
                wrong.append(f"{one}: not the bytes that were made")
        if wrong:
            faults.append(f"{len(wrong)} files are wrong, {wrong[0]}")
    return faults


def changed(before, after):
    """Items that were done and were done again: {row: (pack, place, digest, when)} then and now."""
    again = sorted(row for row, was in before.items() if after.get(row) != was)
    return [f"{len(again)} items changed after they were done, row {again[0]} the first"] if again else []


def residue(folder, words):
    """Files below the folder that hold any of the words."""
    found = []
    for path in sorted(one for one in Path(folder).rglob("*") if one.is_file()):
        content = path.read_bytes()
        hits = [word for word in words if word.encode("utf-8") in content]
        if hits:
            found.append(f"{path.relative_to(folder)} still holds {len(hits)} of {len(words)} words, “{hits[0]}”")
    return found


# --- the verdicts judged -----------------------------------------------------------------------------------------

def selftest(folder, tally):
    """Sound results please the verdicts, and each lie about them is noticed in the right words."""
    folder.mkdir(parents=True, exist_ok=True)
    page = lambda n: b"%PDF-1.7 " + str(n).encode()

    def made(lie=None):
        files = [{"row": n, "name": f"{n}.pdf", "sha256": hashlib.sha256(page(n)).hexdigest(), "bytes": len(page(n))}
                 for n in (1, 2, 3)]
        manifest = {"total": 4, "done": 3, "files": files, "missing": [{"row": 4}]}
        packed = [(f"{n}.pdf", page(n)) for n in (1, 2, 3)]
        if lie:
            lie(manifest, packed)
        path = folder / "results.zip"
        with zipfile.ZipFile(path, "w") as out:
            for entry, content in packed:
                out.writestr(zipfile.ZipInfo(entry), content)
        return results(manifest, path, 4, missing=(4,))

    def drop_row(manifest, _):
        manifest["missing"].clear()

    def row_twice(manifest, _):
        manifest["missing"].append({"row": 3})

    def strange_row(manifest, _):
        manifest["missing"].append({"row": 9})

    def one_for_two(manifest, packed):
        manifest["files"][1].update(sha256=manifest["files"][0]["sha256"])
        packed[1] = ("2.pdf", page(1))

    lies = {
        "a row lost": (drop_row, "rows lost"),
        "a row listed twice": (row_twice, "listed twice"),
        "a row that nobody sent": (strange_row, "nobody sent"),
        "a done row called missing": (lambda manifest, _: manifest["missing"].append(manifest["files"].pop()), "were to be"),
        "a wrong count": (lambda manifest, _: manifest.update(done=4), "says 4 of 4"),
        "one file for two people": (one_for_two, "stand for two people"),
        "a file not in the archive": (lambda _, packed: packed.pop(), "differ in 1 names"),
        "a file nobody lists": (lambda _, packed: packed.append(("5.pdf", page(5))), "differ in 1 names"),
        "a name twice in the archive": (lambda _, packed: packed.append(packed[0]), "names twice in the archive"),
        "a byte changed": (lambda _, packed: packed.__setitem__(0, ("1.pdf", b"%PDF-1.8 1")), "not the bytes"),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile on the name written twice, which is meant
        tally("selftest/sound/results", made())
        for what, (lie, words) in lies.items():
            tally(f"selftest/{what}/results", must_say(made(lie), words))
    before = {1: ("a", 0, "d", 5), 2: ("a", 9, "e", 5)}
    tally("selftest/sound/changed", changed(before, {**before, 3: ("b", 0, "f", 6)}))
    tally("selftest/an item done again/changed", must_say(changed(before, {**before, 2: ("b", 0, "e", 7)}), "row 2"))
    tally("selftest/a done item gone/changed", must_say(changed(before, {1: before[1]}), "row 2"))
    (folder / "residue").mkdir(exist_ok=True)
    (folder / "residue" / "free-page").write_bytes(b"\0\0" + "Lò Thị Ún".encode() + b"\0")
    tally("selftest/sound/residue", residue(folder / "residue", ["Lò Thị Ứn"]))
    tally("selftest/a name left behind/residue", must_say(residue(folder / "residue", ["x", "Lò Thị Ún"]), "1 of 2"))
    # The example in the text of Standard Webhooks.
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    headers = {"Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "Webhook-Timestamp": "1614265330",
               "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
    judge = lambda now=1614265330, secrets=(secret,), content=body, **other: \
        fleet.signature_faults(secrets, {**headers, **{key.replace("_", "-"): value for key, value in other.items()}}, content, now)
    tally("selftest/sound/webhook", judge())
    tally("selftest/another body/webhook", must_say(judge(content=body + b" "), "no signature fits"))
    tally("selftest/another secret/webhook", must_say(judge(secrets=["whsec_AAAA"]), "no signature fits"))
    tally("selftest/another id/webhook", must_say(judge(Webhook_Id="msg_1"), "no signature fits"))
    tally("selftest/an old call/webhook", must_say(judge(now=1614265330 + 301), "not of now"))
    tally("selftest/no signature/webhook", must_say(judge(Webhook_Signature=""), "no header"))


def must_say(complaints, words):
    if any(words in complaint for complaint in complaints):
        return []
    return [f"should have said “{words}” but said: {' | '.join(complaints) or 'nothing'}"]


