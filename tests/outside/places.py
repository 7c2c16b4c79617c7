"""Where words stand on paper: the positions poppler reads from the PDF, held against the profile in millimetres."""

import json
import re
import subprocess
import unicodedata
from xml.etree import ElementTree

MM = 72 / 25.4
TOLERANCE_MM = 0.1
GLYPH = re.compile(r'<use xlink:href="#glyph[^"]*" x="([-\d.]+)" y="([-\d.]+)"/>')


def lines(pdf):
    """[(text, left, right, baseline)] of the first page, mm from its top left corner."""
    page = subprocess.run(["pdftotext", "-l", "1", "-bbox-layout", str(pdf), "-"], stdout=subprocess.PIPE, check=True, timeout=60)
    drawn = subprocess.run(["pdftocairo", "-svg", "-noshrink", "-nocenter", "-l", "1", str(pdf), "-"], stdout=subprocess.PIPE, check=True, timeout=60)
    glyphs = [(float(x), float(y)) for x, y in GLYPH.findall(drawn.stdout.decode("utf-8"))]
    found = []
    for line in ElementTree.fromstring(page.stdout).iter("{http://www.w3.org/1999/xhtml}line"):
        left, right, top, bottom = (float(line.get(side)) for side in ("xMin", "xMax", "yMin", "yMax"))
        # The box of a line is the font's, not the ink's; the first glyph stands on the baseline.
        baseline = [y for x, y in glyphs if abs(x - left) < 0.02 and top < y < bottom]
        if not baseline:
            raise ValueError(f"no glyph begins at {left}, {top}")
        text = " ".join(word.text for word in line.iter("{http://www.w3.org/1999/xhtml}word"))
        found.append((unicodedata.normalize("NFC", text), left / MM, right / MM, baseline[0] / MM))
    return found


def expected(profile, data):
    """[(block, how its line begins, place)] of the blocks that stand on one line at a fixed height."""
    blocks = profile["khoi"]
    wanted = {
        "quyet_dinh": "Quyết định số:",
        "so_so_vang": "Số sổ vàng:",
        "dia_danh_ngay": data["co_quan"]["dia_danh"] + ", ngày",
        "chuc_vu": data["nguoi_ky"]["chuc_vu"].upper(),
        "ho_ten": data["nguoi_ky"]["ho_ten"],
        "tham_quyen": f"{data['nguoi_ky']['chuc_vu']} {data['co_quan']['ten']}".upper(),
    }
    return [(name, begins, blocks[name]) for name, begins in wanted.items()
            if name in blocks and name not in profile.get("in_san", []) and "cao" not in blocks[name]]


def judge(pdf, profile, data, correction):
    """(complaints, greatest deviation in mm) for a certificate printed on a blank."""
    printed = lines(pdf)
    if not expected(profile, data):
        return ["the profile has no line at a fixed height"], 0.0
    complaints, greatest = [], 0.0
    for name, begins, place in expected(profile, data):
        # A line drawn twice would be found twice; the signer's title also begins the authority.
        found = [line for line in printed if line[0] == begins or name != "chuc_vu" and line[0].startswith(begins)]
        if len(found) != 1:
            complaints.append(f"{name}: {len(found)} lines begin with “{begins}”")
            continue
        _, left, right, baseline = found[0]
        x = {"trai": left, "phai": right}.get(place.get("canh"), (left + right) / 2)
        want_x = place["x"] * correction.get("ti_le_ngang", 1) + correction.get("ngang", 0)
        want_y = place["y"] * correction.get("ti_le_doc", 1) + correction.get("doc", 0)
        off = max(abs(x - want_x), abs(baseline - want_y))
        greatest = max(greatest, off)
        if off > TOLERANCE_MM:
            complaints.append(f"{name}: at {x:.2f}, {baseline:.2f} mm and not at {want_x:.2f}, {want_y:.2f}")
    return complaints, greatest


def measure(binary, templates, folder, tally):
    """Every profile of a blank, as it is and corrected for a printer; then with a profile that lies by 0.3 mm."""
    data = json.loads(subprocess.run([binary, "sample", "giay_khen"], stdout=subprocess.PIPE, check=True, timeout=60).stdout)
    profiles = sorted((templates / "shared/certificate/profiles").glob("phoi_*.json"))
    tally("places/profiles", [] if profiles else ["there is no profile of a blank"])
    greatest = 0.0
    for path in profiles:
        profile = json.loads(path.read_text(encoding="utf-8"))
        for what, correction in [("as it is", {}), ("corrected", {"ngang": 1.3, "doc": -0.7, "ti_le_ngang": 1.002, "ti_le_doc": 0.999})]:
            data["trinh_bay"] = {"ho_so": path.stem, **({"may_in": correction} if correction else {})}
            source, target = folder / f"{path.stem}.json", folder / f"{path.stem}.{what.replace(' ', '-')}.pdf"
            source.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
            done = subprocess.run([binary, "render", "giay_khen", str(source), "--mode", "phoi", "-o", str(target), "--force"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
            if done.returncode:
                tally(f"places/{path.stem}/{what}", done.stderr.decode("utf-8", "replace").splitlines()[-5:])
                continue
            complaints, off = judge(target, profile, data, correction)
            greatest = max(greatest, off)
            tally(f"places/{path.stem}/{what}", complaints)
            wrong, _ = judge(target, profile, data, {**correction, "doc": correction.get("doc", 0) + 0.3})
            tally(f"selftest/{path.stem} 0.3 mm too low/places", [] if len(wrong) >= 4 else [f"only {len(wrong)} complaints"])
    print(f"outside: places, greatest deviation {greatest:.3f} mm", flush=True)
