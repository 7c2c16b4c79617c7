//! Bad input: each fault gets its own answer with its place, and nothing is made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use typst::foundations::Bytes;
use typst::text::Font;
use vinhdanh::diagnostic::{Code, Failure};
use vinhdanh::render::Requested;

use crate::support::{TestApp, local, told};

fn refusal(id: &str, data: Value) -> Failure {
    match local().renderer.prepare(id, data, &Requested::default()) {
        Ok(_) => panic!("{id} was not refused"),
        Err(failure) => failure,
    }
}

fn faults(id: &str, data: Value) -> Vec<(String, String)> {
    let failure = refusal(id, data);
    assert_eq!(failure.code, Code::InvalidData, "{failure}");
    failure.diagnostics.into_iter().map(|one| (one.pointer.unwrap_or_default(), one.code.into_owned())).collect()
}

/// Every object of a value by its pointer.
fn objects(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.push(pointer.to_owned());
            map.iter().for_each(|(key, inner)| objects(inner, &format!("{pointer}/{key}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| objects(inner, &format!("{pointer}/{index}"), found))
        }
        _ => {}
    }
}

/// Every string, number and boolean of a value by its pointer.
fn leaves(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| leaves(inner, &format!("{pointer}/{key}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| leaves(inner, &format!("{pointer}/{index}"), found))
        }
        _ => found.push(pointer.to_owned()),
    }
}

/// The schema of the object at `pointer`.
fn schema_at<'a>(root: &'a Value, pointer: &str) -> &'a Value {
    let follow = |schema: &'a Value| match schema["$ref"].as_str() {
        Some(reference) => root.pointer(&reference[1..]).expect("a definition"),
        None => schema,
    };
    pointer.split('/').skip(1).fold(follow(root), |at, step| {
        follow(if step.parse::<usize>().is_ok() { &at["items"] } else { &at["properties"][step] })
    })
}

#[test]
fn every_required_field_is_missed_by_name_in_turn() {
    let mut tried = 0;
    for (id, name) in [("quyet_dinh", "plain"), ("giay_khen", "plain"), ("bao_cao", "plain")] {
        let schema = local().renderer.template(id).expect("a template").schema.document();
        let sample = local().sample(id, name);
        let mut places = Vec::new();
        objects(&sample, "", &mut places);
        for place in places {
            for key in schema_at(schema, &place)["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
            {
                let mut data = sample.clone();
                let object = data.pointer_mut(&place).and_then(Value::as_object_mut).expect("an object");
                object.shift_remove(key).unwrap_or_else(|| panic!("{id} sample has {place}/{key}"));
                let told = faults(id, data);
                assert!(told.contains(&(format!("{place}/{key}"), "required".into())), "{id} {place}/{key}: {told:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 60, "only {tried} fields were tried");
}

#[test]
fn wrong_types_and_unknown_keys_are_found_everywhere() {
    for id in ["quyet_dinh", "giay_khen", "bao_cao"] {
        let sample = local().sample(id, "plain");
        let mut places = Vec::new();
        leaves(&sample, "", &mut places);
        for place in places {
            for wrong in [json!({"sai": true}), Value::Null] {
                let mut data = sample.clone();
                *data.pointer_mut(&place).expect("a leaf") = wrong;
                let told = faults(id, data);
                assert!(told.iter().any(|(pointer, _)| *pointer == place), "{id} {place}: {told:?}");
            }
        }
        let mut places = Vec::new();
        objects(&sample, "", &mut places);
        for place in places {
            let mut data = sample.clone();
            data.pointer_mut(&place)
                .and_then(Value::as_object_mut)
                .expect("an object")
                .insert("khong_co".into(), json!(1));
            let told = faults(id, data);
            assert!(told.contains(&(format!("{place}/khong_co"), "unknown_key".into())), "{id} {place}: {told:?}");
        }
    }
}

#[test]
fn all_faults_come_at_once() {
    let mut data = local().sample("quyet_dinh", "plain");
    data["ngay"] = json!("2021-02-29");
    data["so"] = json!(0);
    data["ky_hieu"] = json!("QĐ UBND");
    data["nguoi_ky"]["ho_ten"] = json!("Nguyễn 😀");
    data["can_cu"] = json!([]);
    let told = faults("quyet_dinh", data);
    for (pointer, code) in [
        ("/ngay", "date"),
        ("/so", "too_small"),
        ("/ky_hieu", "ky_hieu"),
        ("/nguoi_ky/ho_ten", "glyph_missing"),
        ("/can_cu", "too_few"),
    ] {
        assert!(told.contains(&(pointer.into(), code.into())), "{pointer} {code} in {told:?}");
    }
}

#[test]
fn dates_that_do_not_exist_are_refused() {
    for date in
        ["2021-02-29", "2021-13-01", "2021-04-31", "29/9/2021", "2021-9-29", "20210929", "", "2021-09-29T00:00:00Z"]
    {
        let mut data = local().sample("quyet_dinh", "plain");
        data["ngay"] = json!(date);
        assert!(faults("quyet_dinh", data).contains(&("/ngay".into(), "date".into())), "{date}");
    }
}

#[test]
fn legacy_encodings_are_recognised_and_refused_with_what_they_probably_read() {
    for (text, name, reads) in [
        ("NguyÔn ThÞ Mü Kú", "TCVN3", "Nguyễn Thị Mỹ Kỳ"),
        ("§µo V¨n Nguyªn", "TCVN3", "Đào Văn Nguyên"),
        ("Nguyeãn Thò Myõ Kyø", "VNI", "Nguyễn Thị Mỹ Kỳ"),
        ("Chieán só thi ñua cô sôû", "VNI", "Chiến sĩ thi đua cơ sở"),
    ] {
        let mut data = local().sample("giay_khen", "plain");
        data["doi_tuong"]["ten"] = json!(text);
        let failure = refusal("giay_khen", data);
        let fault = failure
            .diagnostics
            .iter()
            .find(|one| one.code == "legacy_encoding")
            .unwrap_or_else(|| panic!("{text}: {failure}"));
        assert_eq!(fault.pointer.as_deref(), Some("/doi_tuong/ten"));
        assert!(fault.message.vi.contains(name), "{fault:?}");
        assert!(fault.hints[0].vi.contains(reads), "{fault:?}");
    }
}

#[test]
fn decomposed_text_gives_the_same_pages_as_composed() {
    let composed = local().sample("giay_khen", "plain");
    let mut decomposed = composed.clone();
    let name = composed["doi_tuong"]["ten"].as_str().expect("a name");
    let spread: String = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd().normalize(name).into_owned();
    assert_ne!(spread, name);
    decomposed["doi_tuong"]["ten"] = json!(spread);
    let first = local().renderer.prepare("giay_khen", composed, &Requested::default()).expect("sound");
    let second = local().renderer.prepare("giay_khen", decomposed, &Requested::default()).expect("repaired");
    assert!(first.job.data == second.job.data);
    assert!(
        second.warnings.iter().any(|one| one.code == "repaired" && one.pointer.as_deref() == Some("/doi_tuong/ten"))
    );
}

#[test]
fn characters_that_cannot_be_printed_or_trusted_are_named() {
    for (text, code, shown) in [
        ("Nguyễn 😀 An", "glyph_missing", "U+1F600"),
        ("Nguyễn 漢 An", "glyph_missing", "U+6F22"),
        ("Nguyễn\u{202e}An", "forbidden_character", "U+202E"),
        ("Nguyễn\u{200f}An", "forbidden_character", "U+200F"),
        ("Nguyễn\u{0007}An", "forbidden_character", "U+0007"),
        ("Nguyễn\u{fffd}An", "forbidden_character", "U+FFFD"),
    ] {
        let mut data = local().sample("giay_khen", "plain");
        data["doi_tuong"]["ten"] = json!(text);
        let failure = refusal("giay_khen", data);
        let fault =
            failure.diagnostics.iter().find(|one| one.code == code).unwrap_or_else(|| panic!("{text:?}: {failure}"));
        assert_eq!(fault.pointer.as_deref(), Some("/doi_tuong/ten"));
        assert!(fault.message.vi.contains(shown), "{fault:?}");
    }
}

#[test]
fn markup_in_any_string_is_printed_as_it_is() {
    for id in ["quyet_dinh", "giay_khen", "bao_cao"] {
        let pages = local().pages(id, local().sample(id, "hostile")).expect("set");
        let text: String = pages.runs.iter().map(|run| run.text.replace('\u{200b}', "")).collect();
        for mark in ["#", "*", "$", "@", "\\", "`", "<", "_", "//"] {
            assert!(text.contains(mark), "{id}: `{mark}` vanished");
        }
        let lower = text.to_lowercase();
        assert!(lower.contains("#import") || lower.contains("#let"), "{id}: code was run or lost");
    }
}

#[test]
fn all_134_accented_letters_reach_the_page_in_every_style() {
    let marked =
        |base: char| ["", "\u{300}", "\u{309}", "\u{303}", "\u{301}", "\u{323}"].map(|tone| format!("{base}{tone}"));
    let spread: String =
        "aăâeêioôơuưyđ".chars().flat_map(marked).filter(|letter| !letter.starts_with('đ') || letter == "đ").collect();
    let lower: String = icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(&spread).into_owned();
    let letters: Vec<char> = lower.chars().chain(lower.to_uppercase().chars()).filter(|c| !c.is_ascii()).collect();
    assert_eq!(letters.len(), 134);
    let files = vinhdanh::assets::fonts();
    let fonts = vinhdanh::engine::Fonts::load(files.clone()).expect("sound fonts");
    let faces: Vec<_> = files.into_values().flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect();
    let families = [("Tinos", 4), ("Great Vibes", 1), ("Charm", 2), ("Playfair", 2)];
    assert_eq!(faces.len(), families.iter().map(|(_, count)| count).sum::<usize>());
    for face in &faces {
        for c in letters.iter().chain(&['₫', '–', '—', '“', '”', '…']) {
            let info = face.info();
            assert!(info.coverage.contains(u32::from(*c)), "{} {:?} does not draw {c}", info.family, info.variant);
        }
    }
    for (family, count) in families {
        let own: Vec<_> = faces.iter().filter(|face| face.info().family == family).collect();
        assert_eq!(own.len(), count, "{family}");
        let plane = fonts.plane(&[family.to_owned()]);
        for c in (0..0x3000).filter_map(char::from_u32) {
            let ours = plane[c as usize / 64] >> (c as usize % 64) & 1 == 1;
            let all = own.iter().all(|face| face.info().coverage.contains(u32::from(c)));
            assert_eq!(ours, all, "{family} U+{:04X}", u32::from(c));
        }
    }
    let mut data = local().sample("quyet_dinh", "plain");
    let words: Vec<String> = letters.chunks(6).map(|chunk| chunk.iter().collect()).collect();
    data["trich_yeu"] = json!(words[..12].join(" "));
    data["de_nghi"] = json!(words[12..].join(" "));
    let pages = local().pages("quyet_dinh", data).expect("set");
    let text: String = pages.runs.iter().map(|run| run.text.as_str()).collect();
    for c in letters {
        assert!(text.contains(c), "{c} did not reach the page");
    }
}

#[actix_web::test]
async fn outsized_and_deep_bodies_are_refused_as_such() {
    let app = TestApp::start().await;
    let body = format!("{{\"x\": \"{}\"}}", "a".repeat(10 << 20));
    let answer = app.post_raw("/v1/documents/giay_khen", body).await;
    assert_eq!(answer.status(), 413);
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!(problem["code"], "body_too_large");
    for body in [
        format!("{}{}", "[".repeat(200), "]".repeat(200)),
        "{\"a\": NaN}".into(),
        "{\"a\": 1e999}".into(),
        "{\"a\":1,\"a\":2}".into(),
        "{".into(),
        String::new(),
    ] {
        let answer = app.post_raw("/v1/documents/giay_khen", body.clone()).await;
        assert_eq!(answer.status(), 400, "{body}");
        let problem: Value = answer.json().await.expect("a problem");
        assert_eq!(problem["code"], "malformed_json", "{body}");
    }
}

#[actix_web::test]
async fn a_name_of_500_letters_is_an_error_on_a_certificate_and_wraps_in_a_list() {
    let app = TestApp::start().await;
    let mut data = local().sample("giay_khen", "plain");
    data["doi_tuong"]["ten"] = json!("Ă".repeat(300));
    let problem: Value = app.post("/v1/documents/giay_khen", &data).await.json().await.expect("a problem");
    assert!(told(&problem).contains(&("/doi_tuong/ten".into(), "khong_vua".into())), "{problem}");
    data["doi_tuong"]["ten"] = json!("Ă".repeat(500));
    let problem: Value = app.post("/v1/documents/giay_khen", &data).await.json().await.expect("a problem");
    assert!(told(&problem).contains(&("/doi_tuong/ten".into(), "too_long".into())), "{problem}");

    let mut data = local().sample("quyet_dinh", "plain");
    data["khen_thuong"][0]["doi_tuong"][0]["ten"] = json!("Ă".repeat(300));
    let pages = local().pages("quyet_dinh", data).expect("set");
    for run in &pages.runs {
        let (width, _) = pages.sizes[run.page - 1];
        assert!(run.x + run.width < width - 40.0, "{run:?} leaves the page");
    }
}

#[test]
fn images_are_opened_before_anything_draws_them() {
    for (bytes, said) in [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF".to_vec(), "JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>".to_vec(), "SVG"),
        (b"\x89PNG\r\n\x1a\nrac".to_vec(), "hỏng"),
    ] {
        let mut data = local().sample("quyet_dinh", "plain");
        data["nguoi_ky"]["anh_chu_ky"] = json!(STANDARD.encode(bytes));
        let failure = refusal("quyet_dinh", data);
        let fault = &failure.diagnostics[0];
        assert_eq!((fault.pointer.as_deref(), fault.code.as_ref()), (Some("/nguoi_ky/anh_chu_ky"), "image"));
        assert!(fault.message.vi.contains(said), "{fault:?}");
    }
}

#[test]
fn a_signature_picture_is_drawn_at_its_place() {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 60, 20);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().expect("a header").write_image_data(&[0, 0, 160, 200].repeat(60 * 20)).expect("pixels");
    for id in ["quyet_dinh", "bao_cao", "giay_khen"] {
        let mut data = local().sample(id, "plain");
        let plain = local().pdf(id, data.clone(), Default::default()).expect("sound").bytes;
        data["nguoi_ky"]["anh_chu_ky"] = json!(STANDARD.encode(&png));
        let signed = local().pdf(id, data, Default::default()).expect("sound").bytes;
        let images = |bytes: &[u8]| {
            bytes
                .windows(14)
                .filter(|window| window == b"/Subtype/Image" || window.starts_with(b"/Subtype /Imag"))
                .count()
        };
        assert!(images(&signed) > images(&plain), "{id} draws no picture");
    }
}

/// A report whose only block is `block`.
fn report_with(block: Value) -> Value {
    let mut data = local().sample("bao_cao", "minimal");
    data["muc"] = json!([{"tieu_de": "Nội dung", "noi_dung": [block]}]);
    data
}

#[test]
fn a_row_taller_than_a_page_goes_on_over_the_page() {
    let cell = |column: usize| (0..130).map(|word| format!("c{column}w{word}")).collect::<Vec<_>>().join(" ");
    let columns: Vec<Value> = (0..6).map(|n| json!({"tieu_de": format!("Cột {n}")})).collect();
    let row: Vec<String> = (0..6).map(cell).collect();
    let pages = local()
        .pages("bao_cao", report_with(json!({"loai": "bang", "bang": {"cot": columns, "hang": [row]}})))
        .expect("set");
    let text: String = pages.runs.iter().map(|run| format!("{} ", run.text)).collect();
    let words: std::collections::HashSet<&str> = text.split_whitespace().collect();
    for column in 0..6 {
        for word in 0..130 {
            assert!(words.contains(format!("c{column}w{word}").as_str()), "c{column}w{word} is lost");
        }
    }
    let lowest = pages.runs.iter().map(|run| run.y).fold(0.0, f64::max);
    assert!(lowest < 842.0 - 56.0, "text runs off the sheet at {lowest} pt");
}

#[test]
fn columns_too_narrow_for_words_are_refused() {
    let columns: Vec<Value> = (0..12).map(|n| json!({"tieu_de": format!("Cột {n}")})).collect();
    let data = report_with(json!({"loai": "bang", "bang": {"cot": columns, "hang": [vec!["Nghiêng"; 12]]}}));
    let failure = local().pages("bao_cao", data).expect_err("twelve columns of words");
    let fault = &failure.diagnostics[0];
    assert_eq!((fault.pointer.as_deref(), fault.code.as_ref()), (Some("/muc/0/noi_dung/0/bang/cot/0"), "khong_vua"));
}

#[test]
fn keys_that_would_not_be_printed_are_refused() {
    let paragraph = json!([{"loai": "doan", "noi_dung": "mất"}]);
    let table = json!({"cot": [{"tieu_de": "a"}], "hang": [["b"]]});
    for (block, key) in [
        (json!({"loai": "doan", "noi_dung": "giữ", "con": paragraph}), "con"),
        (json!({"loai": "gach", "noi_dung": "giữ", "bang": table}), "bang"),
        (json!({"loai": "bang", "bang": table, "noi_dung": "mất"}), "noi_dung"),
        (json!({"loai": "khen_thuong", "noi_dung": "mất"}), "noi_dung"),
    ] {
        let told = faults("bao_cao", report_with(block));
        assert!(told.contains(&(format!("/muc/0/noi_dung/0/{key}"), "not_used_here".into())), "{key}: {told:?}");
    }
    let mut data = local().sample("bao_cao", "plain");
    data["muc"] = local().sample("bao_cao", "minimal")["muc"].clone();
    assert!(faults("bao_cao", data).contains(&("/so_lieu_khen_thuong".into(), "so_lieu_khong_in".into())));
}

#[test]
fn heaps_of_marks_and_texts_of_signs_only_are_refused() {
    for (text, code) in [
        (format!("Nguyễn{}", "\u{323}\u{302}\u{301}".repeat(15)), "stacked_marks"),
        ("...".to_owned(), "no_words"),
        ("---".to_owned(), "no_words"),
    ] {
        let mut data = local().sample("giay_khen", "plain");
        data["doi_tuong"]["ten"] = json!(text);
        assert!(faults("giay_khen", data).contains(&("/doi_tuong/ten".into(), code.into())), "{text}");
    }
}

#[test]
fn numbering_that_the_template_makes_itself_is_not_doubled() {
    let mut data = local().sample("bao_cao", "plain");
    data["muc"][0]["tieu_de"] = json!("I. Khái quát");
    let failure = refusal("bao_cao", data);
    let fault = failure.diagnostics.iter().find(|one| one.code == "pattern").expect("told");
    assert_eq!(fault.pointer.as_deref(), Some("/muc/0/tieu_de"));
    assert!(fault.hints[0].vi.contains("mẫu tự đánh số"), "{fault:?}");
}

#[actix_web::test]
async fn compressed_bodies_are_named_and_accept_lines_are_one_list() {
    let app = TestApp::start().await;
    let data = local().sample("giay_khen", "plain");
    let answer = app.request("/v1/documents/giay_khen").header("content-encoding", "gzip").json(&data).send().await;
    assert_eq!(answer.expect("an answer").status(), 415);
    let mut lines = reqwest::header::HeaderMap::new();
    for value in ["text/html", "application/pdf"] {
        lines.append("accept", value.parse().expect("a value"));
    }
    let answer = app.request("/v1/documents/giay_khen").headers(lines).json(&data).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
}
