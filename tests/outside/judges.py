"""The judges. Each takes a PDF (and the data it was made from) and returns its complaints, in its own words where it
has any; an empty list means it is satisfied. Standard library only."""

import json
import os
import re
import subprocess
import tempfile
import unicodedata
from pathlib import Path

# Lines of the format itself. Where one is printed at all it must come out with its spaces.
FIXED = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
# Properties whose text is printed word for word: names of people, bodies and groups.
# `nhom`, `tu` and `den` are whose sheets lie behind a separator.
# A line of a signature names its agency or its document.
NAME_KEYS = re.compile(r"^(ten|ho_ten|ten_.+|nhom|tu|den|co_quan|so_ky_hieu)$")
# No Vietnamese syllable is longer ("nghiêng"); a longer run of letters that the data does not hold is two words in one.
LONGEST_SYLLABLE = 7
# In a run of letters this long breaks are allowed anywhere, visible or not: it could not be set otherwise.
UNBREAKABLE = 16
# The build of a syllable, accents put aside: one vowel group between its consonants.
SYLLABLE = re.compile(r"(ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?[aeiouy]{1,4}(ng|nh|ch|[cmnpt])?")
# Everything is A4 unless the data names a profile with a sheet of its own; mm.
A4 = (210, 297)
SHEETS = {"a3": (297, 420), "a4": A4, "a5": (148, 210)}
# Bleed and crop marks on each side of a sheet for the print shop, mm (docs: giay_khen/README.md).
PRINT_SHOP = 9
PROFILES = Path(__file__).resolve().parents[2] / "typst-templates" / "shared" / "certificate" / "profiles"
# poppler 22 reads /Suspects false as an error; the file is right.
POPPLER_MISTAKES = ("Suspects object is wrong type (boolean)",)


def command(*args, timeout=120):
    environment = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="C")
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, env=environment)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def poppler(*args):
    """Output, and what poppler complained about on the way."""
    status, out, err = command(*args)
    said = [line.strip() for line in err.splitlines()
            if line.strip() and not any(mistake in line for mistake in POPPLER_MISTAKES)]
    if status != 0 and not said:
        said = [f"exit {status}"]
    return out, said


# --- qpdf --------------------------------------------------------------------------------------------------------

def qpdf(path):
    status, out, err = command("qpdf", "--check", str(path))
    said = [line.strip() for line in err.splitlines() if line.strip()]
    if status == 0:
        return said
    return [f"exit {status}"] + said + [line for line in out.splitlines() if "ERROR" in line or "WARNING" in line]


# --- pdffonts ----------------------------------------------------------------------------------------------------

FONT_ROW = re.compile(r"^(?P<name>.+?)\s+(?P<emb>yes|no)\s+(?P<sub>yes|no)\s+(?P<uni>yes|no)\s+\d+\s+\d+\s*$")


def pdffonts(path):
    out, said = poppler("pdffonts", str(path))
    rows = out.splitlines()[2:]
    if not rows:
        said.append("no font at all")
    for row in rows:
        match = FONT_ROW.match(row)
        if not match:
            said.append(f"row not understood: {row}")
            continue
        name = re.sub(r"\s{2,}", " ", match["name"])
        if match["emb"] == "no":
            said.append(f"not embedded: {name}")
        if match["uni"] == "no":
            said.append(f"no ToUnicode: {name}")
    return said


# --- pdfinfo -----------------------------------------------------------------------------------------------------

def sheet_of(data, usual):
    """The shorter and the longer side of the sheet the data ask for, mm; `usual` is the template's own profile."""
    asked = data.get("trinh_bay") or {}
    if "rong" in data and "cao" in data:
        return sorted((data["rong"], data["cao"]))
    if "kho" in data:
        named = re.fullmatch(r"(a[345])(_ngang)?", data["kho"])
        return SHEETS[named[1]] if named else sorted(map(int, data["kho"].split("x")))
    profile, name = asked.get("ho_so_rieng"), asked.get("ho_so", usual)
    if not profile and name:
        profile = json.loads((PROFILES / f"{name}.json").read_text(encoding="utf-8"))
    if not profile:
        return A4
    # Several certificates on one sheet; for the print shop bleed and marks all round.
    sheet = profile.get("to_in", profile["trang"])
    around = 2 * PRINT_SHOP if asked.get("xen") else 0
    return sorted((sheet["rong"] + around, sheet["cao"] + around))


def pdfinfo(path, data, usual=None):
    sheet = [side * 72 / 25.4 for side in sheet_of(data, usual)]
    out, said = poppler("pdfinfo", "-f", "1", "-l", "100000", str(path))
    fields = {}
    sizes = []
    for line in out.splitlines():
        key, _, value = line.partition(":")
        fields[key.strip()] = value.strip()
        match = re.match(r"Page\s+(\d+) size:\s+([\d.]+) x ([\d.]+) pts", line)
        if match:
            sizes.append((int(match[1]), float(match[2]), float(match[3])))
    if fields.get("Tagged") != "yes":
        said.append(f"Tagged: {fields.get('Tagged')}")
    if not fields.get("Title"):
        said.append("no Title")
    if not sizes or len(sizes) != int(fields.get("Pages") or 0):
        said.append(f"{len(sizes)} page sizes for Pages: {fields.get('Pages')}")
    for number, width, height in sizes:
        if any(abs(a - b) > 1 for a, b in zip(sorted((width, height)), sheet)):
            said.append(f"page {number} is {width} x {height} pts, not {sheet[0]:.1f} x {sheet[1]:.1f} either way up")
    return said


# --- pdftotext ---------------------------------------------------------------------------------------------------

def strings(value, path=()):
    """Every text in the data with the properties it stands under."""
    if isinstance(value, dict):
        for k, v in value.items():
            yield from strings(v, path + (k,))
    elif isinstance(value, list):
        for v in value:
            yield from strings(v, path)
    elif isinstance(value, str):
        yield path, value


def names(data):
    """What must be found in the text word for word."""
    for path, value in strings(data):
        if not NAME_KEYS.match(path[-1] if path else "") or not folded(value):
            continue
        if path[0] == "trinh_bay":
            continue  # names of profiles and printers
        if path == ("co_quan", "ten") and "tham_quyen" in data:
            continue  # the caller has said otherwise who awards; the body's own name may then have no place
        yield folded(value)


def folded(text):
    # The mark that ends a document is written by the template, close to the last word.
    return re.sub(r" \./\.$", "./.", re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip())


def bare(text):
    return re.sub(r"[\s\u200b]+", "", unicodedata.normalize("NFC", text)).casefold()


def pattern(text):
    """Matches the text whatever the line breaks: white space where it has white space, none inside a word;
    a break is also allowed around a sign that is neither letter nor digit. Upper case may have been asked for."""
    parts = []
    for run in re.findall(r"[^\W_]+|\s+|.", folded(text)):
        if run.isspace():
            parts.append(r"\s+")
        elif not run.isalnum():
            parts.append(r"\s*" + re.escape(run) + r"\s*")
        else:
            parts.append((r"[\s\u200b]*" if len(run) > UNBREAKABLE else "").join(map(re.escape, run)))
    return re.compile("".join(parts).replace(r"\s*\s+", r"\s+").replace(r"\s+\s*", r"\s+"), re.IGNORECASE)


def strange(text):
    """Characters that no document of ours has a reason to hold."""
    for c in sorted(set(text)):
        if c == "\ufffd" or unicodedata.category(c) in ("Co", "Cs", "Cn") or (unicodedata.category(c) == "Cc" and c not in "\n\f\r"):
            yield f"U+{ord(c):04X}"


def not_nfc(text):
    for word in text.split():
        if unicodedata.normalize("NFC", word) != word:
            yield word


def joined(text, known):
    """Runs of letters that look like two words without their space."""
    for token in set(re.findall(r"[^\W\d_]+", text)):
        small = token.casefold()
        if token.isupper() and len(token) <= LONGEST_SYLLABLE or any(small in word for word in known):
            continue  # an abbreviation, or the caller's own word
        plain = "".join(c for c in unicodedata.normalize("NFD", small) if not unicodedata.combining(c))
        camel = any(a.islower() and b.isupper() for a, b in zip(token, token[1:]))
        if len(token) > LONGEST_SYLLABLE or camel or not token.isascii() and not SYLLABLE.fullmatch(plain):
            yield token


def text_of(path):
    """The text as a reader selects it, and in the order it is written in the file; what poppler complained about."""
    flow, said_flow = poppler("pdftotext", "-enc", "UTF-8", str(path), "-")
    raw, said_raw = poppler("pdftotext", "-raw", "-enc", "UTF-8", str(path), "-")
    return flow, raw, sorted(set(said_flow + said_raw))


def text(path, data):
    flow, raw, said = text_of(path)
    if not raw.strip():
        return said + ["no text"]
    said += [f"holds {name}" for name in strange(flow + raw)]
    said += [f"not NFC: {word!a}" for word in sorted(set(not_nfc(raw)))[:5]]

    all_strings = list(strings(data))
    wanted = sorted(set(names(data)))
    if not wanted and set(data) - {"trinh_bay"}:
        said.append("the data holds no name to look for")
    whole, read = bare(raw), [unicodedata.normalize("NFC", t) for t in (flow, raw)]

    def amiss(s):
        """What is wrong with the way this string stands in the text, if anything."""
        found = pattern(s)
        if any(found.search(t) for t in read):
            return None
        if any(found.search(t.replace("\u200b", "")) for t in read):
            return "cut by an invisible U+200B"
        return "joined words" if bare(s) in whole else "not in the text"

    for s in wanted:
        if amiss(s):
            said.append(f"{amiss(s)}: {s}")
    for s in sorted({folded(s) for _, s in all_strings} | set(FIXED)):
        if " " in s and s not in wanted and bare(s) in whole and amiss(s):
            said.append(f"{amiss(s)}: {s}")

    known = set()
    for _, s in all_strings:
        s = unicodedata.normalize("NFC", s).casefold()
        # Selecting drops the hyphen at the end of a line, so a reader may also see the words without it.
        known.update(re.findall(r"[^\W\d_]+", s) + re.findall(r"[^\W\d_]+", s.replace("-", "")))
    said += [f"joined words: {token}" for token in sorted(joined(unicodedata.normalize("NFC", flow + "\n" + raw), known))[:10]]
    return said


# --- a merged file -----------------------------------------------------------------------------------------------

def merged(path, parts):
    """One file made of others: all their pages in order, each of its size and with its words, under one title."""
    def told(file):
        out, said = poppler("pdfinfo", "-box", "-f", "1", "-l", "1000000", str(file))
        fields = dict((key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in out.splitlines()))
        sheets = {}
        for _, number, box in (line.split(None, 2) for line in out.splitlines() if re.match(r"Page +\d+ ", line)):
            sheets.setdefault(int(number), []).append(" ".join(box.split()))
        words, complaints = poppler("pdftotext", "-raw", "-enc", "UTF-8", str(file), "-")
        return fields, list(sheets.values()), words.split("\f")[:-1], said + complaints

    fields, sheets, words, said = told(path)
    for field, wanted in (("Tagged", "yes"), ("Title", None)):
        if not fields.get(field) or wanted and fields[field] != wanted:
            said.append(f"{field}: {fields.get(field)}")
    if not parts:
        return said + ["no parts to compare with"]
    at = 0
    for part in parts:
        _, own_sheets, own_words, complaints = told(part)
        said += complaints
        for n, page in enumerate(own_words):
            if words[at + n:at + n + 1] != [page]:
                said.append(f"page {at + n + 1} does not read as page {n + 1} of {Path(part).name}")
        for n, sheet in enumerate(own_sheets):
            if sheets[at + n:at + n + 1] != [sheet]:
                said.append(f"page {at + n + 1} is no such sheet as page {n + 1} of {Path(part).name}")
        at += len(own_sheets)
    if len(words) != at or str(at) != fields.get("Pages"):
        said.append(f"{fields.get('Pages')} pages, {at} in its parts")
    return said


# --- pdfdetach ---------------------------------------------------------------------------------------------------

def pdfdetach(path, data):
    """The data travels inside the PDF (a-3a): one JSON file with every name of the data in it."""
    with tempfile.TemporaryDirectory() as folder:
        _, said = poppler("pdfdetach", "-saveall", "-o", folder, str(path))
        files = sorted(Path(folder).iterdir())
        if len(files) != 1:
            listed, _ = poppler("pdfdetach", "-list", str(path))
            return said + [f"{len(files)} attached files could be saved, of: " + "; ".join(listed.split("\n")).strip("; ")]
        try:
            held = set(map(folded, (value for _, value in strings(json.loads(files[0].read_text(encoding="utf-8"))))))
        except ValueError as fault:
            return said + [f"{files[0].name} is not JSON: {fault}"]
        return said + [f"{files[0].name} lacks the name {name}" for name in sorted(set(names(data)) - held)]


# --- veraPDF -----------------------------------------------------------------------------------------------------

def verapdf(java, jobs):
    """All files in one JVM. jobs: [(profile, path)]; returns {(profile, path): complaints}."""
    lines = "".join(f"{profile}\t{path}\n" for profile, path in jobs)
    done = subprocess.run(java, input=lines.encode("utf-8"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=60 + 10 * len(jobs))
    verdicts = {}
    for line in done.stdout.decode("utf-8").splitlines():
        profile, path, verdict, checks, words = line.split("\t", 4)
        if verdict == "pass" and int(checks) > 0:
            verdicts[profile, path] = []
        else:
            verdicts[profile, path] = words.split(" | ") if words else [f"{verdict} after {checks} checks"]
    err = done.stderr.decode("utf-8", "replace").strip().splitlines()
    for profile, path in jobs:
        verdicts.setdefault((profile, str(path)), ["no verdict"] + err[-3:])
    return verdicts
