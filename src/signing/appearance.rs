//! Words in place of a picture: the text of the agency's signature where Nghị định 30/2020/NĐ-CP, Phụ lục I wants no image,
//! set by our own engine, and the corner of the page it belongs to.
//!
//! Two of them: attachments in a file of their own (Phần I, II.8.b and III.1.d) and electronic copies (Phần II, I.3, ô 14).

use chrono::{DateTime, FixedOffset, TimeZone};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::diagnostic::{Code, Failure};
use crate::engine::{Output, Standard};
use crate::pades::FieldSpec;
use crate::render::{Backend, Renderer, Requested};

/// The template that sets the text.
pub const TEMPLATE: &str = "dong_chu_ky";

/// Field of the agency's signature on an electronic copy.
pub const COPY_FIELD: &str = "BanSao";

/// Field of the agency's signature on an attachment.
pub const ATTACHMENT_FIELD: &str = "CoQuan";

/// Vietnam is seven hours ahead of UTC all the year, seconds.
const VIETNAM: i32 = 7 * 60 * 60;

/// Points of a millimetre.
const POINTS: f64 = 72.0 / 25.4;

/// Form of a copy (Điều 25; PL I, Phần II, I.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyKind {
    /// Sao y: of an original.
    SaoY,
    /// Sao lục: of a sao y.
    SaoLuc,
    /// Trích sao: of a part.
    TrichSao,
}

impl CopyKind {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::SaoY, Self::SaoLuc, Self::TrichSao];

    /// Its word in data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SaoY => "sao_y",
            Self::SaoLuc => "sao_luc",
            Self::TrichSao => "trich_sao",
        }
    }

    /// Reads its word in data.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

/// How the moment of signing is written; the decree fixes what it holds, not its signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeStyle {
    /// `2021-09-29T14:05:32+07:00` (ISO 8601).
    #[default]
    Iso,
    /// `29/9/2021; 14:05:32 +07:00`, as drawn in Mẫu 2.2 and 3.2.
    DayAndTime,
}

/// On which side of its box the text stands; the decree says only: the upper right corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// At the right edge.
    #[default]
    Right,
    /// At the left edge.
    Left,
}

/// Where the words stand: in the top margin of the first page, at the right margin; millimetres.
///
/// Source: PL I, Phần I, II.8.b, III.1.d and Phần II, I.3.a: "góc trên, bên phải, trang đầu"; ô 14 of the diagram (Phần I,
/// Mục IV) lies above ô 1. The decree gives no figures; these keep clear of ô 1, which begins at least 20 mm from the top
/// edge (I.3), are as wide as the column of ô 1 and hold three lines of 10 pt. A stamp of ô 11 stands in the same band: a
/// document that has one needs another place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corner {
    /// From the right edge of the page to the right edge of the box.
    pub right: f64,
    /// From the top edge of the page.
    pub top: f64,
    /// Width of the box.
    pub width: f64,
    /// Height of the box.
    pub height: f64,
    /// Where in it the text stands.
    pub side: Side,
}

impl Default for Corner {
    fn default() -> Self {
        Self { right: 20.0, top: 6.0, width: 91.2, height: 12.6, side: Side::Right }
    }
}

impl Corner {
    /// The box as an empty field on page 1 of a document whose first page is `page_width` points wide.
    ///
    /// # Errors
    ///
    /// The page is too narrow for it.
    pub fn field(&self, name: &str, label: &str, page_width: f64) -> Result<FieldSpec, Failure> {
        let (w, h) = (self.width * POINTS, self.height * POINTS);
        let x = page_width - self.right * POINTS - w;
        if !(x >= 0.0 && w > 0.0 && h > 0.0 && self.top >= 0.0) {
            return Err(Failure::one(
                Code::BadRequest,
                format!("ô chữ ký rộng {} mm, cách mép phải {} mm không nằm trong trang", self.width, self.right),
                format!("a box {} mm wide, {} mm from the right edge is not on the page", self.width, self.right),
            ));
        }
        Ok(FieldSpec { name: name.to_owned(), label: label.to_owned(), page: 1, x, y: self.top * POINTS, w, h })
    }
}

/// Who sets the words, and until when.
#[derive(Clone, Copy)]
pub struct Setter<'a> {
    /// The templates.
    pub renderer: &'a Renderer,
    /// Where pages are set.
    pub backend: &'a Backend,
    /// When nobody waits any more.
    pub deadline: Instant,
}

/// The text of an attachment in a file of its own, as a transparent PDF of one page, as large as the box.
///
/// `so_ky_hieu` is number and symbol of the main document: `925/BC-UBND`. The moment may come in any zone; it is written
/// in Vietnam's.
///
/// # Errors
///
/// The text does not fit the box (`khong_vua`), or the number is none.
pub async fn attachment_text<Z: TimeZone>(
    setter: Setter<'_>,
    so_ky_hieu: &str,
    moment: &DateTime<Z>,
    style: TimeStyle,
    corner: &Corner,
) -> Result<Vec<u8>, Failure> {
    let own = json!({"loai": "phu_luc", "so_ky_hieu": so_ky_hieu});
    set(setter, whole(own, &vietnam(moment)?, style, corner)).await
}

/// The text of an electronic copy (ô 14), as a transparent PDF of one page, as large as the box.
///
/// `co_quan` is the agency that copies, written as it is printed: the decree asks for small letters.
///
/// # Errors
///
/// The text does not fit the box (`khong_vua`).
pub async fn copy_text<Z: TimeZone>(
    setter: Setter<'_>,
    kind: CopyKind,
    co_quan: &str,
    moment: &DateTime<Z>,
    style: TimeStyle,
    corner: &Corner,
) -> Result<Vec<u8>, Failure> {
    let own = json!({"loai": "ban_sao", "hinh_thuc_sao": kind.name(), "co_quan": co_quan});
    set(setter, whole(own, &vietnam(moment)?, style, corner)).await
}

async fn set(setter: Setter<'_>, data: Value) -> Result<Vec<u8>, Failure> {
    let requested = Requested { output: Output::Pdf(Standard::A2a), ..Requested::default() };
    let done = setter.renderer.render(setter.backend, TEMPLATE, data, &requested, setter.deadline).await?;
    Ok(done.bytes)
}

/// The template's data: what is said, when, how, in what box.
fn whole(mut data: Value, moment: &str, style: TimeStyle, corner: &Corner) -> Value {
    let (day, time) = moment.split_once('T').unwrap_or_default();
    data["ngay"] = day.into();
    data["gio"] = time.into();
    data["cach_ghi_gio"] = match style {
        TimeStyle::Iso => "iso",
        TimeStyle::DayAndTime => "ngay_gio",
    }
    .into();
    data["rong"] = corner.width.into();
    data["cao"] = corner.height.into();
    data["canh"] = match corner.side {
        Side::Right => "phai",
        Side::Left => "trai",
    }
    .into();
    data
}

/// A moment of any zone as ISO 8601 writes it in Vietnam's: `2021-09-29T14:05:32+07:00`.
///
/// # Errors
///
/// The year has not four digits.
pub fn vietnam<Z: TimeZone>(moment: &DateTime<Z>) -> Result<String, Failure> {
    let zone = FixedOffset::east_opt(VIETNAM).ok_or_else(|| Failure::internal("no zone of seven hours"))?;
    // Seconds that leap are written as the 59th.
    let text = moment.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%:z").to_string().replace(":60+", ":59+");
    if text.len() != "2021-09-29T14:05:32+07:00".len() {
        return Err(Failure::one(
            Code::BadRequest,
            format!("thời gian ký `{text}` không có năm bốn chữ số"),
            format!("the time of signing `{text}` has no year of four digits"),
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use proptest::prelude::*;

    use super::*;

    fn moment(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).expect("a moment")
    }

    #[test]
    fn any_zone_is_written_as_vietnams() {
        for (given, written) in [
            ("2021-09-29T07:05:32Z", "2021-09-29T14:05:32+07:00"),
            ("2021-09-29T14:05:32+07:00", "2021-09-29T14:05:32+07:00"),
            ("2020-12-31T17:00:00Z", "2021-01-01T00:00:00+07:00"),
            ("2021-01-01T01:30:00+09:00", "2020-12-31T23:30:00+07:00"),
            ("2021-02-28T12:00:00.987654-11:30", "2021-03-01T06:30:00+07:00"),
            ("2016-12-31T23:59:60Z", "2017-01-01T06:59:59+07:00"),
        ] {
            assert_eq!(vietnam(&moment(given)).expect("a year of four digits"), written, "{given}");
        }
    }

    #[test]
    fn a_year_of_five_digits_is_refused() {
        let far = Utc.with_ymd_and_hms(10_000, 1, 1, 0, 0, 0).single().expect("a day");
        assert!(vietnam(&far).is_err());
    }

    proptest! {
        #[test]
        fn the_same_moment_is_written_alike_whatever_its_zone(seconds in -2_000_000_000_i64..60_000_000_000, hours in -12_i32..=14) {
            let utc = Utc.timestamp_opt(seconds, 0).single().expect("in range");
            let there = utc.with_timezone(&FixedOffset::east_opt(hours * 3600).expect("a zone"));
            let written = vietnam(&utc).expect("a year of four digits");
            prop_assert_eq!(&written, &vietnam(&there).expect("a year of four digits"));
            prop_assert_eq!(moment(&written).timestamp(), seconds);
            prop_assert!(written.ends_with("+07:00"));
        }
    }

    #[test]
    fn the_corner_is_at_the_right_margin_of_an_a4_page_above_the_text() {
        let spec = Corner::default().field(COPY_FIELD, "Chữ ký số", 595.28).expect("on the page");
        assert_eq!((spec.name.as_str(), spec.page), ("BanSao", 1));
        assert!((spec.x + spec.w - (210.0 - 20.0) * POINTS).abs() < 0.1, "{spec:?}");
        assert!(spec.y > 0.0 && spec.y + spec.h < 20.0 * POINTS, "{spec:?}");
    }

    #[test]
    fn a_page_too_narrow_for_the_corner_is_refused() {
        assert!(Corner::default().field(COPY_FIELD, "x", 300.0).is_err());
        assert!(Corner { width: f64::NAN, ..Corner::default() }.field(COPY_FIELD, "x", 595.0).is_err());
    }

    #[test]
    fn data_say_what_is_printed_and_how_large_the_box_is() {
        let corner = Corner { side: Side::Left, ..Corner::default() };
        let data = whole(json!({"loai": "phu_luc"}), "2021-09-29T14:05:32+07:00", TimeStyle::DayAndTime, &corner);
        assert_eq!(
            data,
            json!({"loai": "phu_luc", "ngay": "2021-09-29", "gio": "14:05:32+07:00", "cach_ghi_gio": "ngay_gio",
                "rong": 91.2, "cao": 12.6, "canh": "trai"})
        );
        assert!(CopyKind::ALL.into_iter().all(|kind| CopyKind::parse(kind.name()) == Some(kind)));
        assert_eq!(CopyKind::parse("SAO Y"), None);
    }
}
