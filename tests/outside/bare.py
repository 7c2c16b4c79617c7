"""Every template, and a fresh one of each kind, set by Typst itself: what `vinhdanh templates root` writes must open
anywhere. Run with the virtual environment's Python it compiles one root; imported it drives that."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

KINDS = ("van_ban", "giay")


def compile_root(root):
    """{template: complaints}, by the `typst` package: the compiler without any of our code around it."""
    import typst

    verdicts = {}
    for main in sorted(root.glob("*/main.typ")):
        try:
            pdf, warnings = typst.compile_with_warnings(
                str(main), root=str(root), font_paths=[str(root / "fonts")], ignore_system_fonts=True)
            complaints = [f"warning: {warning.message}" for warning in warnings]
            if not pdf.startswith(b"%PDF") or b"/Page" not in pdf:
                complaints.append("no PDF with pages")
        except typst.TypstError as fault:
            complaints = [str(fault.message)]
        verdicts[main.parent.name] = complaints
    return verdicts


def judge(python, binary, folder):
    """{template: complaints} for the built-in templates and a fresh one of each kind."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ours = lambda *args: subprocess.run([binary, *args], cwd=folder, check=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, timeout=120)
    for kind in KINDS:
        ours("templates", "new", f"moi_{kind}", "--kind", kind)
    ours("--templates", "mau", "templates", "root", "goc")
    # A page that is wrong must be seen: one template more, which says so.
    shutil.copytree(folder / "goc" / "moi_van_ban", folder / "goc" / "hong")
    with (folder / "goc" / "hong" / "main.typ").open("a", encoding="utf-8") as main:
        main.write("\n#khong-co\n")
    done = subprocess.run([python, __file__, "goc"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=300)
    if done.returncode != 0:
        return {"typst": done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:] or ["no answer"]}
    verdicts = json.loads(done.stdout)
    planted = " ".join(verdicts.pop("hong", []))
    verdicts["planted fault"] = [] if "khong-co" in planted else [f"should have named khong-co: {planted or 'nothing'}"]
    wanted = {f"moi_{kind}" for kind in KINDS} | {"giay_khen", "quyet_dinh", "bao_cao"}
    verdicts["all there"] = [f"not compiled: {name}" for name in sorted(wanted - set(verdicts))]
    return verdicts


if __name__ == "__main__":
    json.dump(compile_root(Path(sys.argv[1]).resolve()), sys.stdout)
