//! The same text alone, in any batch, and on any number of threads.

use super::support::{resources, text};
use latent_augment::text::{
    Augmenter, Chain, Operator, PreserveSentiment, RandomDeletion, RandomSwap, Step, SynonymReplacement,
};
use latent_numeric::parallel::with_threads;
use proptest::prelude::*;

/// Every operator, and both composites.
fn everything() -> Augmenter {
    let chain = Chain::from_toml(
        r#"
        [[augment]]
        op = "preserve_sentiment"
        attempts = 3
        steps = [
            { op = "tf_idf_replacement", rate = 0.3, p = 0.5 },
            { op = "embedding_replacement", rate = 0.5, neighbours = 3 },
        ]
        [[augment]]
        op = "one_of"
        p = 0.8
        weights = [1, 2]
        steps = [{ op = "synonym_replacement", alpha = 0.4 }, { op = "random_insertion", alpha = 0.2 }]
        [[augment]]
        op = "compose"
        p = 0.7
        steps = [{ op = "random_swap", alpha = 0.3 }, { op = "random_deletion", rate = 0.2 }]
        "#,
    );
    Augmenter::new(chain.unwrap(), resources()).unwrap()
}

#[test]
fn the_chain_of_these_tests_has_every_operator() {
    let text = everything().chain().to_toml();
    let missing: Vec<_> = Operator::NAMES.iter().filter(|name| !text.contains(&format!("\"{name}\""))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn samples_epochs_and_seeds_differ() {
    let (augmenter, text) = (everything(), super::support::CORPUS.join(" "));
    let one = augmenter.apply(&text, 1, 2, 3);
    for (seed, epoch, sample) in [(2, 2, 3), (1, 3, 3), (1, 2, 4)] {
        assert_ne!(augmenter.apply(&text, seed, epoch, sample), one);
    }
}

/// A change of this text changes every recorded run.
#[test]
fn texts_never_change() {
    let found = everything().apply("The old man and the good red sea; a bad, sad cat.", 2026, 1, 2);
    assert_eq!(found, "The old person and the good red ocean; a poor, poor dog.");
}

proptest! {
    #[test]
    fn a_sample_alone_is_what_it_is_in_any_batch(seed: u64, epoch: u64, texts in prop::collection::vec((text(), 0..1000_u64), 0..20)) {
        let augmenter = everything();
        let (texts, numbers): (Vec<_>, Vec<_>) = texts.into_iter().unzip();
        let batch = |threads| with_threads(threads, || augmenter.apply_batch(&texts, seed, epoch, &numbers).unwrap()).unwrap();
        let together = batch(1);
        prop_assert_eq!(&batch(3), &together);
        for ((text, &number), found) in texts.iter().zip(&numbers).zip(&together) {
            // Without what the other has found of neighbours.
            prop_assert_eq!(&everything().apply(text, seed, epoch, number), found);
        }
    }

    #[test]
    fn what_is_not_drawn_changes_nothing(text in text(), seed: u64, sample: u64) {
        let delete = |p, rate| Step::new(p, RandomDeletion { rate });
        let swap = Step::always(RandomSwap { alpha: 0.5 });
        let of = |steps| Augmenter::new(Chain::new(steps).unwrap(), resources()).unwrap().apply(&text, seed, 0, sample);
        // Probability 0 is as parameters that change nothing: the draws of the next are the same.
        prop_assert_eq!(of(vec![delete(0.0, 1.0), swap.clone()]), of(vec![delete(1.0, 0.0), swap.clone()]));
        let replace = Step::always(SynonymReplacement { alpha: 1.0 });
        let filter = PreserveSentiment::new(vec![replace.clone()]);
        let never = vec![delete(0.0, 1.0), Step::random_apply(0.0, vec![swap.clone()]), Step::one_of(0.0, vec![swap]), Step::new(0.0, filter)];
        prop_assert_eq!(of(never), &text[..]);
    }

    #[test]
    fn an_attempt_is_the_same_whatever_was_before(text in text(), seed: u64) {
        // The polarity of an empty lexicon of these words never changes: the first attempt counts.
        let lexicon = latent_augment::text::Lexicon::read("elsewhere\t1\n".as_bytes()).unwrap();
        let resources = latent_augment::text::Resources { lexicon: Some(lexicon.into()), ..resources() };
        let of = |attempts| {
            let filter = PreserveSentiment { attempts, steps: vec![Step::always(RandomSwap { alpha: 0.5 })] };
            Augmenter::new(Chain::new(vec![Step::always(filter)]).unwrap(), resources.clone()).unwrap().apply(&text, seed, 0, 0)
        };
        prop_assert_eq!(of(1), of(9));
    }
}
