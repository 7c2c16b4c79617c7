//! The signature fields a manifest lists: what is wrong with the list, and which of its places no page has.

use super::manifest::{FieldRole, Manifest};
use crate::diagnostic::{Diagnostic, Place};

/// Longest name of a field, letters.
const MAX_NAME: usize = 40;

/// Longest label, letters: a reader's program shows it in one line.
const MAX_LABEL: usize = 120;

/// Refuses a list of which no form can be made: a name that is not ASCII or stands twice, a seal before a person
/// (Nghị định 30/2020/NĐ-CP, Điều 32, khoản 2: the seal follows the signature of the authorised person).
pub(super) fn judge_fields(manifest: &Manifest) -> Result<(), Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut report = |vi: String, en: String| faults.push(fault(manifest, vi, en));
    if manifest.fields_default && manifest.fields.is_empty() {
        report(
            "`fields_default` là `true` nhưng không có `fields` nào".into(),
            "`fields_default` is `true`, but there are no `fields`".into(),
        );
    }
    let mut sealed = false;
    for (index, field) in manifest.fields.iter().enumerate() {
        let (name, place) = (&field.name, &field.place);
        if !is_name(name) {
            report(
                format!(
                    "tên trường ký `{name}` phải gồm 1 đến {MAX_NAME} chữ cái không dấu và chữ số, bắt đầu bằng chữ cái"
                ),
                format!("field name `{name}` must be 1 to {MAX_NAME} ASCII letters and digits and begin with a letter"),
            );
        }
        let letters = field.label.chars().count();
        if field.label.trim().is_empty() || letters > MAX_LABEL {
            report(
                format!("`label` của trường ký `{name}` phải có 1 đến {MAX_LABEL} chữ"),
                format!("`label` of field `{name}` must have 1 to {MAX_LABEL} letters"),
            );
        }
        let before = manifest.fields.iter().take(index);
        if before.clone().any(|other| other.name == *name) {
            report(format!("hai trường ký cùng tên `{name}`"), format!("two fields are named `{name}`"));
        }
        if before.clone().any(|other| other.place == *place) {
            report(format!("hai trường ký ở cùng ô `{place}`"), format!("two fields stand in the box `{place}`"));
        }
        if sealed && field.role == FieldRole::Signer {
            report(
                format!(
                    "trường ký `{name}` đứng sau dấu của cơ quan: người có thẩm quyền ký trước, cơ quan đóng dấu sau"
                ),
                format!("field `{name}` stands after the agency's seal: persons sign first, the agency seals last"),
            );
        }
        sealed |= field.role == FieldRole::Seal;
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Fields whose box a sample's pages lack, or have more than once; an optional one may be lacking. `samples`: each sample's name with the names of its boxes.
pub fn missing_places(manifest: &Manifest, samples: &[(&str, Vec<String>)]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for field in &manifest.fields {
        let place = &field.place;
        let count = |boxes: &[String]| boxes.iter().filter(|name| *name == place).count();
        for (sample, boxes) in samples {
            let found = count(boxes);
            if found > 1 || (found == 0 && !field.optional) {
                faults.push(fault(
                    manifest,
                    format!(
                        "ô `{place}` của trường ký `{}` có {found} lần trên bản mẫu `{sample}`, phải có 1 lần",
                        field.name
                    ),
                    format!(
                        "box `{place}` of field `{}` is there {found} times in sample `{sample}`, it must be once",
                        field.name
                    ),
                ));
            }
        }
    }
    faults
}

fn is_name(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn fault(manifest: &Manifest, vi: String, en: String) -> Diagnostic {
    let file = format!("{}/typst.toml", manifest.id);
    Diagnostic::error("signature_field", vi, en).in_file(Some(Place { file, line: 1, column: 1 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(fields: &str) -> Manifest {
        let text = format!(
            "[package]\nversion = \"1\"\n[tool.vinhdanh]\nid = \"thu\"\ntitle_vi = \"\"\ntitle_en = \"\"\nlegal_basis = \"\"\nfonts = []\nfields_default = true\n[tool.vinhdanh.document]\ntitle = \"\"\nauthor = \"\"\nfile_name = \"\"\n{fields}"
        );
        Manifest::read(&text, "thu").expect("a whole manifest")
    }

    fn field(place: &str, name: &str, role: &str) -> String {
        format!(
            "[[tool.vinhdanh.fields]]\nbox = \"{place}\"\nname = \"{name}\"\nrole = \"{role}\"\nlabel = \"Chữ ký\"\n"
        )
    }

    fn told(fields: &str) -> String {
        judge_fields(&manifest(fields)).expect_err("a fault").iter().map(|one| one.message.en.as_str()).collect()
    }

    #[test]
    fn persons_then_the_seal_is_sound() {
        let list = [
            field("thu_ky", "ThuKy", "signer"),
            field("nguoi_ky", "ChuTri", "signer"),
            field("co_quan", "CoQuan", "seal"),
        ];
        assert!(judge_fields(&manifest(&list.concat())).is_ok());
    }

    #[test]
    fn each_slip_is_told() {
        let person = field("nguoi_ky", "NguoiKy", "signer");
        for (fields, words) in [
            (String::new(), "there are no `fields`"),
            (field("nguoi_ky", "Người ký", "signer"), "ASCII letters"),
            (field("nguoi_ky", "Nguoi.Ky", "signer"), "ASCII letters"),
            (field("nguoi_ky", "", "signer"), "ASCII letters"),
            (format!("{person}{}", field("khac", "NguoiKy", "signer")), "two fields are named `NguoiKy`"),
            (format!("{person}{}", field("nguoi_ky", "Khac", "signer")), "two fields stand in the box `nguoi_ky`"),
            (format!("{}{person}", field("co_quan", "CoQuan", "seal")), "persons sign first"),
            (person.replace("Chữ ký", " "), "`label`"),
        ] {
            assert!(told(&fields).contains(words), "{words}: {}", told(&fields));
        }
    }

    #[test]
    fn a_box_no_page_has_is_told() {
        let list =
            format!("{}{}optional = true\n", field("nguoi_ky", "NguoiKy", "signer"), field("hai", "Hai", "signer"));
        let manifest = manifest(&list);
        let boxes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let told = |samples: &[(&str, Vec<String>)]| {
            missing_places(&manifest, samples).into_iter().map(|fault| fault.message.en).collect::<Vec<_>>()
        };
        assert_eq!(
            told(&[("plain", boxes(&["nguoi_ky"])), ("hai", boxes(&["nguoi_ky", "hai"]))]),
            Vec::<String>::new()
        );
        assert_eq!(
            told(&[("plain", boxes(&["hai"])), ("doi", boxes(&["nguoi_ky", "nguoi_ky"]))]),
            [
                "box `nguoi_ky` of field `NguoiKy` is there 0 times in sample `plain`, it must be once",
                "box `nguoi_ky` of field `NguoiKy` is there 2 times in sample `doi`, it must be once",
            ]
        );
    }
}
