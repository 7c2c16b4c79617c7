//! A batch taken in: every document checked, every file named, all of it written down before the caller hears yes.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::names::{NameFacts, NamePattern, Unique, safe};
use super::{Batches, Making, Report, now_ms};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::dossier::Planned;
use crate::engine::Standard;
use crate::register::{Created, ItemRow, ItemState, NewBatch, NewItem};
use crate::render::{Renderer, no_place};

/// Day in archives of undated documents.
const UNDATED: (i32, u8, u8) = crate::engine::Meta::UNDATED;

/// What a faulty document does to its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFault {
    /// Nothing is begun; every fault is told.
    #[default]
    Refuse,
    /// Its item is failed from the start, the rest goes on.
    Continue,
}

/// One document asked for.
#[derive(Debug, Clone)]
pub struct Document {
    /// Template.
    pub template: String,
    /// Its data.
    pub data: Value,
    /// Folder in the archive; empty for none.
    pub folder: String,
    /// Unit, for order and separators.
    pub unit: String,
    /// Name, for order.
    pub person: String,
    /// JSON Pointer of its data in what the caller sent.
    pub origin: String,
    /// Its row in a sheet (`Sheet1!17`), where it comes from one.
    pub row: Option<String>,
    /// The plan it comes from, without its data: knows where in the dossier each place of the document comes from.
    pub planned: Option<Planned>,
    /// Faults found while its data were read, with pointers into what the caller sent.
    pub faults: Vec<Diagnostic>,
}

impl Document {
    /// A document of a dossier; `origin` is a place in the dossier's data.
    pub fn of_plan(planned: Planned) -> Self {
        let mut planned = planned;
        Self {
            template: planned.template.clone(),
            data: planned.data.take(),
            folder: planned.folder.clone(),
            unit: planned.group.clone(),
            person: planned.person.clone(),
            origin: planned.pointer.clone(),
            row: None,
            planned: Some(planned),
            faults: Vec::new(),
        }
    }

    /// A finding about this document, in terms of what the caller sent.
    fn below(&self, mut one: Diagnostic) -> Diagnostic {
        let inside = one.pointer.take().unwrap_or_default();
        one.pointer = Some(match &self.planned {
            Some(planned) => {
                // What stands before the dossier in the request stands before every place in it.
                let envelope = self.origin.strip_suffix(planned.pointer.as_str()).unwrap_or_default();
                format!("{envelope}{}", planned.trace(&inside))
            }
            None => format!("{}{inside}", self.origin),
        });
        one
    }

    /// A row of a batch: unit and name are read from where the shared pieces of the schemas have them.
    pub fn of_row(template: &str, data: Value, origin: String) -> Self {
        let text = |pointers: [&str; 2]| {
            let found = pointers.into_iter().find_map(|pointer| data.pointer(pointer)?.as_str());
            found.unwrap_or_default().to_owned()
        };
        let unit = text(["/doi_tuong/don_vi", "/don_vi"]);
        let person = text(["/doi_tuong/ten", "/ten"]);
        Self {
            template: template.to_owned(),
            data,
            folder: String::new(),
            unit,
            person,
            origin,
            row: None,
            planned: None,
            faults: Vec::new(),
        }
    }
}

/// A batch asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Label of the caller's key.
    pub owner: String,
    /// `batch` or `dossier`.
    pub kind: &'static str,
    /// Its title.
    pub title: String,
    /// Its documents, in order.
    pub documents: Vec<Document>,
    /// Pattern of file names; see [`super::names`].
    pub names: Option<String>,
    /// Archive standard.
    pub standard: Standard,
    /// `full` or `phoi`.
    pub mode: String,
    /// Prints the MẪU watermark.
    pub test: bool,
    /// Empty signature fields; `None`: as is usual for each template.
    pub fields: Option<bool>,
    /// Prints the code each page is checked by.
    pub qr: bool,
    /// What a faulty document does.
    pub on_fault: OnFault,
    /// Who is told of its end.
    pub webhook: Option<String>,
    /// Idempotency-Key, and the digest of the request it came with.
    pub idempotency: Option<(String, String)>,
    /// Warnings found before: kept with the batch.
    pub warnings: Vec<Diagnostic>,
}

/// A batch taken in.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Its id.
    pub id: String,
    /// Whether it was made now; else the same request made it before.
    pub new: bool,
}

/// A batch checked, before it is written down.
pub(super) struct Checked {
    items: Vec<NewItem>,
    faults: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    making: Making,
}

impl Batches {
    /// Checks a batch without taking it in: every fault, or every warning.
    pub async fn check(&self, wanted: Wanted) -> Result<Vec<Diagnostic>, Failure> {
        let checked = self.examine(wanted).await?.1;
        if checked.faults.is_empty() {
            return Ok(checked.warnings);
        }
        Err(Failure::new(Code::InvalidData, checked.faults))
    }

    /// Checks a batch and takes it in: once it is written down, its documents will be made.
    pub async fn accept(&self, wanted: Wanted) -> Result<Accepted, Failure> {
        if let Some(url) = &wanted.webhook {
            let Some((sender, _)) = &self.webhooks else {
                return Err(Failure::new(
                    Code::InvalidData,
                    vec![
                        Diagnostic::error(
                            "webhook",
                            "dịch vụ chưa có khóa ký webhook",
                            "the service has no secret to sign webhooks with",
                        )
                        .at("/webhook")
                        .hint("báo quản trị đặt `--webhook-secrets`", "tell the operator to set `--webhook-secrets`"),
                    ],
                ));
            };
            sender.judge_url(url)?;
        }
        let (wanted, checked) = self.examine(wanted).await?;
        let all_faulty = !checked.items.is_empty() && checked.items.iter().all(|item| item.error.is_some());
        if !checked.faults.is_empty() && (wanted.on_fault == OnFault::Refuse || all_faulty) {
            return Err(Failure::new(Code::InvalidData, checked.faults));
        }
        let id = uuid::Uuid::now_v7().to_string();
        let batch = NewBatch {
            id: id.clone(),
            owner: wanted.owner,
            kind: wanted.kind,
            title: wanted.title,
            options: serde_json::to_value(&checked.making).map_err(Failure::internal)?,
            // Those of single documents come with them.
            warnings: serde_json::to_value(&wanted.warnings).map_err(Failure::internal)?,
            webhook: wanted.webhook,
            items: checked.items,
            idempotency: wanted.idempotency,
            now: now_ms(),
            keep: self.keep_ms(),
        };
        match self.register.create(&batch).await? {
            Created::New => {
                metrics::counter!("vinhdanh_batches_total", "kind" => wanted.kind).increment(1);
                tracing::info!(batch = %id, kind = wanted.kind, items = batch.items.len(), "batch taken in");
                Ok(Accepted { id, new: true })
            }
            Created::Before(id) => Ok(Accepted { id, new: false }),
        }
    }

    /// Opens what failed again, some rows with new data: each checked first, every fault told. Says how many rows.
    pub async fn retry(
        &self,
        owner: &str,
        report: &Report,
        making: &Making,
        rows: Vec<Map<String, Value>>,
    ) -> Result<usize, Failure> {
        let id = report.row.id.as_str();
        let (mut data, mut faults) = (Vec::new(), Vec::new());
        for (index, mut row) in rows.into_iter().enumerate() {
            let row_no = row.get("row").and_then(Value::as_i64).unwrap_or_default();
            let value = row.remove("data").unwrap_or_default();
            let origin = format!("/rows/{index}");
            let item = self.register.item(id, row_no).await?;
            let Some(item) = item.filter(|item| matches!(item.state(), Ok(ItemState::Failed | ItemState::Cancelled)))
            else {
                faults.push(
                    Diagnostic::error(
                        "row",
                        format!("dòng {row_no} không phải dòng hỏng"),
                        format!("row {row_no} is not one that failed"),
                    )
                    .at(format!("{origin}/row")),
                );
                continue;
            };
            match self.name_of(making, &item, &value, report.row.total) {
                Ok(name) => data.push((row_no, value, name)),
                Err(failure) => {
                    faults.extend(failure.diagnostics.into_iter().map(|one| below(&format!("{origin}/data"), one)));
                }
            }
        }
        if !faults.is_empty() {
            return Err(Failure::new(Code::InvalidData, faults));
        }
        self.register.retry(owner, id, &data, now_ms()).await?.ok_or_else(|| {
            Failure::one(
                Code::BatchState,
                "lô đang chạy hoặc đã xóa kết quả",
                "the batch is running or its results are gone",
            )
        })
    }

    /// Checks the data that are to replace those of a row, and names its file.
    fn name_of(&self, making: &Making, item: &ItemRow, data: &Value, total: i64) -> Result<String, Failure> {
        let prepared =
            self.renderer.prepare(&item.template, data.clone(), &making.requested(&self.renderer, &item.template))?;
        let document = Document::of_row(&item.template, data.clone(), String::new());
        let number = |value: i64| usize::try_from(value).map_err(Failure::internal);
        let facts = NameFacts {
            index: number(item.row_no)?,
            total: number(total)?,
            template: &item.template,
            file_name: &prepared.file_name,
            data,
            group: &document.unit,
            person: &document.person,
        };
        let name = NamePattern::compile(making.names.as_deref().unwrap_or(super::names::DEFAULT))?.write(&facts)?;
        Ok(if item.folder.is_empty() { name } else { safe(&format!("{}/{name}", item.folder)) })
    }

    /// Stops a running batch; takes the results of one that has ended out at once.
    pub async fn stop_or_remove(&self, owner: &str, id: &str) -> Result<(), Failure> {
        let now = now_ms();
        if !self.register.cancel(owner, id, now, self.keep_ms()).await? && self.register.expire(owner, id, now).await? {
            self.remove_expired(now).await?;
        }
        Ok(())
    }

    /// Gives the request back without its documents: each goes as its data are written down.
    async fn examine(&self, mut wanted: Wanted) -> Result<(Wanted, Checked), Failure> {
        let (count, most) = (wanted.documents.len(), self.max_rows);
        if count == 0 {
            return Err(Failure::one(Code::InvalidData, "lô không có văn bản nào", "the batch has no document"));
        }
        if count > most {
            return Err(Failure::one(
                Code::InvalidData,
                format!("lô có {count} văn bản, nhiều nhất được {most}"),
                format!("the batch has {count} documents, at most {most} are taken"),
            ));
        }
        // Thousands of rows take seconds: not on a thread that answers others.
        let renderer = Arc::clone(&self.renderer);
        let documents = std::mem::take(&mut wanted.documents);
        let work = move || examine(&renderer, &wanted, documents).map(|checked| (wanted, checked));
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Failure::internal(format_args!("check task: {error}")))?
    }
}

fn examine(renderer: &Renderer, wanted: &Wanted, documents: Vec<Document>) -> Result<Checked, Failure> {
    let pattern = NamePattern::compile(wanted.names.as_deref().unwrap_or(super::names::DEFAULT))?;
    let mut making = Making {
        standard: wanted.standard,
        mode: wanted.mode.clone(),
        test: wanted.test,
        fields: wanted.fields,
        qr: wanted.qr,
        date: UNDATED,
        author: String::new(),
        names: wanted.names.clone(),
    };
    let mut coded = false;
    for template in documents.iter().map(|document| document.template.as_str()) {
        renderer.template(template)?;
        coded |= renderer.has_room_for_code(template);
    }
    if wanted.qr && !coded {
        return Err(no_place());
    }
    let total = documents.len();
    let (mut items, mut faults, mut warnings) = (Vec::with_capacity(total), Vec::new(), Vec::new());
    let mut names = Unique::default();
    for (index, document) in (1..).zip(documents) {
        let prepared = {
            let requested = making.requested(renderer, &document.template);
            renderer.prepare(&document.template, document.data.clone(), &requested)
        };
        let prepared = if document.faults.is_empty() {
            prepared
        } else {
            // What could not be read is missing from the data: told once, by the cell, beside all other faults.
            let others = prepared.err().map(|failure| failure.diagnostics).unwrap_or_default();
            let others = others.into_iter().filter(|one| one.code != "required");
            Err(Failure::new(Code::InvalidData, document.faults.iter().cloned().chain(others).collect()))
        };
        let (error, file_name) = match prepared {
            Ok(prepared) => {
                if making.author.is_empty() {
                    making.author.clone_from(&prepared.job.meta.author);
                }
                if let (UNDATED, Some(date)) = (making.date, prepared.job.meta.date) {
                    making.date = date;
                }
                warnings.extend(prepared.warnings.into_iter().map(|one| document.below(one)));
                (None, prepared.file_name)
            }
            Err(failure) => {
                let error = serde_json::to_value(&failure).map_err(Failure::internal)?;
                let told = failure.diagnostics.into_iter();
                // Kept with its item in terms of the document; told now in terms of the request.
                faults.extend(told.map(|one| if one.cell.is_some() { one } else { document.below(one) }));
                (Some(error), document.template.clone())
            }
        };
        let facts = NameFacts {
            index,
            total,
            template: &document.template,
            file_name: &file_name,
            data: &document.data,
            group: &document.unit,
            person: &document.person,
        };
        let name = match pattern.write(&facts) {
            Ok(name) => name,
            Err(failure) => {
                // The same for thousands of rows: told once.
                if error.is_none() {
                    return Err(failure);
                }
                safe(&format!("{index} {}.pdf", document.template))
            }
        };
        let name = if document.folder.is_empty() { name } else { safe(&format!("{}/{name}", document.folder)) };
        items.push(NewItem {
            template: document.template,
            data: document.data.to_string(),
            folder: document.folder,
            unit: document.unit,
            person: document.person,
            origin: document.row.unwrap_or(document.origin),
            name: names.take(name),
            error,
        });
    }
    Ok(Checked { items, faults, warnings, making })
}

/// A finding about one document, in terms of what the caller sent.
fn below(origin: &str, mut one: Diagnostic) -> Diagnostic {
    one.pointer = Some(format!("{origin}{}", one.pointer.unwrap_or_default()));
    one
}

/// Lays one object over another, key by key; what is not an object is replaced.
pub fn lay_over(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                lay_over(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_tells_its_unit_and_its_name() {
        let row = Document::of_row(
            "giay_khen",
            json!({"doi_tuong": {"ten": "Lò Văn Ò", "don_vi": "Bản Mo"}}),
            "/rows/0".into(),
        );
        assert_eq!((row.unit.as_str(), row.person.as_str()), ("Bản Mo", "Lò Văn Ò"));
        assert!(Document::of_row("bao_cao", json!({}), String::new()).unit.is_empty());
    }

    #[test]
    fn a_finding_stands_below_its_row() {
        let one = below("/rows/3", Diagnostic::error("x", "x", "x").at("/doi_tuong/ten"));
        assert_eq!(one.pointer.as_deref(), Some("/rows/3/doi_tuong/ten"));
        assert_eq!(below("/rows/3", Diagnostic::error("x", "x", "x")).pointer.as_deref(), Some("/rows/3"));
    }

    #[test]
    fn a_row_is_laid_over_what_all_have_in_common() {
        let mut data = json!({"co_quan": {"ten": "A", "dia_danh": "B"}, "so": 1});
        lay_over(&mut data, json!({"co_quan": {"ten": "C"}, "ds": [1]}));
        assert_eq!(data, json!({"co_quan": {"ten": "C", "dia_danh": "B"}, "so": 1, "ds": [1]}));
    }
}
