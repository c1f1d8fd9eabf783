//! Values of scikit-learn and SciPy, made by `tests/golden/make_text.py`, which tells where conventions differ.

use super::support::words;
use latent_augment::text::{Alignment, Ppmi, TfIdf, Tokenizer};
use std::collections::HashMap;

fn fields(name: &str) -> Vec<&'static str> {
    let text = include_str!("../../golden/text.tsv");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    line.unwrap_or_else(|| panic!("{name} is not among the golden values")).split('\t').collect()
}

fn numbers(name: &str) -> Vec<f64> {
    fields(name).iter().map(|field| field.parse().unwrap()).collect()
}

#[track_caller]
fn assert_near(found: impl IntoIterator<Item = f64>, name: &str, tolerance: f64) {
    let (found, expected): (Vec<f64>, _) = (found.into_iter().collect(), numbers(name));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < tolerance, "{name}: {found} instead of {expected}");
    }
}

fn tf_idf() -> TfIdf {
    TfIdf::fit(fields("corpus"), &Tokenizer::unicode()).unwrap()
}

#[test]
fn scikit_learn_tf_idf() {
    let tf_idf = tf_idf();
    let vocabulary: Vec<&str> = tf_idf.words().collect();
    assert_eq!(vocabulary, fields("words"));
    assert_near(vocabulary.iter().map(|word| tf_idf.idf(word)), "idf", 1e-14);
    assert_near(vocabulary.iter().map(|word| tf_idf.score(word)), "score", 1e-14);
    assert_near(vocabulary.iter().map(|word| tf_idf.probability(word)), "probability", 1e-13);
    let text = words(fields("text")[0]);
    assert_near(tf_idf.scores(&text), "scores of text", 1e-14);
    assert_near(tf_idf.replacement_probabilities(&text, 0.3), "replacement", 1e-13);
}

#[test]
fn scikit_learn_cosines() {
    let (tf_idf, corpus) = (tf_idf(), fields("corpus"));
    // The score of an alignment of one sentence with one, where it is above 0.
    let cosine = |a: &str, b: &str| Alignment::of_sentences(&[a], &[b], &tf_idf, &Tokenizer::unicode(), 0.0, 0.0).score;
    let found = corpus.iter().flat_map(|a| corpus.iter().map(move |b| (a, b))).map(|(a, b)| cosine(a, b));
    assert_near(found, "cosines", 1e-13);
}

#[test]
fn scipy_ppmi() {
    let (names, corpus) = (fields("words"), fields("corpus"));
    let settings = Ppmi { window: 2, shift: 1.5, dimensions: 4, ..Ppmi::default() };
    let (own, matrix) = settings.matrix(&corpus, &Tokenizer::unicode()).unwrap();
    let row: HashMap<&str, usize> = own.iter().enumerate().map(|(i, word)| (word.as_str(), i)).collect();
    let pairs = || names.iter().flat_map(|a| names.iter().map(move |b| (*a, *b)));
    assert_near(pairs().map(|(a, b)| matrix[[row[a], row[b]]]), "sppmi", 1e-13);
    let embedding = settings.fit(&corpus, &Tokenizer::unicode()).unwrap();
    assert_near(pairs().map(|(a, b)| f64::from(embedding.cosine(a, b).unwrap())), "embedding cosines", 1e-5);
}
