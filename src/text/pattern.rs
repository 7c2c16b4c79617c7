//! One line of wording that comes with a request and not with a template, such as a pattern of file names.
//!
//! Whoever writes a template is trusted with loops; whoever sends a request is not. Steps alone bound no memory (forty
//! doublings of a text are few steps), so a pattern has no loops, no variables of its own, no repetition, and only filters
//! whose result is hardly longer than what they take.

use std::ops::Range;

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;

use super::environment::{collapse, print, reason};
use super::filters;
use crate::diagnostic::{Diagnostic, Place};

/// The one template of its environment.
const NAME: &str = "pattern";

/// Longest pattern, bytes.
const LONGEST: usize = 1000;

/// Longest text `replace` may make, bytes.
const REPLACED: usize = 4096;

/// Steps a pattern may take: without loops, more than its length can need.
const FUEL: u64 = 10_000;

/// Statements a pattern may hold.
const STATEMENTS: [&str; 4] = ["if", "elif", "else", "endif"];

/// Filters a pattern may use.
const FILTERS: [&str; 21] = [
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "default",
    "replace",
    "split",
    "first",
    "last",
    "ngay_dai",
    "ngay_ngan",
    "so_dem",
    "so_nhom",
    "tien",
    "bang_chu",
    "phan_tram",
    "thap_phan",
    "so_la_ma",
    "hoa_dau",
    "thuong_dau",
];

/// A pattern compiled once and written many times.
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
    /// not to the pattern's own letters. Faults stand at their line and column.
    pub fn compile(
        source: &str,
        variables: &[&str],
        wash: fn(&str) -> String,
        title: Title,
    ) -> Result<Self, Vec<Diagnostic>> {
        if let Some(fault) = refuse_growth(source, title) {
            return Err(vec![fault]);
        }
        let mut environment = modest();
        environment.set_formatter(move |out, state, value| match value.kind() {
            ValueKind::String | ValueKind::Number | ValueKind::Bool => {
                print(out, state, &Value::from(wash(&value.to_string())))
            }
            ValueKind::Undefined | ValueKind::None => print(out, state, value),
            kind => Err(Error::new(ErrorKind::InvalidOperation, format!("a {kind} is no text to print"))),
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

/// An environment without anything that could make much out of little.
fn modest() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    filters::register_figures(&mut environment);
    environment.add_filter("upper", minijinja::filters::upper);
    environment.add_filter("lower", minijinja::filters::lower);
    environment.add_filter("title", minijinja::filters::title);
    environment.add_filter("capitalize", minijinja::filters::capitalize);
    environment.add_filter("trim", minijinja::filters::trim);
    environment.add_filter("default", minijinja::filters::default);
    environment.add_filter("split", minijinja::filters::split);
    environment.add_filter("first", minijinja::filters::first);
    environment.add_filter("last", minijinja::filters::last);
    environment.add_filter("replace", replace);
    environment.add_test("defined", minijinja::tests::is_defined);
    environment.add_test("none", minijinja::tests::is_none);
    environment
}

/// As minijinja's own, where the result stays short.
fn replace(text: &str, from: &str, to: &str) -> Result<String, Error> {
    let length = text.len().saturating_add(text.matches(from).count().saturating_mul(to.len()));
    if length > REPLACED {
        return Err(Error::new(ErrorKind::InvalidOperation, "the text would become too long"));
    }
    Ok(text.replace(from, to))
}

/// The first thing in a pattern that could grow. Anywhere, in quotes too: no reader of quotes can then be led astray.
fn refuse_growth(source: &str, title: Title) -> Option<Diagnostic> {
    if source.len() > LONGEST {
        let (vi, en) = (format!("dài quá {LONGEST} byte"), format!("longer than {LONGEST} bytes"));
        return Some(title.fault(&vi, &en, source, 0));
    }
    let multiplied = source.find('*').map(|at| (at, "*".to_owned()));
    let mut statements = source.match_indices("{%").map(|(at, _)| {
        let rest = source[at + 2..].trim_start_matches(['-', '+']).trim_start();
        (at, rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
    });
    let (at, word) = multiplied.or_else(|| statements.find(|(_, word)| !STATEMENTS.contains(&word.as_str())))?;
    let fault = title.fault(&format!("không dùng được `{word}`"), &format!("`{word}` cannot be used"), source, at);
    Some(
        fault.hint(
            "chỉ dùng `{{ … }}` và `{% if … %} … {% endif %}`",
            "use only `{{ … }}` and `{% if … %} … {% endif %}`",
        ),
    )
}

impl Title {
    fn explain(self, error: &Error, source: &str) -> Diagnostic {
        let at = error.range().map_or_else(|| line_start(source, error.line()), |range| range.start);
        let reason = reason(error);
        let fault = self.fault(&reason, &reason, source, at);
        if error.kind() == ErrorKind::UnknownFilter {
            let filters = FILTERS.map(|filter| format!("`{filter}`")).join(", ");
            return fault.hint(format!("các bộ lọc: {filters}"), format!("the filters: {filters}"));
        }
        fault
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
        let faults = compile("ten: {{ ten }}\n– {{ tuoi }} {{ so_ky_hieu(1, \"QĐ\") }} {{ lop }}")
            .err()
            .expect("two names nobody gives");
        assert_eq!(faults.iter().map(place).collect::<Vec<_>>(), [(2, 6), (2, 43)]);
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
    fn what_could_grow_is_refused() {
        for source in [
            "{% for i in range(9) %}x{% endfor %}",
            "{%-set a = ten ~ ten %}",
            "{%+ macro a() %}{% endmacro %}",
            "{{ 'a' * 1000000 }}",
            "{{ '{% for' }}",
            "{% include 'x' %}",
        ] {
            let faults = compile(source).err().expect(source);
            assert!(faults[0].message.en.contains("cannot be used"), "{faults:?}");
        }
        assert!(compile(&"a".repeat(LONGEST + 1)).is_err());
        for source in ["{{ range(9) }}", "{{ namespace(a=1) }}", "{{ loop }}"] {
            assert!(compile(source).is_err(), "{source}");
        }
        let values = json!({"ten": "a".repeat(400), "so": [1, 2], "data": {"n": null}});
        for source in [
            "{{ ten | replace('a', ten) }}",
            "{{ ten | replace('', ten) }}",
            "{{ ten | indent(100000000) }}",
            "{{ ten | join(ten) }}",
            "{{ ten | slice(100000000) }}",
            "{{ '%9999999999d' | format(1) }}",
            "{{ so }}",
            "{{ data }}",
            "{{ data.n }}",
        ] {
            let pattern = compile(source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"));
            pattern.write(&values).expect_err(source);
        }
    }

    #[test]
    fn conditions_and_every_filter_told_work() {
        let pattern =
            compile("{% if so is defined and so > 1 %}{{ ten | split | last | upper }}{% else %}x{% endif %}")
                .unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(pattern.write(json!({"so": 2, "ten": "Lò Thị Hạnh"})).expect("sound"), "HẠNH");
        assert_eq!(pattern.write(json!({"ten": "Lò Thị Hạnh"})).expect("sound"), "x");
        let environment = modest();
        for filter in FILTERS {
            let used = environment.render_str(&format!("{{{{ 1 | {filter} }}}}"), ());
            assert!(used.map_or_else(|error| error.kind() != ErrorKind::UnknownFilter, |_| true), "{filter}");
        }
    }
}
