//! A thesaurus and a lexicon with gaps and mistakes.

use super::Knowledge;
use latent_augment::text::{Lexicon, Synonyms};
use latent_datasets::synthetic::reviews::{CONCEPTS, TOPICS};
use latent_numeric::random::Stream;
use latent_study::failure::Failure;
use std::fmt::Write;

impl Knowledge {
    /// A thesaurus of the words of the generator: concepts and aspects.
    ///
    /// A word is in it with probability `coverage`; then it is in the group of words that say the same, or with probability
    /// `wrong` in one of the others, all equally likely. Draws are of the streams `(seed, "thesaurus", [group, word])`.
    pub(super) fn thesaurus(&self, seed: u64) -> Synonyms {
        let concepts = CONCEPTS.iter().map(|concept| concept.words);
        let aspects = TOPICS.iter().flat_map(|topic| topic.aspects.iter().copied());
        let groups: Vec<&[&str]> = concepts.chain(aspects).collect();
        let mut found = vec![Vec::new(); groups.len()];
        for (own, words) in groups.iter().enumerate() {
            for (number, &word) in words.iter().enumerate() {
                let mut stream = Stream::new(seed, "thesaurus", &[own as u64, number as u64]);
                if stream.bernoulli(self.coverage) {
                    let other = stream.below(groups.len() - 1);
                    let other = if other < own { other } else { other + 1 };
                    found[if stream.bernoulli(self.wrong) { other } else { own }].push(word);
                }
            }
        }
        Synonyms::from_groups(found)
    }

    /// A lexicon of the words of the concepts: 1 for good ones, -1 for bad ones; `None` if it has no word.
    ///
    /// A word is in it with probability `coverage`, with probability `wrong` of the other sign. Draws are of the streams
    /// `(seed, "lexicon", [concept, word])`.
    pub(super) fn lexicon(&self, seed: u64) -> Result<Option<Lexicon>, Failure> {
        let mut lines = String::new();
        for (index, concept) in CONCEPTS.iter().enumerate() {
            for (number, word) in concept.words.iter().enumerate() {
                let mut stream = Stream::new(seed, "lexicon", &[index as u64, number as u64]);
                if stream.bernoulli(self.coverage) {
                    let positive = concept.positive != stream.bernoulli(self.wrong);
                    writeln!(lines, "{word}\t{}", if positive { 1 } else { -1 })?;
                }
            }
        }
        if lines.is_empty() {
            return Ok(None);
        }
        Ok(Some(Lexicon::read(lines.as_bytes()).map_err(|error| Failure::new(format!("lexicon: {error}")))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(knowledge: Knowledge) -> [f64; 4] {
        let (mut covered, mut wrong) = ([0.0; 2], [0.0; 2]);
        let mut words = 0.0;
        for seed in 0..40 {
            let (thesaurus, lexicon) =
                (knowledge.thesaurus(seed), knowledge.lexicon(seed).unwrap().unwrap_or_default());
            for concept in CONCEPTS {
                for word in concept.words {
                    words += 1.0;
                    let of = thesaurus.of(word);
                    covered[0] += f64::from(u8::from(!of.is_empty()));
                    let own = of.iter().filter(|other| concept.words.contains(&other.as_str())).count();
                    wrong[0] += f64::from(u8::from(2 * own < of.len()));
                    let score = lexicon.score(word);
                    covered[1] += score.abs();
                    wrong[1] += f64::from(u8::from(score * if concept.positive { 1.0 } else { -1.0 } < 0.0));
                }
            }
        }
        [covered[0] / words, wrong[0] / covered[0].max(1.0), covered[1] / words, wrong[1] / covered[1].max(1.0)]
    }

    #[test]
    fn gaps_and_mistakes_are_as_likely_as_they_should_be() {
        assert_eq!(shares(Knowledge { coverage: 1.0, wrong: 0.0 }), [1.0, 0.0, 1.0, 0.0]);
        assert_eq!(shares(Knowledge { coverage: 0.0, wrong: 0.5 }), [0.0; 4]);
        // 5,600 words: the standard deviation of a share is below 0.007.
        let [thesaurus, misplaced, lexicon, turned] = shares(Knowledge::default());
        for (share, expected) in [(thesaurus, 0.8), (misplaced, 0.1), (lexicon, 0.8), (turned, 0.1)] {
            assert!((share - expected).abs() < 0.035, "{share}, expected {expected}");
        }
    }

    #[test]
    fn a_word_is_known_whatever_else_is() {
        let few = Knowledge { coverage: 0.5, wrong: 0.0 }.lexicon(3).unwrap().unwrap();
        let more = Knowledge { coverage: 0.9, wrong: 0.0 }.lexicon(3).unwrap().unwrap();
        let mut known = 0;
        for word in CONCEPTS.iter().flat_map(|concept| concept.words) {
            assert!(few.score(word) == 0.0 || few.score(word) == more.score(word));
            known += usize::from(few.score(word) != 0.0);
        }
        assert!(known > 40, "{known}");
    }
}
