//! Words and what is between them.

use super::support::{always, resources, text, words};
use latent_augment::text::{
    Chain, Embedding, Lexicon, RandomDeletion, RandomInsertion, Resources, SynonymReplacement, Synonyms, Tokenizer,
    sentences,
};
use proptest::prelude::*;

fn delete_all_but_one(text: &str) -> Vec<String> {
    let augmenter = always(RandomDeletion { rate: 1.0 }, Resources::default());
    let mut found: Vec<String> = (0..50).map(|sample| augmenter.apply(text, 0, 0, sample)).collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn space_goes_with_deleted_words_and_punctuation_stays() {
    assert_eq!(delete_all_but_one("one two"), ["one", "two"]);
    assert_eq!(delete_all_but_one("One, two."), [", two.", "One,."]);
    assert_eq!(delete_all_but_one("a b, c"), [", c", "a,", "b,"]);
    assert_eq!(delete_all_but_one("(one) two"), ["() two", "(one)"]);
    assert_eq!(delete_all_but_one("北京"), ["京", "北"]);
    let augmenter = always(RandomDeletion { rate: 0.4 }, Resources::default());
    let found: Vec<String> = (0..200).map(|sample| augmenter.apply("3 b,5 x北y", 0, 0, sample)).collect();
    for expected in ["3 ,5 x北y", "3 b,5 x y", "3 b,5 北y", "3 b, x北y"] {
        assert!(found.iter().any(|text| text == expected), "{expected}");
    }
}

#[test]
fn a_new_word_is_capitalised_as_the_old_one() {
    let synonyms = Synonyms::from_groups([["good", "nice"], ["élan", "éclat"]]);
    let resources = Resources { synonyms: Some(synonyms.into()), ..Resources::default() };
    let augmenter = always(SynonymReplacement { alpha: 1.0 }, resources);
    for (text, expected) in [
        ("a good one", "a nice one"),
        ("Good!", "Nice!"),
        ("(GOOD)", "(NICE)"),
        ("gOOd", "nice"),
        ("Élan", "Éclat"),
        ("Good, good; GOOD?", "Nice, nice; NICE?"),
    ] {
        assert_eq!(augmenter.apply(text, 0, 0, 0), expected);
    }
}

#[test]
fn inserted_words_are_spaced_as_their_script_is() {
    let of = |text: &str, groups: [[&str; 2]; 1]| {
        let resources = Resources { synonyms: Some(Synonyms::from_groups(groups).into()), ..Resources::default() };
        let augmenter = always(RandomInsertion { alpha: 0.0 }, resources);
        let mut found: Vec<String> = (0..60).map(|sample| augmenter.apply(text, 0, 0, sample)).collect();
        found.sort();
        found.dedup();
        found
    };
    let places = ["\"a b new, c.\"", "\"a b, c new.\"", "\"a new b, c.\"", "\"new a b, c.\""];
    assert_eq!(of("\"a b, c.\"", [["a", "new"]]), places);
    assert_eq!(of("北京。", [["北", "南"]]), ["北京南。", "北南京。", "南北京。"]);
    assert_eq!(of("北!", [["北", "north"]]), ["north 北!", "北 north!"]);
}

#[test]
fn sentences_are_without_the_space_around_them() {
    let text = "  One two.  Three?\n\n\"Four!\" ";
    let found: Vec<&str> = sentences(text).map(|range| &text[range]).collect();
    assert_eq!(found, ["One two.", "Three?", "\"Four!\""]);
    assert_eq!(sentences(" \n ").count(), 0);
}

proptest! {
    #[test]
    fn a_text_is_its_words_and_gaps(text in any::<String>()) {
        let tokenized = Tokenizer::unicode().tokenize(&text);
        prop_assert_eq!(tokenized.to_string(), &text[..]);
        prop_assert_eq!(tokenized.gaps().len(), tokenized.words().len() + 1);
        prop_assert!(tokenized.words().iter().all(|word| word.chars().any(char::is_alphanumeric)));
    }

    #[test]
    fn what_is_deleted_is_words_and_space(text in text(), seed: u64) {
        let found = always(RandomDeletion { rate: 0.5 }, resources()).apply(&text, seed, 0, 0);
        let punctuation = |text: &str| {
            let gaps = Tokenizer::unicode().tokenize(text).gaps().concat();
            gaps.chars().filter(|c| !c.is_whitespace()).collect::<String>()
        };
        prop_assert_eq!(punctuation(&found), punctuation(&text));
        // Words do not grow together.
        prop_assert!(super::support::is_subsequence(&words(&found), &words(&text)), "{text:?} became {found:?}");
    }

    #[test]
    fn sentences_cover_all_but_space(text in any::<String>()) {
        let found: String = sentences(&text).map(|range| text[range].to_owned()).collect();
        let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(solid(&found), solid(&text));
    }
}

/// Editors put a byte-order mark before texts; it belongs to no word, key or number.
#[test]
fn a_byte_order_mark_is_no_part_of_the_first_word() {
    let marked = |text: &str| format!("\u{feff}{text}").into_bytes();
    let embedding = Embedding::read_glove(&marked("good 1 2\nbad 3 4\n")[..]).unwrap();
    assert_eq!(embedding.words(), ["good", "bad"]);
    let embedding = Embedding::read_word2vec(&marked("2 1\ngood 1\nbad 3\n")[..]).unwrap();
    assert_eq!(embedding.words(), ["good", "bad"]);
    let synonyms = "good, fine\n";
    assert_eq!(Synonyms::read(&marked(synonyms)[..]).unwrap(), Synonyms::read(synonyms.as_bytes()).unwrap());
    let lexicon = "good\t2.0\n";
    assert_eq!(Lexicon::read(&marked(lexicon)[..]).unwrap(), Lexicon::read(lexicon.as_bytes()).unwrap());
    let chain = "[[augment]]\nop = 'random_swap'\n";
    assert_eq!(Chain::from_toml(&format!("\u{feff}{chain}")).unwrap(), Chain::from_toml(chain).unwrap());
    // Elsewhere it is a character like any other.
    let inside = Embedding::read_glove("good 1\n\u{feff}bad 3\n".as_bytes()).unwrap();
    assert_eq!(inside.words(), ["good", "\u{feff}bad"]);
}
