//! One line of wording that comes with a request and not with a template, such as a pattern of file names.

use std::ops::Range;

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Error, Value};
use serde::Serialize;

use super::environment::{collapse, environment, print, reason};
use crate::diagnostic::{Diagnostic, Place};

/// The one template of its environment.
const NAME: &str = "pattern";

/// A pattern compiled once and written many times: the filters, strictness and limit of steps of all prose.
pub struct Pattern {
    environment: Environment<'static>,
    title: Title,
}

/// What a pattern is called in messages.
#[derive(Debug, Clone, Copy)]
pub struct Title {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
    /// For programs: the code of its faults, and in their places the file.
    pub code: &'static str,
}

impl Pattern {
    /// Compiles a pattern that may use `variables` and nothing else. `wash` is applied to everything printed from the values,
    /// not to the pattern's own letters. Faults stand at their line and column and name the variables.
    pub fn compile(
        source: &str,
        variables: &[&str],
        wash: fn(&str) -> String,
        title: Title,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut environment = environment();
        environment.set_formatter(move |out, state, value| match value.kind() {
            ValueKind::Undefined | ValueKind::None => print(out, state, value),
            _ => print(out, state, &Value::from(wash(&value.to_string()))),
        });
        if let Err(error) = environment.add_template_owned(NAME, source.to_owned()) {
            return Err(vec![title.explain(&error, source)]);
        }
        let pattern = Self { environment, title };
        let unknown = pattern.unknown(source, variables);
        if unknown.is_empty() { Ok(pattern) } else { Err(unknown) }
    }

    /// Writes the pattern with these values: white space collapsed, ends trimmed.
    pub fn write(&self, values: impl Serialize) -> Result<String, Diagnostic> {
        let fail = |error: &Error, source| self.title.explain(error, source);
        let template = self.environment.get_template(NAME).map_err(|error| fail(&error, ""))?;
        let text = template.render(Value::from(Serde(values))).map_err(|error| fail(&error, template.source()))?;
        Ok(collapse(&text))
    }

    /// Names the pattern uses that no one gives it.
    fn unknown(&self, source: &str, variables: &[&str]) -> Vec<Diagnostic> {
        let Ok(template) = self.environment.get_template(NAME) else { return Vec::new() };
        let mut unknown: Vec<_> = template
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| !variables.contains(&name.as_str()))
            .filter(|name| !self.environment.globals().any(|(global, _)| global == name))
            .map(|name| (find(source, &name), name))
            .collect();
        unknown.sort();
        unknown
            .into_iter()
            .map(|(at, name)| {
                self.title.fault(&format!("không có biến `{name}`"), &format!("no variable `{name}`"), source, at)
            })
            .collect()
    }
}

impl Title {
    fn explain(self, error: &Error, source: &str) -> Diagnostic {
        let at = error.range().map_or_else(|| line_start(source, error.line()), |range| range.start);
        let reason = reason(error);
        self.fault(&reason, &reason, source, at)
    }

    /// The place stands in the words too: a caller sees them where it sees no file.
    fn fault(self, vi: &str, en: &str, source: &str, at: usize) -> Diagnostic {
        let (line, column) = line_and_column(source, at);
        let Self { vi: title_vi, en: title_en, code } = self;
        Diagnostic::error(
            code,
            format!("{title_vi}, dòng {line}, cột {column}: {vi}"),
            format!("{title_en}, line {line}, column {column}: {en}"),
        )
        .in_file(Some(Place { file: code.to_owned(), line, column }))
    }
}

/// Byte at which a line starts, lines from 1.
fn line_start(source: &str, line: Option<usize>) -> usize {
    source.split_inclusive('\n').take(line.unwrap_or(1).saturating_sub(1)).map(str::len).sum()
}

/// Line and column of a byte, both from 1, the column in characters.
fn line_and_column(source: &str, at: usize) -> (usize, usize) {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Where a name first stands as a word inside `{{ }}` or `{% %}`; a name known to be there.
fn find(source: &str, name: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let inside = |at: usize| {
        let before = &source[..at];
        let last = |marks: [&str; 2]| marks.iter().filter_map(|mark| before.rfind(mark)).max();
        last(["{{", "{%"]) > last(["}}", "%}"])
    };
    let is_name = |Range { start, end }: Range<usize>| {
        !source[..start].ends_with(is_word) && !source[..start].ends_with('.') && !source[end..].starts_with(is_word)
    };
    let mut places = source.match_indices(name).map(|(at, _)| at);
    places.find(|&at| inside(at) && is_name(at..at + name.len())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn compile(source: &str) -> Result<Pattern, Vec<Diagnostic>> {
        let title = Title { vi: "mẫu tên", en: "name pattern", code: "names" };
        Pattern::compile(source, &["so", "ten", "data"], |text| text.replace('/', "-"), title)
    }

    fn place(fault: &Diagnostic) -> (usize, usize) {
        fault.place.as_ref().map_or((0, 0), |place| (place.line, place.column))
    }

    #[test]
    fn values_are_washed_and_the_pattern_itself_is_not() {
        let pattern = compile("{{ so }}/{{ ten }}/{{ data.a | upper }} {{ data.n | so_dem }}")
            .unwrap_or_else(|faults| panic!("{faults:?}"));
        let values = json!({"so": 7, "ten": "a/b", "data": {"a": "c/d", "n": 3}});
        assert_eq!(pattern.write(values).expect("sound"), "7/a-b/C-D 03");
    }

    #[test]
    fn unknown_names_are_told_before_anything_is_written() {
        let faults = compile("ten: {{ ten }}\n– {{ tuoi }} {{ range(2) | list | length }} {{ lop }}")
            .err()
            .expect("two names nobody gives");
        assert_eq!(faults.iter().map(place).collect::<Vec<_>>(), [(2, 6), (2, 48)]);
        assert!(faults[0].message.vi.contains("dòng 2, cột 6: không có biến `tuoi`"), "{faults:?}");
    }

    #[test]
    fn faults_of_syntax_and_of_values_stand_at_their_place() {
        let pattern = compile("Đơn vị {{ ten | khong_co }}").unwrap_or_else(|faults| panic!("{faults:?}"));
        let fault = pattern.write(json!({"ten": "a"})).expect_err("no such filter");
        assert_eq!(place(&fault).0, 1, "{fault:?}");
        assert!(fault.message.en.contains("khong_co"), "{fault:?}");
        let faults = compile("dòng\n{% if so %}").err().expect("an open tag");
        assert_eq!(place(&faults[0]).0, 2, "{faults:?}");
        let pattern = compile("Đơn vị {{ data.don_vi }}").unwrap_or_else(|faults| panic!("{faults:?}"));
        let fault = pattern.write(json!({"data": {}})).expect_err("no such field");
        assert_eq!(place(&fault), (1, 11), "{fault:?}");
    }

    #[test]
    fn names_are_found_as_words_inside_tags_only() {
        assert_eq!(find("lop {{ x.lop }} {{ lop2 }} {{ lop }}", "lop"), 30);
    }

    #[test]
    fn endless_patterns_run_out_of_steps() {
        let pattern = compile("{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}")
            .unwrap_or_else(|faults| panic!("{faults:?}"));
        assert!(pattern.write(json!({})).is_err());
    }
}
