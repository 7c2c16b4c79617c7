//! Many files become one, judged by programs that are not ours.

mod links;
mod reading;
mod thousands;

use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;

use lopdf::{Dictionary, Document, Object};
use serde_json::json;
use vinhdanh::diagnostic::Code;
use vinhdanh::engine::Standard;
use vinhdanh::pades::{FieldSpec, add_fields, fields};
use vinhdanh::pdf::{About, Bookmark, Merged, Merger, pages};

use self::links::rich_dossier;
use self::reading::{outline, pairs, read, sheets, structure, text};
use crate::support::{file, local, outside, project};

fn about() -> About {
    About {
        title: "Hồ sơ khen thưởng năm 2021".to_owned(),
        author: "Ủy ban nhân dân huyện Phù Yên".to_owned(),
        language: "vi-VN".to_owned(),
        date: (2021, 9, 29),
    }
}

fn bookmark(title: &str, level: u8) -> Bookmark {
    Bookmark { title: title.to_owned(), level }
}

/// One of each kind, the decision with its list, a certificate for the print shop, with the outline they get.
fn dossier() -> &'static [(Vec<u8>, Vec<Bookmark>)] {
    static DOSSIER: OnceLock<Vec<(Vec<u8>, Vec<Bookmark>)>> = OnceLock::new();
    DOSSIER.get_or_init(|| {
        let mut decision = local().sample("quyet_dinh", "plain");
        decision["danh_sach"] = json!({"kieu": "bang"});
        let mut printed = local().sample("giay_khen", "plain");
        printed["trinh_bay"] = json!({"xen": true});
        let made = |id, data| local().plain_pdf(id, data, Standard::A2a).expect("sound").bytes.to_vec();
        vec![
            (made("quyet_dinh", decision), vec![bookmark("Quyết định", 1)]),
            (
                made("giay_khen", local().sample("giay_khen", "plain")),
                vec![bookmark("Giấy khen", 1), bookmark("Lò Thị Minh Hạnh", 2)],
            ),
            (made("giay_khen", printed), vec![bookmark("Bản cho nhà in", 2)]),
            (made("bao_cao", local().sample("bao_cao", "plain")), vec![bookmark("Báo cáo", 1)]),
        ]
    })
}

fn merged(parts: &[(Vec<u8>, Vec<Bookmark>)]) -> Merged<Vec<u8>> {
    let mut merger = Merger::new(Vec::new(), about()).expect("memory takes all");
    for (pdf, bookmarks) in parts {
        assert_eq!(merger.add(pdf, bookmarks).expect("one of ours"), pages(pdf).expect("one of ours"));
    }
    let merged = merger.finish().expect("pages");
    assert_eq!(merged.bytes, merged.out.len() as u64);
    merged
}

/// Certificates that differ in name and number, all on one picture.
fn certificates(many: usize) -> Vec<Vec<u8>> {
    let family = ["Lò", "Hà", "Mùa", "Bàn", "Đinh", "Cầm", "Sồng", "Quàng", "Vì", "Triệu"];
    let middle = ["Văn", "Thị", "A", "Minh", "Quang", "Thanh", "Đức", "Ngọc", "Xuân", "Hữu"];
    let given = ["Hạnh", "Xôm", "Pó", "Dung", "Thắng", "Panh", "Sở", "Tuyết", "Ơn", "Quỳnh"];
    let mut data = local().sample("giay_khen", "plain");
    let mut certificate = |n: usize| {
        data["doi_tuong"]["ten"] = json!(format!("{} {} {}", family[n % 10], middle[n / 100 % 10], given[n / 10 % 10]));
        data["so_so_vang"] = json!((n + 1).to_string());
        local().pdf("giay_khen", data.clone(), Standard::A2a).expect("sound").bytes.to_vec()
    };
    (0..many).map(&mut certificate).collect()
}

#[test]
fn a_dossier_keeps_its_texts_in_order_and_qpdf_finds_no_fault() {
    let merged = merged(dossier());
    let (_folder, path) = file("merged.pdf", &merged.out);
    assert_eq!(merged.pages, 2 + 1 + 1 + 4);
    if let Some(output) = outside("qpdf", &["--check", path.to_str().expect("UTF-8")]) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let Some(whole) = text(&path) else { return };
    let parts: String = dossier()
        .iter()
        .map(|(pdf, _)| {
            let (_folder, path) = file("part.pdf", pdf);
            text(&path).expect("as before")
        })
        .collect();
    assert_eq!(whole, parts);
    let (mut sizes, mut own) = (Vec::new(), Vec::new());
    sheets(&path, &mut sizes);
    for (pdf, _) in dossier() {
        let (_folder, path) = file("part.pdf", pdf);
        sheets(&path, &mut own);
    }
    assert_eq!(sizes, own);
    assert!(sizes.len() == merged.pages && own.iter().collect::<BTreeSet<_>>().len() == 3, "{own:?}");
}

#[test]
fn own_outlines_stand_below_the_bookmarks() {
    let merged = merged(dossier());
    let found = outline(&read(&merged.out));
    let top: Vec<_> =
        found.iter().filter(|(_, depth, _)| *depth == 1).map(|(title, _, page)| (title.as_str(), *page)).collect();
    assert_eq!(top, [("Quyết định", 1), ("Giấy khen", 3), ("Báo cáo", 5)]);
    let place = |title: &str| found.iter().position(|one| one.0 == title).expect("an entry");
    assert_eq!(found[place("Lò Thị Minh Hạnh")], ("Lò Thị Minh Hạnh".to_owned(), 2, 3));
    assert_eq!(found[place("Lò Thị Minh Hạnh") + 1], ("GIẤY KHEN".to_owned(), 3, 3));
    assert_eq!(found[place("Bản cho nhà in")], ("Bản cho nhà in".to_owned(), 2, 4));
    let own = outline(&read(&dossier()[3].0));
    let below = &found[place("Báo cáo") + 1..];
    assert!(own.len() > 3);
    assert!(own.into_iter().map(|(title, depth, page)| (title, depth + 1, page + 4)).eq(below.iter().cloned()));
}

#[test]
fn tags_of_all_parts_are_joined_and_every_page_finds_its_own() {
    let merged = merged(dossier());
    let document = read(&merged.out);
    let (tree, all) = structure(&document);
    let mut kinds = vec!["Document".to_owned()];
    for (pdf, _) in dossier() {
        let part = read(pdf);
        let own = structure(&part).1.into_iter().map(|(_, kind)| kind);
        kinds.extend(own.map(|kind| if kind == "Document" { "Part".to_owned() } else { kind }));
    }
    assert!(all.iter().map(|(_, kind)| kind).eq(&kinds));

    let mut owners = Vec::new();
    pairs(&document, tree.get(b"ParentTree").expect("parents"), "Nums", &mut owners);
    for (number, page) in document.get_pages() {
        let node = document.get_dictionary(page).expect("a page");
        let key = node.get(b"StructParents").expect("a key");
        let (_, owners) = owners.iter().find(|(one, _)| one == key).expect("its elements");
        let owners = document.dereference(owners).expect("an array").1.as_array().expect("an array");
        assert!(!owners.is_empty());
        for owner in owners {
            let owner = owner.as_reference().expect("an element");
            assert!(all.iter().any(|(id, _)| *id == owner));
            // An element that begins on another page names this one piece by piece.
            let element = document.get_dictionary(owner).expect("an element");
            let own = element.get(b"Pg").and_then(Object::as_reference).ok();
            let told = format!("{:?}", element.get(b"K").expect("content"));
            assert!(own == Some(page) || told.contains(&format!("{} 0 R", page.0)), "page {number}: {element:?}");
        }
    }

    let mut ids = Vec::new();
    pairs(&document, tree.get(b"IDTree").expect("identifiers"), "Names", &mut ids);
    let names: Vec<&[u8]> = ids.iter().map(|(name, _)| name.as_str().expect("a string")).collect();
    assert!(names.len() > 10 && names.is_sorted() && names.iter().collect::<BTreeSet<_>>().len() == names.len());
    for (name, element) in &ids {
        let element = document.get_dictionary(element.as_reference().expect("an element")).expect("an element");
        assert_eq!(element.get(b"ID").expect("an identifier"), name);
    }
    let mut headers = 0;
    for (id, _) in &all {
        let element = document.get_dictionary(*id).expect("an element");
        let Ok(attributes) = element.get(b"A") else { continue };
        let attributes = attributes.as_array().map_or_else(|_| vec![attributes.clone()], Clone::clone);
        for one in
            attributes.iter().filter_map(|one| one.as_dict().ok()?.get(b"Headers").ok()?.as_array().ok()).flatten()
        {
            headers += 1;
            assert!(names.contains(&one.as_str().expect("an identifier")), "a cell names a header that is not there");
        }
    }
    assert!(headers > 50);
}

#[test]
fn what_files_have_in_common_is_written_once() {
    let parts: Vec<_> = certificates(50).into_iter().map(|pdf| (pdf, Vec::new())).collect();
    let sum: usize = parts.iter().map(|(pdf, _)| pdf.len()).sum();
    let merged = merged(&parts);
    assert!(merged.out.len() * 3 < sum, "{} of {sum} bytes", merged.out.len());
    let document = read(&merged.out);
    let mut streams = BTreeSet::new();
    for object in document.objects.values() {
        if let Object::Stream(stream) = object
            && !stream.dict.has_type(b"ObjStm")
            && !stream.dict.has_type(b"XRef")
        {
            let told = (format!("{:?}", stream.dict), stream.content.clone());
            assert!(streams.insert(told), "a stream of {} bytes is there twice", stream.content.len());
        }
    }
    let twice = [parts[0].clone(), parts[0].clone()];
    let once = self::merged(&twice[..1]).out.len();
    assert!(self::merged(&twice).out.len() - once < 2500, "the same file again costs its tags alone");
}

#[test]
fn the_same_parts_give_the_same_bytes() {
    assert!(merged(dossier()).out == merged(dossier()).out);
    assert!(merged(dossier()).out != merged(&dossier()[..3]).out);
}

#[test]
fn attachments_are_left_out_and_told() {
    let data = local().sample("giay_khen", "plain");
    let carried = local().pdf("giay_khen", data, Standard::A3a).expect("sound").bytes.to_vec();
    let merged = merged(&[(carried, Vec::new()), dossier()[0].clone()]);
    assert_eq!(merged.notes.len(), 1);
    assert_eq!(merged.notes[0].code, "merged_without_attachments");
    assert!(merged.notes[0].message.en.contains("`1` files attached to `1` documents"));
    assert!(!String::from_utf8_lossy(&merged.out).contains("EmbeddedFile"));
    assert!(read(&merged.out).objects.values().all(|one| one.type_name().ok() != Some(b"Filespec")));
}

/// A file with something in it made otherwise.
fn changed(pdf: &[u8], change: &dyn Fn(&mut Document)) -> Vec<u8> {
    let mut document = read(pdf);
    change(&mut document);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("memory");
    bytes
}

#[test]
fn what_contradicts_the_files_before_is_refused() {
    let good = &with_fields(&dossier()[1].0);
    let below = |document: &Document, key: &[u8]| {
        document.catalog().expect("a catalog").get(key).and_then(Object::as_reference).expect("a reference")
    };
    let roles = changed(good, &|document| {
        let tree = below(document, b"StructTreeRoot");
        let tree = document.get_dictionary_mut(tree).expect("tags");
        tree.get_mut(b"RoleMap")
            .and_then(Object::as_dict_mut)
            .expect("roles")
            .set("Title", Object::Name(b"H1".to_vec()));
    });
    let colours = changed(good, &|document| {
        let intents = document.get_object(below(document, b"OutputIntents")).and_then(Object::as_array);
        let intent = intents.expect("an array")[0].as_reference().expect("a reference");
        document.get_dictionary_mut(intent).expect("an intent").set("Info", Object::string_literal("CMYK"));
    });
    for other in [&roles, &colours] {
        let mut merger = Merger::new(Vec::new(), about()).expect("memory takes all");
        merger.add(good, &[]).expect("one of ours");
        let failure = merger.add(other, &[]).expect_err("it contradicts");
        assert_eq!(failure.diagnostics[0].code, "pdf_foreign", "{failure}");
        merger.add(good, &[]).expect("one of ours");
        assert_eq!(merger.finish().expect("pages").pages, 2);

        let mut alone = Merger::new(Vec::new(), about()).expect("memory takes all");
        alone.add(other, &[]).expect("alone it contradicts nothing");
        assert_eq!(alone.add(good, &[bookmark("Không", 0)]).expect_err("no such level").code, Code::Internal);
    }
}

#[test]
fn a_refused_file_leaves_no_trace() {
    let good = &with_fields(&dossier()[1].0);
    let locked = {
        let (folder, path) = file("a.pdf", good);
        let to = folder.path().join("b.pdf");
        let (path, to) = (path.to_str().expect("UTF-8"), to.to_str().expect("UTF-8"));
        outside("qpdf", &["--encrypt", "a", "b", "256", "--", path, to]).map(|_| fs::read(to).expect("written"))
    };
    let with = |change: &dyn Fn(&mut Document)| changed(good, change);
    let catalog = |key: &'static str, value: Object| {
        with(&move |document| document.catalog_mut().expect("a catalog").set(key, value.clone()))
    };
    let page_with = |change: &dyn Fn(&mut Dictionary)| {
        with(&|document| {
            let page = document.get_pages()[&1];
            change(document.get_dictionary_mut(page).expect("a page"));
        })
    };
    let mut cases = vec![
        ("pdf_broken", b"not a PDF".to_vec()),
        ("pdf_broken", good[..good.len() / 2].to_vec()),
        ("pdf_broken", Vec::new()),
        ("pdf_form", with(&|document| form(document, b"Tx", None))),
        ("pdf_form", with(&|document| form(document, b"Sig", Some(Object::Dictionary(Dictionary::new()))))),
        (
            "pdf_form",
            catalog("AcroForm", Object::Dictionary(Dictionary::from_iter([("XFA", Object::string_literal("x"))]))),
        ),
        ("pdf_form", catalog("DSS", Object::Dictionary(Dictionary::new()))),
        ("pdf_foreign", catalog("OCProperties", Object::Dictionary(Dictionary::new()))),
        ("pdf_foreign", catalog("MarkInfo", Object::Dictionary(Dictionary::new()))),
        ("pdf_foreign", catalog("Metadata", Object::Null)),
        ("pdf_foreign", catalog("StructTreeRoot", Object::Null)),
        ("pdf_broken", page_with(&|page| page.set("StructParents", 77))),
        ("pdf_broken", page_with(&|page| page.set("Contents", Object::Reference((9_999, 0))))),
        ("pdf_broken", page_with(&|page| page.set("Group", page.get(b"Parent").expect("a parent").clone()))),
    ];
    cases.extend(locked.map(|bytes| ("pdf_encrypted", bytes)));
    let mut merger = Merger::new(Vec::new(), about()).expect("memory takes all");
    for (pdf, bookmarks) in dossier() {
        for (code, bad) in &cases {
            let failure = merger.add(bad, bookmarks).expect_err(code);
            assert_eq!(failure.code, Code::InvalidData);
            assert_eq!(failure.diagnostics[0].code, *code, "{failure}");
        }
        merger.add(pdf, bookmarks).expect("one of ours");
    }
    assert!(merger.finish().expect("pages").out == merged(dossier()).out);
    for (code, bad) in &cases {
        if matches!(*code, "pdf_encrypted") || bad.len() < 20 {
            assert_eq!(pages(bad).expect_err(code).diagnostics[0].code, *code);
        }
    }
}

/// Puts a field on the first page.
fn form(document: &mut Document, kind: &[u8], value: Option<Object>) {
    let mut field = Dictionary::from_iter([
        ("Subtype", Object::Name(b"Widget".to_vec())),
        ("FT", Object::Name(kind.to_vec())),
        ("T", Object::string_literal("A")),
    ]);
    if let Some(value) = value {
        field.set("V", value);
    }
    let id = Object::Reference(document.add_object(field));
    let page = document.get_pages()[&1];
    document.get_dictionary_mut(page).expect("a page").set("Annots", vec![id.clone()]);
    let form = Dictionary::from_iter([("Fields", Object::Array(vec![id]))]);
    document.catalog_mut().expect("a catalog").set("AcroForm", form);
}

/// A file with two empty signature fields more.
fn with_fields(pdf: &[u8]) -> Vec<u8> {
    let field = |name: &str, page, x| {
        let (name, label) = (name.to_owned(), "Chữ ký của người có thẩm quyền".to_owned());
        FieldSpec { name, label, page, x, y: 300.0, w: 120.0, h: 60.0 }
    };
    let fields = [field("NguoiKy", pages(pdf).expect("one of ours"), 200.0), field("CoQuan", 1, 160.0)];
    [pdf, &add_fields(pdf, &fields).expect("room for fields")].concat()
}

#[test]
fn empty_signature_fields_leave_no_trace() {
    let ready: Vec<_> = dossier().iter().map(|(pdf, bookmarks)| (with_fields(pdf), bookmarks.clone())).collect();
    assert!(ready.iter().all(|(pdf, _)| fields(pdf).expect("a form").len() == 2));
    assert!(merged(&ready).out == merged(dossier()).out);
}

#[test]
fn a_damaged_file_never_stops_the_merger() {
    let good = &with_fields(&dossier()[1].0);
    // Every place outside of streams: there a wrong byte is another object, number or reference.
    let mut places: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memmem::find(&good[at..], b"stream\n").map(|found| at + found) {
        places.extend(at..start);
        at = start + memchr::memmem::find(&good[start..], b"endstream").expect("an end") + 9;
    }
    places.extend(at..good.len());
    assert!(places.len() > 10_000);
    let mut merger = Merger::new(Vec::new(), about()).expect("memory takes all");
    // What colours are meant for and what roles mean is said by the first file: a sound one.
    merger.add(good, &[]).expect("one of ours");
    let (mut taken, mut refused) = (0, 0);
    for (n, place) in places.iter().enumerate().step_by(23) {
        let mut bad = good.clone();
        bad[*place] = b"0 /<[(9R\xff"[n % 9];
        match merger.add(&bad, &[]) {
            Ok(pages) => taken += pages,
            Err(failure) => {
                let around =
                    String::from_utf8_lossy(&bad[place.saturating_sub(60)..(place + 60).min(bad.len())]).into_owned();
                assert_eq!(failure.code, Code::InvalidData, "{failure} at {place}: {around}");
                refused += 1;
            }
        }
    }
    assert!(taken > 0 && refused > 50, "{taken} taken, {refused} refused");
    merger.add(good, &[]).expect("one of ours");
    assert_eq!(read(&merger.finish().expect("pages").out).get_pages().len(), taken + 2);
}

#[test]
fn parts_in_another_language_say_so() {
    let mut merger = Merger::new(Vec::new(), About { language: "en".to_owned(), ..about() }).expect("memory takes all");
    merger.add(&dossier()[1].0, &[bookmark("Certificate", 1)]).expect("one of ours");
    let document = read(&merger.finish().expect("pages").out);
    let (_, all) = structure(&document);
    let part = document.get_dictionary(all[1].0).expect("an element");
    assert_eq!(all[1].1, "Part");
    assert_eq!(part.get(b"Lang").and_then(Object::as_str).expect("a language"), b"vi-VN");
    let title = lopdf::decode_text_string(part.get(b"T").expect("a title")).expect("text");
    assert_eq!(title, "Certificate");
}

#[test]
fn nothing_merged_is_a_fault_and_a_full_disk_is_told() {
    let failure = Merger::new(Vec::new(), about()).expect("memory takes all").finish().expect_err("no page");
    assert_eq!(failure.diagnostics[0].code, "pdf_empty");

    /// Takes so many bytes and no more.
    struct Small(usize);
    impl std::io::Write for Small {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut merger = Merger::new(Small(50_000), about()).expect("the first bytes fit");
    let failure = merger.add(&dossier()[1].0, &[]).expect_err("the picture does not fit");
    assert_eq!(failure.code, Code::Io);
    assert_eq!(merger.add(&dossier()[0].0, &[]).expect_err("lost").code, Code::Io);
    assert!(merger.finish().is_err_and(|failure| failure.code == Code::Io));
}

/// For judges outside and for the eye: `merged.pdf`, `merged-rich.pdf`, `merged-certificates.pdf` in `target/pictures`.
#[test]
#[ignore = "writes a file to look at"]
fn a_merged_dossier_to_look_at() {
    let folder = project().join("target/pictures");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("merged.pdf"), merged(dossier()).out).expect("written");
    for (n, (part, _)) in dossier().iter().enumerate() {
        fs::write(folder.join(format!("merged-part-{}.pdf", n + 1)), part).expect("written");
    }
    fs::write(folder.join("merged-rich.pdf"), merged(&rich_dossier()).out).expect("written");
    let many: Vec<_> = certificates(200).into_iter().map(|pdf| (pdf, vec![bookmark("Giấy khen", 1)])).collect();
    fs::write(folder.join("merged-certificates.pdf"), merged(&many).out).expect("written");
}
