//! The filter that keeps the sentiment.

use super::support::{always, resources, text, words};
use latent_augment::text::{
    Lexicon, PreserveSentiment, RandomDeletion, Resources, Step, SynonymReplacement, Synonyms, TfIdfReplacement,
};
use proptest::prelude::*;
use std::cmp::Ordering;

fn lexicon() -> Lexicon {
    Lexicon::read("good\t1\nbad\t-1\nawful\t-2.5\n".as_bytes()).unwrap()
}

#[test]
fn polarity_is_the_sign_of_the_sum() {
    let polarity = |text: &str| lexicon().polarity(&words(text));
    assert_eq!(polarity("Good. GOOD, but bad"), Ordering::Greater);
    assert_eq!(polarity("good and bad"), Ordering::Equal);
    assert_eq!(polarity("good good awful"), Ordering::Less);
    assert_eq!(polarity(""), Ordering::Equal);
}

#[test]
fn a_text_stays_where_every_change_turns_it() {
    let turn = Synonyms::from_groups([["good", "bad"]]);
    let resources = Resources { synonyms: Some(turn.into()), lexicon: Some(lexicon().into()), ..Resources::default() };
    let replace = Step::always(SynonymReplacement { alpha: 1.0 });
    assert_eq!(always(SynonymReplacement { alpha: 1.0 }, resources.clone()).apply("So good!", 0, 0, 0), "So bad!");
    let filter = PreserveSentiment { attempts: 25, steps: vec![replace] };
    assert_eq!(always(filter, resources).apply("So good!", 0, 0, 0), "So good!");
}

#[test]
fn synonyms_of_several_words_count_as_they_are_written() {
    let turn = Synonyms::from_groups([["good", "far from bad"]]);
    let resources = Resources { synonyms: Some(turn.into()), lexicon: Some(lexicon().into()), ..Resources::default() };
    let replace = SynonymReplacement { alpha: 1.0 };
    assert_eq!(always(replace, resources.clone()).apply("So good!", 0, 0, 0), "So far from bad!");
    let filter = PreserveSentiment::new(vec![Step::always(replace)]);
    assert_eq!(always(filter, resources).apply("So good!", 0, 0, 0), "So good!");
}

#[test]
fn other_draws_are_tried() {
    // Deleting one word of two: half of the draws leave the good one.
    let resources = Resources { lexicon: Some(lexicon().into()), ..Resources::default() };
    let kept = |attempts| {
        let steps = vec![Step::always(RandomDeletion { rate: 1.0 })];
        let augmenter = always(PreserveSentiment { attempts, steps }, resources.clone());
        (0..1000).filter(|&sample| augmenter.apply("good film", 2, 0, sample) == "good").count()
    };
    let shares = [1, 2, 8].map(kept);
    for (share, expected) in shares.iter().zip([500.0, 750.0, 996.0]) {
        assert!((*share as f64 - expected).abs() < 60.0, "{shares:?}");
    }
}

proptest! {
    #[test]
    fn polarity_stays(text in text(), seed: u64, attempts in 1..4_usize) {
        let resources = resources();
        let lexicon = resources.lexicon.clone().unwrap();
        let steps = vec![
            Step::new(0.7, TfIdfReplacement { rate: 0.8 }),
            Step::always(RandomDeletion { rate: 0.4 }),
        ];
        let found = always(PreserveSentiment { attempts, steps }, resources).apply(&text, seed, 0, 0);
        prop_assert_eq!(lexicon.polarity(&words(&found)), lexicon.polarity(&words(&text)));
    }

    #[test]
    fn polarity_is_that_of_the_words_in_any_order(text in text(), seed: u64) {
        let lexicon = Lexicon::read("good\t0.1\nfine\t0.2\nbad\t-0.3\nsad\t1e300\nman\t-1e300\n".as_bytes()).unwrap();
        let own = words(&text);
        let order = latent_numeric::random::Stream::new(seed, "order", &[]).permutation(own.len());
        let moved: Vec<&String> = order.into_iter().map(|i| &own[i]).collect();
        prop_assert_eq!(lexicon.polarity(&own), lexicon.polarity(&moved));
    }
}
