//! What is said of headings that are missing, double or unknown.

use super::columns::Column;
use super::grid::Grid;
use super::headings::{Block, Found, Heading, LAST_ROW, Meaning};
use super::layout;
use super::place;
use super::sheet::{ReadOptions, Unused};
use crate::diagnostic::{Cell, Diagnostic};

fn at(grid: &Grid, cell: (u32, u32)) -> Option<Cell> {
    Some(place::cell(&grid.name, cell.0, cell.1))
}

pub(super) fn unused(heading: &Heading) -> Unused {
    Unused { heading: heading.shown(), address: place::address(heading.cell.0, heading.cell.1) }
}

pub(super) fn unknown(grid: &Grid, heading: &Heading, columns: &[Column], block: &Block) -> Diagnostic {
    let shown = heading.shown();
    let warning = Diagnostic::warning(
        "unknown_heading",
        format!("cột `{shown}` không được dùng"),
        format!("column `{shown}` is not used"),
    )
    .in_cell(at(grid, heading.cell));
    let free = columns.iter().enumerate().filter(|(index, _)| !block.meaning.contains(&Some(Meaning::Column(*index))));
    match layout::nearest(&shown, free.flat_map(|(_, column)| column.headings.iter().map(String::as_str))) {
        Some((_, near)) => warning.hint(format!("có phải `{near}`?"), format!("did you mean `{near}`?")),
        None => warning,
    }
}

pub(super) fn twice(grid: &Grid, column: &Column, headings: &[&Heading]) -> Diagnostic {
    let places = headings.iter().map(|heading| {
        let address = place::address(heading.cell.0, heading.cell.1);
        if heading.spread { format!("{address} (cột {})", place::letters(heading.column)) } else { address }
    });
    let places = places.collect::<Vec<_>>().join("`, `");
    let title = column.title();
    let merged = headings.iter().all(|heading| heading.spread && heading.cell == headings[0].cell);
    let (code, vi, en) = if merged {
        (
            "merged_heading",
            format!("tiêu đề gộp `{places}` đứng trên nhiều cột đều có dữ liệu, không rõ cột nào là `{title}`"),
            format!(
                "the merged heading `{places}` stands over several columns with data: which is `{title}` is unclear"
            ),
        )
    } else {
        (
            "duplicate_heading",
            format!("các ô `{places}` đều là tiêu đề của cột `{title}`"),
            format!("cells `{places}` are all headings of column `{title}`"),
        )
    };
    Diagnostic::error(code, vi, en).in_cell(at(grid, headings[0].cell)).hint(
        "đổi tên hoặc xóa bớt một cột, hoặc chỉ rõ trong bản đồ cột",
        "rename or remove one of the columns, or say which in the column map",
    )
}

pub(super) fn missing(grid: &Grid, column: &Column, found: &Found) -> Diagnostic {
    let accepted = column.headings.join("`, `");
    let title = column.title();
    let row = found.bottom;
    let fault = Diagnostic::error(
        "heading_missing",
        format!("không thấy cột `{title}` ở dòng tiêu đề {row}"),
        format!("column `{title}` is not among the headings in row {row}"),
    )
    .in_cell(Some(Cell { sheet: grid.name.clone(), address: row.to_string() }));
    let near = found.unused.iter().filter_map(|unused| {
        let (distance, _) = layout::nearest(&unused.heading, column.headings.iter().map(String::as_str))?;
        Some((distance, unused))
    });
    let fault = match near.min_by_key(|(distance, _)| *distance) {
        Some((_, Unused { heading, address })) => fault.hint(
            format!("có phải cột `{heading}` (`{address}`)?"),
            format!("is it column `{heading}` (`{address}`)?"),
        ),
        None => fault,
    };
    fault.hint(format!("tiêu đề được nhận: `{accepted}`"), format!("accepted headings: `{accepted}`"))
}

pub(super) fn unknown_key(grid: &Grid, key: &str, block: &Block) -> Diagnostic {
    let headings: Vec<String> = block.headings.iter().map(Heading::shown).collect();
    let fault = Diagnostic::error(
        "map_heading",
        format!("bản đồ cột: bảng không có cột `{key}`"),
        format!("column map: the sheet has no column `{key}`"),
    )
    .in_cell(Some(Cell { sheet: grid.name.clone(), address: block.bottom.to_string() }));
    let list = headings.join("`, `");
    match layout::nearest(key, headings.iter().map(String::as_str)) {
        Some((_, near)) => fault.hint(format!("có phải `{near}`?"), format!("did you mean `{near}`?")),
        None => fault.hint(format!("bảng có các cột: `{list}`"), format!("the sheet has the columns `{list}`")),
    }
}

pub(super) fn no_heading(grid: &Grid, columns: &[Column], options: &ReadOptions) -> Diagnostic {
    let wanted = columns.iter().filter(|column| column.required).map(Column::title).collect::<Vec<_>>();
    let all = columns.iter().map(Column::title).collect::<Vec<_>>();
    let list = if wanted.is_empty() { all } else { wanted }.join("`, `");
    let sheet = &grid.name;
    let (vi, en) = match options.header_row {
        Some(row) => (
            format!("dòng {row} của trang `{sheet}` không có tiêu đề nào"),
            format!("row {row} of sheet `{sheet}` holds no heading"),
        ),
        None => (
            format!("không thấy dòng tiêu đề trong {LAST_ROW} dòng đầu của trang `{sheet}`"),
            format!("no row of headings within the first {LAST_ROW} rows of sheet `{sheet}`"),
        ),
    };
    Diagnostic::error("no_heading", vi, en)
        .in_cell(Some(Cell { sheet: sheet.clone(), address: options.header_row.unwrap_or(1).to_string() }))
        .hint(
            format!("cần có các cột `{list}`; tải bảng mẫu để điền"),
            format!("columns `{list}` are needed; fill in the pattern sheet"),
        )
}
