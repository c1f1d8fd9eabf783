//! How well a trained classifier does.

use super::{BATCH, Classifier, ClassifierName, Config, Corpus, TextAugmentation};
use latent_datasets::synthetic::reviews::{Form, Review};
use latent_report::plot::{Axis, Figure, Panel};
use latent_report::{self as report, Picture, SHARE, Section};
use latent_study::failure::Failure;
use latent_study::results::{Results, Value};
use latent_study::saved::Save;
use latent_study::training::Study as _;
use latent_train::progress::grouped;
use latent_train::session::Ended;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Training reviews that are shown with what becomes of them.
const EXAMPLES: usize = 10;
/// Test reviews that make a point of the figure.
const LEAST: usize = 30;

/// How some reviews are classified.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Score {
    reviews: usize,
    right: usize,
    /// The sum over the reviews, in nats.
    cross_entropy: f64,
}

impl Score {
    fn add(&mut self, review: &Review, good: f64) {
        self.reviews += 1;
        self.right += usize::from((good > 0.5) == review.positive);
        let p = if review.positive { good } else { 1.0 - good };
        self.cross_entropy -= p.max(f64::MIN_POSITIVE).ln();
    }

    /// NaN if there are no reviews.
    fn accuracy(&self) -> f64 {
        self.right as f64 / self.reviews as f64
    }
}

/// The scores of a run.
#[derive(Debug, Default, Serialize)]
struct Scores {
    train: Score,
    test: Score,
    /// Of test reviews all of whose opinions are plain.
    plain: Score,
    /// Of those that have a negation or a concession.
    turned: Score,
    /// Of those none of whose words of an opinion is in a training review.
    new_words: Score,
    /// Plain and turned ones, by how many of a test review's words of an opinion are in no training review.
    by_new_words: [Vec<Score>; 2],
}

pub(super) fn conclude(
    config: &Config,
    task: &Classifier,
    data: &Corpus,
    ended: &Ended,
) -> Result<report::Study, Failure> {
    let scores = scores(task, data)?;
    let folder = ended.records.folder();
    folder.bytes("examples.txt", examples(config, data)?.as_bytes())?;
    figure(&scores).save(&folder, "new_words")?;
    let with = match config.classifier {
        ClassifierName::BagOfWords => "A linear softmax on counts of words",
        ClassifierName::Gru => "Gated recurrent units",
    };
    let learned = grouped(data.train.len() as u64);
    let summary = format!("{with}, from {learned} labelled reviews that a grammar made.");
    let accuracy = |name: &str, score: &Score, of: &str| {
        Value::new(name, score.accuracy(), SHARE).note(format!("{} {of}", grouped(score.reviews as u64)))
    };
    let cross_entropy = scores.test.cross_entropy / scores.test.reviews as f64;
    let results = Results::new(&summary)
        .fields(&scores)
        .value(accuracy("accuracy, test", &scores.test, "reviews"))
        .value(Value::new("cross-entropy, test", cross_entropy, "nats"))
        .value(accuracy("accuracy, plain", &scores.plain, "test reviews without negation or concession"))
        .value(accuracy("accuracy, turned", &scores.turned, "test reviews with a negation or a concession"))
        .value(accuracy("accuracy, new words", &scores.new_words, "test reviews whose words were never learned"))
        .value(accuracy("accuracy, train", &scores.train, "training reviews as they are"));
    let shown = Section::new(
        "Words that were never learned",
        "Accuracy on test reviews by how many of the words that carry their opinions are in no training review.",
    );
    let shown = shown.picture(Picture::new("images/new_words.png", "Accuracy by new words"));
    let study = report::Study::new("Augmentation of labelled sentences", summary).unit("objective", "nats");
    Ok(results.publish(&folder, study.section(shown))?)
}

fn scores(task: &Classifier, data: &Corpus) -> Result<Scores, Failure> {
    let tokenizer = &data.resources.tokenizer;
    let judged = |reviews: &[Review]| -> Result<Vec<f64>, Failure> {
        let mut all = Vec::with_capacity(reviews.len());
        for some in reviews.chunks(BATCH) {
            let words: Vec<Vec<usize>> =
                some.iter().map(|review| data.vocabulary.encode(&review.text, tokenizer)).collect();
            all.extend(task.probabilities(&words)?);
        }
        Ok(all)
    };
    let words_of = |review: &Review| -> Vec<&'static str> {
        review.opinions.iter().flat_map(|opinion| [Some(opinion.word), opinion.conceded]).flatten().collect()
    };
    let learned: BTreeSet<&str> = data.train.iter().flat_map(&words_of).collect();
    let mut scores = Scores::default();
    for (review, good) in data.train.iter().zip(judged(&data.train)?) {
        scores.train.add(review, good);
    }
    for (review, good) in data.test.iter().zip(judged(&data.test)?) {
        scores.test.add(review, good);
        let plain = review.opinions.iter().all(|opinion| opinion.form == Form::Plain);
        if plain { &mut scores.plain } else { &mut scores.turned }.add(review, good);
        let words = words_of(review);
        let new = words.iter().filter(|word| !learned.contains(**word)).count();
        if new == words.len() {
            scores.new_words.add(review, good);
        }
        let by_new = &mut scores.by_new_words[usize::from(!plain)];
        by_new.resize(by_new.len().max(new + 1), Score::default());
        by_new[new].add(review, good);
    }
    Ok(scores)
}

/// Groups that are too small to say anything are left out.
fn figure(scores: &Scores) -> Figure {
    let points = |by_new: &[Score]| {
        let told = by_new.iter().enumerate().filter(|(_, score)| score.reviews >= LEAST);
        told.map(|(new, score)| (new as f64, 100.0 * score.accuracy())).collect()
    };
    let [plain, turned] = &scores.by_new_words;
    let panel = Panel::new(
        Axis::linear("words of an opinion that are in no training review"),
        Axis::linear("test accuracy (%)").including(50.0).including(100.0),
    );
    let panel = panel.curve("plain", points(plain)).curve("with a negation or a concession", points(turned));
    Figure::new("Words that were never learned").panel(panel)
}

/// Some training reviews, and what they are in the first epochs.
fn examples(config: &Config, data: &Corpus) -> Result<String, Failure> {
    let source = TextAugmentation::train(config, data, data.seed)?;
    let mut text = String::new();
    for (sample, review) in data.train.iter().enumerate().take(EXAMPLES) {
        let sign = if review.positive { "+" } else { "-" };
        writeln!(text, "{sign} {}", review.text)?;
        for epoch in 0..3 {
            writeln!(text, "  {epoch} {}", source.text(epoch, sample))?;
        }
    }
    Ok(text)
}
