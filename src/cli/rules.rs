//! `rules`: what pages are held to.

use clap::Args;
use serde_json::{Value, json};

use super::{Format, Speech};
use crate::diagnostic::{Failure, Lang, Severity};
use crate::the_thuc::Form;

/// List the rules of form.
#[derive(Args)]
pub struct Rules {
    /// Only this form: `nghi_dinh_30`, `ban_sao` or `giay_khen`
    #[arg(value_parser = Form::ALL.map(Form::name))]
    form: Option<String>,
}

impl Rules {
    /// Runs the command.
    pub fn run(self, speech: Speech) -> Result<(), Failure> {
        let wanted = |form: &Form| self.form.as_deref().is_none_or(|word| word == form.name());
        let rules =
            Form::ALL.into_iter().filter(wanted).flat_map(|form| form.rules().iter().map(move |rule| (form, rule)));
        let asks = |vi: &'static str, en: &'static str| if speech.lang == Lang::Vi { vi } else { en };
        match speech.format {
            Format::Json => {
                let rows = rules.map(|(form, rule)| {
                    json!({"form": form.name(), "id": rule.id, "clause": rule.clause, "severity": rule.severity,
                        "asks": asks(rule.vi, rule.en)})
                });
                put!("{:#}", rows.collect::<Value>());
            }
            Format::Human => {
                for (form, rule) in rules {
                    let severity = match rule.severity {
                        Severity::Error => asks("lỗi", "error"),
                        Severity::Warning => asks("lưu ý", "warning"),
                    };
                    put!("{}\t{}\t{severity}\t{}\t{}", form.name(), rule.id, rule.clause, asks(rule.vi, rule.en));
                }
            }
        }
        Ok(())
    }
}
