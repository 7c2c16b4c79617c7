"""One document, one process: typst_once.py TEMPLATE.typ FACTS.json OUT.pdf"""

import sys
from pathlib import Path

import typst

template, facts, out = sys.argv[1:]
fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False,
                    font_paths=[str(Path(__file__).resolve().parents[2] / "fonts")])
data = typst.compile(template, font_paths=fonts, ignore_system_fonts=True, format="pdf",
                     pdf_standards=["a-2a", "ua-1"], sys_inputs={"data": Path(facts).read_text(encoding="utf-8")})
Path(out).write_bytes(data)
