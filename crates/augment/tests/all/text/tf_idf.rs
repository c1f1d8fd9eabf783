//! TF-IDF word replacement: its formulas.

use super::support::{CORPUS, always, chi_square, resources, same_gaps, text, words};
use approx::assert_abs_diff_eq;
use latent_augment::text::{FitError, Resources, TfIdf, TfIdfReplacement, Tokenizer};
use proptest::prelude::*;

fn fit(documents: &[&str]) -> TfIdf {
    TfIdf::fit(documents, &Tokenizer::unicode()).unwrap()
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-14);
    assert!(near, "{found:?} instead of {expected:?}");
}

#[test]
fn a_corpus_by_hand() {
    // df: a 3, b 2, c 1; N = 3.
    let tf_idf = fit(&["a b", "A b b a", "a C"]);
    let (ln3, ln32) = (3.0_f64.ln(), 1.5_f64.ln());
    let all = |of: &dyn Fn(&str) -> f64| ["a", "b", "c", "new"].map(of);
    assert_close(&all(&|word| tf_idf.idf(word)), &[0.0, ln32, ln3, ln3]);
    // S(b) = (1/2 + 2/4) ln 3/2, S(c) = 1/2 ln 3.
    let (b, c) = (ln32, ln3 / 2.0);
    assert_close(&all(&|word| tf_idf.score(word)), &[0.0, b, c, 0.0]);
    // max S = S(c): weights c, c - b, 0.
    let sum = c + (c - b);
    assert_close(&all(&|word| tf_idf.probability(word)), &[c / sum, (c - b) / sum, 0.0, 0.0]);
    // t = (0, 2/4 ln 3/2, 1/4 ln 3, ..): C = ln 3 / 4.
    let text = ["a", "b", "c", "B"];
    let (t, greatest) = (ln32 / 2.0, ln3 / 4.0);
    assert_close(&tf_idf.scores(&text), &[0.0, t, greatest, t]);
    let z = (greatest + 2.0 * (greatest - t)) / 4.0;
    let share = |rate: f64, below: f64| (rate * below / z).min(1.0);
    for rate in [0.0, 0.2, 0.9] {
        let between = share(rate, greatest - t);
        assert_close(&tf_idf.replacement_probabilities(&text, rate), &[share(rate, greatest), between, 0.0, between]);
    }
    assert_eq!(tf_idf.replacement_probabilities(&text, 0.9)[0], 1.0);
}

#[test]
fn equal_scores_replace_nothing() {
    let tf_idf = fit(&["a b", "b c", "c d"]);
    let none: [&str; 0] = [];
    assert!(tf_idf.replacement_probabilities(&none, 0.5).is_empty());
    assert_eq!(tf_idf.replacement_probabilities(&["b"], 1.0), [0.0]);
    assert_eq!(tf_idf.replacement_probabilities(&["a", "d", "new"], 1.0), [0.0; 3]);
    // 2/3 ln 16/12 and 1/3 ln 16/9 are equal but for rounding.
    let document = |i| format!("x {} {}", if i < 12 { "u" } else { "" }, if i < 9 { "v" } else { "" });
    let tf_idf = TfIdf::fit((0..16).map(document), &Tokenizer::unicode()).unwrap();
    let text = ["u", "u", "v"];
    assert_ne!(tf_idf.scores(&text)[0], tf_idf.scores(&text)[2]);
    assert_eq!(tf_idf.replacement_probabilities(&text, 1.0), [0.0; 3]);
    // Nothing tells anything.
    let tf_idf = fit(&["a b", "a b"]);
    assert_eq!((tf_idf.score("a"), tf_idf.probability("a"), tf_idf.probability("b")), (0.0, 0.5, 0.5));
    assert_eq!(tf_idf.replacement_probabilities(&["a", "b"], 1.0), [0.0; 2]);
}

#[test]
fn replacements_are_as_frequent_as_said() {
    // No word of the text is in the corpus, so every replacement is seen: t(u) is the greatest, and P = 5/3 p elsewhere.
    let resources = resources();
    let tf_idf = resources.tf_idf.clone().unwrap();
    let (text, rate, samples) = ("u v w u z", 0.3, 6000);
    let p = tf_idf.replacement_probabilities(&words(text), rate);
    assert_close(&p, &[0.0, 0.5, 0.5, 0.0, 0.5]);
    let augmenter = always(TfIdfReplacement { rate }, resources);
    let vocabulary: Vec<&str> = tf_idf.words().filter(|word| tf_idf.probability(word) > 0.0).collect();
    let (mut replaced, mut new) = ([0.0; 5], vec![0; vocabulary.len()]);
    for sample in 0..samples {
        let found = words(&augmenter.apply(text, 4, 0, sample));
        for (place, (old, word)) in words(text).iter().zip(&found).enumerate() {
            if old != word {
                replaced[place] += 1.0;
                new[vocabulary.iter().position(|other| other == word).unwrap()] += 1;
            }
        }
    }
    for (found, p) in replaced.iter().zip(&p) {
        let (n, expected) = (samples as f64, samples as f64 * p);
        assert!((found - expected).abs() <= 4.0 * (n * p * (1.0 - p)).sqrt(), "{replaced:?} for {p:?}");
    }
    let probabilities: Vec<f64> = vocabulary.iter().map(|word| tf_idf.probability(word)).collect();
    let (chi2, freedom) = (chi_square(&new, &probabilities), vocabulary.len() as f64 - 1.0);
    assert!(chi2 < freedom + 4.0 * (2.0 * freedom).sqrt(), "chi-square with {freedom} degrees of freedom: {chi2}");
}

#[test]
fn a_corpus_without_words() {
    for documents in [&[][..], &["", "?!"]] {
        let error = TfIdf::fit(documents, &Tokenizer::unicode()).unwrap_err();
        assert_eq!(error, FitError::NoWords { documents: documents.len(), least: 1 });
    }
    assert_eq!(
        TfIdf::fit(["?"], &Tokenizer::unicode()).unwrap_err().to_string(),
        "the corpus of 1 documents has no words"
    );
}

proptest! {
    #[test]
    fn probabilities_are_probabilities(text in text(), rate in 0.0..=1.0_f64) {
        let (tf_idf, words) = (resources().tf_idf.unwrap(), words(&text));
        let (t, p) = (tf_idf.scores(&words), tf_idf.replacement_probabilities(&words, rate));
        let greatest = t.iter().copied().fold(0.0, f64::max);
        prop_assert!(p.iter().all(|p| (0.0..=1.0).contains(p)));
        for i in 0..words.len() {
            prop_assert!(t[i] < greatest || p[i] == 0.0);
            for j in 0..words.len() {
                // What tells more is replaced less.
                prop_assert!(t[i] < t[j] || p[i] <= p[j]);
            }
        }
        // The expected number of replacements is p |x|, where no bound is met and scores differ.
        let (expected, sum) = (rate * words.len() as f64, p.iter().sum::<f64>());
        prop_assert!(sum <= expected + 1e-9);
        if p.iter().any(|&p| p > 0.0) && p.iter().all(|&p| p < 1.0) {
            assert_abs_diff_eq!(sum, expected, epsilon = 1e-9);
        }
    }

    #[test]
    fn weights_of_new_words_are_a_distribution(documents in prop::collection::vec(text(), 1..8)) {
        let Ok(tf_idf) = TfIdf::fit(&documents, &Tokenizer::unicode()) else {
            return Ok(());
        };
        let sum: f64 = tf_idf.words().map(|word| tf_idf.probability(word)).sum();
        assert_abs_diff_eq!(sum, 1.0, epsilon = 1e-9);
        let score = |word: &&str| tf_idf.score(word);
        let best = tf_idf.words().max_by(|a, b| score(a).total_cmp(&score(b))).unwrap();
        // The keyword of all is put in nowhere, unless all are alike.
        let alike = tf_idf.words().all(|word| tf_idf.score(best) - tf_idf.score(word) <= 1e-12 * tf_idf.score(best));
        prop_assert!(alike || tf_idf.probability(best) == 0.0);
    }

    #[test]
    fn keywords_and_gaps_stay(text in text(), seed: u64) {
        let resources = resources();
        let tf_idf = resources.tf_idf.clone().unwrap();
        let tokens = |text: &str| Tokenizer::unicode().tokenize(text);
        let (before, after) = (tokens(&text), tokens(&always(TfIdfReplacement { rate: 1.0 }, resources).apply(&text, seed, 0, 0)));
        prop_assert!(same_gaps(&before, &after));
        let p = tf_idf.replacement_probabilities(before.words(), 1.0);
        for ((old, new), p) in before.words().iter().zip(after.words()).zip(p) {
            prop_assert!(p > 0.0 || old == new);
            prop_assert!(old == new || tf_idf.probability(new) > 0.0);
        }
    }
}

#[test]
fn documents_do_not_depend_on_their_order() {
    let mut reversed = CORPUS;
    reversed.reverse();
    let (one, other) = (fit(&CORPUS), fit(&reversed));
    for word in one.words() {
        assert_eq!(one.idf(word), other.idf(word));
        assert_abs_diff_eq!(one.score(word), other.score(word), epsilon = 1e-12);
    }
    assert!(
        always(TfIdfReplacement { rate: 0.5 }, Resources { tf_idf: Some(one.into()), ..resources() })
            .apply("", 0, 0, 0)
            .is_empty()
    );
}
