//! Widths of the columns of a list, from what stands in them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::typography::no_break;
use super::width::{Face, width};

/// Millimetres in one point.
const POINT: f64 = 25.4 / 72.0;

/// What a cell keeps free beside its text, both sides and the stroke, millimetres.
const PADDING: f64 = 3.1;

/// A head of fewer letters stays on one line.
const SHORT_HEAD: usize = 12;

/// Most of the room that names may claim before other columns have had what they need.
const NAMES_MOST: f64 = 0.35;

/// Share of the names that stay on one line, if there is room.
const NAMES_WHOLE: f64 = 0.85;

/// A name on two lines weighs as much as so many lines of other text.
const BROKEN_NAME: f64 = 8.0;

/// What is given to one column at a time, millimetres.
const STEP: f64 = 1.0;

/// What one column gives to another where that lowers rows, millimetres.
const MOVES: [f64; 5] = [12.0, 8.0, 4.0, 2.0, 1.0];

/// Rows looked at one by one; of more rows these are picked at even distances.
const SAMPLE: usize = 120;

/// Of a line in a narrow cell so much is filled.
const FILLED: f64 = 0.88;

/// Times the columns are looked over.
const ROUNDS: usize = 12;

/// One column of a list.
pub struct Column<'a> {
    /// Its head, printed bold.
    pub head: &'a str,
    /// Texts of its cells, row by row.
    pub cells: Vec<Option<&'a str>>,
    /// Rows whose cell should not break: names of persons.
    pub names: Vec<usize>,
}

/// The columns as they will be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Widths {
    /// Of each column, millimetres.
    pub each: Vec<f64>,
    /// Lines of the tallest cell, rather too many than too few.
    pub lines: usize,
    /// There is no room for what holds together: no-break spaces must break.
    pub tight: bool,
}

/// What a column asks for, millimetres.
struct Wish {
    /// What its longest word and its head need.
    least: f64,
    /// What its longest cell and its head would fill.
    most: f64,
    /// Lengths of its cells, to the millimetre, and how many there are of each.
    cells: BTreeMap<u32, f64>,
    names: BTreeMap<u32, f64>,
    /// Length of each row's cell and whether it is a name.
    rows: Vec<(f64, bool)>,
}

impl Wish {
    /// What is lost by the height of its cells: a row is as tall as its tallest cell, so tall ones weigh by their cube.
    fn cost(&self, width: f64) -> f64 {
        let inner = (width - PADDING).max(1.0);
        let cells: f64 =
            self.cells.iter().map(|(length, count)| count * (f64::from(*length) / inner).max(1.0).powi(3)).sum();
        let broken: f64 =
            self.names.iter().filter(|(length, _)| f64::from(**length) > inner).map(|(_, count)| count).sum();
        cells + BROKEN_NAME * broken
    }

    fn longest(&self) -> f64 {
        self.cells.last_key_value().map_or(0.0, |(length, _)| f64::from(*length))
    }

    /// What keeps nearly all names on one line.
    fn usual(&self) -> f64 {
        let total: f64 = self.names.values().sum();
        let mut below = 0.0;
        let usual = self.names.iter().find(|(_, count)| {
            below += **count;
            below >= total * NAMES_WHOLE
        });
        usual.map_or(0.0, |(length, _)| f64::from(*length) + PADDING)
    }
}

/// Shares `room` (millimetres) among columns set in `size` points.
///
/// Each gets what its longest word needs, the names what keeps nearly all of them on one line; the rest goes, bit by bit,
/// where it lowers the rows most. What nobody needs is shared by all.
pub fn share(columns: &[Column<'_>], size: f64, room: f64) -> Widths {
    let em = size * POINT;
    let mut wishes: Vec<Wish> = columns.iter().map(|column| wish(column, em, true)).collect();
    let tight = wishes.iter().map(|wish| wish.least).sum::<f64>() > room;
    if tight {
        wishes = columns.iter().map(|column| wish(column, em, false)).collect();
    }
    let mut each: Vec<f64> = wishes.iter().map(|wish| wish.least).collect();
    for index in 0..each.len() {
        let left = room - each.iter().sum::<f64>();
        let usual = wishes[index].usual().min(NAMES_MOST * room).min(each[index] + left);
        each[index] = each[index].max(usual);
    }
    let mut gains: Vec<f64> =
        wishes.iter().zip(&each).map(|(wish, width)| wish.cost(*width) - wish.cost(width + STEP)).collect();
    let mut left = room - each.iter().sum::<f64>();
    while left >= STEP {
        let open = (0..each.len()).filter(|index| each[*index] < wishes[*index].most);
        let Some(best) = open.max_by(|a, b| gains[*a].total_cmp(&gains[*b])) else { break };
        each[best] += STEP;
        left -= STEP;
        gains[best] = wishes[best].cost(each[best]) - wishes[best].cost(each[best] + STEP);
    }
    settle(&wishes, &mut each);
    let total: f64 = each.iter().sum();
    each.iter_mut().for_each(|one| *one *= room / total);
    let lines = wishes.iter().zip(&each).map(|(wish, width)| lines(wish.longest(), *width)).max().unwrap_or(1);
    Widths { each, lines, tight }
}

/// Moves width between columns as long as that lowers the rows, then as it saves lines in cells.
fn settle(wishes: &[Wish], each: &mut [f64]) {
    let rows = wishes.iter().map(|wish| wish.rows.len()).max().unwrap_or(0);
    let picked: Vec<usize> = (0..rows).step_by(rows.div_ceil(SAMPLE).max(1)).collect();
    let height = |each: &[f64]| {
        let mut height = 0.0;
        for row in &picked {
            let mut tallest = 1.0_f64;
            for (wish, width) in wishes.iter().zip(each) {
                let (length, name) = wish.rows.get(*row).copied().unwrap_or_default();
                let inner = width - PADDING;
                let lines = if length <= inner { 1.0 } else { (length / (FILLED * inner)).ceil().max(2.0) };
                tallest = tallest.max(lines);
                // A broken name costs more than a row one line taller, a line in a lower cell next to nothing.
                height += if name && lines > 1.0 { 1.5 } else { 0.0 } + 0.01 * lines;
            }
            height += tallest;
        }
        height
    };
    let mut least = height(each);
    for _ in 0..ROUNDS {
        let mut best = None;
        for (from, to) in (0..each.len()).flat_map(|from| (0..each.len()).map(move |to| (from, to))) {
            for step in MOVES {
                if from == to || each[from] - step < wishes[from].least {
                    continue;
                }
                let mut tried = each.to_vec();
                tried[from] -= step;
                tried[to] += step;
                let now = height(&tried);
                if now < least - 1e-9 {
                    least = now;
                    best = Some(tried);
                }
            }
        }
        match best {
            Some(better) => each.copy_from_slice(&better),
            None => return,
        }
    }
}

fn lines(longest: f64, width: f64) -> usize {
    let inner = FILLED * (width - PADDING).max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cell holds at most thousands of letters"
    )]
    let count = (longest / inner).ceil() as usize;
    count.max(1)
}

/// With `held`, what holds together is one word.
fn wish(column: &Column<'_>, em: f64, held: bool) -> Wish {
    let head = em * width(column.head, Face::Bold);
    let whole = if held { no_break(column.head) } else { Cow::Borrowed(column.head) };
    let words = whole.split(' ').map(|word| em * width(word, Face::Bold)).fold(0.0, f64::max);
    let mut wish = Wish {
        least: if column.head.chars().count() <= SHORT_HEAD { head } else { words },
        most: head,
        cells: BTreeMap::new(),
        names: BTreeMap::new(),
        rows: Vec::with_capacity(column.cells.len()),
    };
    // Units and titles repeat from row to row.
    let mut known: HashMap<&str, (f64, f64)> = HashMap::new();
    for cell in &column.cells {
        let Some(cell) = cell else {
            wish.rows.push((0.0, false));
            continue;
        };
        let (word, whole) = *known.entry(cell).or_insert_with(|| {
            let words = if held { no_break(cell) } else { Cow::Borrowed(*cell) };
            let word = words.split([' ', '\u{200b}']).map(least_of).fold(0.0, f64::max);
            (em * word, em * width(cell, Face::Regular))
        });
        wish.least = wish.least.max(word);
        wish.rows.push((whole, false));
        *wish.cells.entry(millimetres(whole)).or_default() += 1.0;
    }
    for row in &column.names {
        if let Some((length, name)) = wish.rows.get_mut(*row) {
            *name = true;
            *wish.names.entry(millimetres(*length)).or_default() += 1.0;
        }
    }
    wish.most = wish.most.max(wish.longest()) + PADDING;
    wish.least += PADDING;
    wish
}

/// Em of the longest part of a word: it may break after a stroke or hyphen, but not before a digit.
fn least_of(word: &str) -> f64 {
    let (mut longest, mut start) = (0.0_f64, 0);
    for (at, _) in word.match_indices(['/', '-']) {
        if word[at + 1..].starts_with(char::is_alphabetic) {
            longest = longest.max(width(&word[start..=at], Face::Regular));
            start = at + 1;
        }
    }
    longest.max(width(&word[start..], Face::Regular))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cell holds at most thousands of letters"
)]
fn millimetres(length: f64) -> u32 {
    length.ceil() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column<'a>(head: &'a str, cells: Vec<&'a str>) -> Column<'a> {
        Column { head, cells: cells.into_iter().map(Some).collect(), names: Vec::new() }
    }

    #[test]
    fn an_almost_empty_column_takes_little() {
        let names: Vec<&str> =
            vec!["Trường Phổ thông dân tộc bán trú Tiểu học và Trung học cơ sở Kim Bon"; 30];
        let units: Vec<&str> = vec!["Phòng Giáo dục và Đào tạo huyện Phù Yên, tỉnh Sơn La"; 30];
        let list =
            [column("Tên tập thể", names), column("Chức vụ", vec!["Trưởng bản"]), column("Đơn vị công tác", units)];
        let widths = share(&list, 11.0, 149.0);
        assert!(widths.each[1] < 24.0 && widths.each[0] > 55.0 && widths.each[2] > 50.0, "{widths:?}");
        assert!(widths.lines <= 3, "{widths:?}");
    }

    #[test]
    fn names_stay_on_one_line() {
        let names = ["Thiếu tá Nguyễn Thị Thương", "Ông Lò Văn Ượn", "Bà Đinh Thị Hoài Thuỷ"];
        let merits = vec![
            "đã có thành tích xuất sắc trong công tác phòng, chống dịch bệnh trên địa bàn huyện năm 2021";
            3
        ];
        let list = [
            Column { head: "Họ và tên", names: vec![0, 1, 2], cells: names.iter().copied().map(Some).collect() },
            column("Thành tích", merits.clone()),
            column("Đơn vị công tác", merits),
        ];
        let widths = share(&list, 11.0, 149.0);
        assert!(widths.each[0] >= width(names[0], Face::Regular) * 11.0 * POINT + PADDING, "{widths:?}");
    }

    proptest! {
        #[test]
        fn columns_fill_the_room_and_no_word_is_cut(
            cells in prop::collection::vec(prop::collection::vec("[a-zđêộ]{1,7}( [a-zđêộ]{1,7}){0,20}", 0..12), 2..6),
        ) {
            let columns: Vec<Column<'_>> =
                cells.iter().map(|cells| column("Ghi chú", cells.iter().map(String::as_str).collect())).collect();
            let widths = share(&columns, 11.0, 149.0);
            prop_assert!((widths.each.iter().sum::<f64>() - 149.0).abs() < 1e-6);
            let needed: f64 = columns.iter().map(|column| wish(column, 11.0 * POINT, false).least).sum();
            prop_assume!(needed <= 149.0);
            for (column, width) in columns.iter().zip(&widths.each) {
                prop_assert!(*width >= wish(column, 11.0 * POINT, false).least - 1e-6, "{:?}", widths);
            }
        }
    }
}
