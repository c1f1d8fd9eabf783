//! Texts, resources and chains to test with.

use latent_augment::text::{
    Augmenter, Chain, Embedding, Lexicon, Operator, Resources, Step, Synonyms, TfIdf, TokenizedText, Tokenizer,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

pub const CORPUS: [&str; 5] = [
    "The good cat sat on the red mat.",
    "The bad dog sat on the old rug; the dog was good!",
    "An old man and the sea: a fine tale, a sad tale.",
    "The red sea was fine, and the cat was bad.",
    "The man sat.",
];

/// Something of everything for the words of the corpus.
pub fn resources() -> Resources {
    let synonyms = Synonyms::from_groups([
        vec!["good", "great", "nice"],
        vec!["bad", "poor"],
        vec!["man", "person", "human being"],
        vec!["sea", "ocean"],
        vec!["old", "aged"],
    ]);
    let tokenizer = Tokenizer::unicode();
    let tf_idf = TfIdf::fit(CORPUS, &tokenizer).unwrap();
    let vectors = "good 1 0.2\nfine 1 0.3\nbad -1 0.2\nsad -1 0.3\ncat 0.1 1\ndog 0.2 1\nman 0.2 0.9\n";
    let lexicon = "good\t2\ngreat\t3\nnice\t1\nfine\t1\nbad\t-2\npoor\t-1\nsad\t-1.5\n";
    Resources {
        tokenizer,
        synonyms: Some(synonyms.into()),
        tf_idf: Some(tf_idf.into()),
        embedding: Some(Embedding::read_glove(vectors.as_bytes()).unwrap().into()),
        lexicon: Some(Lexicon::read(lexicon.as_bytes()).unwrap().into()),
    }
}

/// One operator, always.
pub fn always(operator: impl Into<Operator>, resources: Resources) -> Augmenter {
    Augmenter::new(Chain::new(vec![Step::always(operator)]).unwrap(), resources).unwrap()
}

pub fn words(text: &str) -> Vec<String> {
    Tokenizer::unicode().tokenize(text).words().to_vec()
}

/// How often each word is there.
pub fn counts(words: &[String]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    words.iter().for_each(|word| *counts.entry(word.clone()).or_default() += 1);
    counts
}

/// Whether all words of one list are in the other in the same order.
pub fn is_subsequence(short: &[String], long: &[String]) -> bool {
    let mut long = long.iter();
    short.iter().all(|word| long.any(|other| other == word))
}

/// Texts of words of the corpus and others, with punctuation between them.
pub fn text() -> impl Strategy<Value = String> {
    let vocabulary =
        "the a good bad fine sad man sea old cat dog red xylophone Quartz GOOD Man don't 3.14 5 straße 北 é";
    let word = prop::sample::select(vocabulary.split(' ').collect::<Vec<_>>());
    let gap = prop::sample::select(vec![" ", "  ", ", ", " - ", ",", "", " (", ") ", "; ", "... ", "\n"]);
    let ends = prop::sample::select(vec!["", ".", "\"", " !", "  "]);
    (ends.clone(), prop::collection::vec((word, gap), 0..25), ends).prop_map(|(begin, middle, end)| {
        let mut text = begin.to_owned();
        for (index, (word, gap)) in middle.iter().enumerate() {
            if index > 0 {
                text.push_str(gap);
            }
            text.push_str(word);
        }
        text + end
    })
}

/// Gaps are the same, but for a space where two words would have become one.
pub fn same_gaps(before: &TokenizedText, after: &TokenizedText) -> bool {
    let same = |(old, new): (&String, &String)| {
        old == new || !old.contains(char::is_whitespace) && new.strip_suffix(' ') == Some(old)
    };
    before.gaps().len() == after.gaps().len() && before.gaps().iter().zip(after.gaps()).all(same)
}

/// Pearson's statistic of counts against probabilities.
pub fn chi_square(counts: &[usize], probabilities: &[f64]) -> f64 {
    let n = counts.iter().sum::<usize>() as f64;
    counts.iter().zip(probabilities).map(|(&count, p)| (count as f64 - n * p).powi(2) / (n * p)).sum()
}
