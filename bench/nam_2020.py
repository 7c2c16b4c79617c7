"""The year 2020 of a mountain district as one dossier: 2,860 awards, 1,093 giấy khen among them.

    python3 bench/nam_2020.py > nam-2020.json
    python3 bench/nam_2020.py --base > nam-2020-base.json   # without recipients …
    python3 bench/nam_2020.py --rows > nam-2020-rows.json   # … which come as rows of a sheet

The counts are those of a real report; units, names and identity numbers are put together from lists of syllables,
always the same ones. No person is meant.
"""

import argparse
import json
import sys

# Awards of the year: collectives, persons.
LAO_DONG_TIEN_TIEN = (72, 1615)
CHIEN_SI_THI_DUA_CO_SO = 80
GIAY_KHEN_THUONG_XUYEN = (135, 547)
GIAY_KHEN_CHUYEN_DE = (66, 252)
GIAY_KHEN_DOT_XUAT = (23, 70)

COMMUNES = [
    "Gia Phù", "Huy Bắc", "Huy Hạ", "Huy Tân", "Huy Thượng", "Huy Tường", "Quang Huy", "Tường Phù", "Tường Hạ",
    "Tường Thượng", "Tường Tiến", "Tường Phong", "Mường Cơi", "Mường Thải", "Mường Do", "Mường Lang", "Mường Bang",
    "Tân Lang", "Tân Phong", "Suối Tọ", "Suối Bau", "Sập Xa", "Kim Bon", "Đá Đỏ", "Bắc Phong", "Nam Phong",
]
OFFICES = [
    "Phòng Nội vụ", "Phòng Tài chính - Kế hoạch", "Phòng Tư pháp", "Phòng Giáo dục và Đào tạo",
    "Phòng Văn hóa và Thông tin", "Phòng Nông nghiệp và Phát triển nông thôn", "Phòng Kinh tế và Hạ tầng",
    "Phòng Tài nguyên và Môi trường", "Phòng Lao động - Thương binh và Xã hội", "Phòng Y tế", "Phòng Dân tộc",
    "Thanh tra huyện", "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân huyện", "Trung tâm Truyền thông - Văn hóa",
    "Trung tâm Dịch vụ nông nghiệp", "Ban Quản lý dự án đầu tư xây dựng",
]
SCHOOLS = ["Trường Mầm non", "Trường Tiểu học", "Trường Trung học cơ sở"]
FAMILIES = {
    "Thái": ["Lò", "Cầm", "Hà", "Lường", "Hoàng", "Cà", "Quàng", "Tòng", "Vì", "Lèo", "Sa"],
    "Mường": ["Đinh", "Bùi", "Hà", "Mùi", "Quách", "Phùng", "Cầm"],
    "Mông": ["Sùng", "Thào", "Mùa", "Giàng", "Vàng", "Lầu", "Hờ"],
    "Dao": ["Bàn", "Đặng", "Triệu", "Lý", "Phùng"],
    "Kinh": ["Nguyễn", "Trần", "Lê", "Phạm", "Vũ", "Đỗ", "Ngô"],
}
MIDDLE = {"Ông": ["Văn", "Đức", "Minh", "Quang", "Ngọc", "Xuân"], "Bà": ["Thị", "Thị Minh", "Thị Kim", "Thị Thu", "Ngọc"]}
MONG_MIDDLE = {"Ông": ["A", "Bả", "Nhìa"], "Bà": ["Thị", "Y"]}
GIVEN = {
    "Ông": ["An", "Bình", "Chiến", "Dũng", "Đạt", "Hải", "Hoan", "Hùng", "Kiên", "Lâm", "Long", "Mạnh", "Nghĩa", "Phong",
            "Quý", "Sơn", "Thành", "Thiết", "Toàn", "Trọng", "Tuấn", "Vinh", "Xuân", "Yên", "Ón", "Phanh", "Sương"],
    "Bà": ["Anh", "Ánh", "Bích", "Chung", "Duyên", "Đào", "Hà", "Hạnh", "Hiền", "Hòa", "Hoa", "Huệ", "Lan", "Liên", "Loan",
           "Mai", "Nga", "Ngoan", "Nhung", "Oanh", "Pọm", "Sen", "Thảo", "Thoa", "Thúy", "Vân", "Xuyến", "Yến"],
}
MONG_GIVEN = {"Ông": ["Páo", "Chống", "Sềnh", "Dế", "Lử", "Vàng", "Tủa", "Dình"], "Bà": ["Mỷ", "Dợ", "Chứ", "Sua", "Mai", "Ía"]}
TEACHERS = ["Giáo viên", "Giáo viên", "Giáo viên", "Nhân viên", "Tổ trưởng chuyên môn", "Phó Hiệu trưởng", "Hiệu trưởng"]
OFFICIALS = ["Chuyên viên", "Chuyên viên", "Kế toán", "Văn thư", "Phó Trưởng phòng", "Trưởng phòng"]
COMMUNE_STAFF = ["Công chức Văn phòng - Thống kê", "Công chức Tư pháp - Hộ tịch", "Công chức Tài chính - Kế toán",
                 "Công chức Văn hóa - Xã hội", "Phó Chủ tịch", "Chủ tịch"]
VILLAGES = ["Nà Phái", "Chượp", "Lằn", "Háo", "Suối Cù", "Suối Lèo", "Bó Mý", "Nà Xe", "Pa Cốp", "Tân Ba"]
VILLAGERS = ["Trưởng bản", "Bí thư Chi bộ", "Công an viên", "Dân quân", "Chi hội trưởng Chi hội Phụ nữ", "Nông dân"]


class Dice:
    """Numbers that are the same in every run and every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % bound

    def one(self, items):
        return items[self.below(len(items))]


class People:
    """Persons no two of whom share a name in one unit, each with an identity number of its own."""

    def __init__(self, seed):
        self.dice = Dice(seed)
        self.taken = set()
        self.number = 0

    def one(self, unit, positions):
        while True:
            people = self.dice.one(list(FAMILIES))
            title = self.dice.one(["Ông", "Bà"])
            middle, given = (MONG_MIDDLE, MONG_GIVEN) if people == "Mông" else (MIDDLE, GIVEN)
            name = f"{self.dice.one(FAMILIES[people])} {self.dice.one(middle[title])} {self.dice.one(given[title])}"
            if (name, unit) not in self.taken:
                break
        self.taken.add((name, unit))
        self.number += 1
        century = 0 if title == "Ông" else 1
        born = 60 + self.dice.below(38)
        return {
            "loai": "ca_nhan", "danh_xung": title, "ten": name, "chuc_vu": self.dice.one(positions), "don_vi": unit,
            "dinh_danh": f"014{century}{born:02}{self.number:06}",
        }


def units():
    """About 120 units with what their people do."""
    schools = [(f"{kind} {commune}", TEACHERS) for commune in COMMUNES for kind in SCHOOLS]
    communes = [(f"Ủy ban nhân dân xã {commune}", COMMUNE_STAFF) for commune in COMMUNES]
    return schools + communes + [(office, OFFICIALS) for office in OFFICES]


def collective(name, parent):
    return {"loai": "tap_the", "ten": name, "don_vi": parent}


def parent(unit):
    return "Phòng Giáo dục và Đào tạo" if unit.startswith("Trường") else "Ủy ban nhân dân huyện Phù Yên"


def awards():
    """(decision, award) in the order of the year."""
    people = People(2020)
    all_units = units()
    staff = [people.one(*all_units[index % len(all_units)]) for index in range(LAO_DONG_TIEN_TIEN[1])]
    staff.sort(key=lambda one: [name for name, _ in all_units].index(one["don_vi"]))
    best = staff[::LAO_DONG_TIEN_TIEN[1] // CHIEN_SI_THI_DUA_CO_SO][:CHIEN_SI_THI_DUA_CO_SO]
    good = [staff[index * len(staff) // GIAY_KHEN_THUONG_XUYEN[1]] for index in range(GIAY_KHEN_THUONG_XUYEN[1])]
    groups = [collective(name, parent(name)) for name, _ in all_units]
    teams = [collective(f"Tổ {kind}", name) for kind in ("Văn phòng", "Chuyên môn") for name, _ in all_units]
    villages = [(f"Bản {village}, xã {commune}", VILLAGERS) for commune in COMMUNES for village in VILLAGES]
    villagers = [people.one(*villages[index % len(villages)]) for index in range(GIAY_KHEN_CHUYEN_DE[1] + GIAY_KHEN_DOT_XUAT[1])]
    bodies = [collective(f"Nhân dân và cán bộ bản {village}", f"Xã {commune}") for commune in COMMUNES for village in VILLAGES]
    cut = GIAY_KHEN_CHUYEN_DE
    return [
        ("danh_hieu", {"hinh_thuc": "danh hiệu “Chiến sĩ thi đua cơ sở”", "loai": "thuong_xuyen", "nam_xet": 2020, "doi_tuong": best}),
        ("danh_hieu", {"hinh_thuc": "danh hiệu “Tập thể lao động tiên tiến”", "loai": "thuong_xuyen", "nam_xet": 2020,
                       "doi_tuong": groups[: LAO_DONG_TIEN_TIEN[0]]}),
        ("danh_hieu", {"hinh_thuc": "danh hiệu “Lao động tiên tiến”", "loai": "thuong_xuyen", "nam_xet": 2020, "doi_tuong": staff}),
        ("thuong_xuyen", {"hinh_thuc": "Giấy khen", "loai": "thuong_xuyen",
                          "thanh_tich": "thành tích xuất sắc trong phong trào thi đua yêu nước năm 2020",
                          "doi_tuong": (groups + teams)[: GIAY_KHEN_THUONG_XUYEN[0]] + good}),
        ("chuyen_de", {"hinh_thuc": "Giấy khen", "loai": "chuyen_de",
                       "thanh_tich": "thành tích xuất sắc trong phong trào thi đua “Phù Yên chung sức xây dựng nông thôn mới” giai đoạn 2016-2020",
                       "doi_tuong": bodies[: cut[0]] + villagers[: cut[1]]}),
        ("dot_xuat", {"hinh_thuc": "Giấy khen", "loai": "dot_xuat",
                      "thanh_tich": "thành tích xuất sắc đột xuất trong phòng, chống thiên tai và dịch bệnh năm 2020",
                      "doi_tuong": bodies[cut[0] : cut[0] + GIAY_KHEN_DOT_XUAT[0]] + villagers[cut[1] :]}),
    ]


def decision(number, abstract, given, articles):
    return {
        "co_quan": {"ten": "Ủy ban nhân dân huyện Phù Yên", "viet_tat": "UBND", "dia_danh": "Phù Yên"},
        "so": number, "ky_hieu": "QĐ-UBND", "ngay": "2020-12-31", "trich_yeu": abstract,
        "tham_quyen": "Chủ tịch Ủy ban nhân dân huyện Phù Yên",
        "can_cu": [
            "Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015",
            "Luật Thi đua, khen thưởng ngày 26 tháng 11 năm 2003; Luật sửa đổi, bổ sung một số điều của Luật Thi đua, khen thưởng ngày 14 tháng 6 năm 2005 và ngày 16 tháng 11 năm 2013",
            "Nghị định số 91/2017/NĐ-CP ngày 31 tháng 7 năm 2017 của Chính phủ quy định chi tiết thi hành một số điều của Luật Thi đua, khen thưởng",
        ],
        "de_nghi": "Trưởng phòng Phòng Nội vụ tại Tờ trình số 212/TTr-PNV ngày 25 tháng 12 năm 2020",
        "khen_thuong": given,
        "thi_hanh": "Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân huyện, Trưởng phòng Phòng Nội vụ, Thủ trưởng các cơ quan, đơn vị có liên quan",
        "noi_nhan": [f"Như Điều {articles}", "Thường trực Huyện ủy (b/c)", "Thường trực Hội đồng nhân dân huyện (b/c)"],
        "luu": "VT, NV",
        "nguoi_ky": {"chuc_vu": "Chủ tịch", "ho_ten": "Lường Minh Khoát"},
    }


def member(name, position, office, title="Ông"):
    return {"danh_xung": title, "ho_ten": name, "chuc_vu": position, "chuc_danh": office}


def dossier(recipients=True):
    given = awards()
    if not recipients:
        given = [(key, {name: value for name, value in award.items() if name != "doi_tuong"}) for key, award in given]
    of = lambda key: [award for name, award in given if name == key]
    council = [
        member("Lường Minh Khoát", "Chủ tịch Ủy ban nhân dân huyện", "Chủ tịch Hội đồng"),
        member("Hoàng Văn Nghiêm", "Trưởng phòng Phòng Nội vụ", "Phó Chủ tịch thường trực Hội đồng"),
        member("Đinh Thị Vân", "Chủ tịch Liên đoàn Lao động huyện", "Ủy viên", "Bà"),
        member("Hà Văn Bách", "Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân huyện", "Ủy viên"),
        member("Lò Thị Duyên", "Chuyên viên Phòng Nội vụ", "Ủy viên, Thư ký Hội đồng", "Bà"),
    ]
    return {
        "ten": "Khen thưởng tổng kết năm 2020",
        "quyet_dinh": [
            decision(2101, "Về việc công nhận danh hiệu thi đua năm 2020", of("danh_hieu"), 4),
            decision(2102, "Về việc tặng Giấy khen trong phong trào thi đua yêu nước năm 2020", of("thuong_xuyen"), 2),
            decision(2103, "Về việc tặng Giấy khen trong phong trào thi đua xây dựng nông thôn mới giai đoạn 2016-2020", of("chuyen_de"), 2),
            decision(2104, "Về việc tặng Giấy khen cho thành tích đột xuất năm 2020", of("dot_xuat"), 2),
        ],
        "to_trinh": {
            "co_quan": {"chu_quan": "Ủy ban nhân dân huyện Phù Yên", "ten": "Phòng Nội vụ", "dia_danh": "Phù Yên"},
            "so": 212, "ky_hieu": "TTr-PNV", "ngay": "2020-12-25", "luu": "NV",
            "nguoi_ky": {"chuc_vu": "Trưởng phòng", "ho_ten": "Hoàng Văn Nghiêm"},
        },
        "bien_ban": {
            "so": 7, "ky_hieu": "BB-HĐTĐKT", "hoi_dong": "Hội đồng Thi đua - Khen thưởng huyện Phù Yên",
            "thoi_gian": {"bat_dau": "2020-12-22T08:00", "ket_thuc": "2020-12-22T16:30"},
            "dia_diem": "Phòng họp Ủy ban nhân dân huyện Phù Yên",
            "thanh_phan": {"co_mat": council}, "chu_tri": council[0], "thu_ky": council[4],
            "noi_dung": ["Thư ký Hội đồng trình bày tiêu chuẩn, tóm tắt thành tích của các tập thể, cá nhân được đề nghị",
                         "Các thành viên Hội đồng thảo luận và bỏ phiếu kín"],
            "bo_phieu": {"hinh_thuc": "phieu_kin", "phat_ra": 5, "thu_ve": 5, "tinh_tren": "thanh_vien"},
            "ty_le_can": {"hop": "2/3", "thong_qua": "2/3"},
            "phieu": {"dong_y": 5, "khong_dong_y": 0}, "luu": "VT, HĐTĐKT",
        },
        "chi_thuong": {"nguon_kinh_phi": "Quỹ thi đua, khen thưởng huyện Phù Yên năm 2020", "nguoi_lap": {"ho_ten": "Lò Thị Duyên"}},
        "giay_khen": {"so_so_vang_tu": 1},
        "giay_chung_nhan": {"so_so_vang_tu": 1},
        "so_lieu": {"so_cong_bo": {
            "tap_the": LAO_DONG_TIEN_TIEN[0] + GIAY_KHEN_THUONG_XUYEN[0] + GIAY_KHEN_CHUYEN_DE[0] + GIAY_KHEN_DOT_XUAT[0],
            "ca_nhan": LAO_DONG_TIEN_TIEN[1] + CHIEN_SI_THI_DUA_CO_SO + GIAY_KHEN_THUONG_XUYEN[1] + GIAY_KHEN_CHUYEN_DE[1] + GIAY_KHEN_DOT_XUAT[1],
        }},
    }


def rows():
    """The recipients as rows of a sheet, in the order of the decisions."""
    numbers = {"danh_hieu": 2101, "thuong_xuyen": 2102, "chuyen_de": 2103, "dot_xuat": 2104}
    keys = {"hinh_thuc": "hinh_thuc", "loai": "loai_khen", "nam_xet": "nam_xet", "thanh_tich": "thanh_tich"}
    return [
        {**one, **{to: award[key] for key, to in keys.items() if key in award}, "quyet_dinh": numbers[name]}
        for name, award in awards() for one in award["doi_tuong"]
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", action="store_true", help="without recipients")
    parser.add_argument("--rows", action="store_true", help="the recipients as rows of a sheet")
    asked = parser.parse_args()
    what = rows() if asked.rows else dossier(recipients=not asked.base)
    json.dump(what, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
