"""A PDF written by hand, object by object, and the same PDF with one thing broken at a time.

The sound one satisfies every judge; each crippled one must displease exactly the judge it was made for.
Standard library only. The font is the repository's own Tinos, embedded whole.
"""

import struct
import zlib
from pathlib import Path

LINES = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Tặng Giấy khen cho bà Lường Thị Ánh Tuyết",
    "đã có thành tích tốt trong phong trào xây dựng nông thôn mới",
]
# What a caller would have sent for LINES.
DATA = {"doi_tuong": {"ten": "Lường Thị Ánh Tuyết"}, "thanh_tich": "phong trào xây dựng nông thôn mới"}


class Font:
    """As much of a TrueType file as is needed to set a line: character → glyph, glyph → width."""

    def __init__(self, path):
        self.data = Path(path).read_bytes()
        count = struct.unpack_from(">H", self.data, 4)[0]
        self.tables = {}
        for i in range(count):
            tag, _, offset, _ = struct.unpack_from(">4sLLL", self.data, 12 + 16 * i)
            self.tables[tag.decode("ascii")] = offset
        self.units = struct.unpack_from(">H", self.data, self.tables["head"] + 18)[0]
        self.bbox = struct.unpack_from(">4h", self.data, self.tables["head"] + 36)
        self.ascent, self.descent = struct.unpack_from(">2h", self.data, self.tables["hhea"] + 4)
        self.long_metrics = struct.unpack_from(">H", self.data, self.tables["hhea"] + 34)[0]
        self.cmap = self._cmap()

    def _cmap(self):
        base = self.tables["cmap"]
        for i in range(struct.unpack_from(">H", self.data, base + 2)[0]):
            platform, encoding, offset = struct.unpack_from(">HHL", self.data, base + 4 + 8 * i)
            at = base + offset
            if (platform, encoding) == (3, 1) and struct.unpack_from(">H", self.data, at)[0] == 4:
                break
        else:
            raise ValueError("no Unicode BMP cmap in the font")
        n = struct.unpack_from(">H", self.data, at + 6)[0] // 2
        ends = struct.unpack_from(f">{n}H", self.data, at + 14)
        starts = struct.unpack_from(f">{n}H", self.data, at + 16 + 2 * n)
        deltas = struct.unpack_from(f">{n}H", self.data, at + 16 + 4 * n)
        ranges_at = at + 16 + 6 * n
        ranges = struct.unpack_from(f">{n}H", self.data, ranges_at)
        out = {}
        for i in range(n):
            for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
                if ranges[i] == 0:
                    glyph = (code + deltas[i]) & 0xFFFF
                else:
                    where = ranges_at + 2 * i + ranges[i] + 2 * (code - starts[i])
                    glyph = struct.unpack_from(">H", self.data, where)[0]
                    glyph = (glyph + deltas[i]) & 0xFFFF if glyph else 0
                if glyph:
                    out[code] = glyph
        return out

    def width(self, glyph):
        at = self.tables["hmtx"] + 4 * min(glyph, self.long_metrics - 1)
        return round(struct.unpack_from(">H", self.data, at)[0] * 1000 / self.units)

    def em(self, value):
        return round(value * 1000 / self.units)


XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance></rdf:Description>
{ua}
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""

XMP_UA = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


def stream(body, extra=b""):
    packed = zlib.compress(body)
    return b"<</Filter/FlateDecode/Length %d%s>>\nstream\n%s\nendstream" % (len(packed), extra, packed)


def utf16(text):
    return "".join(f"{unit:04X}" for unit in struct.unpack(f">{len(text.encode('utf-16-be')) // 2}H", text.encode("utf-16-be")))


def pdf(font, *, lines=LINES, title="Giấy khen mẫu", part=2, ua=True, tagged=True, structure=True,
        size=(595.276, 841.89), embed=True, to_unicode=True, unicode_of=lambda c: c, attached=None):
    """The bytes of a one-page PDF. Every keyword breaks one promise."""
    used = {c: font.cmap[ord(c)] for c in sorted(set("".join(lines)))}

    content = ["BT /F1 14 Tf 18 TL 60 760 Td"]
    for n, line in enumerate(lines):
        shown = "".join(f"{used[c]:04X}" for c in line)
        mark = (f"/P <</MCID {n}>> BDC", "EMC") if structure else ("/Artifact BMC", "EMC")
        content.append(f"{mark[0]} <{shown}> Tj {mark[1]} T*")
    content.append("ET")

    cmap = ["/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange"]
    pairs = [(glyph, unicode_of(c)) for c, glyph in used.items()]
    for i in range(0, len(pairs), 100):
        cmap.append(f"{len(pairs[i:i + 100])} beginbfchar")
        cmap += [f"<{glyph:04X}> <{utf16(text)}>" for glyph, text in pairs[i:i + 100]]
        cmap.append("endbfchar")
    cmap.append("endcmap CMapName currentdict /CMap defineresource pop end end")

    widths = " ".join(f"{g} [{font.width(g)}]" for g in sorted(set(used.values())))
    metadata = XMP.format(title=title, part=part, ua=XMP_UA if ua else "").encode("utf-8")
    items = " ".join(f"{20 + n} 0 R" for n in range(len(lines)))
    objects = {
        1: "<</Type/Catalog/Pages 2 0 R/Metadata 3 0 R/Lang(vi-VN)"
           + ("/ViewerPreferences<</DisplayDocTitle true>>" if ua else "")
           + ("/MarkInfo<</Marked true>>" if tagged else "")
           + ("/StructTreeRoot 4 0 R" if structure else "")
           + ("/AF[15 0 R]/Names<</EmbeddedFiles<</Names[(data.json)15 0 R]>>>>" if attached else "") + ">>",
        2: "<</Type/Pages/Kids[7 0 R]/Count 1>>",
        3: b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream" % (len(metadata), metadata),
        4: f"<</Type/StructTreeRoot/K 5 0 R/ParentTree 6 0 R/ParentTreeNextKey 1>>",
        5: f"<</Type/StructElem/S/Document/P 4 0 R/K[{items}]>>",
        6: f"<</Nums[0 [{items}]]>>",
        7: f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]/Contents 8 0 R/StructParents 0/Tabs/S"
           "/Resources<</Font<</F1 9 0 R>>/ColorSpace<</DefaultGray[/CalGray<</WhitePoint[0.9505 1 1.089]/Gamma 2.2>>]>>>>>>",
        8: stream("\n".join(content).encode("ascii")),
        9: "<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Tinos/Encoding/Identity-H/DescendantFonts[10 0 R]"
           + ("/ToUnicode 13 0 R" if to_unicode else "") + ">>",
        10: "<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Tinos/CIDToGIDMap/Identity/FontDescriptor 11 0 R"
            f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500/W[{widths}]>>",
        11: "<</Type/FontDescriptor/FontName/ABCDEF+Tinos/Flags 4/ItalicAngle 0/StemV 80"
            f"/Ascent {font.em(font.ascent)}/Descent {font.em(font.descent)}/CapHeight 660"
            f"/FontBBox[{' '.join(str(font.em(v)) for v in font.bbox)}]" + ("/FontFile2 12 0 R" if embed else "") + ">>",
        12: stream(font.data, b"/Length1 %d" % len(font.data)) if embed else "null",
        13: stream("\n".join(cmap).encode("ascii")),
        14: f"<</Title<FEFF{utf16(title)}>>>" if title else "<<>>",
    }
    if attached:
        objects[15] = ("<</Type/Filespec/F(data.json)/UF(data.json)/AFRelationship/Data/Desc(data)"
                       "/EF<</F 16 0 R/UF 16 0 R>>>>")
        objects[16] = stream(attached, b"/Type/EmbeddedFile/Subtype/application#2Fjson"
                                       b"/Params<</ModDate(D:20210929000000Z)/Size %d>>" % len(attached))
    for n in range(len(lines)):
        objects[20 + n] = f"<</Type/StructElem/S/P/P 5 0 R/Pg 7 0 R/K {n}>>"

    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body if isinstance(body, bytes) else body.encode("ascii"))
    start, top = len(out), max(objects) + 1
    out += b"xref\n0 %d\n" % top
    for number in range(top):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"%010d 65535 f \n" % 0
    out += (f"trailer\n<</Size {top}/Root 1 0 R/Info 14 0 R/ID[<{'5A' * 16}><{'5A' * 16}>]>>\n"
            f"startxref\n{start}\n%%EOF\n").encode("ascii")
    return bytes(out)
