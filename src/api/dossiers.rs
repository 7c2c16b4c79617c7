//! `/v1/dossiers`: one decision's data become a plan of documents, checked against each other, and a batch.

use std::sync::Arc;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::caller::Caller;
use super::documents::in_time;
use super::guard::Owner;
use super::request::{self, Envelope, Kind};
use super::sheets::{self, Source};
use super::{batches, problem};
use crate::app::App;
use crate::batch::{Document, OnFault, Wanted};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::dossier::{Plan, sample, with_rows};
use crate::ingest;

/// Where in a request the dossier stands.
const ENVELOPE: &str = "/dossier";

/// Takes a dossier in: planned, cross-checked, written down as a batch, then 202.
pub async fn create(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        let mut envelope = request::read(&app, &request, payload, Kind::Dossier).await?;
        let idempotency = request::idempotency(&request, &envelope.digest)?;
        let (plan, source) = plan(&app, &mut envelope).await;
        let plan = plan?;
        let wanted = Wanted { idempotency, ..wanted(&envelope.value, plan, owner.0.clone()) };
        app.batches.accept(wanted).await.map_err(|failure| source.place(failure))
    };
    match in_time(&caller, work).await {
        Ok(accepted) => batches::created(&app, &owner, &caller, &request, &accepted).await,
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// The same checks without taking anything in: every fault, or the plan with every warning.
pub async fn check(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        let mut envelope = request::read(&app, &request, payload, Kind::Dossier).await?;
        let file = envelope.sheet.clone();
        let (plan, source) = plan(&app, &mut envelope).await;
        let outcome = match plan {
            Ok(plan) => {
                let (shown, told) = (shown(&plan), plan.warnings.clone());
                let found = app.batches.check(wanted(&envelope.value, plan, owner.0.clone())).await;
                let found = found.map(|found| told.into_iter().chain(source.place_all(found)).collect());
                found.map(|found| (found, shown)).map_err(|failure| source.place(failure))
            }
            Err(failure) => Err(failure),
        };
        Ok::<_, Failure>((file, source, outcome))
    };
    match in_time(&caller, work).await {
        Ok((Some(file), source, outcome)) if sheets::wants_copy(&request) => {
            let outcome = outcome.map(|(found, _)| found);
            sheets::marked(&request, &caller, &file, &source, &outcome).await
        }
        Ok((_, source, Ok((warnings, shown)))) => batches::checked(&caller, &source, &warnings, shown),
        Ok((_, _, Err(failure))) | Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// The contract of a dossier's data, whole.
pub async fn schema(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/schema+json").body(app.planner.schema().to_string())
}

/// A small dossier that works.
pub async fn show_sample() -> HttpResponse {
    HttpResponse::Ok().json(json!({"dossier": sample()}))
}

/// The pattern sheet of recipients.
pub async fn pattern(request: HttpRequest, app: Data<App>, caller: Caller) -> HttpResponse {
    let title = "Danh sách khen thưởng".to_owned();
    let made = ingest::pattern(&title, &ingest::columns_of(app.planner.schema(), "dong")).map(|bytes| (title, bytes));
    sheets::answer_pattern(&request, &caller, made)
}

/// The plan of an envelope; recipients from its sheet, if it has one.
async fn plan(app: &App, envelope: &mut Envelope) -> (Result<Plan, Failure>, Source) {
    let mut input = envelope.value["dossier"].take();
    let mut source = Source::default();
    let mut warnings = Vec::new();
    if let Some(file) = envelope.sheet.take() {
        let columns = ingest::columns_of(app.planner.schema(), "dong");
        let sheet = match sheets::read_sheet(app, columns, file, &envelope.value["sheet"]).await {
            Ok(sheet) => sheet,
            Err(failure) => return (Err(failure), source),
        };
        let rows: Vec<Value> = sheet.rows.iter().map(|row| row.data.clone()).collect();
        let filled = with_rows(input, &rows, app.planner.law());
        input = filled.input.clone();
        warnings.clone_from(&sheet.warnings);
        let faults = sheet.faults.clone();
        let locate = move |pointer: &str| {
            let pointer = pointer.strip_prefix(ENVELOPE).unwrap_or(pointer);
            filled.place(pointer)
        };
        source = Source::of(sheet, Arc::new(locate));
        if !faults.is_empty() {
            return (Err(Failure::new(Code::InvalidData, faults)), source);
        }
    }
    let planned = app.planner.plan(input, &app.confirmed);
    let planned = match planned {
        Ok(mut plan) => {
            warnings.extend(in_envelope(std::mem::take(&mut plan.warnings)));
            plan.warnings = source.place_all(warnings);
            Ok(plan)
        }
        Err(mut failure) => {
            failure.diagnostics = in_envelope(failure.diagnostics);
            Err(source.place(failure))
        }
    };
    (planned, source)
}

/// Findings about a dossier in terms of the request it came in.
fn in_envelope(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let one = |mut one: Diagnostic| {
        one.pointer = one.pointer.map(|pointer| format!("{ENVELOPE}{pointer}"));
        one
    };
    found.into_iter().map(one).collect()
}

/// A plan as a batch.
pub fn wanted(value: &Value, plan: Plan, owner: String) -> Wanted {
    let documents = plan
        .documents
        .into_iter()
        .map(|planned| {
            let one = Document::of_plan(planned);
            Document { origin: format!("{ENVELOPE}{}", one.origin), ..one }
        })
        .collect();
    Wanted {
        owner,
        kind: "dossier",
        title: plan.title,
        documents,
        names: request::word(value, "names"),
        standard: request::standard(value),
        mode: "full".to_owned(),
        test: value["test"] == true,
        fields: value["fields"].as_bool(),
        qr: value["qr"] == true,
        on_fault: OnFault::Refuse,
        webhook: request::word(value, "webhook"),
        idempotency: None,
        warnings: plan.warnings,
    }
}

/// A plan as the contract shows it: no data, only what is to be made.
fn shown(plan: &Plan) -> Value {
    json!({
        "title": plan.title,
        "documents": plan.documents.len(),
        "counts": plan.counts,
        "plan": plan.documents.iter().enumerate().map(|(index, one)| json!({
            "row": index + 1, "template": one.template, "folder": one.folder, "unit": one.group, "person": one.person,
            "origin": format!("{ENVELOPE}{}", one.pointer),
        })).collect::<Vec<_>>(),
    })
}
