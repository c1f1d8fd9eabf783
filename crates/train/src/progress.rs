//! Progress with rate and time left: a bar on a terminal, a few plain lines elsewhere.

use crate::tell::tell;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
pub use latent_numeric::format::seconds;
use std::fmt;
use std::io::{IsTerminal, stderr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The progress of one task on the standard error: a bar on a terminal, a few plain lines elsewhere.
///
/// ```
/// use latent_train::progress::Progress;
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
    before: u64,
}

impl Progress {
    /// The progress of a task of `total` steps, counted in `unit` (a plural noun).
    pub fn new(title: &str, total: u64, unit: &'static str) -> Self {
        Self::going_on(title, total, unit, 0)
    }

    /// The progress of a task of which `before` steps were done earlier; they do not count for the rate.
    pub fn going_on(title: &str, total: u64, unit: &'static str, before: u64) -> Self {
        let start = Instant::now();
        let terminal = stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar =
            ProgressBar::with_draw_target(Some(total), target).with_style(style(unit)).with_prefix(title.to_owned());
        let plain = (!terminal)
            .then(|| Mutex::new(Plain { title: title.to_owned(), unit, total, before, last: Duration::ZERO }));
        bar.set_position(before);
        // The jump is no speed.
        bar.reset_eta();
        Self { unit, bar, plain, start, before }
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
                tell(line);
            }
        }
    }

    /// Shows `text` behind the numbers, for example the objective so far.
    pub fn note(&self, text: impl Into<String>) {
        self.bar.set_message(text.into());
    }

    /// Prints a line above the bar.
    pub fn line(&self, text: &str) {
        self.bar.suspend(|| tell(text));
    }

    /// Ends the task: the bar goes, one line with the count, the time and the rate stays.
    pub fn finish(self) {
        // Clearing moves the bar to its end, which an interrupted task has not reached.
        let summary = self.summary(self.start.elapsed());
        self.bar.finish_and_clear();
        tell(summary);
    }

    fn summary(&self, elapsed: Duration) -> String {
        let (done, total, note) = (self.bar.position(), self.bar.length(), self.bar.message());
        let of =
            total.filter(|&total| done < total).map_or_else(String::new, |total| format!(" of {}", grouped(total)));
        let comma = if note.is_empty() { "" } else { ", " };
        format!(
            "{}: {}{of} {} in {}, {}{comma}{note}",
            self.bar.prefix(),
            grouped(done),
            self.unit,
            seconds(elapsed),
            rate((done - self.before) as f64 / elapsed.as_secs_f64().max(1e-9), self.unit)
        )
    }
}

fn style(unit: &'static str) -> ProgressStyle {
    let template =
        format!("{{prefix}} {{bar:28}} {{human_pos}}/{{human_len}} {unit}  {{rate}}  {{left}} left  {{msg}}");
    ProgressStyle::with_template(&template)
        .expect("the template is well formed")
        .progress_chars("━╸─")
        .with_key("rate", move |state: &ProgressState, out: &mut dyn fmt::Write| {
            // A terminal line that cannot be written is no reason to stop.
            let _ = out.write_str(&rate(state.per_sec(), unit));
        })
        .with_key("left", |state: &ProgressState, out: &mut dyn fmt::Write| {
            let _ = out.write_str(&left(state.eta()));
        })
}

/// The time left, to the second where there are some; a dash while the rate is not known.
fn left(eta: Duration) -> String {
    let whole = Duration::from_secs(eta.as_secs());
    if eta.is_zero() { "–".to_owned() } else { seconds(if whole.as_secs() >= 10 { whole } else { eta }) }
}

/// Lines for a log file: none in the first ten seconds, then one every ten.
#[derive(Debug)]
struct Plain {
    title: String,
    unit: &'static str,
    total: u64,
    before: u64,
    last: Duration,
}

const EVERY: Duration = Duration::from_secs(10);

impl Plain {
    fn line(&mut self, done: u64, elapsed: Duration, note: &str) -> Option<String> {
        if elapsed < self.last + EVERY || done <= self.before || done >= self.total {
            return None;
        }
        self.last = elapsed;
        let made = (done - self.before) as f64;
        let left = elapsed.mul_f64((self.total - done) as f64 / made);
        let comma = if note.is_empty() { "" } else { ", " };
        Some(format!(
            "{}: {}/{} {}, {}, {} left{comma}{note}",
            self.title,
            grouped(done),
            grouped(self.total),
            self.unit,
            rate(made / elapsed.as_secs_f64(), self.unit),
            seconds(left),
        ))
    }
}

fn rate(per_second: f64, unit: &str) -> String {
    if per_second >= 100.0 {
        format!("{} {unit}/s", grouped(per_second.round() as u64))
    } else if per_second >= 1.0 || per_second == 0.0 {
        format!("{per_second:.1} {unit}/s")
    } else if per_second >= 1.0 / 60.0 {
        format!("{:.1} {unit}/min", per_second * 60.0)
    } else {
        format!("{:.1} {unit}/h", per_second * 3600.0)
    }
}

/// Formats a count with commas between thousands: `60,000`.
pub fn grouped(count: u64) -> String {
    indicatif::HumanCount(count).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::io;
    use std::sync::Arc;

    /// A terminal of one line, which many hold.
    #[derive(Clone, Debug, Default)]
    struct Line(Arc<Mutex<String>>);

    impl TermLike for Line {
        fn width(&self) -> u16 {
            120
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            self.0.lock().unwrap().clear();
            Ok(())
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn plain_lines_are_sparse_and_say_rate_and_time_left() {
        let mut plain =
            Plain { title: "epoch 1/1".to_owned(), unit: "images", total: 60_000, before: 0, last: Duration::ZERO };
        let at = Duration::from_secs;
        assert_eq!(plain.line(10_000, at(9), ""), None);
        assert_eq!(
            plain.line(15_000, at(10), "objective 5.2").unwrap(),
            "epoch 1/1: 15,000/60,000 images, 1,500 images/s, 30.0 s left, objective 5.2"
        );
        assert_eq!(plain.line(20_000, at(19), ""), None);
        assert!(plain.line(30_000, at(20), "").is_some());
        assert_eq!(plain.line(60_000, at(40), ""), None, "the last line is that of finish");
        let mut resumed = Plain { before: 30_000, last: Duration::ZERO, ..plain };
        assert_eq!(
            resumed.line(45_000, at(10), "").unwrap(),
            "epoch 1/1: 45,000/60,000 images, 1,500 images/s, 10.0 s left"
        );
    }

    #[test]
    fn slow_work_is_counted_by_the_minute_or_hour() {
        let rates = [1234.5, 42.0, 0.5, 0.001].map(|rate| super::rate(rate, "runs"));
        assert_eq!(rates, ["1,235 runs/s", "42.0 runs/s", "30.0 runs/min", "3.6 runs/h"]);
    }

    #[test]
    fn the_summary_says_how_far_the_task_came() {
        let progress = Progress::new("epoch 1/1", 4_000, "images");
        progress.advance(1_000);
        let at = Duration::from_secs(2);
        assert_eq!(progress.summary(at), "epoch 1/1: 1,000 of 4,000 images in 2.00 s, 500 images/s");
        progress.note("objective 5.2");
        progress.advance(3_000);
        assert_eq!(progress.summary(at), "epoch 1/1: 4,000 images in 2.00 s, 2,000 images/s, objective 5.2");
        progress.finish();
    }

    #[test]
    fn the_bar_draws_rate_and_time_left() {
        let terminal = Line::default();
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let bar = ProgressBar::with_draw_target(Some(600), target).with_style(style("images")).with_prefix("epoch 1/1");
        bar.set_message("objective 5.2");
        bar.set_position(150);
        bar.tick();
        let drawn = terminal.0.lock().unwrap();
        for part in ["epoch 1/1 ━━━━━━━", " 150/600 images  ", " images/s  ", " left  ", "objective 5.2"]
        {
            assert!(drawn.contains(part), "{part:?} in {drawn:?}");
        }
    }

    #[test]
    fn time_left_is_never_nothing_while_there_is_work() {
        let of = |seconds: f64| left(Duration::from_secs_f64(seconds));
        assert_eq!([of(0.3), of(4.56), of(12.7), of(0.0)], ["0.30 s", "4.56 s", "12.0 s", "–"]);
    }
}
