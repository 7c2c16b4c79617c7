//! docs/the_thuc.md is written from the table, and the table is whole.

use std::collections::BTreeSet;

use vinhdanh::diagnostic::Severity;
use vinhdanh::the_thuc::{CLAUSES, Form, HABIT, Rule, document, rules};

use crate::support::{local, project};

fn all() -> impl Iterator<Item = &'static Rule> {
    Form::ALL.into_iter().flat_map(Form::rules)
}

#[test]
fn the_document_is_that_of_the_table() {
    let path = project().join("docs/the_thuc.md");
    if std::env::var_os("VINHDANH_UPDATE").is_some() {
        std::fs::write(&path, document()).expect("docs/the_thuc.md is written");
    }
    let written = std::fs::read_to_string(&path).expect("docs/the_thuc.md");
    assert!(
        written == document(),
        "docs/the_thuc.md is stale: VINHDANH_UPDATE=1 cargo test --test integration document"
    );
}

#[test]
fn every_rule_stands_in_a_clause_and_every_clause_names_what_there_is() {
    let held: BTreeSet<&str> =
        CLAUSES.iter().flat_map(|part| part.clauses).flat_map(|clause| clause.held).copied().collect();
    let known: BTreeSet<&str> = all().map(|rule| rule.id).collect();
    let idle: Vec<&&str> = known.difference(&held).collect();
    assert!(idle.is_empty(), "rules without a clause: {idle:?}");
    for word in held.difference(&known) {
        let (file, test) = word.split_once("::").unwrap_or_else(|| panic!("no rule {word}"));
        let source = std::fs::read_to_string(project().join(format!("tests/form/{file}.rs"))).expect("a file of tests");
        assert!(source.contains(&format!("fn {test}()")), "no test {word}");
    }
}

#[test]
fn rules_have_a_word_of_their_own_and_speak_two_languages() {
    let mut seen = BTreeSet::new();
    for rule in all() {
        // What is left of a form on a blank is the same rule.
        let same = |other: &&Rule| other.id == rule.id && other.en != rule.en;
        assert!(!all().any(|other| same(&other)), "{} twice", rule.id);
        seen.insert(rule.id);
        assert!(
            rule.id.split_once('.').is_some_and(|(part, what)| !part.is_empty() && !what.is_empty()),
            "{}",
            rule.id
        );
        assert!(
            rule.id.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._".contains(&c)),
            "{}",
            rule.id
        );
        assert!(!rule.vi.is_empty() && !rule.en.is_empty() && !rule.clause.is_empty(), "{}", rule.id);
        assert!(!rule.vi.contains('|'), "{} would break the table", rule.id);
        // What no text orders is no error.
        assert!(rule.clause != HABIT || rule.severity == Severity::Warning, "{}", rule.id);
    }
}

#[test]
fn every_template_names_a_form_that_is_known() {
    for template in local().renderer.templates() {
        let form = &template.manifest.form;
        // A sheet for calibrating a printer is no document, nor one that parts a pile, nor the words of a signature; a list of
        // payments is a voucher.
        let free = ["to_can_chinh", "to_ngan_cach", "danh_sach_chi_thuong", "dong_chu_ky"]
            .contains(&template.manifest.id.as_str());
        let sound = if free { form.is_empty() } else { Form::parse(form).is_some() };
        assert!(sound, "{}: form `{form}`", template.manifest.id);
    }
    assert!(rules("khong_co").is_empty() && rules("").is_empty());
}
