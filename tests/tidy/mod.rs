//! The house rules as tests: which part may import which, templates complete, codes documented.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{local, project};

/// Who may import whom (docs/architecture.md). Everyone may import `diagnostic`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("assets", &[]),
    ("domain", &[]),
    ("telemetry", &[]),
    ("engine", &[]),
    ("text", &["domain"]),
    ("template", &["domain"]),
    ("the_thuc", &["domain", "engine"]),
    ("config", &["engine", "provider"]),
    ("render", &["attest", "template", "text", "the_thuc", "engine", "domain", "pades"]),
    ("kit", &["template", "render", "engine"]),
    ("files", &[]),
    ("pdf", &[]),
    ("webhook", &[]),
    ("attest", &["domain"]),
    ("pades", &["pdf"]),
    ("provider", &["pades"]),
    ("signing", &["engine", "files", "pades", "provider", "register", "render", "template", "webhook"]),
    ("register", &[]),
    ("ingest", &["domain"]),
    ("dossier", &["domain", "template", "text"]),
    ("batch", &["domain", "dossier", "engine", "files", "pdf", "register", "render", "text", "webhook"]),
    (
        "app",
        &[
            "assets",
            "attest",
            "batch",
            "config",
            "dossier",
            "engine",
            "files",
            "pades",
            "provider",
            "register",
            "render",
            "signing",
            "telemetry",
            "template",
            "the_thuc",
            "webhook",
        ],
    ),
    (
        "api",
        &[
            "app",
            "attest",
            "batch",
            "dossier",
            "engine",
            "ingest",
            "pades",
            "provider",
            "register",
            "render",
            "signing",
            "telemetry",
            "template",
            "the_thuc",
        ],
    ),
    (
        "cli",
        &[
            "api",
            "app",
            "assets",
            "attest",
            "batch",
            "config",
            "domain",
            "dossier",
            "engine",
            "ingest",
            "kit",
            "pades",
            "pdf",
            "provider",
            "register",
            "render",
            "signing",
            "telemetry",
            "template",
            "the_thuc",
        ],
    ),
];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let root = project().join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files
        .into_iter()
        .filter_map(|path| {
            let inside = path.strip_prefix(&root).expect("below src");
            let part = inside.components().next()?.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).expect("UTF-8");
            (!matches!(part.as_str(), "lib" | "main")).then_some((part, path, text))
        })
        .collect()
}

/// Parts named after `crate::` anywhere in a source.
fn imports(text: &str) -> BTreeSet<String> {
    let word = |rest: &str| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for rest in text.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => {
                found.insert(word(rest));
            }
            Some(list) => {
                let mut depth = 0;
                let mut item = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.insert(word(item.trim()));
                            item.clear();
                            continue;
                        }
                        _ => {}
                    }
                    item.push(c);
                }
                found.insert(word(item.trim()));
            }
        }
    }
    found.remove("");
    found
}

#[test]
fn imports_run_down_the_house() {
    let mut faults = Vec::new();
    for (part, path, text) in sources() {
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(name, _)| *name == part)
            .unwrap_or_else(|| panic!("`{part}` has no place in the house"));
        for import in imports(&text) {
            if import != part && import != "diagnostic" && !allowed.contains(&import.as_str()) {
                faults.push(format!("{}: `{part}` imports `{import}`", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::engine::{Done, Job};\nuse crate::{assets, telemetry::start, text::{a, b}};\nlet x = crate::domain::date::Date;";
    assert_eq!(imports(text).into_iter().collect::<Vec<_>>(), ["assets", "domain", "engine", "telemetry", "text"]);
}

#[test]
fn the_house_has_no_circles() {
    for (part, allowed) in MAY_IMPORT {
        for below in *allowed {
            let (_, back) = MAY_IMPORT.iter().find(|(name, _)| name == below).unwrap_or_else(|| panic!("{below}"));
            assert!(!back.contains(part), "{part} ↔ {below}");
        }
    }
}

#[test]
fn only_the_edge_knows_http() {
    for (part, path, text) in sources() {
        if !matches!(part.as_str(), "api" | "cli") {
            assert!(!text.contains("actix_web") && !text.contains("StatusCode"), "{} knows HTTP", path.display());
        }
    }
}

#[test]
fn exactly_one_comemo_is_in_the_tree() {
    let lock = fs::read_to_string(project().join("Cargo.lock")).expect("Cargo.lock");
    assert_eq!(lock.matches("name = \"comemo\"\n").count(), 1, "eviction would empty the wrong cache");
}

#[test]
fn every_template_is_complete() {
    let files = vinhdanh::assets::templates();
    for template in local().renderer.templates() {
        let id = &template.manifest.id;
        for name in ["plain", "minimal", "overflow", "hostile"] {
            assert!(template.samples.contains_key(name), "{id} has no sample `{name}`");
        }
        for name in ["README.md", "data.json", "main.typ"] {
            assert!(files.contains_key(&format!("{id}/{name}")), "{id} has no {name}");
        }
        assert!(!template.manifest.legal_basis.is_empty());
    }
    assert!(local().renderer.broken().is_empty());
}

#[test]
fn every_code_is_documented() {
    let docs = fs::read_to_string(project().join("docs/api.md")).expect("docs/api.md");
    for info in vinhdanh::diagnostic::CODES {
        assert!(docs.contains(&format!("`{}`", info.name)), "docs/api.md does not know `{}`", info.name);
    }
}

#[test]
fn every_setting_is_documented() {
    let docs = fs::read_to_string(project().join("docs/operations.md")).expect("docs/operations.md");
    let config = fs::read_to_string(project().join("src/config.rs")).expect("src/config.rs");
    for part in config.split("env = \"").skip(1) {
        let name = part.split('"').next().expect("a name");
        assert!(docs.contains(name), "docs/operations.md does not know `{name}`");
    }
}

#[test]
fn fonts_carry_papers_and_no_hinting() {
    let folder = project().join("fonts");
    for entry in fs::read_dir(folder).expect("fonts") {
        let family = entry.expect("an entry").path();
        for name in ["LICENSE", "ORIGIN.md"] {
            assert!(family.join(name).is_file(), "{} has no {name}", family.display());
        }
        let origin = fs::read_to_string(family.join("ORIGIN.md")).expect("UTF-8");
        for file in fs::read_dir(&family)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|end| end == "ttf"))
        {
            use sha2::Digest as _;
            let bytes = fs::read(&file).expect("a font");
            let hash = vinhdanh::app::hex(&sha2::Sha256::digest(&bytes));
            assert!(origin.contains(&hash), "{} is not the file ORIGIN.md tells of", file.display());
            assert!(
                !bytes.windows(4).any(|tag| tag == b"fpgm"),
                "{} is hinted: it costs 15 % of a small document",
                file.display()
            );
        }
    }
}
