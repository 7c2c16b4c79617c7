//! The rules of form pages are held to: `GET /v1/rules`.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::caller::Caller;
use crate::diagnostic::Lang;
use crate::the_thuc::{Form, Rule};

/// Every form with its rules, in the caller's language.
pub async fn list(caller: Caller) -> HttpResponse {
    let describe = |rule: &Rule| {
        let asks = if caller.lang == Lang::Vi { rule.vi } else { rule.en };
        json!({"id": rule.id, "clause": rule.clause, "severity": rule.severity, "asks": asks})
    };
    let forms: Vec<Value> = Form::ALL
        .into_iter()
        .map(|form| json!({"form": form.name(), "rules": form.rules().iter().map(describe).collect::<Vec<_>>()}))
        .collect();
    HttpResponse::Ok().json(json!({"forms": forms}))
}
