//! Embeddings read and made, and their neighbours.

use super::support::{always, resources, same_gaps, text, words};
use approx::assert_abs_diff_eq;
use latent_augment::text::{Embedding, EmbeddingReplacement, FitError, Ppmi, Resources, SkipGram, Tokenizer};
use ndarray::{Array2, ArrayView1};
use proptest::prelude::*;
use std::fmt::Write;

/// Words w0, w1, ... with these vectors.
fn of_rows(rows: &[Vec<f32>]) -> Embedding {
    let mut text = String::new();
    for (i, row) in rows.iter().enumerate() {
        write!(text, "w{i}").unwrap();
        row.iter().for_each(|x| write!(text, " {x}").unwrap());
        text.push('\n');
    }
    Embedding::read_glove(text.as_bytes()).unwrap()
}

fn rows() -> impl Strategy<Value = Vec<Vec<f32>>> {
    let value = prop_oneof![-9.0..9.0_f32, Just(0.0), Just(1.0), Just(-1.0)];
    (1..5_usize).prop_flat_map(move |dim| prop::collection::vec(prop::collection::vec(value.clone(), dim), 1..30))
}

fn cosine(a: ArrayView1<f32>, b: ArrayView1<f32>) -> f64 {
    let (a, b) = (a.mapv(f64::from), b.mapv(f64::from));
    a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
}

proptest! {
    #[test]
    fn the_nearest_are_the_nearest(rows in rows(), count in 0..12_usize, pick: prop::sample::Index) {
        let embedding = of_rows(&rows);
        let word = &embedding.words()[pick.index(rows.len())];
        let of = |word: &str| embedding.vector(word).unwrap();
        let is_zero = |word: &str| of(word).iter().all(|&x| x == 0.0);
        let near = embedding.nearest(word, count);
        // Found again in what was found.
        prop_assert_eq!(&embedding.nearest(word, count), &near);
        let others: Vec<&String> = embedding.words().iter().filter(|other| *other != word && !is_zero(other)).collect();
        prop_assert_eq!(near.len(), if is_zero(word) { 0 } else { count.min(others.len()) });
        prop_assert!(near.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        for &(other, found) in &near {
            assert_abs_diff_eq!(f64::from(found), cosine(of(word), of(other)), epsilon = 1e-5);
            prop_assert_eq!(embedding.cosine(word, other), Some(found));
            prop_assert!(other != word);
        }
        if let Some(&(_, last)) = near.last() {
            let left = others.iter().filter(|other| near.iter().all(|(word, _)| word != **other));
            for other in left {
                prop_assert!(cosine(of(word), of(other)) <= f64::from(last) + 1e-5);
            }
        }
    }

    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec(prop::collection::vec(prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO, 3), 1..10)) {
        let embedding = of_rows(&rows);
        let mut file = Vec::new();
        embedding.write_word2vec(&mut file).unwrap();
        let again = Embedding::read_word2vec(&file[..]).unwrap();
        let bits = |embedding: &Embedding| embedding.vectors().mapv(f32::to_bits);
        prop_assert_eq!(bits(&again), bits(&embedding));
        prop_assert_eq!(bits(&embedding), Array2::from_shape_fn((rows.len(), 3), |(i, j)| rows[i][j].to_bits()));
        prop_assert_eq!(&again, &embedding);
        prop_assert_eq!(&again.clone(), &embedding);
    }

    #[test]
    fn new_words_are_neighbours(text in text(), rate in 0.0..=1.0_f64, neighbours in 1..8_usize, least_cosine in -1.0..=1.0_f64, seed: u64) {
        let resources = resources();
        let embedding = resources.embedding.clone().unwrap();
        let operator = EmbeddingReplacement { rate, neighbours, least_cosine };
        let tokens = |text: &str| Tokenizer::unicode().tokenize(text);
        let (before, after) = (tokens(&text), tokens(&always(operator, resources).apply(&text, seed, 0, 0)));
        prop_assert!(same_gaps(&before, &after));
        for (old, new) in before.words().iter().zip(after.words()) {
            let near = embedding.nearest(old, neighbours);
            let is_near = near.iter().any(|&(word, cosine)| word == new.to_lowercase() && f64::from(cosine) >= least_cosine);
            prop_assert!(old == new || is_near, "{old} became {new}");
            prop_assert!(rate < 1.0 || old != new || near.iter().all(|&(_, cosine)| f64::from(cosine) < least_cosine));
        }
    }

    /// `W W'` is the square root of `M M'` at full rank.
    #[test]
    fn ppmi_is_factorised(documents in prop::collection::vec(text(), 1..6), window in 1..4_usize, shift in 1.0..3.0_f64) {
        let settings = Ppmi { window, shift, ..Ppmi::default() };
        let Ok((names, m)) = settings.matrix(&documents, &Tokenizer::unicode()) else {
            return Ok(());
        };
        prop_assert!(m.iter().all(|&x| x >= 0.0 && x.is_finite()));
        prop_assert_eq!(m.t(), m.view());
        let embedding = Ppmi { dimensions: names.len(), ..settings }.fit(&documents, &Tokenizer::unicode()).unwrap();
        prop_assert_eq!(embedding.words(), &names[..]);
        let w = embedding.vectors().mapv(f64::from);
        let gram = w.dot(&w.t());
        let (found, expected) = (gram.dot(&gram), m.dot(&m.t()));
        let scale = expected.iter().copied().fold(1.0, f64::max);
        assert_abs_diff_eq!(found, expected, epsilon = 1e-4 * scale);
    }
}

#[test]
fn ppmi_by_hand() {
    // Pairs, both ways: ab 1, bc 2, cd 1 (window 1); D = 8.
    let settings = Ppmi { window: 1, ..Ppmi::default() };
    let (names, m) = settings.matrix(["a b c", "b C", "c d"], &Tokenizer::unicode()).unwrap();
    assert_eq!(names, ["c", "b", "a", "d"]);
    let of = |w: usize, c: usize| m[[w, c]];
    let ln = f64::ln;
    assert_abs_diff_eq!(of(1, 2), ln(8.0 / 3.0), epsilon = 1e-15);
    assert_abs_diff_eq!(of(0, 1), ln(2.0 * 8.0 / 9.0), epsilon = 1e-15);
    assert_abs_diff_eq!(of(0, 3), ln(8.0 / 3.0), epsilon = 1e-15);
    assert_eq!((of(0, 0), of(0, 2), of(2, 3)), (0.0, 0.0, 0.0));
    // A shift of 2 takes ln 2 from each, and what is below 0.
    let (_, shifted) = Ppmi { shift: 2.0, ..settings }.matrix(["a b c", "b c", "c d"], &Tokenizer::unicode()).unwrap();
    assert_abs_diff_eq!(shifted[[1, 2]], ln(4.0 / 3.0), epsilon = 1e-15);
    assert_eq!(shifted[[0, 1]], 0.0);
    // Within a window of two, a is beside c; words that are rare are not there at all.
    let (_, wide) = Ppmi { window: 2, ..settings }.matrix(["a b c"], &Tokenizer::unicode()).unwrap();
    assert!(wide[[0, 2]] > 0.0);
    let frequent = Ppmi { min_count: 2, ..settings };
    let (names, m) = frequent.matrix(["a x b", "a y b"], &Tokenizer::unicode()).unwrap();
    assert_eq!(names, ["a", "b"]);
    assert_abs_diff_eq!(m[[0, 1]], ln(2.0), epsilon = 1e-15);
    let (names, _) = Ppmi { max_words: 1, ..settings }.matrix(["b a b"], &Tokenizer::unicode()).unwrap();
    assert_eq!(names, ["b"]);
}

#[test]
fn words_of_the_same_places_are_the_same() {
    // Colours and animals, each in all the places of its kind.
    let (colours, animals) = (["red", "green", "blue"], ["cat", "dog", "cow"]);
    let corpus = colours.iter().flat_map(|c| animals.iter().map(move |a| format!("the {c} {a} eats the {c} grass")));
    let settings = Ppmi { dimensions: 4, ..Ppmi::default() };
    let embedding = settings.fit(corpus, &Tokenizer::unicode()).unwrap();
    for kind in [colours, animals] {
        for word in kind {
            let mut near: Vec<&str> = embedding.nearest(word, 2).iter().map(|&(other, _)| other).collect();
            near.push(word);
            near.sort_unstable();
            let mut kind = kind;
            kind.sort_unstable();
            assert_eq!(near, kind);
        }
    }
    let resources = Resources { embedding: Some(embedding.into()), ..Resources::default() };
    let augmenter = always(EmbeddingReplacement { rate: 1.0, neighbours: 2, least_cosine: 0.9 }, resources);
    let found = words(&augmenter.apply("Red dog", 0, 0, 0));
    assert!(["Green", "Blue"].contains(&&found[0][..]) && ["cat", "cow"].contains(&&found[1][..]), "{found:?}");
}

#[test]
fn words_are_looked_up_as_they_are_then_in_lower_case() {
    let embedding = Embedding::read_glove("us 1 0\nUS 0 1\n".as_bytes()).unwrap();
    assert_eq!(embedding.vector("US").unwrap().to_vec(), [0.0, 1.0]);
    assert_eq!(embedding.vector("Us").unwrap().to_vec(), [1.0, 0.0]);
    assert!(embedding.vector("them").is_none() && embedding.nearest("them", 3).is_empty());
    assert_eq!(embedding.cosine("us", "them"), None);
}

#[test]
fn other_spaces_and_ends_of_lines() {
    let embedding =
        Embedding::read_word2vec("2 2\r\nNew\u{a0}York 1.5 -2e-3 \r\n</s>\t0 1\r\n\r\n".as_bytes()).unwrap();
    assert_eq!(embedding.words(), ["New\u{a0}York", "</s>"]);
    assert_eq!(embedding.vectors(), ndarray::array![[1.5, -2e-3], [0.0, 1.0]]);
}

#[test]
fn directions_of_very_long_and_very_short_vectors() {
    let embedding = of_rows(&[vec![1e38, 1e38], vec![1e-40, 0.0], vec![0.0, 3e38], vec![0.0, 0.0]]);
    let cosine = embedding.cosine("w0", "w1").unwrap();
    assert_abs_diff_eq!(cosine, 0.5_f32.sqrt(), epsilon = 1e-6);
    assert_eq!(embedding.cosine("w1", "w2"), Some(0.0));
    assert_eq!(embedding.cosine("w1", "w3"), None);
}

#[test]
fn settings_of_ppmi_out_of_their_domains() {
    let told = |settings: Ppmi, message: &str| {
        let error = settings.fit(["a b c"], &Tokenizer::unicode()).unwrap_err();
        assert_eq!(error.to_string(), message);
    };
    let fits = Ppmi { dimensions: 3, ..Ppmi::default() };
    assert!(fits.fit(["a b c"], &Tokenizer::unicode()).is_ok());
    told(Ppmi { window: 0, ..fits }, "window = 0: expected at least 1");
    told(Ppmi { max_words: 0, ..fits }, "max_words = 0: expected at least 1");
    told(Ppmi { dimensions: 0, ..fits }, "dimensions = 0: expected at least 1");
    told(Ppmi { dimensions: 4, ..fits }, "dimensions = 4: expected at most 3, the number of words");
    told(Ppmi { shift: 0.5, ..fits }, "shift = 0.5: expected a finite number of at least 1");
    told(Ppmi { shift: f64::NAN, ..fits }, "shift = NaN: expected a finite number of at least 1");
    let frequent = Ppmi { min_count: 2, ..fits };
    told(frequent, "the corpus of 1 documents has no words that occur 2 times or more");
    assert_eq!(fits.fit([""; 0], &Tokenizer::unicode()).unwrap_err(), FitError::NoWords { documents: 0, least: 1 });
    // One word beside none: a vector of zeros, near nothing.
    let alone = Ppmi { dimensions: 1, ..fits }.fit(["a"], &Tokenizer::unicode()).unwrap();
    assert_eq!(alone.vector("a").unwrap().to_vec(), [0.0]);
}

/// `u_w . v_c = PMI(w, c) - ln k` at the optimum (Levy and Goldberg 2014, equation 7).
#[test]
fn skip_gram_finds_shifted_mutual_information() {
    // Every pair occurs.
    let corpus = ["a a b c", "b b a c b", "c c a b", "a c c b a a", "b a a c", "c b a"].repeat(20);
    let settings = SkipGram {
        window: 1,
        dimensions: 4,
        negatives: 2,
        noise_power: 1.0,
        epochs: 400,
        learning_rate: 0.1,
        ..SkipGram::default()
    };
    let (embedding, v) = settings.fit_both(&corpus, &Tokenizer::unicode(), 3).unwrap();
    let words = embedding.words();
    let mut pairs = Array2::<f64>::zeros((3, 3));
    let mut counts = [0.0; 3];
    let place = |word: &str| words.iter().position(|other| other == word).unwrap();
    for document in &corpus {
        let document: Vec<usize> = document.split(' ').map(place).collect();
        document.iter().for_each(|&word| counts[word] += 1.0);
        for pair in document.windows(2) {
            pairs[[pair[0], pair[1]]] += 1.0;
            pairs[[pair[1], pair[0]]] += 1.0;
        }
    }
    // Noise is drawn by the counts of words, which at the ends of documents are not those of contexts.
    let total: f64 = counts.iter().sum();
    let found = embedding.vectors().dot(&v.t());
    for ((w, c), &count) in pairs.indexed_iter() {
        let expected = (count / pairs.row(w).sum() / (counts[c] / total)).ln() - 2.0_f64.ln();
        assert!((f64::from(found[[w, c]]) - expected).abs() < 0.1, "{} instead of {expected}", found[[w, c]]);
    }
}

#[test]
fn skip_gram_is_the_same_for_the_same_seed() {
    let settings = SkipGram { dimensions: 8, ..SkipGram::default() };
    let fit = |seed| settings.fit(super::support::CORPUS, &Tokenizer::unicode(), seed).unwrap();
    assert_eq!(fit(1), fit(1));
    assert_ne!(fit(1), fit(2));
    assert_eq!(fit(1).words()[0], "the");
}

#[test]
fn settings_of_skip_gram_out_of_their_domains() {
    let told = |settings: SkipGram, message: &str| {
        let error = settings.fit(["a b c a b"], &Tokenizer::unicode(), 0).unwrap_err();
        assert_eq!(error.to_string(), message);
    };
    let fits = SkipGram { dimensions: 2, ..SkipGram::default() };
    told(SkipGram { window: 0, ..fits }, "window = 0: expected at least 1");
    told(SkipGram { dimensions: 0, ..fits }, "dimensions = 0: expected at least 1");
    told(SkipGram { negatives: 0, ..fits }, "negatives = 0: expected at least 1");
    told(SkipGram { epochs: 0, ..fits }, "epochs = 0: expected at least 1");
    told(SkipGram { noise_power: -1.0, ..fits }, "noise_power = -1: expected a finite number of at least 0");
    told(SkipGram { learning_rate: 0.0, ..fits }, "learning_rate = 0: expected a finite number above 0");
    told(SkipGram { min_count: 3, ..fits }, "the corpus of 1 documents has no words that occur 3 times or more");
    told(
        SkipGram { learning_rate: 1e30, ..fits },
        &format!("learning_rate = {}: expected a smaller one: a number overflowed", 1e30),
    );
    // Any window is one of a short text.
    assert!(SkipGram { window: usize::MAX, ..fits }.fit(["a b c a b"], &Tokenizer::unicode(), 0).is_ok());
}
