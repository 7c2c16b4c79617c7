//! Links, named places and page labels.

use std::sync::OnceLock;

use vinhdanh::engine::Standard;
use vinhdanh::pdf::Bookmark;

use super::reading::{links, pairs, read};
use super::{bookmark, dossier, merged};
use crate::support::local;

/// A document with all that ours do not use yet: links to places and addresses, footnotes, page labels, a list of
/// contents, sheets that are turned.
const RICH: &str = r##"
#set document(title: "Tài liệu")
#set page(numbering: "i")
#set text(font: "Tinos", lang: "vi")
#set heading(numbering: "1.")
#outline(title: [Mục lục])
= Phần một <mot>
Xem @hai, #link(<bang>)[bảng], #link("https://example.org")[trang mạng], chú thích#footnote[Lời chú.].
#figure(table(columns: 2, table.header[Họ tên][Đơn vị], [Lò Thị Ơn], [Bản Mo]), caption: [Danh sách]) <bang>
#set page(numbering: "1", flipped: true)
#counter(page).update(1)
= Phần hai <hai>
Về @mot.
"##;

/// The rich document.
fn rich() -> &'static [u8] {
    static RICH_FILE: OnceLock<Vec<u8>> = OnceLock::new();
    RICH_FILE.get_or_init(|| {
        let fonts = vinhdanh::engine::Fonts::load(vinhdanh::assets::fonts()).expect("fonts");
        let files = [("rich/main.typ".to_owned(), RICH.as_bytes().to_vec())];
        let ground = vinhdanh::engine::Ground::new(fonts, files).expect("sources");
        let job = vinhdanh::engine::Job {
            template: "rich".to_owned(),
            form: String::new(),
            ..local().job("giay_khen", local().sample("giay_khen", "plain")).expect("a job")
        };
        let job = vinhdanh::engine::Job { output: vinhdanh::engine::Output::Pdf(Standard::A2a), ..job };
        vinhdanh::engine::Engine::new(ground, vinhdanh::the_thuc::inspect).run(&job).expect("sound").bytes
    })
}

/// The rich document twice, a certificate before it that carries its data, and one between.
pub fn rich_dossier() -> Vec<(Vec<u8>, Vec<Bookmark>)> {
    let data = local().sample("giay_khen", "plain");
    let carried = local().pdf("giay_khen", data, Standard::A3a).expect("sound").bytes.to_vec();
    vec![
        (carried, vec![bookmark("Giấy khen", 1)]),
        (rich().to_vec(), vec![bookmark("Một", 1)]),
        (dossier()[1].0.clone(), vec![bookmark("Giấy khen", 1)]),
        (rich().to_vec(), vec![bookmark("Hai", 1)]),
    ]
}

#[test]
fn links_lead_where_they_led_and_labels_stay_on_their_pages() {
    let merged = merged(&rich_dossier());
    let (document, own) = (read(&merged.out), read(rich()));
    assert_eq!(merged.pages, 6);
    let (before, after) = (links(&own), links(&document));
    assert!(before.len() > 5, "{before:?}");
    let moved = |by: usize| {
        before.iter().map(move |(page, to)| (page + by, to.clone().map_err(|place| (place.0 + by, place.1))))
    };
    assert!(moved(1).chain(moved(4)).eq(after), "{before:?}");

    let mut labels = Vec::new();
    let catalog = document.catalog().expect("a catalog");
    pairs(&document, catalog.get(b"PageLabels").expect("labels"), "Nums", &mut labels);
    let told: Vec<String> = labels
        .iter()
        .map(|(page, label)| {
            let label = document.dereference(label).expect("a label").1.as_dict().expect("a dictionary");
            let part = |key: &[u8]| label.get(key).map_or(String::new(), |value| format!("{value:?}"));
            format!("{page:?}{}{}", part(b"S"), part(b"St"))
        })
        .collect();
    assert_eq!(told, ["0/D1", "1/r1", "2/D1", "3/D4", "4/r1", "5/D1"]);
}
