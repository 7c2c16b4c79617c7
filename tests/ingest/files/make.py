"""Makes the files of this folder: sheets as other programs write them. All names are made up.

Needs Python with openpyxl, xlwt and msoffcrypto-tool, and LibreOffice (`soffice`).
"""

import pathlib
import subprocess
import tempfile
import zipfile

import msoffcrypto.format.ooxml
import openpyxl
import xlwt
from openpyxl.styles import Font

HERE = pathlib.Path(__file__).parent
PEOPLE = [
    ("Lò Văn Ò", "Giáo viên", "Trường Tiểu học Huy Hạ"),
    ("Mùa A Páo", "Trưởng bản", "Bản Suối Làng, xã Kim Bon"),
    ("Triệu Thị Mẩy", "Y sĩ", "Trạm Y tế xã Sập Xa"),
]


def tidy(path):
    """The same parts in the same order without clocks, so that a second run changes nothing."""
    parts = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def merged_headings():
    """Titles above, headings over two rows, numbers of columns, groups, merged units, a sum and a signature."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    sheet["A1"] = "ỦY BAN NHÂN DÂN XÃ KIM BON"
    sheet.merge_cells("A1:F1")
    sheet["A2"] = "DANH SÁCH ĐỀ NGHỊ KHEN THƯỞNG"
    sheet.merge_cells("A2:F2")
    for area, text in [("A4:A5", "STT"), ("B4:B5", "Họ và tên\n/Tên tập thể"), ("C4:D4", "Nơi công tác"), ("E4:E5", "Số CCCD"), ("F4:F5", "Ghi chú")]:
        sheet[area.split(":")[0]] = text
        sheet.merge_cells(area)
    sheet["C5"], sheet["D5"] = "Chức vụ", "Đơn vị"
    for column, text in zip("ABCDEF", ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"]):
        sheet[f"{column}6"] = text
    sheet["A7"] = "I. TẬP THỂ"
    sheet.merge_cells("A7:F7")
    sheet["A8"], sheet["B8"] = 1, "Trường Tiểu học Huy Hạ"
    sheet["A9"], sheet["B9"] = "II", "Cá nhân (03 người)"
    for row, (name, post, unit) in enumerate(PEOPLE, start=10):
        sheet[f"A{row}"], sheet[f"B{row}"], sheet[f"C{row}"], sheet[f"D{row}"] = row - 9, name, post, unit
        sheet[f"E{row}"] = f"0141900012{row}"
    sheet["D10"] = "Trường Tiểu học Huy Hạ"
    sheet["D11"] = None
    sheet.merge_cells("D10:D11")
    sheet["A13"] = "Tổng cộng: 04"
    sheet["E15"] = "Người lập biểu"
    book.save(HERE / "tieu-de-gop.xlsx")
    tidy(HERE / "tieu-de-gop.xlsx")


def formulas_never_worked_out():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Họ và tên", "Phân loại", "Đơn vị công tác"])
    sheet.append(["Lò Văn Ò", "Cá nhân", "=A2"])
    sheet.append(['=HYPERLINK("http://example.invalid","Mùa A Páo")', "Cá nhân", "Xã Kim Bon"])
    book.save(HERE / "cong-thuc-chua-tinh.xlsx")
    tidy(HERE / "cong-thuc-chua-tinh.xlsx")


def old_fonts():
    book = openpyxl.Workbook()
    sheet = book.active
    for column, text in zip("ABCD", ["Hä vµ tªn", "Ph©n lo¹i", "§¬n vÞ c«ng t¸c", "Ghi chú"]):
        sheet[f"{column}1"] = text
        sheet[f"{column}1"].font = Font(name=".VnTimeH" if column == "A" else ".VnTime")
    sheet["D1"].font = Font(name="Times New Roman")
    for row, (font, cells) in enumerate(
        [
            (".VnTime", ["NguyÔn ThÞ ¸nh", "C¸ nh©n", "Tr\u00adêng TiÓu häc Huy H¹"]),
            ("VNI-Times", ["Nguyeãn Vaên Ñöùc", "Caù nhaân", "Xaõ Kim Bon"]),
            (".VnTimeH", ["giµng a chó", "C¸ nh©n", "x· sËp xa"]),
            ("Times New Roman", ["Hà Thị Só", "Cá nhân", "Xã Mường Do"]),
            ("Times New Roman", ["Lß V¨n Ênh", "Cá nhân", "Xã Mường Do"]),
        ],
        start=2,
    ):
        for column, text in zip("ABC", cells):
            sheet[f"{column}{row}"] = text
            sheet[f"{column}{row}"].font = Font(name=font)
    book.save(HERE / "phong-cu.xlsx")
    tidy(HERE / "phong-cu.xlsx")


def libreoffice():
    """Dates, times, formulas with values, errors, a zero lost: written by LibreOffice from a sheet of formulas."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "nguon.xlsx"
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Dữ liệu"
        sheet.append(["STT", "Họ và tên", "Phân loại", "Ngày sinh", "Số CCCD", "Mức thưởng"])
        sheet.append([1, '="Lò "&"Văn Ò"', "Cá nhân", "=DATE(1990,9,29)", "014190001234", "=1490000*0.3"])
        sheet["D2"].number_format = "dd/mm/yyyy"
        sheet.append([2, "Mùa A Páo", "Cá nhân", "3/4/1985", 14190001234, "=1/0"])
        sheet.append([3, '=HYPERLINK("http://example.invalid","Triệu Thị Mẩy")', "Cá nhân", 32874, "014190005678", "=NA()"])
        book.save(source)
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/ho-so", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", folder + "/ra", source],
            check=True,
            capture_output=True,
        )
        (HERE / "libreoffice.xlsx").write_bytes((pathlib.Path(folder) / "ra" / "nguon.xlsx").read_bytes())
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/ho-so", "--convert-to", "ods", "--outdir", folder + "/ra", source],
            check=True,
            capture_output=True,
        )
        (HERE / "libreoffice.ods").write_bytes((pathlib.Path(folder) / "ra" / "nguon.ods").read_bytes())
    tidy(HERE / "libreoffice.xlsx")
    tidy(HERE / "libreoffice.ods")


def password():
    """A password put on it as Office does: the workbook encrypted inside a compound file."""
    plain = HERE / "tieu-de-gop.xlsx"
    with plain.open("rb") as source, (HERE / "mat-khau.xlsx").open("wb") as out:
        msoffcrypto.format.ooxml.OOXMLFile(source).encrypt("matkhau", out)


def excel97():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Danh sách")
    for column, text in enumerate(["Họ và tên", "Phân loại"]):
        sheet.write(0, column, text)
    sheet.write(1, 0, "Lò Văn Ò")
    sheet.write(1, 1, "Cá nhân")
    book.save(str(HERE / "excel97.xls"))


def texts():
    lines = ["Danh sách đề nghị khen thưởng", "", "TT;Họ tên;Phân loại;Đơn vị"]
    lines += [f"{row};{name};CN;{unit}" for row, (name, _, unit) in enumerate(PEOPLE, start=1)]
    (HERE / "utf16.csv").write_bytes("\r\n".join(lines).replace(";", "\t").encode("utf-16"))
    (HERE / "phay.csv").write_bytes(
        b"\xef\xbb\xbf" + "Họ và tên,Phân loại,Đơn vị công tác\n\"Lò Văn\nÒ\",Cá nhân,\"Bản Dằn, xã Quang Huy\"\n\n'=1+1,Cá nhân,\n".encode()
    )
    old = "TT;Hä vµ tªn;Ph©n lo¹i;§¬n vÞ\r\n1;NguyÔn V¨n An;C¸ nh©n;huyÖn Phï Yªn\r\n"
    (HERE / "tcvn3.csv").write_bytes(old.encode("latin-1"))


if __name__ == "__main__":
    merged_headings()
    formulas_never_worked_out()
    old_fonts()
    libreoffice()
    password()
    excel97()
    texts()
