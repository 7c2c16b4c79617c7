//! Widths of the columns of a list, from what stands in them.

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

/// One column of a list.
pub struct Column<'a> {
    /// Its head, printed bold.
    pub head: &'a str,
    /// Texts of its cells, without the empty ones.
    pub cells: Vec<&'a str>,
    /// Those of the cells that should not break: names of persons.
    pub names: Vec<String>,
}

/// The columns as they will be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Widths {
    /// Of each column, millimetres.
    pub each: Vec<f64>,
    /// Lines of the tallest cell, rather too many than too few.
    pub lines: usize,
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
    let wishes: Vec<Wish> = columns.iter().map(|column| wish(column, em)).collect();
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
    let total: f64 = each.iter().sum();
    each.iter_mut().for_each(|one| *one *= room / total);
    let lines = wishes.iter().zip(&each).map(|(wish, width)| lines(wish.longest(), *width)).max().unwrap_or(1);
    Widths { each, lines }
}

fn lines(longest: f64, width: f64) -> usize {
    // A line is seldom filled to its last tenth.
    let inner = 0.85 * (width - PADDING).max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cell holds at most thousands of letters"
    )]
    let count = (longest / inner).ceil() as usize;
    count.max(1)
}

fn wish(column: &Column<'_>, em: f64) -> Wish {
    let head = em * width(column.head, Face::Bold);
    let words = column.head.split(' ').map(|word| em * width(word, Face::Bold)).fold(0.0, f64::max);
    let mut wish = Wish {
        least: if column.head.chars().count() <= SHORT_HEAD { head } else { words },
        most: head,
        cells: BTreeMap::new(),
        names: BTreeMap::new(),
    };
    // Units and titles repeat from row to row.
    let mut known: HashMap<&str, (f64, u32)> = HashMap::new();
    for cell in &column.cells {
        let (word, whole) = *known.entry(cell).or_insert_with(|| {
            let word = no_break(cell)
                .split_inclusive([' ', '\u{200b}', '/', '-'])
                .map(|word| width(word.trim_end_matches(' '), Face::Regular))
                .fold(0.0, f64::max);
            (em * word, millimetres(em * width(cell, Face::Regular)))
        });
        wish.least = wish.least.max(word);
        *wish.cells.entry(whole).or_default() += 1.0;
    }
    for name in &column.names {
        *wish.names.entry(millimetres(em * width(name, Face::Regular))).or_default() += 1.0;
    }
    wish.most = wish.most.max(wish.longest()) + PADDING;
    wish.least += PADDING;
    wish
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
        Column { head, cells, names: Vec::new() }
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
        let names = vec!["Thiếu tá Nguyễn Thị Thương", "Ông Lò Văn Ượn", "Bà Đinh Thị Hoài Thuỷ"];
        let merits = vec![
            "đã có thành tích xuất sắc trong công tác phòng, chống dịch bệnh trên địa bàn huyện năm 2021";
            3
        ];
        let list = [
            Column {
                head: "Họ và tên",
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                cells: names.clone(),
            },
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
            let needed: f64 = columns.iter().map(|column| wish(column, 11.0 * POINT).least).sum();
            prop_assume!(needed <= 149.0);
            for (column, width) in columns.iter().zip(&widths.each) {
                prop_assert!(*width >= wish(column, 11.0 * POINT).least - 1e-6, "{:?}", widths);
            }
        }
    }
}
