//! The art of certificates: flat files made from their drawings, spliced whole into the PDF.

use std::fs;
use std::io::Read as _;

use flate2::read::ZlibDecoder;
use vinhdanh::engine::{Engine, Ground, Standard};
use vinhdanh::{app, config::Places, template, the_thuc};

use crate::support::{local, project};

const ART: &str = "typst-templates/shared/certificate/art";

#[test]
fn every_flat_file_is_what_its_drawing_gives() {
    let mut count = 0;
    for entry in fs::read_dir(project().join(ART).join("nguon")).expect("drawings") {
        let drawing = entry.expect("an entry").path();
        if drawing.extension().is_none_or(|end| end != "svg") {
            continue;
        }
        let name = drawing.file_name().expect("a name");
        let flat = template::flatten(&fs::read_to_string(&drawing).expect("UTF-8")).expect("a plain drawing");
        let kept = fs::read_to_string(project().join(ART).join(name)).unwrap_or_default();
        assert!(flat.svg == kept, "{name:?}: run `vinhdanh templates flatten`");
        count += 1;
    }
    assert!(count >= 4, "{count} drawings");
}

/// Unpacked content of every form XObject, in file order.
fn forms(pdf: &[u8]) -> Vec<Vec<u8>> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&pdf[from..], b"/Subtype/Form").map(|at| from + at) {
        from = at + 1;
        let open = memchr::memmem::rfind(&pdf[..at], b"obj\n<<").expect("an object");
        let length: usize = text(&pdf[open..at])
            .split("/Length ")
            .nth(1)
            .and_then(|rest| rest.split('/').next()?.parse().ok())
            .expect("a length");
        let stream = memchr::memmem::find(&pdf[at..], b"stream\n").expect("a stream") + at + 7;
        let mut content = Vec::new();
        ZlibDecoder::new(&pdf[stream..stream + length]).read_to_end(&mut content).expect("packed");
        found.push(content);
    }
    found
}

#[test]
fn the_spliced_art_is_the_art_the_writer_would_have_drawn() {
    let job = local().job("giay_khen", local().sample("giay_khen", "plain")).expect("sound");
    let job = vinhdanh::engine::Job { output: vinhdanh::engine::Output::Pdf(Standard::A2a), ..job };
    let spliced = local().engine.run(&job).expect("sound").bytes;
    // The same files without the mark: the engine then knows nothing of art.
    let files = app::tree(&Places::default()).expect("built in").into_files().into_iter().map(|(path, bytes)| {
        let bytes = match String::from_utf8(bytes) {
            Ok(text) if path.ends_with(".svg") => text.replacen(vinhdanh::engine::FLAT_MARK, "", 1).into_bytes(),
            Ok(text) => text.into_bytes(),
            Err(error) => error.into_bytes(),
        };
        (path, bytes)
    });
    let fonts = vinhdanh::engine::Fonts::load(vinhdanh::assets::fonts()).expect("fonts");
    let plain = Engine::new(Ground::new(fonts, files).expect("a ground"), the_thuc::inspect);
    let drawn = plain.run(&job).expect("sound").bytes;
    let (spliced, drawn) = (forms(&spliced), forms(&drawn));
    assert!(drawn.iter().any(|content| content.len() > 50_000), "no art");
    assert_eq!(spliced.len(), drawn.len());
    assert!(spliced == drawn, "the art differs");
}
