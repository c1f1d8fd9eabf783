//! Easy data augmentation: its formulas.

use super::support::{always, chi_square, counts, is_subsequence, resources, same_gaps, text, words};
use latent_augment::text::{
    Operator, RandomDeletion, RandomInsertion, RandomSwap, Resources, SynonymReplacement, Synonyms,
};
use proptest::prelude::*;

/// `n = max(1, floor(alpha length))`
fn n(alpha: f64, length: usize) -> usize {
    std::cmp::max(1, (alpha * length as f64).floor() as usize)
}

#[track_caller]
fn assert_changes(operator: impl Into<Operator>, length: usize, changed: usize) {
    // Every word has one synonym, which is not in the text.
    let own: Vec<String> = (0..length).map(|i| format!("w{i}")).collect();
    let synonyms = Synonyms::from_groups(own.iter().map(|word| [word.clone(), format!("{word}x")]));
    let resources = Resources { synonyms: Some(synonyms.into()), ..Resources::default() };
    let found = words(&always(operator, resources).apply(&own.join(" "), 3, 0, 0));
    assert_eq!(found.iter().filter(|word| word.ends_with('x')).count(), changed);
}

#[test]
fn numbers_of_changes_by_hand() {
    for (alpha, length, changes) in
        [(0.0, 20, 1), (0.04, 20, 1), (0.1, 19, 1), (0.1, 20, 2), (0.25, 11, 2), (0.5, 7, 3), (1.0, 6, 6), (1.0, 1, 1)]
    {
        assert_changes(SynonymReplacement { alpha }, length, changes);
        assert_changes(RandomInsertion { alpha }, length, changes);
    }
}

#[test]
fn swapped_pairs_are_uniform() {
    let augmenter = always(RandomSwap { alpha: 0.1 }, Resources::default());
    let all = ["b a c d", "c b a d", "d b c a", "a c b d", "a d c b", "a b d c"];
    let mut found = [0; 6];
    for sample in 0..12_000 {
        let text = augmenter.apply("a b c d", 5, 0, sample);
        found[all.iter().position(|&other| other == text).unwrap()] += 1;
    }
    let chi2 = chi_square(&found, &[1.0 / 6.0; 6]);
    assert!(chi2 < 20.5, "chi-square with 5 degrees of freedom, {chi2}, has p < 0.001");
}

#[test]
fn words_are_deleted_with_the_probability_given() {
    let (rate, length, samples) = (0.3, 20, 2000);
    let augmenter = always(RandomDeletion { rate }, Resources::default());
    let text = (0..length).map(|i| format!("w{i}")).collect::<Vec<_>>().join(" ");
    let left: usize = (0..samples).map(|sample| words(&augmenter.apply(&text, 1, 0, sample)).len()).sum();
    let (n, deleted) = (f64::from(length) * samples as f64, rate);
    let expected = n * (1.0 - deleted);
    let deviation = (n * deleted * (1.0 - deleted)).sqrt();
    assert!((left as f64 - expected).abs() < 4.0 * deviation, "{left} instead of {expected} +- {deviation}");
}

#[test]
fn the_word_that_stays_is_uniform() {
    let augmenter = always(RandomDeletion { rate: 1.0 }, Resources::default());
    let mut found = [0; 4];
    for sample in 0..8000 {
        let text = augmenter.apply("a b c d", 9, 0, sample);
        found["abcd".find(&text).unwrap()] += 1;
    }
    let chi2 = chi_square(&found, &[0.25; 4]);
    assert!(chi2 < 16.3, "chi-square with 3 degrees of freedom, {chi2}, has p < 0.001");
}

proptest! {
    #[test]
    fn synonyms_replace_n_words_or_all_that_have_some(text in text(), alpha in 0.0..=1.0_f64, seed: u64) {
        let (before, tokens) = (words(&text), |text: &str| resources().tokenizer.tokenize(text));
        let table = Synonyms::from_groups([["good", "great"], ["bad", "poor"], ["sea", "ocean"]]);
        let known = before.iter().filter(|word| !table.of(word).is_empty()).count();
        let resources = Resources { synonyms: Some(table.clone().into()), ..Resources::default() };
        let after = always(SynonymReplacement { alpha }, resources).apply(&text, seed, 0, 0);
        prop_assert!(same_gaps(&tokens(&text), &tokens(&after)));
        let mut changed = 0;
        for (old, new) in before.iter().zip(&words(&after)) {
            if old != new {
                changed += 1;
                prop_assert!(table.of(old).contains(&new.to_lowercase()), "{old} became {new}");
            }
        }
        let expected = if before.is_empty() { 0 } else { n(alpha, before.len()).min(known) };
        prop_assert_eq!(changed, expected);
    }

    #[test]
    fn n_synonyms_are_inserted(text in text(), alpha in 0.0..=1.0_f64, seed: u64) {
        let table = Synonyms::from_groups([["good", "great"], ["bad", "poor"], ["sea", "ocean"]]);
        let resources = Resources { synonyms: Some(table.clone().into()), ..Resources::default() };
        let (before, after) = (words(&text), words(&always(RandomInsertion { alpha }, resources).apply(&text, seed, 0, 0)));
        prop_assert!(is_subsequence(&before, &after));
        let some = before.iter().any(|word| !table.of(word).is_empty());
        prop_assert_eq!(after.len() - before.len(), if some { n(alpha, before.len()) } else { 0 });
        for (word, count) in counts(&after) {
            if count > counts(&before).get(&word).copied().unwrap_or(0) {
                prop_assert!(before.iter().any(|old| table.of(old).contains(&word)), "{word} is no synonym");
            }
        }
    }

    #[test]
    fn swaps_keep_words_and_gaps(text in text(), alpha in 0.0..=1.0_f64, seed: u64) {
        let after = always(RandomSwap { alpha }, Resources::default()).apply(&text, seed, 0, 0);
        let tokens = |text: &str| resources().tokenizer.tokenize(text);
        let (before, after) = (tokens(&text), tokens(&after));
        prop_assert!(same_gaps(&before, &after));
        prop_assert_eq!(counts(before.words()), counts(after.words()));
        let moved = before.words().iter().zip(after.words()).filter(|(old, new)| old != new).count();
        prop_assert!(moved <= 2 * n(alpha, before.words().len()));
    }

    #[test]
    fn one_swap_moves_two_words(length in 2..30_usize, seed: u64) {
        let text = (0..length).map(|i| format!("w{i}")).collect::<Vec<_>>().join(" ");
        let after = always(RandomSwap { alpha: 0.0 }, Resources::default()).apply(&text, seed, 0, 0);
        let moved = words(&text).iter().zip(&words(&after)).filter(|(old, new)| old != new).count();
        prop_assert_eq!(moved, 2);
    }

    #[test]
    fn a_word_is_always_left(text in text(), rate in 0.0..=1.0_f64, seed: u64) {
        let of = |rate| words(&always(RandomDeletion { rate }, Resources::default()).apply(&text, seed, 0, 0));
        let (before, after) = (words(&text), of(rate));
        prop_assert!(is_subsequence(&after, &before));
        prop_assert_eq!(after.is_empty(), before.is_empty());
        prop_assert_eq!(of(0.0), &before[..]);
        prop_assert_eq!(of(1.0).len(), before.len().min(1));
    }

    #[test]
    fn stop_words_have_no_synonyms(seed: u64) {
        let table = Synonyms::from_groups([["the", "that", "this"]]).without(["The", "this"]);
        prop_assert!(table.of("the").is_empty() && table.of("THIS").is_empty());
        prop_assert_eq!(table.of("that"), ["the", "this"]);
        let resources = Resources { synonyms: Some(table.into()), ..Resources::default() };
        for operator in [Operator::from(SynonymReplacement { alpha: 1.0 }), RandomInsertion { alpha: 1.0 }.into()] {
            prop_assert_eq!(always(operator, resources.clone()).apply("The end of this", seed, 0, 0), "The end of this");
        }
    }
}
