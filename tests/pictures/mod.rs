//! The words and the looks of the built-in samples against their references, `typst-templates/<id>/tests/`.
//!
//! After a wanted change: `VINHDANH_UPDATE=1 cargo test --test integration pictures` (or `vinhdanh templates test
//! --update`), then read and look at what changed. On a failure the page and the difference lie in `target/pictures/`.

use vinhdanh::kit::references::{self, References, Task};
use vinhdanh::kit::{Bench, picture};

use crate::support::{local, project};

#[test]
fn pages_read_and_look_as_they_did() {
    let task = if std::env::var_os("VINHDANH_UPDATE").is_some() { Task::Update } else { Task::Compare };
    let bench = Bench::new(&local().renderer, &local().backend).expect("this process sets pages");
    let mut faults = Vec::new();
    for template in local().renderer.templates() {
        let id = &template.manifest.id;
        let folder = project().join("typst-templates").join(id).join("tests");
        let results = project().join("target/pictures").join(id);
        let report = references::run(&bench, template, &References { folder, results, task }).expect("files are read");
        assert!(task == Task::Update || report.compared > 0, "{id} has no references");
        faults.extend(report.faults.into_iter().map(|fault| fault.message.en));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_moved_line_is_seen() {
    let reference = project().join("typst-templates/quyet_dinh/tests/plain-1.png");
    let page = picture::decode(&std::fs::read(reference).expect("a reference")).expect("a PNG");
    let mut moved = page.clone();
    // Two pixels down, as a line would be by one millimetre.
    moved.rgb.rotate_right(2 * page.width as usize * 3);
    assert!(picture::compare(&page, &moved).other);
    assert_eq!(picture::compare(&page, &page).changed, 0);
}
