use latent_datasets::synthetic::reviews::{self, CONCEPTS, Form, Review, TOPICS};
use latent_numeric::parallel::with_threads;
use std::collections::{HashMap, HashSet};

fn some() -> Vec<Review> {
    reviews::generate(5, 0..4000)
}

#[test]
fn a_review_belongs_to_seed_and_number_alone() {
    let few = with_threads(1, || reviews::generate(3, 0..50)).unwrap();
    let some = with_threads(3, || reviews::generate(3, 20..50)).unwrap();
    assert_eq!(few[20..], some[..]);
    assert_ne!(few[..20], reviews::generate(4, 0..20)[..]);
    let test = reviews::FIRST_TEST_SAMPLE;
    assert!(!few.contains(&reviews::generate(3, test..test + 1)[0]));
    assert!(reviews::provenance(3).to_string().contains("reviews, version 1, seed 3"));
}

/// The words of a text in lower case.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

/// The sign of a word, if it has one.
fn sign(word: &str) -> Option<bool> {
    CONCEPTS.iter().find(|concept| concept.words.contains(&word)).map(|concept| concept.positive)
}

/// What a sentence says about the label by the rules of English, without a look at how it was made.
fn read(sentence: &str) -> Option<bool> {
    let words = words(sentence);
    let signs: Vec<bool> = words.iter().filter_map(|word| sign(word)).collect();
    let negated = words.iter().any(|word| ["not", "never", "no"].contains(&word.as_str()));
    match signs[..] {
        [] => None,
        [one] => Some(one != negated),
        // "In spite of" comes after the main clause, all other concessions before it.
        [first, _] if sentence.contains("in spite of") => Some(first),
        [_, second] => Some(second),
        _ => panic!("three opinions in {sentence}"),
    }
}

#[test]
fn who_knows_the_grammar_finds_every_label() {
    for review in some() {
        let told: Vec<bool> = review.text.split_inclusive('.').filter_map(read).collect();
        assert!(!told.is_empty() && told.iter().all(|&sign| sign == review.positive), "{review:?}");
        assert_eq!(told.len(), review.opinions.len());
        let words = words(&review.text);
        let known = |word: &str| words.iter().any(|found| found == word);
        assert!(review.opinions.iter().all(|opinion| known(opinion.word) && opinion.conceded.is_none_or(known)));
        let topic = TOPICS.iter().find(|topic| topic.name == review.topic).unwrap();
        assert!(topic.aspects.iter().flat_map(|aspect| aspect.iter()).any(|word| known(word)), "{review:?}");
    }
}

/// Within five standard deviations of a frequency.
fn assert_frequency(found: usize, of: usize, p: f64) {
    let (n, deviation) = (of as f64, (p * (1.0 - p) / of as f64).sqrt());
    assert!((found as f64 / n - p).abs() < 5.0 * deviation, "{found} of {of}, expected a share of {p}");
}

#[test]
fn frequencies_are_those_that_are_documented() {
    let some = some();
    assert_frequency(some.iter().filter(|review| review.positive).count(), some.len(), 0.5);
    for topic in TOPICS {
        assert_frequency(some.iter().filter(|review| review.topic == topic.name).count(), some.len(), 0.25);
    }
    for opinions in 1..=3 {
        assert_frequency(some.iter().filter(|r| r.opinions.len() == opinions).count(), some.len(), 1.0 / 3.0);
    }
    let opinions: Vec<_> = some.iter().flat_map(|review| &review.opinions).collect();
    for (form, share) in [(Form::Plain, 0.7), (Form::Negated, 0.15), (Form::Conceded, 0.15)] {
        assert_frequency(opinions.iter().filter(|opinion| opinion.form == form).count(), opinions.len(), share);
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    opinions.iter().for_each(|opinion| *counts.entry(opinion.word).or_default() += 1);
    let harmonic: f64 = (1..=7).map(|k| 1.0 / f64::from(k)).sum();
    for rank in 0..7 {
        let found: usize = CONCEPTS.iter().map(|concept| counts.get(concept.words[rank]).copied().unwrap_or(0)).sum();
        assert_frequency(found, opinions.len(), 1.0 / ((rank + 1) as f64 * harmonic));
    }
}

#[test]
fn no_word_has_two_meanings() {
    let concepts = CONCEPTS.iter().flat_map(|concept| concept.words);
    let aspects = TOPICS.iter().flat_map(|topic| topic.aspects).flat_map(|aspect| aspect.iter());
    let mut seen = HashSet::new();
    for word in concepts.chain(aspects) {
        assert!(seen.insert(word), "{word} is there twice");
    }
    assert!(CONCEPTS.iter().all(|concept| concept.words.len() == 7));
    assert_eq!(CONCEPTS.iter().filter(|concept| concept.positive).count(), 10);
}
