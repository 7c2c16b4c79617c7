//! Lines of a centred heading: about equally long, broken where one would pause and not inside a word of two syllables.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::typography::no_break;
use super::width::{Face, width};

/// Parts two lines of a heading (LINE SEPARATOR).
pub const LINE_END: char = '\u{2028}';

/// Words before which a line likes to break, as a reader pauses there.
static STARTS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "\
    bằng, các, cho, của, do, giai, gắn, khi, ngày, nhân, năm, nhằm, những, qua, tại, theo, thuộc, trên, trong, \
    trước, từ, và, về, vào, vì, với, đã, để, được, đối",
    )
});

/// Kinds of administrative unit: their names stay with them.
static UNITS: LazyLock<HashSet<&str>> = LazyLock::new(|| words("huyện, phường, quận, thị, thành, tỉnh, xã"));

/// Words that announce the next one and so do not end a line.
static LEANING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "\
    có, là, hoặc, nhằm, bằng, các, cho, của, do, những, tại, theo, thuộc, trên, trong, từ, và, về, vì, với, đã, để, \
    được, bản, huyện, phường, quận, tỉnh, xã",
    )
});

/// Words of two syllables that headings of awards are made of; others are known by their capitals only.
static COMPOUNDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "\
    an ninh, an toàn, ban hành, ban nhân, bảo vệ, bảo đảm, bộ đội, chiến sĩ, chiến đấu, chung sức, chuyên môn, \
    chuyên đề, chính phủ, chính quyền, chính trị, chương trình, chỉ đạo, chủ tịch, cá nhân, cách mạng, công an, công \
    nhân, công nhận, công tác, cơ quan, cơ sở, cộng đồng, danh hiệu, danh sách, di sản, doanh nghiệp, du lịch, dân \
    quân, dân số, dân tộc, dịch bệnh, gia súc, gia đình, giai đoạn, giao thông, giám đốc, giáo dục, giải phóng, giấy \
    khen, gương mẫu, hoàn thành, hoạt động, huân chương, hình thức, hưởng ứng, hộ gia, hội nghị, hội đồng, hợp tác, \
    khen thưởng, khoa học, khuyến học, kinh phí, kinh tế, kiểm tra, kế hoạch, kết quả, kịp thời, kỳ thi, kỷ niệm, \
    lao động, lâm nghiệp, lễ hội, lực lượng, môi trường, mặt trận, mục tiêu, nghiên cứu, nghiệp vụ, nghị quyết, nghị \
    định, nhiệm kỳ, nhiệm vụ, nhà nước, nhân dân, nhân viên, nông dân, nông nghiệp, nông thôn, năm học, phong trào, \
    phong tặng, phát huy, phát triển, phát động, phòng chống, phòng thủ, phó chủ, phó giám, phó trưởng, phúc lợi, \
    phụ lục, phụ nữ, phục vụ, quy chế, quy định, quyết định, quản lý, quốc gia, quốc hội, quốc phòng, quốc tế, sáng \
    kiến, sáng tạo, số liệu, sự nghiệp, thanh niên, thi hành, thi đua, thiên tai, thành lập, thành tích, thông tin, \
    thường trực, thường xuyên, thắng lợi, thể dục, thể thao, thị trấn, thị xã, thủ trưởng, thủ đô, thực hiện, tiên \
    tiến, tiêu biểu, tiền thưởng, toàn diện, toàn dân, trang trại, trung học, trung tâm, trung ương, truyền thống, \
    trường học, trưởng ban, trưởng phòng, trật tự, tuyên dương, tuyên truyền, tài chính, tình nghĩa, tập thể, tặng \
    thưởng, tổ chức, tổng kết, tội phạm, tự nguyện, tự vệ, vinh dự, vì đã, vùng cao, văn hóa, văn minh, văn phòng, \
    về việc, xuất sắc, xây dựng, xã hội, y tế, yêu nước, điển hình, đoàn kết, đoàn thể, đoàn viên, đào tạo, đóng \
    góp, đô thị, đơn vị, đại hội, đảng viên, đất nước, đầu tư, đặc biệt, đền ơn, địa bàn, địa phương, đồng bào, đồng \
    chí, đột xuất, đời sống, ủy ban, ứng phó",
    )
});

fn words(list: &'static str) -> HashSet<&'static str> {
    list.split(", ").collect()
}

/// Sets [`LINE_END`] between the lines of a heading of lines no wider than `limit` em.
///
/// As few lines as possible, or one more where that reads better. With `capitals` the heading will be printed in capitals, which are wider. What
/// [`no_break`] holds together stays so, unless it is wider than a line: then it breaks after its strokes and hyphens,
/// and where even that is not enough, between letters.
pub fn balance(text: &str, face: Face, capitals: bool, limit: f64) -> String {
    let text =
        text.split([' ', '\n', '\t', '\r', LINE_END]).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let measure = |piece: &str| if capitals { width(&piece.to_uppercase(), face) } else { width(piece, face) };
    if measure(&text) <= limit {
        return text;
    }
    let glued = no_break(&text);
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for whole in glued.split(' ') {
        for (index, part) in parts(whole, limit, &measure).into_iter().enumerate() {
            pieces.push(Piece { text: part, width: measure(part), dislike: 0.0, spaced: index == 0 });
        }
    }
    for at in 1..pieces.len() {
        pieces[at].dislike = dislike(&pieces, at);
    }
    let space = width(" ", face);
    let ends = break_points(&pieces, space, limit);
    let mut out = String::with_capacity(text.len() + 3 * ends.len());
    for (index, piece) in pieces.iter().enumerate() {
        if ends.contains(&index) {
            out.push(LINE_END);
        } else if index > 0 && piece.spaced {
            out.push(' ');
        }
        out.push_str(piece.text);
    }
    out
}

/// What no line breaks.
struct Piece<'a> {
    text: &'a str,
    width: f64,
    /// How little a reader likes a line to begin here, see [`dislike`].
    dislike: f64,
    /// A space stands before it, unless a line begins here.
    spaced: bool,
}

/// A piece too wide for a line, in parts: after strokes and hyphens, else between letters.
fn parts<'a>(whole: &'a str, limit: f64, measure: &dyn Fn(&str) -> f64) -> Vec<&'a str> {
    if measure(whole) <= limit {
        return vec![whole];
    }
    let mut parts = Vec::new();
    for piece in whole.split_inclusive(['/', '-', '\u{a0}']) {
        let mut rest = piece;
        while measure(rest) > limit {
            let fits =
                rest.char_indices().skip(1).map(|(at, _)| at).take_while(|at| measure(&rest[..*at]) <= limit).last();
            let Some(at) = fits else { break };
            parts.push(&rest[..at]);
            rest = &rest[at..];
        }
        parts.push(rest);
    }
    parts
}

/// What one line more than the fewest costs.
const ONE_MORE: f64 = 8.0;

/// Indices of the pieces that begin a line, but the first; as few lines as possible, or one more where that reads better.
fn break_points(pieces: &[Piece<'_>], space: f64, limit: f64) -> Vec<usize> {
    let count = fewest(pieces, space, limit);
    let (tight, tight_cost) = in_lines(pieces, space, limit, count);
    let (loose, loose_cost) = in_lines(pieces, space, limit, count + 1);
    if loose_cost + ONE_MORE < tight_cost { loose } else { tight }
}

/// The best breaks for so many lines, and what they cost.
fn in_lines(pieces: &[Piece<'_>], space: f64, limit: f64, count: usize) -> (Vec<usize>, f64) {
    let total: f64 = pieces.iter().map(|piece| piece.width + if piece.spaced { space } else { 0.0 }).sum();
    #[expect(clippy::cast_precision_loss, reason = "a heading has few lines")]
    let ideal = total / count as f64;
    // best[l][n]: the least cost of the first n pieces in l lines, and where the last of these begins.
    let mut best: Vec<Vec<(f64, usize)>> = vec![vec![(f64::INFINITY, 0); pieces.len() + 1]; count + 1];
    best[0][0].0 = 0.0;
    for line in 1..=count {
        for end in 1..=pieces.len() {
            let mut length = 0.0;
            for start in (0..end).rev() {
                length += pieces[start].width + if start + 1 < end && pieces[start + 1].spaced { space } else { 0.0 };
                if length > limit && start + 1 < end {
                    break;
                }
                let before = best[line - 1][start].0;
                if before.is_finite() {
                    let off = (length - ideal) / limit;
                    let cost = before + 100.0 * off * off + pieces[start].dislike;
                    if cost < best[line][end].0 {
                        best[line][end] = (cost, start);
                    }
                }
            }
        }
    }
    let cost = best[count][pieces.len()].0;
    let mut ends = Vec::new();
    let mut at = pieces.len();
    for line in (1..=count).rev() {
        at = best[line][at].1;
        if at > 0 {
            ends.push(at);
        }
    }
    (ends, cost)
}

/// Lines a greedy setting takes.
fn fewest(pieces: &[Piece<'_>], space: f64, limit: f64) -> usize {
    let mut count = 1;
    let mut length = 0.0;
    for (index, piece) in pieces.iter().enumerate() {
        let gap = if piece.spaced && index > 0 { space } else { 0.0 };
        if index > 0 && length + gap + piece.width > limit {
            count += 1;
            length = piece.width;
        } else {
            length += gap + piece.width;
        }
    }
    count
}

/// How little a reader likes a line to begin with this piece; below nothing where he would pause of himself.
fn dislike(pieces: &[Piece<'_>], at: usize) -> f64 {
    if !pieces[at].spaced {
        return 6.0;
    }
    let last = pieces[at - 1].text.rsplit('\u{a0}').next().unwrap_or_default();
    let next = pieces[at].text.split('\u{a0}').next().unwrap_or_default();
    if joined(pieces, at) {
        return 20.0;
    }
    if last.ends_with([',', ';', ':', ')', '”', '"']) || last == "-" || next.starts_with(['(', '“', '"']) {
        return -3.0;
    }
    // A date is one thing, though it may break.
    let after_number = last.bytes().all(|byte| byte.is_ascii_digit());
    if after_number && (next == "tháng" || next == "năm" && pieces[at - 1].text.starts_with("tháng")) {
        return 8.0;
    }
    let (left, right) =
        (last.to_lowercase(), next.trim_end_matches([',', ';', ':', '.', ')', '”', '"']).to_lowercase());
    let left = left.trim_start_matches(['(', '“', '"']);
    if COMPOUNDS.contains(format!("{left} {right}").as_str()) {
        return 20.0;
    }
    let capital = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    let proper = |word: &str| capital(word) && word.chars().any(char::is_lowercase);
    // `Phù Yên`, but `Giấy khen Chủ tịch` may break before its capital.
    if proper(last) && proper(next) {
        return 8.0;
    }
    if LEANING.contains(left) {
        return 6.0;
    }
    if UNITS.contains(right.as_str()) {
        return -4.0;
    }
    if STARTS.contains(right.as_str()) { -3.0 } else { 0.0 }
}

/// Whether the break would part `Thi đua - Khen thưởng`, the name of councils and offices, at its hyphen.
fn joined(pieces: &[Piece<'_>], at: usize) -> bool {
    let held = pieces[at - 1].text.strip_suffix('-').map(|rest| rest.trim_end_matches('\u{a0}'));
    let before = match held {
        Some("") => at.checked_sub(2).map_or("", |index| pieces[index].text),
        Some(rest) => rest,
        None => return false,
    };
    before.to_lowercase().ends_with("đua") && pieces[at].text.to_lowercase().starts_with("khen")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(limit: f64, face: Face, capitals: bool, expected: &str) {
        let text = expected.replace('|', " ");
        let set = balance(&text, face, capitals, limit).replace(LINE_END, "|").replace('\u{a0}', " ");
        assert_eq!(set, expected);
    }

    #[test]
    fn headings_break_where_one_pauses() {
        check(
            30.0,
            Face::Bold,
            false,
            "Về việc tặng Giấy khen cho các tập thể, cá nhân, hộ gia đình tiêu biểu|trong phong trào xây dựng nông thôn \
             mới giai đoạn 2016-2020",
        );
        check(
            30.0,
            Face::Bold,
            false,
            "Kết quả công tác thi đua, khen thưởng năm 2020|và 6 tháng đầu năm 2021 trên địa bàn huyện Phù Yên",
        );
        check(
            30.3,
            Face::Italic,
            false,
            "(Kèm theo Quyết định số 1842/QĐ-UBND ngày 16 tháng 7 năm 2021|của Chủ tịch Ủy ban nhân dân huyện Phù Yên)",
        );
        check(16.2, Face::Bold, true, "Ủy ban nhân dân|huyện Phù Yên");
        check(16.2, Face::Bold, true, "Sở Nội vụ");
        check(14.5, Face::Bold, true, "Hội đồng|Thi đua - Khen thưởng");
    }

    #[test]
    fn a_number_too_long_breaks_after_its_strokes() {
        assert_eq!(
            balance("Số: 12345/QĐ-BCĐCTMTQG&PTTĐYNTTT", Face::Regular, false, 14.0).replace(LINE_END, "|"),
            "Số:\u{a0}12345/QĐ-|BCĐCTMTQG&PTTĐYNTTT"
        );
        let letters = balance(&"M".repeat(40), Face::Regular, false, 10.0);
        assert!(letters.split(LINE_END).all(|line| width(line, Face::Regular) <= 10.0), "{letters}");
    }

    proptest! {
        #[test]
        fn lines_fit_and_nothing_is_lost(
            words in prop::collection::vec("[a-zA-Zăâđêôơưếệởự0-9,/-]{1,9}", 1..60),
            limit in 12.0..40.0_f64,
            capitals in any::<bool>(),
        ) {
            let text = words.join(" ");
            let set = balance(&text, Face::Bold, capitals, limit);
            for line in set.split(LINE_END) {
                let line = if capitals { line.to_uppercase() } else { line.to_owned() };
                prop_assert!(width(&line, Face::Bold) <= limit + 1e-6, "{}", line);
            }
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&set), bare(&text));
        }

        #[test]
        fn lines_are_about_equal(words in prop::collection::vec("[a-z]{2,6}", 12..60)) {
            let limit = 25.0;
            let set = balance(&words.join(" "), Face::Bold, false, limit);
            let lines: Vec<f64> = set.split(LINE_END).map(|line| width(line, Face::Bold)).collect();
            let longest = lines.iter().copied().fold(0.0, f64::max);
            prop_assert!(lines.iter().all(|line| *line > 0.55 * longest), "{:?}", lines);
        }
    }
}
