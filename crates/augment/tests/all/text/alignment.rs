//! Sentences of two texts that belong together.

use super::support::{CORPUS, resources};
use approx::assert_abs_diff_eq;
use latent_augment::text::{Alignment, Resources, SentenceSwap, TfIdf, Tokenizer, sentences};
use latent_numeric::random::Stream;
use proptest::prelude::*;
use std::ops::Range;

/// Scores without order, each drawn for itself.
fn score(seed: u64) -> impl Fn(Range<usize>, Range<usize>) -> f64 {
    move |a, b| {
        let name = [a.start, a.end, b.start, b.end].map(|end| end as u64);
        Stream::new(seed, "score", &name).uniform_in(-1.0, 1.0)
    }
}

/// The best of all alignments of what is left, one by one.
fn best_of_all(i: usize, j: usize, score: &dyn Fn(Range<usize>, Range<usize>) -> f64) -> f64 {
    if (i, j) == (0, 0) {
        return 0.0;
    }
    let mut best = f64::NEG_INFINITY;
    for a in 0..=i.min(2) {
        for b in 0..=j.min(2) {
            let here = match (a, b) {
                (0 | 2, 0 | 2) => continue,
                (0, _) | (_, 0) => 0.0,
                _ => score(i - a..i, j - b..j),
            };
            best = best.max(here + best_of_all(i - a, j - b, score));
        }
    }
    best
}

fn texts() -> impl Strategy<Value = (String, String)> {
    let sentence = prop::sample::select(vec![
        "The cat sat.",
        "A dog barked at the moon!",
        "It rained all day in the old town.",
        "Who knows?",
        "The dog and the cat sat.",
        "下雨了。",
    ]);
    let text = prop::collection::vec(sentence, 0..6).prop_map(|sentences| sentences.join(" "));
    (text.clone(), text)
}

fn with_tf_idf(texts: &[&str]) -> Resources {
    let tf_idf = TfIdf::fit(texts.iter().copied().chain(CORPUS), &Tokenizer::unicode()).unwrap();
    Resources { tf_idf: Some(tf_idf.into()), ..Resources::default() }
}

fn parts(text: &str) -> Vec<&str> {
    sentences(text).map(|range| &text[range]).collect()
}

proptest! {
    #[test]
    fn no_alignment_is_better(first in 0..6_usize, second in 0..6_usize, seed: u64) {
        let score = score(seed);
        let found = Alignment::best(first, second, &score);
        assert_abs_diff_eq!(found.score, best_of_all(first, second, &score), epsilon = 1e-12);
    }

    #[test]
    fn beads_cover_both_texts_in_order(first in 0..20_usize, second in 0..20_usize, seed: u64) {
        let score = score(seed);
        let found = Alignment::best(first, second, &score);
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        for bead in &found.beads {
            prop_assert_eq!((bead.first.start, bead.second.start), (i, j));
            prop_assert!(matches!((bead.first.len(), bead.second.len()), (1, 0..=2) | (0 | 2, 1)));
            (i, j) = (bead.first.end, bead.second.end);
            if bead.is_pair() {
                let gain = score(bead.first.clone(), bead.second.clone());
                prop_assert!(gain >= 0.0, "left alone, the sentences of {bead:?} would be better");
                sum += gain;
            }
        }
        prop_assert_eq!((i, j), (first, second));
        assert_abs_diff_eq!(sum, found.score, epsilon = 1e-12);
    }

    #[test]
    fn the_alignment_of_swapped_texts_is_as_good((first, second) in texts(), threshold in 0.0..1.0_f64, merge in 0.0..0.5_f64) {
        let resources = with_tf_idf(&[&first, &second]);
        let tf_idf = resources.tf_idf.unwrap();
        let align = |a: &str, b: &str| Alignment::of_sentences(&parts(a), &parts(b), &tf_idf, &Tokenizer::unicode(), threshold, merge);
        assert_abs_diff_eq!(align(&first, &second).score, align(&second, &first).score, epsilon = 1e-12);
    }

    #[test]
    fn a_text_is_aligned_with_itself((text, _) in texts()) {
        let resources = with_tf_idf(&[&text]);
        let own = parts(&text);
        let found = Alignment::of_sentences(&own, &own, &resources.tf_idf.unwrap(), &Tokenizer::unicode(), 0.5, 0.2);
        let pairs = found.beads.iter().filter(|bead| bead.is_pair() && bead.first == bead.second).count();
        prop_assert_eq!(pairs, own.len());
        assert_abs_diff_eq!(found.score, 0.5 * own.len() as f64, epsilon = 1e-12);
    }

    #[test]
    fn swaps_lose_nothing((first, second) in texts(), rate in 0.0..=1.0_f64, seed: u64) {
        let resources = with_tf_idf(&[&first, &second]);
        let swap = SentenceSwap { rate, ..SentenceSwap::default() };
        let (a, b) = swap.apply(&first, &second, &resources, seed, 0, 0).unwrap();
        prop_assert_eq!(&swap.apply(&first, &second, &resources, seed, 0, 0).unwrap(), &(a.clone(), b.clone()));
        let all = |a: &str, b: &str| {
            let mut all: Vec<String> = parts(a).iter().chain(&parts(b)).map(|&part| part.to_owned()).collect();
            all.sort_unstable();
            all
        };
        prop_assert_eq!(all(&a, &b), all(&first, &second));
        let never = SentenceSwap { rate: 0.0, ..swap };
        prop_assert_eq!(never.apply(&first, &second, &resources, seed, 0, 0).unwrap(), (first.clone(), second.clone()));
        // All of a text and its copy.
        let always = SentenceSwap { rate: 1.0, ..swap };
        prop_assert_eq!(always.apply(&first, &first, &resources, seed, 0, 0).unwrap(), (first.clone(), first));
    }
}

#[test]
fn two_sentences_for_one() {
    let first = "The red cat slept.  It rained, and the old dog barked.  Nobody knows.";
    let second = "A red cat slept!\nIt rained.\nThe old dog barked.";
    let resources = with_tf_idf(&[first, second]);
    let tf_idf = resources.tf_idf.clone().unwrap();
    let found = Alignment::of_sentences(&parts(first), &parts(second), &tf_idf, &Tokenizer::unicode(), 0.3, 0.1);
    let beads: Vec<_> = found.beads.iter().map(|bead| (bead.first.clone(), bead.second.clone())).collect();
    assert_eq!(beads, [(0..1, 0..1), (1..2, 1..3), (2..3, 3..3)]);
    let swap = SentenceSwap { rate: 1.0, threshold: 0.3, merge: 0.1 };
    let (a, b) = swap.apply(first, second, &resources, 0, 0, 0).unwrap();
    assert_eq!(a, "A red cat slept!  It rained.\nThe old dog barked.  Nobody knows.");
    assert_eq!(b, "The red cat slept.\nIt rained, and the old dog barked.");
    // Two sentences must be more similar than one by the margin given.
    let apart = SentenceSwap { merge: 1.0, ..swap };
    let (a, _) = apart.apply(first, second, &resources, 0, 0, 0).unwrap();
    assert_eq!(a, "A red cat slept!  It rained.  Nobody knows.");
    // A pair with nothing in common is none.
    let strict = SentenceSwap { threshold: 1.0, ..swap };
    assert_eq!(strict.apply(first, second, &resources, 0, 0, 0).unwrap(), (first.to_owned(), second.to_owned()));
}

#[test]
fn each_pair_is_swapped_with_the_probability_given() {
    let resources = with_tf_idf(&[]);
    let (first, second) = ("The cat sat. A dog?", "The cat sat! A dog.");
    let swap = SentenceSwap { rate: 0.3, ..SentenceSwap::default() };
    let (mut cats, mut dogs, mut both) = (0, 0, 0);
    for sample in 0..4000 {
        let (a, _) = swap.apply(first, second, &resources, 8, 0, sample).unwrap();
        let (cat, dog) = (a.starts_with("The cat sat!"), a.ends_with("A dog."));
        cats += i32::from(cat);
        dogs += i32::from(dog);
        both += i32::from(cat && dog);
    }
    assert!((cats - 1200).abs() < 120 && (dogs - 1200).abs() < 120 && (both - 360).abs() < 75, "{cats} {dogs} {both}");
}

#[test]
fn parameters_out_of_their_domains() {
    let told = |swap: SentenceSwap, resources: &Resources, message: &str| {
        let error = swap.apply("A.", "B.", resources, 0, 0, 0).unwrap_err();
        assert_eq!(error.to_string(), message);
    };
    let (all, fine) = (resources(), SentenceSwap::default());
    told(SentenceSwap { rate: 1.5, ..fine }, &all, "sentence_swap: rate = 1.5: expected a number in [0, 1]");
    told(SentenceSwap { threshold: -1.0, ..fine }, &all, "sentence_swap: threshold = -1: expected a number in [0, 1]");
    told(SentenceSwap { merge: f64::NAN, ..fine }, &all, "sentence_swap: merge = NaN: expected a number in [0, 1]");
    told(fine, &Resources::default(), "sentence_swap: needs `tf_idf`, which the resources do not have");
    let error = toml::from_str::<SentenceSwap>("rat = 0.5").unwrap_err().to_string();
    assert!(error.contains("unknown field `rat`"), "{error}");
}
