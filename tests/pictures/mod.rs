//! A few small pages against reference pictures: what no other check sees (art, overlaps, a lost glyph).
//!
//! After a wanted change: `VINHDANH_UPDATE=1 cargo test --test integration pictures`, then look at the new pictures.
//! On a failure the page and the difference lie in `target/pictures/`.

use std::fs;
use std::path::PathBuf;

use vinhdanh::engine::Output;
use vinhdanh::render::Requested;

use crate::support::{LONG, local, project};

/// Small enough to be kept, large enough to show a moved line.
const PPI: f32 = 44.0;

/// A pixel counts as changed above this difference of one channel: rounding differs between processors.
const TOLERANCE: u8 = 24;

/// Changed pixels in a thousand from which a page is another page.
const ALLOWED_PER_MILLE: usize = 2;

const CASES: &[(&str, &str, usize)] = &[
    ("giay_khen", "plain", 1),
    ("giay_khen", "overflow", 1),
    ("quyet_dinh", "plain", 1),
    ("quyet_dinh", "plain", 2),
    ("quyet_dinh", "chay", 3),
    ("bao_cao", "plain", 1),
    ("bao_cao", "plain", 4),
];

struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

fn decode(bytes: &[u8]) -> Picture {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
    let mut rgb = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut rgb).expect("pixels");
    rgb.truncate(info.buffer_size());
    Picture { width: info.width, height: info.height, rgb }
}

fn encode(picture: &Picture) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    encoder.write_header().expect("a header").write_image_data(&picture.rgb).expect("pixels");
    bytes
}

/// Changed pixels of two pictures of one size, and a picture that shows them in red over the pale page.
fn compare(was: &Picture, is: &Picture) -> (usize, Picture) {
    let mut changed = 0;
    let mut rgb = Vec::with_capacity(is.rgb.len());
    for (old, new) in was.rgb.chunks(3).zip(is.rgb.chunks(3)) {
        if old.iter().zip(new).any(|(a, b)| a.abs_diff(*b) > TOLERANCE) {
            changed += 1;
            rgb.extend([220, 0, 0]);
        } else {
            rgb.extend(new.iter().map(|channel| 200 + channel / 5));
        }
    }
    (changed, Picture { width: is.width, height: is.height, rgb })
}

#[test]
fn pages_look_as_they_did() {
    let update = std::env::var_os("VINHDANH_UPDATE").is_some();
    let references = project().join("tests/pictures");
    let results = project().join("target/pictures");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut faults = Vec::new();
    for (id, sample, page) in CASES {
        let requested = Requested { output: Output::Png { page: *page, ppi: PPI }, ..Requested::default() };
        let deadline = tokio::time::Instant::now() + LONG;
        let work = local().renderer.render(&local().backend, id, local().sample(id, sample), &requested, deadline);
        let is = decode(&runtime.block_on(work).expect("sound").bytes);
        let name = format!("{id}-{sample}-{page}");
        let reference: PathBuf = references.join(format!("{name}.png"));
        if update {
            fs::write(&reference, encode(&is)).expect("written");
            continue;
        }
        let was =
            decode(&fs::read(&reference).unwrap_or_else(|_| panic!("no reference {name}: run with VINHDANH_UPDATE=1")));
        let sizes_agree = (was.width, was.height) == (is.width, is.height);
        let (changed, difference) = compare(&was, &is);
        let pixels = (is.width * is.height) as usize;
        if !sizes_agree || changed * 1000 > pixels * ALLOWED_PER_MILLE {
            fs::create_dir_all(&results).expect("a folder");
            fs::write(results.join(format!("{name}.png")), encode(&is)).expect("written");
            fs::write(results.join(format!("{name}.difference.png")), encode(&difference)).expect("written");
            faults.push(format!("{name}: {changed} of {pixels} pixels differ, see target/pictures/"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_moved_line_is_seen() {
    let page = decode(&fs::read(project().join("tests/pictures/quyet_dinh-plain-1.png")).expect("a reference"));
    let row = page.width as usize * 3;
    let mut moved = Picture { width: page.width, height: page.height, rgb: page.rgb.clone() };
    // Two pixels down, as a line would be by one millimetre.
    moved.rgb.rotate_right(2 * row);
    let (changed, _) = compare(&page, &moved);
    assert!(changed * 1000 > (page.width * page.height) as usize * ALLOWED_PER_MILLE, "{changed} pixels");
    assert_eq!(compare(&page, &page).0, 0);
}
