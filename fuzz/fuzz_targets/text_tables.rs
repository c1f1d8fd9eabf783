//! Any bytes to the readers of tables of words: embeddings in both formats, synonyms, lexicons.
#![no_main]

use latent_augment::text::{Embedding, Lexicon, Synonyms, TableError};
use libfuzzer_sys::fuzz_target;

/// The byte-order mark, which belongs to no word where a text begins with it.
const MARK: &[u8] = "\u{feff}".as_bytes();

fuzz_target!(|bytes: &[u8]| {
    let lines = bytes.split(|&byte| byte == b'\n').count();
    embeddings(bytes, lines);
    match Synonyms::read(bytes) {
        Ok(synonyms) => check_synonyms(&synonyms, text(bytes)),
        Err(error) => check_error(&error, lines),
    }
    match Lexicon::read(bytes) {
        Ok(lexicon) => check_lexicon(&lexicon, text(bytes)),
        Err(error) => check_error(&error, lines),
    }
});

fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

/// What a reader took is text.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(unmarked(bytes)).expect("no reader takes what is not UTF-8")
}

/// An error says something, about a line that is there or about the whole.
fn check_error(error: &TableError, lines: usize) {
    assert!(error.line.is_none_or(|line| (1..=lines).contains(&line)), "{error} in {lines} lines");
    assert!(!error.to_string().is_empty() && error.path.is_none());
}

fn embeddings(bytes: &[u8], lines: usize) {
    match Embedding::read_glove(bytes) {
        Ok(embedding) => {
            check_embedding(&embedding);
            let (words, dimensions) = embedding.vectors().dim();
            let with_header = [format!("{words} {dimensions}\n").as_bytes(), unmarked(bytes)].concat();
            assert_eq!(Embedding::read_word2vec(&with_header[..]).unwrap(), embedding);
        }
        Err(error) => check_error(&error, lines),
    }
    match Embedding::read_word2vec(bytes) {
        Ok(embedding) => check_embedding(&embedding),
        Err(error) => check_error(&error, lines),
    }
}

fn check_embedding(embedding: &Embedding) {
    assert!(embedding.vectors().iter().all(|x| x.is_finite()));
    let mut written = Vec::new();
    embedding.write_word2vec(&mut written).unwrap();
    assert_eq!(&Embedding::read_word2vec(&written[..]).unwrap(), embedding);
    for word in embedding.words().iter().take(4) {
        let near = embedding.nearest(word, 3);
        assert!(near.len() <= 3 && near.iter().all(|(other, cosine)| other != word && (-1.0..=1.0).contains(cosine)));
        assert!(near.windows(2).all(|pair| pair[0].1 >= pair[1].1));
    }
}

/// Synonyms are in order, each once, none of itself, and each of the other.
fn check_synonyms(synonyms: &Synonyms, text: &str) {
    for word in text.lines().flat_map(|line| line.split(['#', ','])).map(str::trim).take(20) {
        let of = synonyms.of(word);
        assert!(of.windows(2).all(|pair| pair[0] < pair[1]));
        for other in of {
            assert_ne!(other.to_lowercase(), word.to_lowercase());
            let back = synonyms.of(other);
            assert!(back.iter().any(|synonym| synonym.to_lowercase() == word.to_lowercase()), "{word:?} of {other:?}");
        }
    }
}

/// Words have the scores of their lines.
fn check_lexicon(lexicon: &Lexicon, text: &str) {
    let mut words = Vec::new();
    let lines = text.split('\n').filter(|line| !line.trim().is_empty());
    for (word, score) in lines.filter_map(|line| line.split_once('\t')) {
        assert_eq!(Ok(lexicon.score(word.trim())), score.trim().parse());
        words.push(word);
    }
    let polarity = lexicon.polarity(&words);
    words.reverse();
    assert_eq!(lexicon.polarity(&words), polarity);
}
