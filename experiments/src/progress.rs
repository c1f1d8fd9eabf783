//! Progress with rate and time left: a bar on a terminal, a few plain lines elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Progress of one task, on the standard error.
///
/// ```
/// use experiments::progress::Progress;
///
/// let progress = Progress::new("epoch 1/2", 60_000, "images");
/// for _ in 0..60 {
///     progress.advance(1_000);
///     progress.note("objective 5.2");
/// }
/// progress.finish();
/// ```
#[derive(Debug)]
pub struct Progress {
    unit: &'static str,
    bar: ProgressBar,
    plain: Option<Mutex<Plain>>,
    start: Instant,
}

impl Progress {
    /// A task of `total` steps, counted in `unit` (a plural noun).
    pub fn new(title: &str, total: u64, unit: &'static str) -> Self {
        let start = Instant::now();
        let terminal = stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar =
            ProgressBar::with_draw_target(Some(total), target).with_style(style(unit)).with_prefix(title.to_owned());
        let plain =
            (!terminal).then(|| Mutex::new(Plain { title: title.to_owned(), unit, total, last: Duration::ZERO }));
        Self { unit, bar, plain, start }
    }

    /// Counts `steps` more steps as done.
    pub fn advance(&self, steps: u64) {
        self.bar.inc(steps);
        if let Some(plain) = &self.plain {
            let line = plain
                .lock()
                .ok()
                .and_then(|mut p| p.line(self.bar.position(), self.start.elapsed(), &self.bar.message()));
            if let Some(line) = line {
                eprintln!("{line}");
            }
        }
    }

    /// Shows `text` behind the numbers, for example the objective so far.
    pub fn note(&self, text: impl Into<String>) {
        self.bar.set_message(text.into());
    }

    /// Prints a line above the bar.
    pub fn line(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }

    /// Ends the task: the bar goes, one line with the count, the time and the rate stays.
    pub fn finish(self) {
        self.bar.finish_and_clear();
        let (done, elapsed) = (self.bar.position(), self.start.elapsed());
        let note = self.bar.message();
        let comma = if note.is_empty() { "" } else { ", " };
        eprintln!(
            "{}: {} {} in {}, {}{comma}{note}",
            self.bar.prefix(),
            grouped(done),
            self.unit,
            seconds(elapsed),
            rate(done, elapsed, self.unit)
        );
    }
}

fn style(unit: &str) -> ProgressStyle {
    let template =
        format!("{{prefix}} {{bar:28}} {{human_pos}}/{{human_len}} {unit}  {{per_sec}}  {{eta}} left  {{msg}}");
    ProgressStyle::with_template(&template).expect("the template is well formed").progress_chars("━╸─")
}

/// Lines for a log file: none in the first ten seconds, then one every ten.
#[derive(Debug)]
struct Plain {
    title: String,
    unit: &'static str,
    total: u64,
    last: Duration,
}

const EVERY: Duration = Duration::from_secs(10);

impl Plain {
    fn line(&mut self, done: u64, elapsed: Duration, note: &str) -> Option<String> {
        if elapsed < self.last + EVERY || done == 0 || done >= self.total {
            return None;
        }
        self.last = elapsed;
        let left = elapsed.mul_f64((self.total - done) as f64 / done as f64);
        let comma = if note.is_empty() { "" } else { ", " };
        Some(format!(
            "{}: {}/{} {}, {}, {} left{comma}{note}",
            self.title,
            grouped(done),
            grouped(self.total),
            self.unit,
            rate(done, elapsed, self.unit),
            seconds(left),
        ))
    }
}

fn rate(done: u64, elapsed: Duration, unit: &str) -> String {
    let per_second = done as f64 / elapsed.as_secs_f64().max(1e-9);
    if per_second >= 100.0 {
        format!("{} {unit}/s", grouped(per_second.round() as u64))
    } else {
        format!("{per_second:.1} {unit}/s")
    }
}

/// A duration to three digits or the second: `0.25 s`, `12.3 s`, `3 min 05 s`, `2 h 07 min`.
pub fn seconds(duration: Duration) -> String {
    let s = duration.as_secs_f64();
    let whole = s.round() as u64;
    match whole {
        0..10 => format!("{s:.2} s"),
        10..60 => format!("{s:.1} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A count with its thousands set apart by commas: `60,000`.
pub fn grouped(count: u64) -> String {
    indicatif::HumanCount(count).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lines_are_sparse_and_say_rate_and_time_left() {
        let mut plain = Plain { title: "epoch 1/1".to_owned(), unit: "images", total: 60_000, last: Duration::ZERO };
        let at = Duration::from_secs;
        assert_eq!(plain.line(10_000, at(9), ""), None);
        assert_eq!(
            plain.line(15_000, at(10), "objective 5.2").unwrap(),
            "epoch 1/1: 15,000/60,000 images, 1,500 images/s, 30.0 s left, objective 5.2"
        );
        assert_eq!(plain.line(20_000, at(19), ""), None);
        assert!(plain.line(30_000, at(20), "").is_some());
        assert_eq!(plain.line(60_000, at(40), ""), None, "the last line is that of finish");
    }

    #[test]
    fn durations_read_naturally() {
        let of = |s: f64| seconds(Duration::from_secs_f64(s));
        assert_eq!(
            [of(0.254), of(12.34), of(59.42), of(185.0), of(7650.0)],
            ["0.25 s", "12.3 s", "59.4 s", "3 min 05 s", "2 h 07 min"]
        );
        assert_eq!(of(59.97), "1 min 00 s");
    }

    #[test]
    fn a_task_runs_from_start_to_end_without_a_terminal() {
        let progress = Progress::new("epoch 1/1", 10, "images");
        progress.advance(3);
        progress.note("objective 5.2");
        progress.line("still here");
        progress.advance(7);
        assert_eq!(progress.bar.position(), 10);
        progress.finish();
    }
}
