//! Chains written down and read again.

use super::support::resources;
use latent_augment::text::{Augmenter, Chain, Operator, Ppmi, PreserveSentiment, RandomSwap, SentenceSwap, Step};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Study {
    seed: u64,
    embedding: Ppmi,
    swap: Option<SentenceSwap>,
    augment: Chain,
}

#[test]
fn a_chain_is_part_of_a_configuration() {
    let text = r#"
        seed = 3
        embedding = { window = 4, dimensions = 20 }
        swap = { rate = 0.25 }
        [[augment]]
        op = "preserve_sentiment"
        p = 0.5
        attempts = 3
        steps = [
            { op = "one_of", steps = [{ op = "random_swap" }, { op = "random_deletion", rate = 0.2 }], weights = [1, 2] },
            { op = "compose", steps = [{ op = "synonym_replacement", alpha = 0.3 }] },
        ]
        [[augment]]
        op = "random_swap"
    "#;
    let study: Study = toml::from_str(text).unwrap();
    assert_eq!(study.embedding, Ppmi { window: 4, dimensions: 20, ..Ppmi::default() });
    let weighted = [(1.0, r#"{ op = "random_swap" }"#), (2.0, r#"{ op = "random_deletion", rate = 0.2 }"#)].map(
        |(weight, step)| {
            let chain = Chain::from_toml(&format!("augment = [{step}]")).unwrap();
            (weight, chain.steps()[0].clone())
        },
    );
    let replace = Chain::from_toml("augment = [{ op = \"synonym_replacement\", alpha = 0.3 }]").unwrap();
    let steps = vec![Step::weighted(1.0, weighted.into()), Step::random_apply(1.0, replace.steps().to_vec())];
    let expected = Chain::new(vec![
        Step::new(0.5, PreserveSentiment { attempts: 3, steps }),
        Step::always(RandomSwap { alpha: 0.1 }),
    ]);
    assert_eq!(study.augment, expected.unwrap());
    let again: Study = toml::from_str(&toml::to_string(&study).unwrap()).unwrap();
    assert_eq!(again, study);
    assert!(Augmenter::new(again.augment, resources()).is_ok());
}

proptest! {
    #[test]
    fn every_operator_survives_a_round_trip(index in 0..Operator::NAMES.len(), p in 0.0..=1.0_f64, share in 0.0..=1.0_f64) {
        let name = Operator::NAMES[index];
        let parameters = match name {
            "random_deletion" | "tf_idf_replacement" => format!("rate = {share:?}"),
            "embedding_replacement" => format!("rate = {share:?}\nneighbours = 3\nleast_cosine = -{share:?}"),
            "preserve_sentiment" => format!("attempts = 4\nsteps = [{{ op = \"random_swap\", alpha = {share:?} }}]"),
            _ => format!("alpha = {share:?}"),
        };
        let chain = Chain::from_toml(&format!("[[augment]]\nop = \"{name}\"\np = {p:?}\n{parameters}\n")).unwrap();
        prop_assert_eq!(Chain::from_toml(&chain.to_toml()).unwrap(), chain);
    }
}

#[test]
fn no_list_is_an_empty_chain() {
    let chain = Chain::from_toml("").unwrap();
    assert_eq!(chain, Chain::default());
    let augmenter = Augmenter::new(chain, latent_augment::text::Resources::default()).unwrap();
    assert_eq!(augmenter.apply("As it (is).", 1, 2, 3), "As it (is).");
}
