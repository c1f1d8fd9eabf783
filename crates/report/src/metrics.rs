//! What `metrics.jsonl` says.

use super::curve::Curve;
use crate::Evaluated;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::io::{self, BufRead};

/// A quantity that is plotted over steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A term of a player's loss on training batches.
    Training {
        /// The name of the player.
        player: String,
        /// The name of the term.
        term: String,
    },
    /// A term on held-out or test samples.
    Validation {
        /// The name of the term.
        term: String,
        /// Whether averages of the weights were evaluated in the place of the weights.
        averaged: bool,
    },
    /// The learning rate of a player.
    LearningRate(String),
    /// The norm of a player's gradient before clipping.
    GradientNorm(String),
    /// Steps a second.
    Speed,
}

/// A warning of a health monitor, as often as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The name of the monitor.
    pub monitor: String,
    /// What is wrong, in the words of the last time.
    pub message: String,
    /// What can be done about it.
    pub remedy: String,
    /// The steps of the first and the last time.
    pub steps: (u64, u64),
    /// How many times it was given.
    pub count: u64,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Steps made.
    pub step: u64,
    /// Epochs completed.
    pub epoch: u64,
    /// Seconds of training.
    pub seconds: f64,
}

/// The values of an evaluation on held-out or test samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Validated {
    /// After so many steps.
    pub step: u64,
    /// By name; none if not finite.
    pub values: Vec<(String, Option<f64>)>,
}

/// The content of `metrics.jsonl`.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Curves in the order of their first appearance.
    pub curves: Vec<(Quantity, Curve)>,
    /// The players in the order of their first steps.
    pub players: Vec<String>,
    /// Which samples were evaluated while training.
    pub evaluated: Evaluated,
    /// The evaluation with the best value of the watched term; none of test samples, by which nothing is chosen.
    pub best: Option<Validated>,
    /// The last evaluation.
    pub last_validation: Option<Validated>,
    /// Warnings, by monitor.
    pub warnings: Vec<Warning>,
    /// Why training ended, if the last line says that it did.
    pub end: Option<String>,
    /// How many times training ended and was resumed.
    pub resumed: usize,
    /// How far the run has come.
    pub progress: Progress,
    /// The largest number of samples in a step.
    pub batch: Option<u64>,
    /// Seconds of the work before the first step, such as finding the values that the model begins with.
    pub preparation_seconds: f64,
    /// Seconds of evaluations, where they can be told from those of training.
    pub validation_seconds: f64,
    /// The number of lines that are not JSON objects or lack what their kind has.
    pub unreadable: u64,
    /// The number of lines of other kinds.
    pub other: u64,
    last: Option<(Progress, bool)>,
}

/// Buckets kept of a curve.
const CAPACITY: usize = 1000;

/// A line of any kind.
#[derive(Deserialize)]
pub struct Line {
    #[serde(default)]
    pub kind: String,
    pub step: Option<u64>,
    #[serde(default)]
    epoch: u64,
    #[serde(default)]
    pub player: String,
    samples: Option<u64>,
    #[serde(default)]
    pub values: Map<String, Value>,
    pub learning_rate: Option<f64>,
    pub gradient_norm: Option<f64>,
    pub seconds: Option<f64>,
    #[serde(default)]
    pub on: Evaluated,
    #[serde(default)]
    improved: bool,
    #[serde(default)]
    averaged: bool,
    #[serde(default)]
    monitor: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    remedy: String,
    #[serde(default)]
    reason: String,
}

impl Metrics {
    /// Reads all lines. A last line without its end was being written, and is left out.
    pub fn read(mut from: impl BufRead) -> io::Result<Self> {
        let (mut metrics, mut line) = (Self::default(), Vec::new());
        while from.read_until(b'\n', &mut line)? > 0 {
            if line.pop() == Some(b'\n') && !line.trim_ascii().is_empty() {
                match serde_json::from_slice(&line) {
                    Ok(parsed) => metrics.add(parsed),
                    Err(_) => metrics.unreadable += 1,
                }
            }
            line.clear();
        }
        Ok(metrics)
    }

    fn add(&mut self, line: Line) {
        let known = matches!(line.kind.as_str(), "prepared" | "step" | "validation" | "health" | "end");
        let Some(step) = line.step.filter(|_| known) else {
            *(if known { &mut self.unreadable } else { &mut self.other }) += 1;
            return;
        };
        let seconds = line.seconds.unwrap_or(self.progress.seconds);
        let here = Progress { step, epoch: line.epoch.max(self.progress.epoch), seconds };
        if self.end.take().is_some() {
            self.resumed += 1;
            // The time since is not that of a step.
            self.last = None;
        }
        match line.kind.as_str() {
            "step" => self.add_step(here, line),
            "validation" => self.add_validation(here, line),
            "prepared" => {
                self.preparation_seconds = seconds;
                // The time since is that of the first step.
                self.last = Some((here, false));
            }
            "health" => self.add_warning(step, line),
            _ => self.end = Some(line.reason),
        }
        if step >= self.progress.step {
            self.progress = Progress { seconds: seconds.max(self.progress.seconds), ..here };
        }
    }

    fn curve(&mut self, quantity: &Quantity) -> &mut Curve {
        let found = self.curves.iter().position(|(known, _)| known == quantity);
        let index = found.unwrap_or_else(|| {
            self.curves.push((quantity.clone(), Curve::new(CAPACITY)));
            self.curves.len() - 1
        });
        &mut self.curves[index].1
    }

    fn add_step(&mut self, here: Progress, line: Line) {
        let (step, player) = (here.step, line.player);
        if !self.players.contains(&player) {
            self.players.push(player.clone());
        }
        // The last batch of an epoch may be smaller than the others.
        self.batch = self.batch.max(line.samples);
        for (term, value) in line.values {
            let quantity = Quantity::Training { player: player.clone(), term };
            self.curve(&quantity).push(step, value.as_f64());
        }
        if let Some(rate) = line.learning_rate {
            self.curve(&Quantity::LearningRate(player.clone())).push(step, Some(rate));
        }
        if let Some(norm) = line.gradient_norm {
            self.curve(&Quantity::GradientNorm(player)).push(step, Some(norm));
        }
        if let Some((before, _)) = self.last
            && step > before.step
            && here.seconds > before.seconds
        {
            let speed = (step - before.step) as f64 / (here.seconds - before.seconds);
            self.curve(&Quantity::Speed).push(step, Some(speed));
        }
        self.last = Some((here, true));
    }

    fn add_validation(&mut self, here: Progress, line: Line) {
        self.evaluated = line.on;
        let values: Vec<_> = line.values.into_iter().map(|(term, value)| (term, value.as_f64())).collect();
        for (term, value) in &values {
            let quantity = Quantity::Validation { term: term.clone(), averaged: line.averaged };
            self.curve(&quantity).push(here.step, *value);
        }
        let validated = Validated { step: here.step, values };
        if line.improved {
            self.best = Some(validated.clone());
        }
        self.last_validation = Some(validated);
        if let Some((before, true)) = self.last
            && before.step == here.step
        {
            self.validation_seconds += (here.seconds - before.seconds).max(0.0);
        }
        self.last = Some((here, false));
    }

    fn add_warning(&mut self, step: u64, line: Line) {
        let Line { monitor, message, remedy, .. } = line;
        match self.warnings.iter_mut().find(|known| known.monitor == monitor) {
            Some(known) => {
                (known.message, known.remedy) = (message, remedy);
                known.steps.1 = step;
                known.count += 1;
            }
            None => self.warnings.push(Warning { monitor, message, remedy, steps: (step, step), count: 1 }),
        }
    }

    /// The curve of this quantity.
    pub fn get(&self, quantity: &Quantity) -> Option<&Curve> {
        self.curves.iter().find(|(known, _)| known == quantity).map(|(_, curve)| curve)
    }

    /// The terms of a player in the order of their first appearance.
    pub fn terms_of<'a>(&'a self, of: &'a str) -> impl Iterator<Item = &'a str> {
        self.curves.iter().filter_map(move |(quantity, _)| match quantity {
            Quantity::Training { player, term } if player == of => Some(term.as_str()),
            _ => None,
        })
    }

    /// The terms of validation in the order of their first appearance.
    pub fn validation_terms(&self) -> Vec<&str> {
        let mut terms = Vec::new();
        for (quantity, _) in &self.curves {
            if let Quantity::Validation { term, .. } = quantity
                && !terms.contains(&term.as_str())
            {
                terms.push(term.as_str());
            }
        }
        terms
    }

    /// The number of points that were left out because their step is before that of the line above.
    pub fn out_of_order(&self) -> u64 {
        self.curves.iter().map(|(_, curve)| curve.out_of_order()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::Bucket;

    fn read(text: &str) -> Metrics {
        Metrics::read(text.as_bytes()).unwrap()
    }

    const RUN: &str = concat!(
        r#"{"kind":"step","step":1,"epoch":0,"player":"vae","samples":128,"values":{"objective":10.0,"kl":1.0},"learning_rate":0.1,"gradient_norm":2.0,"seconds":1.0}"#,
        "\n",
        r#"{"kind":"step","step":3,"epoch":0,"player":"vae","samples":128,"values":{"objective":null,"kl":2.0},"learning_rate":0.1,"gradient_norm":null,"seconds":2.0}"#,
        "\n",
        r#"{"kind":"validation","step":3,"epoch":1,"values":{"objective":9.0},"improved":true,"averaged":false,"seconds":2.5}"#,
        "\n",
        r#"{"kind":"health","step":3,"monitor":"dead","message":"3 are dead","remedy":"wake them"}"#,
        "\n",
        r#"{"kind":"step","step":5,"epoch":1,"player":"vae","samples":128,"values":{"objective":7.0,"kl":3.0},"seconds":3.5}"#,
        "\n",
        r#"{"kind":"health","step":5,"monitor":"dead","message":"2 are dead","remedy":"wake them"}"#,
        "\n",
        r#"{"kind":"validation","step":5,"epoch":1,"values":{"objective":9.5},"improved":false,"averaged":false,"seconds":3.75}"#,
        "\n",
    );

    #[test]
    fn a_run_is_read() {
        let metrics = read(RUN);
        let quantity = Quantity::Training { player: "vae".into(), term: "objective".into() };
        let means: Vec<_> = metrics.get(&quantity).unwrap().buckets().iter().map(Bucket::mean).collect();
        assert_eq!(means, [Some(10.0), None, Some(7.0)]);
        assert_eq!(metrics.best.as_ref().unwrap().step, 3);
        assert_eq!(metrics.last_validation.as_ref().unwrap().values, [("objective".to_owned(), Some(9.5))]);
        assert_eq!(metrics.progress, Progress { step: 5, epoch: 1, seconds: 3.75 });
        assert_eq!((metrics.end.clone(), metrics.resumed, metrics.batch), (None, 0, Some(128)));
        let warning = &metrics.warnings[0];
        assert_eq!((warning.message.as_str(), warning.steps, warning.count), ("2 are dead", (3, 5), 2));
        assert_eq!(metrics.validation_seconds, 0.75);
        let speeds: Vec<_> = metrics.get(&Quantity::Speed).unwrap().buckets().iter().map(Bucket::mean).collect();
        assert_eq!(speeds, [Some(2.0), Some(2.0)], "without the time of validation");
        assert_eq!((metrics.unreadable, metrics.other), (0, 0));
    }

    #[test]
    fn preparation_is_no_time_of_steps_and_test_samples_choose_nothing() {
        let lines = [
            r#"{"kind":"prepared","step":0,"epoch":0,"seconds":40.0}"#,
            r#"{"kind":"step","step":1,"player":"vae","values":{},"seconds":41.0}"#,
            r#"{"kind":"step","step":3,"player":"vae","values":{},"seconds":42.0}"#,
            r#"{"kind":"validation","step":3,"on":"test","values":{"objective":9.0},"improved":false,"seconds":42.5}"#,
        ];
        let metrics = read(&lines.map(|line| format!("{line}\n")).concat());
        assert_eq!((metrics.preparation_seconds, metrics.evaluated, &metrics.best), (40.0, Evaluated::Test, &None));
        let speeds: Vec<_> = metrics.get(&Quantity::Speed).unwrap().buckets().iter().map(Bucket::mean).collect();
        assert_eq!(speeds, [Some(1.0), Some(2.0)]);
        assert_eq!(metrics.other, 0);
    }

    #[test]
    fn an_end_counts_if_nothing_follows() {
        let end = "{\"kind\":\"end\",\"step\":5,\"epoch\":1,\"reason\":\"interrupted\",\"seconds\":4.0}\n";
        assert_eq!(read(&[RUN, end].concat()).end.as_deref(), Some("interrupted"));
        let more = "{\"kind\":\"step\",\"step\":6,\"player\":\"vae\",\"values\":{},\"seconds\":5.0}\n";
        let resumed = read(&[RUN, end, more].concat());
        assert_eq!((resumed.end, resumed.resumed, resumed.progress.step), (None, 1, 6));
    }

    #[test]
    fn what_is_no_metric_is_counted() {
        let odd = "not json\n{\"event\":\"test\",\"images\":3}\n\n{\"kind\":\"step\"}\n[1]\n{\"kind\":\"step\",\"st";
        let metrics = read(&[RUN, odd].concat());
        assert_eq!((metrics.unreadable, metrics.other), (3, 1));
        assert_eq!(metrics.progress, read(RUN).progress);
        assert!(Metrics::read(&b"\xff\xfe\n"[..]).unwrap().unreadable == 1);
    }
}
