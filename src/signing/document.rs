//! The file to be signed and its fields: made from a template, taken from a batch, or handed in.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::Signing;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::engine::{LabelledBox, Output, Standard};
use crate::pades::{self, FieldSpec};
use crate::register::{BatchState, ItemState, Kept, NewField, Role};
use crate::render::{Requested, hex};
use crate::template::{FieldRole, ManifestField};

/// Time for setting one document, waiting for a worker included.
const SET_LIMIT: Duration = Duration::from_secs(120);
/// Fields of one document.
const MOST_FIELDS: usize = 20;
/// Longest name of a field.
const LONGEST_NAME: usize = 60;
/// The field of the agency's seal where nothing else tells.
const SEAL: &str = "CoQuan";

/// The field of the person where nothing else tells.
const SIGNER: &str = "NguoiKy";

/// Where the file to be signed comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Made now.
    Template {
        /// The template.
        id: String,
        /// Its data.
        data: Value,
        /// Archive standard.
        standard: Standard,
        /// Prints the MẪU watermark.
        test: bool,
    },
    /// A document of a batch.
    Row {
        /// The batch.
        batch: String,
        /// Its row, from 1.
        row: i64,
    },
    /// A file of the caller's.
    Pdf(Vec<u8>),
}

/// A field as a caller names it.
#[derive(Debug, Clone)]
pub struct WantedField {
    /// Its name.
    pub name: String,
    /// Who signs; a seal comes after every person.
    pub role: Option<Role>,
    /// What a person is told it is for.
    pub label: Option<String>,
    /// Where it is to be put in a file that has none: page from 1; left, top, width, height in points from the top left.
    pub place: Option<(usize, [f64; 4])>,
}

/// A file fit to be signed.
pub(super) struct Fit {
    pub bytes: Vec<u8>,
    pub sha256: String,
    pub name: String,
    pub origin: Value,
    pub fields: Vec<NewField>,
}

/// A file before its fields are looked at.
struct Raw {
    bytes: Vec<u8>,
    name: String,
    origin: Value,
    boxes: Vec<LabelledBox>,
    manifest: Vec<ManifestField>,
}

impl Signing {
    /// The file with its empty fields, in the order of signing.
    pub(super) async fn document(
        &self,
        owner: &str,
        source: Source,
        wanted: Vec<WantedField>,
        name: Option<String>,
    ) -> Result<Fit, Failure> {
        let mut raw = match source {
            Source::Template { id, data, standard, test } => self.set(&id, data, standard, test).await?,
            Source::Row { batch, row } => self.of_batch(owner, &batch, row).await?,
            Source::Pdf(bytes) => Raw {
                bytes,
                name: "van-ban.pdf".to_owned(),
                origin: json!({"pdf": true}),
                boxes: Vec::new(),
                manifest: Vec::new(),
            },
        };
        if let Some(name) = name {
            raw.name = name;
        }
        let work = move || fit(raw, &wanted);
        tokio::task::spawn_blocking(work).await.map_err(Failure::internal)?
    }

    async fn set(&self, id: &str, data: Value, standard: Standard, test: bool) -> Result<Raw, Failure> {
        let manifest = self.renderer.template(id)?.manifest.fields.clone();
        let requested = Requested { output: Output::Pdf(standard), test, ..Requested::default() };
        let made = self.renderer.render(&self.backend, id, data, &requested, Instant::now() + SET_LIMIT).await?;
        Ok(Raw {
            bytes: made.bytes,
            name: made.file_name,
            origin: json!({"template": id}),
            boxes: made.boxes,
            manifest,
        })
    }

    async fn of_batch(&self, owner: &str, batch: &str, row: i64) -> Result<Raw, Failure> {
        let found = self.register.batch(owner, batch).await?;
        let found = found.ok_or_else(|| Failure::one(Code::NotFound, "không có lô này", "there is no such batch"))?;
        if matches!(found.state()?, BatchState::Removing | BatchState::Expired) {
            return Err(Failure::one(
                Code::Expired,
                "kết quả của lô này đã hết hạn và đã xóa",
                "the results of this batch have expired and were removed",
            ));
        }
        let item = self.register.item(batch, row).await?;
        let item =
            item.ok_or_else(|| Failure::one(Code::NotFound, "lô không có dòng này", "the batch has no such row"))?;
        let (ItemState::Done, Some(pack), Some(place), Some(bytes), Some(sha256)) =
            (item.state()?, item.pack.clone(), item.place, item.bytes, item.sha256.clone())
        else {
            return Err(Failure::one(Code::BatchIncomplete, "văn bản này chưa làm xong", "this document is not done"));
        };
        let file = self.fetch(&Kept { pack, place, bytes }).await?.to_vec();
        if hex(&Sha256::digest(&file)) != sha256 {
            return Err(Failure::internal(format_args!("the file of row {row} is not the one that was made")));
        }
        Ok(Raw {
            bytes: file,
            name: item.name.rsplit('/').next().unwrap_or_default().to_owned(),
            origin: json!({"batch": batch, "row": row}),
            boxes: Vec::new(),
            manifest: self.renderer.template(&item.template).map(|one| one.manifest.fields.clone()).unwrap_or_default(),
        })
    }
}

/// The fields of a template's documents that every one of them has.
pub(super) fn usual(manifest: &[ManifestField]) -> Vec<NewField> {
    manifest.iter().filter(|field| !field.optional).map(of_manifest).collect()
}

fn of_manifest(field: &ManifestField) -> NewField {
    NewField { name: field.name.clone(), role: role(field.role), label: field.label.clone() }
}

fn role(role: FieldRole) -> Role {
    match role {
        FieldRole::Signer => Role::Signer,
        FieldRole::Seal => Role::Seal,
    }
}

/// Settles which fields are signed in which order, and adds those the file has not.
fn fit(raw: Raw, wanted: &[WantedField]) -> Result<Fit, Failure> {
    let Raw { mut bytes, name, origin, boxes, manifest } = raw;
    let existing = pades::fields(&bytes)?;
    let free: Vec<String> = existing.iter().filter(|field| !field.signed).map(|field| field.name.clone()).collect();
    let mut faults = Vec::new();
    let mut add: Vec<FieldSpec> = Vec::new();
    let mut fields: Vec<NewField> = Vec::new();
    if wanted.is_empty() {
        if free.is_empty() {
            for field in &manifest {
                if let Some(spec) = on_page(field, &boxes)
                    && existing.iter().all(|one| one.name != field.name)
                {
                    add.push(spec);
                    fields.push(of_manifest(field));
                }
            }
        } else {
            fields = free.iter().map(|name| described(name, &manifest)).collect();
            // A file says which fields it has; who comes first is told by the template, else persons before the seal.
            fields.sort_by_key(|field| {
                let known = manifest.iter().position(|one| one.name == field.name);
                (field.role == Role::Seal, known.unwrap_or(usize::MAX))
            });
        }
    }
    for (index, one) in wanted.iter().enumerate() {
        let pointer = format!("/fields/{index}");
        let known = described(&one.name, &manifest);
        // What the template calls a seal is none of a person's, in whichever turn.
        if known.role == Role::Seal
            && one.role == Some(Role::Signer)
            && manifest.iter().any(|field| field.name == one.name)
        {
            faults.push(
                Diagnostic::error(
                    "role",
                    format!("ô `{}` của mẫu là dấu của cơ quan", one.name),
                    format!("the template's field `{}` is the agency's seal", one.name),
                )
                .at(format!("{pointer}/role")),
            );
        }
        let field = NewField {
            name: one.name.clone(),
            role: one.role.unwrap_or(known.role),
            label: one.label.clone().unwrap_or(known.label),
        };
        if !is_name(&one.name) && !free.contains(&one.name) {
            faults.push(
                Diagnostic::error(
                    "field_name",
                    format!("tên ô ký gồm 1–{LONGEST_NAME} chữ cái không dấu và chữ số"),
                    format!("the name of a field is 1–{LONGEST_NAME} ASCII letters and digits"),
                )
                .at(format!("{pointer}/name")),
            );
        } else if fields.iter().any(|other| other.name == one.name) {
            faults.push(
                Diagnostic::error("field_twice", "ô ký được nêu hai lần", "the field is named twice").at(pointer),
            );
        } else if existing.iter().any(|other| other.name == one.name && other.signed) {
            faults.push(
                Diagnostic::error(
                    "field_signed",
                    format!("ô `{}` đã có chữ ký", one.name),
                    format!("the field `{}` is signed already", one.name),
                )
                .at(pointer),
            );
        } else if !free.contains(&one.name) {
            let manifest_field = manifest.iter().find(|field| field.name == one.name || field.place == one.name);
            let spec = match one.place {
                Some((page, [x, y, w, h])) => {
                    Some(FieldSpec { name: one.name.clone(), label: field.label.clone(), page, x, y, w, h })
                }
                None => manifest_field.and_then(|field| on_page(field, &boxes)),
            };
            match spec {
                Some(spec) => add.push(spec),
                None => faults.push(
                    Diagnostic::error(
                        "field_missing",
                        format!("văn bản không có ô ký `{}`", one.name),
                        format!("the document has no field `{}`", one.name),
                    )
                    .at(pointer)
                    .hint(
                        format!("ô đang trống: {}; hoặc cho chỗ của ô: `page`, `x`, `y`, `w`, `h`", listed(&free)),
                        format!("empty fields: {}; or tell its place: `page`, `x`, `y`, `w`, `h`", listed(&free)),
                    ),
                ),
            }
        }
        fields.push(field);
    }
    if faults.is_empty() && fields.is_empty() {
        faults.push(
            Diagnostic::error("fields", "văn bản không có ô ký nào đang trống", "the document has no empty field")
                .at("/fields")
                .hint(
                    "nêu `fields` kèm chỗ của từng ô: `page`, `x`, `y`, `w`, `h`",
                    "name `fields` with the place of each: `page`, `x`, `y`, `w`, `h`",
                ),
        );
    }
    if fields.len() > MOST_FIELDS {
        faults.push(
            Diagnostic::error(
                "fields",
                format!("nhiều hơn {MOST_FIELDS} ô ký"),
                format!("more than {MOST_FIELDS} fields"),
            )
            .at("/fields"),
        );
    }
    faults.extend(out_of_order(&fields));
    let known = |name: &String| manifest.iter().any(|one| one.name == *name) || name == SIGNER;
    let placed = manifest.iter().filter(|field| on_page(field, &boxes).is_some()).map(of_manifest);
    let people = free.iter().filter(|name| known(name)).map(|name| described(name, &manifest)).chain(placed);
    faults.extend(sealed_without(&fields, people));
    if !faults.is_empty() {
        return Err(Failure::new(Code::InvalidData, faults));
    }
    if !add.is_empty() {
        let tail = pades::add_fields(&bytes, &add)?;
        bytes.extend_from_slice(&tail);
    }
    Ok(Fit { sha256: hex(&Sha256::digest(&bytes)), bytes, name, origin, fields })
}

/// A seal before a person breaks the order of the law.
pub(super) fn out_of_order(fields: &[NewField]) -> Option<Diagnostic> {
    let seal = fields.iter().position(|field| field.role == Role::Seal)?;
    let (index, _) = fields.iter().enumerate().skip(seal).find(|(_, field)| field.role == Role::Signer)?;
    Some(
        Diagnostic::error(
            "order",
            "người có thẩm quyền ký trước, cơ quan đóng dấu sau",
            "persons sign before the agency seals",
        )
        .at(format!("/fields/{index}"))
        .hint(
            "xếp các ô `signer` trước ô `seal` (Nghị định 30/2020/NĐ-CP, Điều 32)",
            "put fields of `signer` before that of `seal` (decree 30/2020/NĐ-CP, article 32)",
        ),
    )
}

/// A seal on a document whose person has yet to sign, in a field nobody asked for, breaks the order of the law too.
pub(super) fn sealed_without(fields: &[NewField], empty: impl IntoIterator<Item = NewField>) -> Option<Diagnostic> {
    let seal = fields.iter().position(|field| field.role == Role::Seal)?;
    let asked = |name: &str| fields.iter().any(|field| field.name == name);
    let person = empty.into_iter().find(|field| field.role == Role::Signer && !asked(&field.name))?;
    Some(
        Diagnostic::error(
            "order",
            format!("ô `{}` của người có thẩm quyền chưa ký mà đã đóng dấu", person.name),
            format!("the field `{}` of the authorised person is not signed and the agency would seal", person.name),
        )
        .at(format!("/fields/{seal}"))
        .hint(
            format!("thêm ô `{}` trước ô dấu (Nghị định 30/2020/NĐ-CP, Điều 32)", person.name),
            format!("put the field `{}` before that of the seal (decree 30/2020/NĐ-CP, article 32)", person.name),
        ),
    )
}

fn on_page(field: &ManifestField, boxes: &[LabelledBox]) -> Option<FieldSpec> {
    let LabelledBox { page, x, y, w, h, .. } = *boxes.iter().find(|one| one.name == field.place)?;
    Some(FieldSpec { name: field.name.clone(), label: field.label.clone(), page, x, y, w, h })
}

/// What is known of a field by its name.
fn described(name: &str, manifest: &[ManifestField]) -> NewField {
    if let Some(field) = manifest.iter().find(|field| field.name == name) {
        return of_manifest(field);
    }
    let (role, label) = match name {
        SEAL => (Role::Seal, "Chữ ký số của cơ quan".to_owned()),
        SIGNER => (Role::Signer, "Chữ ký của người có thẩm quyền".to_owned()),
        _ => (Role::Signer, format!("Chữ ký {name}")),
    };
    NewField { name: name.to_owned(), role, label }
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "–".to_owned() } else { format!("`{}`", names.join("`, `")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, role: Role) -> NewField {
        NewField { name: name.to_owned(), role, label: String::new() }
    }

    #[test]
    fn a_seal_before_a_person_is_told_at_the_person() {
        let right = [field("ThuKy", Role::Signer), field("ChuTri", Role::Signer), field("CoQuan", Role::Seal)];
        assert_eq!(out_of_order(&right), None);
        let wrong = [field("CoQuan", Role::Seal), field("NguoiKy", Role::Signer)];
        assert_eq!(out_of_order(&wrong).and_then(|fault| fault.pointer), Some("/fields/1".to_owned()));
        assert_eq!(out_of_order(&[]), None);
    }

    #[test]
    fn a_seal_alone_is_told_while_a_person_has_yet_to_sign() {
        let seal = [field("CoQuan", Role::Seal)];
        let person = || [field("NguoiKy", Role::Signer), field("CoQuan", Role::Seal)];
        assert_eq!(sealed_without(&seal, person()).and_then(|fault| fault.pointer), Some("/fields/0".to_owned()));
        assert_eq!(sealed_without(&seal, []), None);
        assert_eq!(sealed_without(&person(), person()), None);
        assert_eq!(sealed_without(&[field("ThuKy", Role::Signer)], person()), None);
    }

    #[test]
    fn names_of_fields_are_ascii_without_dots() {
        assert!(is_name("NguoiKy") && is_name("KeToan2"));
        for name in ["", "Người", "a.b", "a b", &"a".repeat(61)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_field_nobody_described_is_a_persons() {
        assert_eq!(described("CoQuan", &[]).role, Role::Seal);
        assert_eq!(described("ChuTri", &[]).role, Role::Signer);
    }
}
