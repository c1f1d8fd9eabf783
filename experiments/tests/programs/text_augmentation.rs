//! The program `text_augmentation` as a user runs it.

use crate::support::{Desk, fail, json, kill_until_finished, results, succeed, with_defaults};
use std::fs;
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_text_augmentation");

/// A run that takes a moment.
fn study(desk: &Desk, flags: &[&str]) -> Command {
    let defaults = [["--output", "out"], ["--config", "quick"]];
    let small = ["--set", "unlabelled_reviews=200", "--set", "test_reviews=200", "--set", "embedding.dimensions=8"];
    desk.command(PROGRAM, &[&with_defaults(flags, &defaults)[..], &small].concat())
}

/// Every method at once.
const CHAIN: &str = "augment=[{op='one_of', p=0.8, steps=[{op='synonym_replacement'}, {op='random_insertion'}, \
                     {op='random_swap'}, {op='random_deletion'}]}, {op='tf_idf_replacement', rate=0.2}, \
                     {op='preserve_sentiment', steps=[{op='embedding_replacement', rate=0.5}]}]";
const SWAP: &str = "sentence_swap={rate=0.5, threshold=0.1}";

#[test]
fn a_run_leaves_scores_examples_and_pictures() {
    let desk = Desk::new();
    for (classifier, output) in [("bag_of_words", "counts"), ("gru", "states")] {
        let flags = ["--classifier", classifier, "--output", output, "--seed", "4", "--set", CHAIN, "--set", SWAP];
        succeed(study(&desk, &flags));
        let out = desk.path(output);
        let manifest = json(&out.join("manifest.json"));
        let names: Vec<&str> =
            manifest["data"].as_array().unwrap().iter().map(|d| d["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["reviews/train", "reviews/unlabelled", "reviews/validation", "reviews/test"]);

        let test = json(&out.join("test.json"));
        let count = |part: &str| test[part]["reviews"].as_u64().unwrap();
        assert_eq!((count("train"), count("test"), count("plain") + count("turned")), (50, 200, 200));
        let by_new = test["by_new_words"].as_array().unwrap().iter().flat_map(|by| by.as_array().unwrap());
        assert_eq!(by_new.map(|score| score["reviews"].as_u64().unwrap()).sum::<u64>(), 200);
        let figures = json(&out.join("figures.json"));
        let accuracy = figures.to_string();
        for name in
            ["accuracy, test", "cross-entropy, test", "accuracy, turned", "accuracy, new words", "accuracy, train"]
        {
            assert!(accuracy.contains(name), "{name} in {accuracy}");
        }
        // Ten reviews, each with what it is in three epochs, and most of these changed.
        let examples = fs::read_to_string(out.join("examples.txt")).unwrap();
        let lines: Vec<&str> = examples.lines().collect();
        assert_eq!(lines.len(), 40);
        let changed =
            lines.chunks(4).flat_map(|of| of[1..].iter().map(|line| line[4..] != of[0][2..])).filter(|c| *c).count();
        assert!(changed >= 20, "{changed} of 30 changed\n{examples}");
        assert!(image::open(out.join("images/new_words.png")).unwrap().width() > 50);
        assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("Augmentation of labelled sentences"));
        assert!(out.join("DONE").exists());
    }
}

#[cfg(unix)]
#[test]
fn killed_at_any_moment_a_run_leaves_the_same_on_any_threads() {
    let desk = Desk::new();
    let sets = ["--set", "training.checkpoint_every=3 steps", "--set", CHAIN, "--set", SWAP, "--classifier", "gru"];
    succeed(study(&desk, &[&sets[..], &["--output", "whole", "--threads", "2"]].concat()));
    kill_until_finished(&desk.path("out"), || study(&desk, &[&sets[..], &["--resume", "--threads", "1"]].concat()));
    let results =
        |folder| results(&desk.path(folder), &["model.safetensors", "test.json", "figures.json", "examples.txt"]);
    assert!(results("out") == results("whole"), "another run than the undisturbed one");
}

#[test]
fn configurations_out_of_their_domain_are_refused_and_leave_nothing() {
    let desk = Desk::new();
    let cases: [(&[&str], &[&str]); 11] = [
        (&["--train-reviews", "0"], &["train_reviews: must be from 1 to 1000000, got 0"]),
        (&["--set", "knowledge.wrong=1.5"], &["knowledge.wrong: must be in [0, 1], got 1.5"]),
        (
            &["--set", "knowledge.wrongs=0.5"],
            &["knowledge.wrongs: there is no such key; did you mean knowledge.wrong?"],
        ),
        (&["--set", "embedding.window=0"], &["embedding: window = 0: expected at least 1"]),
        (&["--set", "embedding.max_words=4"], &["embedding: dimensions = 8: expected at most 4"]),
        (&["--set", "sentence_swap={rate=2.0}"], &["sentence_swap: rate = 2: expected a number in [0, 1]"]),
        (&["--set", "classifier=lstm"], &["classifier: unknown variant `lstm`", "bag_of_words"]),
        (&["--set", "dataset=mnist"], &["dataset: there is no such key"]),
        (
            &["--set", "augment=[{op='random_swap'}, {op='one_of', steps=[{op='synonym_replacment'}]}]"],
            &["augment[1].steps[0] (synonym_replacment): there is no operator", "did you mean `synonym_replacement`?"],
        ),
        (
            &["--set", "augment=[{op='random_deletion', rate=1.5}]"],
            &["augment[0] (random_deletion): rate = 1.5: expected a number in [0, 1]"],
        ),
        (
            &["--set", "augment=[{op='preserve_sentiment', steps=[]}]", "--set", "knowledge.coverage=0"],
            &["augment: augment[0] (preserve_sentiment)", "lexicon"],
        ),
    ];
    for (flags, expected) in cases {
        let text = fail(study(&desk, flags), 1);
        assert!(expected.iter().all(|part| text.contains(part)), "{flags:?}: {expected:?} in\n{text}");
        assert!(desk.left().is_empty(), "{flags:?} left {:?}", desk.left());
    }
}
