//! Each thing that can be wrong, with the error that tells it.

use super::support::resources;
use latent_augment::text::{Augmenter, Chain, Embedding, Lexicon, Resources, Synonyms, TableError, TableProblem};
use latent_augment::{AugmentError, Fault};

#[track_caller]
fn assert_told<T, E: std::fmt::Display>(result: Result<T, E>, message: &str) {
    assert_eq!(result.err().map(|error| error.to_string()).as_deref(), Some(message));
}

fn read(steps: &str) -> Result<Chain, AugmentError> {
    Chain::from_toml(&format!("augment = [{steps}]"))
}

#[test]
fn parameters_outside_of_their_domains() {
    let share = "expected a number in [0, 1]";
    for (step, message) in [
        (r#"op = "random_swap", p = 1.5"#, "p = 1.5: expected a probability in [0, 1]".to_owned()),
        (r#"op = "preserve_sentiment", p = nan, steps = []"#, "p = NaN: expected a probability in [0, 1]".to_owned()),
        (r#"op = "synonym_replacement", alpha = -0.1"#, format!("alpha = -0.1: {share}")),
        (r#"op = "random_insertion", alpha = nan"#, format!("alpha = NaN: {share}")),
        (r#"op = "random_swap", alpha = 1.1"#, format!("alpha = 1.1: {share}")),
        (r#"op = "random_deletion", rate = 2.0"#, format!("rate = 2: {share}")),
        (r#"op = "tf_idf_replacement", rate = inf"#, format!("rate = inf: {share}")),
        (r#"op = "embedding_replacement", rate = -1.0"#, format!("rate = -1: {share}")),
        (r#"op = "embedding_replacement", neighbours = 0"#, "neighbours = 0: expected at least 1".to_owned()),
        (
            r#"op = "embedding_replacement", least_cosine = 1.5"#,
            "least_cosine = 1.5: expected a number in [-1, 1]".to_owned(),
        ),
        (
            r#"op = "preserve_sentiment", attempts = 0, steps = []"#,
            "attempts = 0: expected a whole number from 1 to 1000000".to_owned(),
        ),
    ] {
        let name = step.split('"').nth(1).unwrap();
        let first = r#"{ op = "random_swap" }"#;
        assert_told(read(&format!("{first}, {{ {step} }}")), &format!("augment[1] ({name}): {message}"));
        let nested = format!(r#"{{ op = "preserve_sentiment", steps = [{first}, {{ {step} }}] }}"#);
        assert_told(read(&nested), &format!("augment[0].steps[1] ({name}): {message}"));
    }
}

#[test]
fn configurations_that_cannot_be_read() {
    assert_told(
        read(r#"{ op = "random_swap" }, { op = "preserve_sentiment", steps = [{ op = "random_swop" }] }"#),
        "augment[1].steps[0] (random_swop): there is no operator `random_swop`; did you mean `random_swap`?",
    );
    // An operator of images is none of texts.
    assert_told(read(r#"{ op = "elastic" }"#), "augment[0] (elastic): there is no operator `elastic`");
    assert_told(
        read(r#"{ op = "preserve_sentiment" }"#),
        "augment[0] (preserve_sentiment): `steps` is missing: expected a list of tables",
    );
    for (step, part) in [
        (r#"{ op = "tf_idf_replacement" }"#, "missing field `rate`"),
        (r#"{ op = "random_swap", rate = 0.1 }"#, "unknown field `rate`"),
        (r#"{ op = "random_swap", steps = [] }"#, "unknown field `steps`"),
        (r#"{ op = "random_deletion", rate = "half" }"#, "expected f64"),
        (r#"{ op = "preserve_sentiment", attempts = 1.5, steps = [] }"#, "expected usize"),
        (r#"{ op = "preserve_sentiment", attempt = 1, steps = [] }"#, "unknown field `attempt`"),
        (r#"{ op = "embedding_replacement", neighbours = -3 }"#, "neighbours"),
    ] {
        let error = read(step).unwrap_err();
        assert_eq!(error.place.path, [0]);
        assert!(matches!(*error.fault, Fault::Config { .. }), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn resources_that_are_missing() {
    let has = resources();
    for (step, without, name) in [
        (r#"op = "synonym_replacement""#, Resources { synonyms: None, ..has.clone() }, "synonyms"),
        (r#"op = "random_insertion""#, Resources { synonyms: None, ..has.clone() }, "synonyms"),
        (r#"op = "tf_idf_replacement", rate = 0.1"#, Resources { tf_idf: None, ..has.clone() }, "tf_idf"),
        (r#"op = "embedding_replacement""#, Resources { embedding: None, ..has.clone() }, "embedding"),
        (r#"op = "preserve_sentiment", steps = []"#, Resources { lexicon: None, ..has.clone() }, "lexicon"),
    ] {
        let operator = step.split('"').nth(1).unwrap();
        let chain =
            read(&format!(r#"{{ op = "compose", steps = [{{ op = "random_swap" }}, {{ {step} }}] }}"#)).unwrap();
        let message = format!("augment[0].steps[1] ({operator}): needs `{name}`, which the resources do not have");
        assert_told(Augmenter::new(chain.clone(), without.clone()), &message);
        assert!(Augmenter::new(chain, has.clone()).is_ok());
        // What is never applied needs nothing.
        let never = read(&format!("{{ {step}, p = 0.0 }}")).unwrap();
        assert!(Augmenter::new(never, without).is_ok());
    }
    let nested = r#"{ op = "preserve_sentiment", steps = [{ op = "random_insertion" }] }"#;
    assert_told(
        Augmenter::new(read(nested).unwrap(), Resources { synonyms: None, ..has }),
        "augment[0].steps[0] (random_insertion): needs `synonyms`, which the resources do not have",
    );
}

#[test]
fn numbers_of_samples_that_do_not_fit() {
    let augmenter = Augmenter::new(Chain::default(), Resources::default()).unwrap();
    assert_told(
        augmenter.apply_batch(&["a", "b"], 0, 0, &[1]),
        "augment: numbers of samples: 1, expected 2, one for each text",
    );
}

#[test]
fn tables_of_synonyms() {
    let read = |text: &[u8]| Synonyms::read(text);
    assert_told(read(b"a, b\nlonely\n"), "line 2: found `lonely`: expected two or more words, separated by commas");
    assert_told(read(b"a,, b\n"), "line 1: found `a,, b`: expected two or more words, separated by commas");
    assert_told(read(b"# nothing\n\n"), "no words: expected two or more words, separated by commas");
    assert_told(read(b"a, b\n\xff, c\n"), "line 2: not UTF-8");
    // No synonym but itself.
    assert_told(read(b"same, Same\n"), "no words: expected two or more words, separated by commas");
}

#[test]
fn lexicons() {
    let read = |text: &str| Lexicon::read(text.as_bytes());
    assert_told(read("good 2\n"), "line 1: found `good 2`: expected a word, a tab and a number");
    assert_told(read("good\t2\t3\n"), "line 1: found `good\t2\t3`: expected a word, a tab and a number");
    assert_told(read(" \t2\n"), "line 1: found ` \t2`: expected a word, a tab and a number");
    assert_told(read("good\t2\n\nbad\tNaN\n"), "line 3: `NaN`: expected a finite number");
    assert_told(read("good\t2\nbad\t-inf\n"), "line 2: `-inf`: expected a finite number");
    assert_told(read("good\t2\nbad\t-2\nGood\t1\n"), "line 3: `good` is on line 1 already");
    assert_told(read(""), "no words: expected a word, a tab and a number");
}

#[test]
fn embeddings() {
    let glove = |text: &str| Embedding::read_glove(text.as_bytes());
    let form = "a word and its numbers, separated by spaces";
    assert_told(glove("a 1 2\nb 3\n"), "line 2: found 1 numbers after `b`: expected 2, as before");
    assert_told(glove("a 1 2\nb 3 4 5\n"), "line 2: found 3 numbers after `b`: expected 2, as before");
    assert_told(glove("a 1 2\nb 3 x\n"), "line 2: `x`: expected a finite number");
    assert_told(glove("a 1 NaN\n"), "line 1: `NaN`: expected a finite number");
    assert_told(glove("a 1 1e39\n"), "line 1: `1e39`: expected a finite number");
    assert_told(glove("a 1 2\nb 3 4\na 5 6\n"), "line 3: `a` is on line 1 already");
    assert_told(glove("word\n"), &format!("line 1: found 0 numbers after `word`: expected {form}"));
    assert_told(glove("\n  \n"), &format!("no words: expected {form}"));
    let word2vec = |text: &str| Embedding::read_word2vec(text.as_bytes());
    let header = "two whole numbers above 0, of words and of dimensions";
    assert_told(word2vec("a 1 2\n"), &format!("line 1: found `a 1 2`: expected {header}"));
    assert_told(word2vec("2 0\na\n"), &format!("line 1: found `2 0`: expected {header}"));
    assert_told(word2vec("1 3\na 1 2\n"), "line 2: found 2 numbers after `a`: expected 3, as before");
    assert_told(word2vec("3 2\na 1 2\nb 1 2\n"), "2 words: expected 3, as the first line says");
    assert_told(word2vec(""), &format!("no words: expected {form}"));
}

#[test]
fn files_are_named() {
    let missing = std::path::Path::new("no folder").join("no file");
    let error = Embedding::open_word2vec(&missing).unwrap_err();
    assert!(
        matches!(&error, TableError { path: Some(path), line: None, problem: TableProblem::Io(_) } if *path == missing)
    );
    assert!(error.to_string().starts_with(&format!("{}: cannot be read: ", missing.display())), "{error}");
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let error = Lexicon::open(&here).unwrap_err();
    assert_eq!((error.path.as_deref(), error.line), (Some(here.as_path()), Some(1)));
}
