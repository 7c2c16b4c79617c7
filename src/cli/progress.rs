//! How far a long command is: a bar for a person at a terminal, a line now and then for a log, nothing for a program.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Format, Speech};
use crate::batch::rate::{Rate, percent};
use crate::diagnostic::Lang;
use crate::domain::number;

/// Between two lines where no bar can be drawn.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// The progress of one command, on stderr.
pub struct Progress {
    face: Face,
    lang: Lang,
    started: Instant,
    rate: Rate,
    now: Counts,
    /// What was done when this began: a batch taken up again.
    before: Option<u64>,
}

/// What is shown, and where.
enum Face {
    Bar(ProgressBar),
    Lines { last: Instant },
    Silent,
}

/// How far it is.
#[derive(Debug, Clone, Copy)]
struct Counts {
    total: u64,
    done: u64,
    failed: u64,
}

impl Progress {
    /// Nothing done yet of `total` documents.
    pub fn new(total: u64, speech: Speech) -> Self {
        let started = Instant::now();
        let face = if speech.format == Format::Json {
            Face::Silent
        } else if io::stderr().is_terminal() {
            Face::Bar(bar(total))
        } else {
            Face::Lines { last: started }
        };
        let now = Counts { total, done: 0, failed: 0 };
        Self { face, lang: speech.lang, started, rate: Rate::default(), now, before: None }
    }

    /// So many are finished, `failed` of them without a document. The first call tells what was done before.
    pub fn set(&mut self, done: u64, failed: u64) {
        self.now = Counts { done, failed, ..self.now };
        self.before.get_or_insert(done);
        let since = self.started.elapsed();
        self.rate.sample(since, done);
        match &mut self.face {
            Face::Silent => {}
            Face::Bar(bar) => {
                bar.set_position(done);
                bar.set_message(running(self.now, &self.rate, self.lang));
            }
            Face::Lines { last } => {
                if last.elapsed() >= BETWEEN_LINES {
                    *last = Instant::now();
                    eprintln!("{}", running(self.now, &self.rate, self.lang));
                }
            }
        }
    }

    /// Takes the bar away and says what came of it all.
    pub fn finish(self) {
        if let Face::Bar(bar) = &self.face {
            bar.finish_and_clear();
        }
        if !matches!(self.face, Face::Silent) {
            let new = self.now.done.saturating_sub(self.before.unwrap_or(0));
            eprintln!("{}", finished(self.now, new, self.started.elapsed(), self.lang));
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:30} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    bar
}

/// `1.204/2.860 (42%), 38,5 văn bản/giây, còn khoảng 43 giây, 3 lỗi`.
fn running(now: Counts, rate: &Rate, lang: Lang) -> String {
    let mut words = vec![format!("{} ({}%)", share(now, lang), percent(now.done, now.total))];
    if rate.per_second() > 0.0 {
        words.push(speed(rate.per_second(), lang));
    }
    match rate.left(now.total) {
        Some(left) if now.done < now.total => words.push(match lang {
            Lang::Vi => format!("còn khoảng {}", span(left, lang)),
            Lang::En => format!("about {} left", span(left, lang)),
        }),
        _ => {}
    }
    words.extend(failures(now.failed, lang));
    words.join(", ")
}

/// `2.860/2.860 văn bản trong 58 giây, 49,3 văn bản/giây, 3 lỗi`; the speed is of those made now.
fn finished(now: Counts, new: u64, time: Duration, lang: Lang) -> String {
    let mut words = vec![match lang {
        Lang::Vi => format!("{} văn bản trong {}", share(now, lang), span(time, lang)),
        Lang::En => format!("{} documents in {}", share(now, lang), span(time, lang)),
    }];
    if new > 0 && !time.is_zero() {
        words.push(speed(new as f64 / time.as_secs_f64(), lang));
    }
    words.extend(failures(now.failed, lang));
    words.join(", ")
}

fn share(now: Counts, lang: Lang) -> String {
    format!("{}/{}", count(now.done, lang), count(now.total, lang))
}

fn failures(failed: u64, lang: Lang) -> Option<String> {
    (failed > 0).then(|| match lang {
        Lang::Vi => format!("{} lỗi", count(failed, lang)),
        Lang::En => format!("{} failed", count(failed, lang)),
    })
}

fn speed(per_second: f64, lang: Lang) -> String {
    // One decimal, as slow batches need.
    let tenths = format!("{per_second:.1}");
    match lang {
        Lang::Vi => format!("{} văn bản/giây", tenths.replace('.', ",")),
        Lang::En => format!("{tenths} documents/s"),
    }
}

/// Figures in groups as the language writes them.
fn count(n: u64, lang: Lang) -> String {
    let grouped = number::group(i64::try_from(n).unwrap_or(i64::MAX));
    if lang == Lang::Vi { grouped } else { grouped.replace('.', ",") }
}

/// A time as a person says it: `43 giây`, `12 phút`, `2 giờ 05 phút`; rounded up, since early is better than late.
fn span(time: Duration, lang: Lang) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let minutes = seconds.div_ceil(60);
    match (seconds, lang) {
        (..120, Lang::Vi) => format!("{seconds} giây"),
        (..120, Lang::En) => format!("{seconds} s"),
        (..5_400, Lang::Vi) => format!("{minutes} phút"),
        (..5_400, Lang::En) => format!("{minutes} min"),
        (_, Lang::Vi) => format!("{} giờ {:02} phút", minutes / 60, minutes % 60),
        (_, Lang::En) => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moving() -> Rate {
        let mut rate = Rate::default();
        rate.sample(Duration::ZERO, 1_000);
        rate.sample(Duration::from_secs(4), 1_154);
        rate
    }

    #[test]
    fn a_running_batch_tells_share_speed_time_and_failures() {
        let now = Counts { total: 2_860, done: 1_154, failed: 3 };
        assert_eq!(
            running(now, &moving(), Lang::Vi),
            "1.154/2.860 (40%), 38,5 văn bản/giây, còn khoảng 45 giây, 3 lỗi"
        );
        assert_eq!(running(now, &moving(), Lang::En), "1,154/2,860 (40%), 38.5 documents/s, about 45 s left, 3 failed");
    }

    #[test]
    fn nothing_is_promised_before_it_is_known() {
        let now = Counts { total: 10, done: 0, failed: 0 };
        assert_eq!(running(now, &Rate::default(), Lang::Vi), "0/10 (0%)");
        let all = Counts { total: 1_154, done: 1_154, failed: 0 };
        assert_eq!(running(all, &moving(), Lang::Vi), "1.154/1.154 (100%), 38,5 văn bản/giây");
    }

    #[test]
    fn the_end_tells_the_speed_of_what_was_made_now() {
        let now = Counts { total: 2_860, done: 2_860, failed: 3 };
        let words = finished(now, 1_430, Duration::from_secs(100), Lang::Vi);
        assert_eq!(words, "2.860/2.860 văn bản trong 100 giây, 14,3 văn bản/giây, 3 lỗi");
        assert_eq!(finished(now, 0, Duration::ZERO, Lang::En), "2,860/2,860 documents in 0 s, 3 failed");
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let said = |seconds| span(Duration::from_secs_f64(seconds), Lang::Vi);
        assert_eq!([said(0.0), said(0.2), said(119.0)], ["0 giây", "1 giây", "119 giây"]);
        assert_eq!([said(121.0), said(5_399.0), said(7_500.0)], ["3 phút", "90 phút", "2 giờ 05 phút"]);
    }

    #[test]
    fn a_program_hears_nothing() {
        let mut progress = Progress::new(2, Speech { lang: Lang::Vi, format: Format::Json });
        assert!(matches!(progress.face, Face::Silent));
        progress.set(2, 0);
        progress.finish();
    }

    #[test]
    fn the_bar_can_be_drawn() {
        assert!(ProgressStyle::with_template("{bar:30} {msg}").is_ok());
        let bar = bar(10);
        bar.set_draw_target(ProgressDrawTarget::hidden());
        bar.set_position(3);
        assert_eq!((bar.position(), bar.length()), (3, Some(10)));
    }
}
