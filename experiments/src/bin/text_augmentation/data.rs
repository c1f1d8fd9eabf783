//! Reviews, and what is known of their language.

use super::Config;
use latent_augment::text::{Resources, TfIdf, Tokenizer};
use latent_datasets::synthetic::reviews;
use latent_datasets::synthetic::reviews::{
    FIRST_TEST_SAMPLE, FIRST_UNLABELLED_SAMPLE, FIRST_VALIDATION_SAMPLE, Review,
};
use latent_study::data::{StudyData, source};
use latent_study::failure::Failure;
use latent_train::run::DataSource;
use std::collections::{BTreeSet, HashMap};

/// Reviews to learn from and to test on, with what all reviews but the test ones tell of the language.
#[derive(Debug)]
pub struct Corpus {
    /// To learn from.
    pub train: Vec<Review>,
    /// To choose by.
    pub validation: Vec<Review>,
    /// To test on.
    pub test: Vec<Review>,
    /// The words that a classifier tells apart.
    pub vocabulary: Vocabulary,
    /// What operators know.
    pub resources: Resources,
    /// What they were generated from.
    pub seed: u64,
}

impl StudyData for Corpus {
    fn sources(&self) -> Vec<DataSource> {
        ["train", "unlabelled", "validation", "test"]
            .map(|part| source(&format!("reviews/{part}"), &reviews::provenance(self.seed)))
            .into()
    }
}

impl Corpus {
    /// Generates the reviews and fits what is fitted to them.
    ///
    /// # Errors
    /// If the embedding has more dimensions than there are words.
    pub fn generate(config: &Config, seed: u64) -> Result<Self, Failure> {
        let part = |first: u64, count: usize| reviews::generate(seed, first..first + count as u64);
        let train = part(0, config.train_reviews);
        let unlabelled = part(FIRST_UNLABELLED_SAMPLE, config.unlabelled_reviews);
        let texts: Vec<&str> = train.iter().chain(&unlabelled).map(|review| review.text.as_str()).collect();
        let tokenizer = Tokenizer::unicode();
        let fitted =
            |what: &'static str| move |error: latent_augment::text::FitError| Failure::new(format!("{what}: {error}"));
        let resources = Resources {
            synonyms: Some(config.knowledge.thesaurus(seed).into()),
            lexicon: config.knowledge.lexicon(seed)?.map(Into::into),
            tf_idf: Some(TfIdf::fit(&texts, &tokenizer).map_err(fitted("tf_idf"))?.into()),
            embedding: Some(config.embedding.fit(&texts, &tokenizer).map_err(fitted("embedding"))?.into()),
            tokenizer,
        };
        let vocabulary = Vocabulary::of(&texts, &resources.tokenizer);
        let validation = part(FIRST_VALIDATION_SAMPLE, config.validation_reviews);
        Ok(Self { train, validation, test: part(FIRST_TEST_SAMPLE, config.test_reviews), vocabulary, resources, seed })
    }
}

/// Words as numbers, in alphabetical order; all others are one word more.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    numbers: HashMap<String, usize>,
}

impl Vocabulary {
    /// The words of these texts, in lower case.
    pub fn of<T: AsRef<str>>(texts: &[T], tokenizer: &Tokenizer) -> Self {
        let words = texts.iter().flat_map(|text| lower_case(tokenizer, text.as_ref())).collect::<BTreeSet<_>>();
        Self { numbers: words.into_iter().enumerate().map(|(number, word)| (word, number)).collect() }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.numbers.len() + 1
    }

    /// The words of a text.
    pub fn encode(&self, text: &str, tokenizer: &Tokenizer) -> Vec<usize> {
        let number = |word: String| self.numbers.get(&word).copied().unwrap_or(self.numbers.len());
        lower_case(tokenizer, text).map(number).collect()
    }
}

fn lower_case(tokenizer: &Tokenizer, text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> = tokenizer.tokenize(text).words().iter().map(|word| word.to_lowercase()).collect();
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_have_one_number() {
        let tokenizer = Tokenizer::unicode();
        let vocabulary = Vocabulary::of(&["The cat sat.", "A dog"], &tokenizer);
        assert_eq!(vocabulary.len(), 6);
        assert_eq!(vocabulary.encode("a CAT, the end: unicorn", &tokenizer), [0, 1, 4, 5, 5]);
    }

    #[test]
    fn what_operators_know_does_not_come_from_test_reviews() {
        let config = Config { train_reviews: 30, unlabelled_reviews: 100, test_reviews: 5, ..Config::default() };
        let few = Corpus::generate(&config, 3).unwrap();
        let many = Corpus::generate(&Config { test_reviews: 50, ..config.clone() }, 3).unwrap();
        assert_eq!(few.test[..], many.test[..5]);
        assert_eq!(few.resources.tf_idf, many.resources.tf_idf);
        assert_eq!(few.resources.embedding, many.resources.embedding);
        assert_eq!(few.resources.tf_idf.as_ref().unwrap().documents(), 130);
        let mut config = config;
        config.embedding.dimensions = 5_000;
        let error = Corpus::generate(&config, 3).unwrap_err().to_string();
        assert!(error.contains("embedding: dimensions = 5000: expected at most"), "{error}");
    }
}
