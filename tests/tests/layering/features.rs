//! Nothing is built twice: dependencies have the same features in programs and in tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The sets of features with which each dependency is built, several if it serves programs and build scripts.
type Features = BTreeMap<String, BTreeSet<String>>;

fn features(root: &Path, selection: &[&str]) -> Features {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--offline", "--locked", "--prefix=none", "--no-dedupe", "--format={p}|{f}"]);
    let output = command.args(selection).current_dir(root).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut features = Features::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some((package, of)) = line.trim_end_matches(" (*)").split_once('|') {
            features.entry(package.to_owned()).or_default().insert(of.to_owned());
        }
    }
    features
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems have other dependencies")]
fn programs_and_tests_are_built_of_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let programs = features(&root, &["-p=experiments", "--edges=normal,build"]);
    let tests = features(&root, &["--workspace", "--edges=normal,build,dev"]);
    assert!(programs.len() > 50, "{programs:?}");
    let twice = programs.iter().filter(|&(package, of)| tests[package] != *of);
    let lines: Vec<_> =
        twice.map(|(package, of)| format!("{package}: {of:?}, for tests {:?}", tests[package])).collect();
    assert!(lines.is_empty(), "built twice, with other features for tests:\n{}", lines.join("\n"));
}
