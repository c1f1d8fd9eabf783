//! Chinese words.

use super::support::always;
use latent_augment::text::{RandomSwap, Resources, SynonymReplacement, Synonyms, TfIdf, Tokenizer};
use proptest::prelude::*;
use std::sync::LazyLock;

static CHINESE: LazyLock<Tokenizer> = LazyLock::new(Tokenizer::chinese);

#[test]
fn runs_of_chinese_characters_are_cut_into_words() {
    let words = |text: &str| CHINESE.tokenize(text).words().to_vec();
    assert_eq!(
        words("我们在学习Rust语言，don't panic！3.14"),
        ["我们", "在", "学习", "Rust", "语言", "don't", "panic", "3.14"]
    );
    // Each run for itself.
    assert_eq!(words("数据,增强"), ["数据", "增强"]);
    assert_eq!(words("这部电影很好看。"), ["这部", "电影", "很", "好看"]);
}

#[test]
fn operators_know_chinese_words() {
    let synonyms = Synonyms::from_groups([["电影", "影片"]]);
    let resources = Resources { tokenizer: CHINESE.clone(), synonyms: Some(synonyms.into()), ..Resources::default() };
    let augmenter = always(SynonymReplacement { alpha: 1.0 }, resources);
    assert_eq!(augmenter.apply("这部电影，很好看！", 0, 0, 0), "这部影片，很好看！");
    let tf_idf = TfIdf::fit(["电影很好看", "电影不好看", "天气很好"], &CHINESE).unwrap();
    assert_eq!(tf_idf.idf("电影"), 1.5_f64.ln());
}

proptest! {
    #[test]
    fn a_text_is_its_words_and_gaps(text in "[我们在学习语言电影好看。， a-c]{0,30}") {
        let tokenized = CHINESE.tokenize(&text);
        prop_assert_eq!(tokenized.to_string(), &text[..]);
        let unicode = Tokenizer::unicode().tokenize(&text);
        prop_assert_eq!(tokenized.words().concat(), unicode.words().concat());
        prop_assert!(tokenized.words().len() <= unicode.words().len());
        prop_assert!(tokenized.words().iter().all(|word| !word.is_empty()));
    }

    #[test]
    fn swaps_move_whole_words(seed: u64) {
        let resources = Resources { tokenizer: CHINESE.clone(), ..Resources::default() };
        let found = always(RandomSwap { alpha: 1.0 }, resources).apply("北京，电影！语言", seed, 0, 0);
        prop_assert!(["北京", "电影", "语言"].iter().all(|word| found.contains(word)), "{found}");
    }
}
