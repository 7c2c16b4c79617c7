//! One template's wording, compiled once: derived values, pieces of prose, metadata, rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use serde::Serialize;

use super::filters;
use crate::diagnostic::{Code, Diagnostic, Failure, Place};

/// Steps one piece of prose may take: a list of 20,000 names needs about a tenth.
const FUEL: u64 = 20_000_000;

/// The variable that carries the value of an expression.
const OUT: &str = "vd_out";

/// A piece of wording to compile.
pub struct Pieces<'a> {
    /// Named templates: (name, file for messages, source).
    pub prose: Vec<(&'a str, &'a str, &'a str)>,
    /// Named expressions, evaluated in this order.
    pub derive: Vec<(&'a str, &'a str)>,
    /// Named conditions, evaluated when asked for.
    pub conditions: Vec<(&'a str, &'a str)>,
}

/// Compiled wording of one template.
pub struct Wording {
    environment: Environment<'static>,
    derive: Vec<String>,
    files: Vec<(String, String)>,
}

impl Wording {
    /// Compiles everything; all faults at once.
    pub fn compile(pieces: &Pieces<'_>) -> Result<Self, Vec<Diagnostic>> {
        let mut environment = environment();
        let mut faults = Vec::new();
        let mut files = Vec::new();
        for (name, file, source) in &pieces.prose {
            files.push(((*name).to_owned(), (*file).to_owned()));
            if let Err(error) = environment.add_template_owned((*name).to_owned(), (*source).to_owned()) {
                faults.push(explain(&error, file));
            }
        }
        for (kind, (name, source)) in
            pieces.derive.iter().map(|one| ("derive", one)).chain(pieces.conditions.iter().map(|one| ("rules", one)))
        {
            // An expression is compiled once, as a template that sets one variable: minijinja's own compiled
            // expressions borrow their environment and so cannot stand beside it.
            let name = format!("{kind}.{name}");
            if let Err(error) = environment.add_template_owned(name.clone(), format!("{{% set {OUT} = ({source}) %}}"))
            {
                faults.push(explain(&error, &name));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let derive = pieces.derive.iter().map(|(name, _)| (*name).to_owned()).collect();
        Ok(Self { environment, derive, files })
    }

    /// The context of a document: its data with `derived` beside.
    pub fn context(&self, data: &serde_json::Value, absent: &[String]) -> Result<Context<'_>, Failure> {
        let mut values = BTreeMap::new();
        for (key, value) in data.as_object().into_iter().flatten() {
            values.insert(Arc::from(key.as_str()), Value::from(Serde(value)));
        }
        for key in absent {
            if data.get(key).is_none() {
                values.insert(Arc::from(key.as_str()), Value::from(()));
            }
        }
        let mut context = Context { wording: self, values, derived: BTreeMap::new(), root: Value::UNDEFINED };
        context.settle();
        for name in &self.derive {
            let value = context.evaluate(&format!("derive.{name}"))?;
            context.derived.insert(name.clone(), value);
            context.settle();
        }
        Ok(context)
    }
}

/// A document's values, ready for prose.
pub struct Context<'a> {
    wording: &'a Wording,
    values: BTreeMap<Arc<str>, Value>,
    derived: BTreeMap<String, Value>,
    /// Both as one value, made anew when either changes.
    root: Value,
}

impl Context<'_> {
    /// Writes a named piece as one string: white space collapsed, ends trimmed.
    pub fn write(&self, name: &str) -> Result<String, Failure> {
        Ok(collapse(&self.render(name)?))
    }

    /// Writes a named piece as its non-empty lines.
    pub fn write_lines(&self, name: &str) -> Result<Vec<String>, Failure> {
        Ok(self.render(name)?.lines().map(collapse).filter(|line| !line.is_empty()).collect())
    }

    /// The items of an expression that stands among the conditions.
    pub fn items(&self, name: &str) -> Result<Vec<Value>, Failure> {
        let items = self.evaluate(&format!("rules.{name}"))?;
        let items = items.try_iter().map_err(|error| Failure::new(Code::TemplateError, vec![explain(&error, name)]))?;
        Ok(items.collect())
    }

    /// The same values and one more.
    pub fn with(&self, name: &str, value: Value) -> Self {
        let mut values = self.values.clone();
        values.insert(Arc::from(name), value);
        let mut context = Self { wording: self.wording, values, derived: self.derived.clone(), root: Value::UNDEFINED };
        context.settle();
        context
    }

    /// Whether a condition holds.
    pub fn holds(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.evaluate(&format!("rules.{name}"))?.is_true())
    }

    fn evaluate(&self, name: &str) -> Result<Value, Failure> {
        let result = self.wording.environment.get_template(name).and_then(|template| {
            let done = template.render_captured(self.root.clone())?;
            Ok(done.state().lookup(OUT).unwrap_or_default())
        });
        result.map_err(|error| Failure::new(Code::TemplateError, vec![explain(&error, name)]))
    }

    /// Adds the finished prose, so that metadata may use it as `text.<name>`.
    pub fn add(&mut self, name: &str, value: impl Serialize) {
        self.values.insert(Arc::from(name), Value::from(Serde(value)));
        self.settle();
    }

    /// The derived values.
    pub fn derived(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.derived.iter().map(|(name, value)| (name.as_str(), value))
    }

    fn render(&self, name: &str) -> Result<String, Failure> {
        let file = self.wording.files.iter().find(|(known, _)| known == name).map_or(name, |(_, file)| file);
        self.wording
            .environment
            .get_template(name)
            .and_then(|template| template.render(self.root.clone()))
            .map_err(|error| Failure::new(Code::TemplateError, vec![explain(&error, file)]))
    }

    fn settle(&mut self) {
        let mut root = self.values.clone();
        root.insert(Arc::from("derived"), Value::from(self.derived.clone()));
        self.root = Value::from(root);
    }
}

/// The environment of all prose: strict, bounded, with our filters.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_formatter(print);
    filters::register(&mut environment);
    environment
}

/// Prints one value. A blank where a value is missing would be printed and signed.
pub(super) fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => Err(Error::new(ErrorKind::UndefinedError, "a value that is not given would be printed")),
        _ => minijinja::escape_formatter(out, state, value),
    }
}

pub(super) fn collapse(text: &str) -> String {
    // Only breaking white space: no-break spaces are blanks the law foresees.
    let mut out = String::with_capacity(text.len());
    for word in text.split([' ', '\n', '\t', '\r']).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn explain(error: &Error, file: &str) -> Diagnostic {
    let message = reason(error);
    let place = Place { file: file.to_owned(), line: error.line().unwrap_or(1), column: 1 };
    Diagnostic::error(
        "prose",
        format!("lời văn của mẫu lỗi: {message}"),
        format!("the template's prose fails: {message}"),
    )
    .in_file(Some(place))
}

/// What minijinja says, with every cause.
pub(super) fn reason(error: &Error) -> String {
    let mut message =
        error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message = format!("{message}; {cause}");
        source = cause.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wording(source: &str) -> Wording {
        Wording::compile(&Pieces {
            prose: vec![("p", "x/text/p.j2", source)],
            derive: vec![("hai", "so * 2"), ("bon", "derived.hai * 2")],
            conditions: vec![("lon", "derived.bon > 4")],
        })
        .unwrap_or_else(|faults| panic!("{faults:?}"))
    }

    #[test]
    fn later_expressions_see_earlier_ones() {
        let wording = wording("{{ derived.bon | so_dem }} tập thể");
        let context = wording.context(&json!({"so": 2}), &[]).expect("sound");
        assert_eq!(context.write("p").expect("sound"), "08 tập thể");
        assert!(context.holds("lon").expect("sound"));
    }

    #[test]
    fn missing_values_are_never_printed_as_blanks() {
        let wording = wording("dòng một\nsố {{ nam }}");
        for absent in [vec!["nam".to_owned()], vec![]] {
            let context = wording.context(&json!({"so": 1}), &absent).expect("sound");
            let failure = context.write("p").expect_err("nothing to print");
            let place = failure.diagnostics[0].place.as_ref().expect("a place");
            assert_eq!((place.file.as_str(), place.line), ("x/text/p.j2", 2));
        }
    }

    #[test]
    fn lines_are_trimmed_and_blanks_of_the_law_kept() {
        let wording = wording("{% if so %}\n  Số:\u{a0}\u{a0}/QĐ  \n{% endif %}\n\n b  c ");
        let context = wording.context(&json!({"so": 1}), &[]).expect("sound");
        assert_eq!(context.write_lines("p").expect("sound"), ["Số:\u{a0}\u{a0}/QĐ", "b c"]);
    }

    #[test]
    fn endless_prose_runs_out_of_fuel() {
        let wording = wording("{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}");
        let context = wording.context(&json!({"so": 1}), &[]).expect("sound");
        assert!(context.write("p").is_err());
    }
}
