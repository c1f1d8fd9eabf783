//! No file of a crate comes to use another one that uses it, directly or through others.
//!
//! A module and those inside it count as one place: a child may use what stands in its parent. Uses are read from `use`
//! lines, and names that a parent passes on are followed to the file that they come from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Circles that are there. The first one stays: a tensor owns its node, which owns what it was computed from. The others
/// are to be taken apart; none is to be added, and one that is gone leaves this list.
const KNOWN: &[&str] = &[
    "crates/tensor/src: node, operator, tensor",
    "crates/losses/src: special::bessel_jets, special::log_bessel",
    "crates/models/src: latent_variable_model, posterior, posterior::gaussian, prior, prior::standard_normal",
    "crates/numeric/src: fft, math, once, parallel, scalar",
];

/// The path of a module within its crate, empty for the root.
type Module = Vec<String>;

/// A crate's files by module, without tests.
fn modules(source: &Path) -> BTreeMap<Module, String> {
    let mut found = BTreeMap::new();
    let mut waiting: Vec<(PathBuf, Module)> = vec![(source.to_owned(), Vec::new())];
    while let Some((folder, module)) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let inner = [&module[..], std::slice::from_ref(&name)].concat();
            if path.is_dir() {
                if name != "bin" {
                    waiting.push((path, inner));
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") && !name.contains("test") {
                let of = if ["lib", "main", "mod"].contains(&&*name) { module.clone() } else { inner };
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
                found.insert(of, text);
            }
        }
    }
    found
}

/// The paths of the `use` declarations of a text, each with whether it is passed on and the name that it gets.
fn uses(text: &str) -> Vec<(Vec<String>, bool, String)> {
    let mut all = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let public = trimmed.starts_with("pub");
        let start = trimmed.strip_prefix("pub(crate) ").or(trimmed.strip_prefix("pub(super) "));
        let start = start.or(trimmed.strip_prefix("pub ")).unwrap_or(trimmed);
        let Some(first) = start.strip_prefix("use ") else { continue };
        let mut declaration = first.to_owned();
        while !declaration.contains(';') {
            declaration += lines.next().expect("a declaration ends").trim();
        }
        expand(Vec::new(), declaration.split(';').next().unwrap(), public, &mut all);
    }
    all
}

fn expand(before: Vec<String>, tree: &str, public: bool, all: &mut Vec<(Vec<String>, bool, String)>) {
    if let Some((path, inside)) = tree.split_once('{') {
        let before = [before, segments(path)].concat();
        let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
        let (mut depth, mut start) = (0_usize, 0);
        for (i, character) in inside.char_indices().chain([(inside.len(), ',')]) {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    let part = inside[start..i].trim();
                    if !part.is_empty() {
                        expand(before.clone(), part, public, all);
                    }
                    start = i + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let (path, renamed) = tree.split_once(" as ").unwrap_or((tree, ""));
    let path = [before, segments(path)].concat();
    let last = path.iter().rfind(|segment| *segment != "self").cloned().unwrap_or_default();
    let name = if renamed.is_empty() { last } else { renamed.trim().to_owned() };
    all.push((path, public, name));
}

fn segments(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

/// The module that a path of `module` leads to, in its crate.
fn target(files: &BTreeMap<Module, String>, module: &Module, path: &[String], depth: usize) -> Option<Module> {
    let (mut at, rest) = match path.first()?.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (module.clone(), &path[1..]),
        "super" => {
            let up = path.iter().take_while(|segment| *segment == "super").count();
            (module[..module.len().checked_sub(up)?].to_vec(), &path[up..])
        }
        first if files.contains_key(&[&module[..], &[first.to_owned()]].concat()) => (module.clone(), path),
        _ => return None,
    };
    for segment in rest {
        let inner = [&at[..], std::slice::from_ref(segment)].concat();
        if files.contains_key(&inner) {
            at = inner;
            continue;
        }
        // A name that the module passes on.
        let passed = uses(files.get(&at)?).into_iter().find(|(_, public, name)| *public && name == segment);
        if let Some((path, ..)) = passed
            && depth < 8
            && let Some(found) = target(files, &at, &path, depth + 1)
        {
            return Some(found);
        }
        break;
    }
    Some(at)
}

/// Circles of files, each as the names of its modules.
fn circles(source: &Path) -> Vec<String> {
    let files = modules(source);
    let kin = |a: &Module, b: &Module| a.starts_with(b) || b.starts_with(a);
    let mut edges: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
    for (module, text) in &files {
        for (path, ..) in uses(text) {
            if let Some(used) = target(&files, module, &path, 0)
                && let Some((used, _)) = files.get_key_value(&used)
                && !kin(module, used)
            {
                edges.entry(module).or_default().insert(used);
            }
        }
    }
    let reached = |from: &Module| {
        let mut seen: BTreeSet<&Module> = BTreeSet::new();
        let mut waiting: Vec<&Module> = edges.get(from).into_iter().flatten().copied().collect();
        while let Some(module) = waiting.pop() {
            if seen.insert(module) {
                waiting.extend(edges.get(module).into_iter().flatten().copied());
            }
        }
        seen
    };
    let reach: BTreeMap<&Module, BTreeSet<&Module>> = files.keys().map(|module| (module, reached(module))).collect();
    let mut found = BTreeSet::new();
    for (module, reached) in &reach {
        let circle: Vec<String> =
            reached.iter().filter(|other| reach[*other].contains(module)).map(|other| other.join("::")).collect();
        if circle.len() > 1 {
            found.insert(circle.join(", "));
        }
    }
    found.into_iter().collect()
}

#[test]
fn no_files_go_in_circles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path().join("src"));
    let studies = fs::read_dir(root.join("experiments/src/bin")).unwrap().map(|entry| entry.unwrap().path());
    let mut sources: Vec<PathBuf> = crates.chain(studies.filter(|path| path.is_dir())).collect();
    sources.sort();
    assert!(sources.len() > 20, "crates and studies are found");
    let mut found = BTreeSet::new();
    for source in sources {
        let name = source.strip_prefix(&root).unwrap().display().to_string();
        found.extend(circles(&source).into_iter().map(|circle| format!("{name}: {circle}")));
    }
    let known: BTreeSet<String> = KNOWN.iter().map(|circle| (*circle).to_owned()).collect();
    let list = |circles: Vec<&String>| circles.into_iter().fold(String::new(), |list, circle| list + "\n  " + circle);
    let (new, gone) = (found.difference(&known).collect::<Vec<_>>(), known.difference(&found).collect::<Vec<_>>());
    assert!(new.is_empty(), "files that use each other:{}", list(new));
    assert!(gone.is_empty(), "circles that are gone, and to be taken from the list:{}", list(gone));
}

#[test]
fn studies_are_programs_and_no_library() {
    let experiments = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments");
    assert!(!experiments.join("src/lib.rs").exists(), "what two studies share belongs into a crate");
    let manifest: toml::Table = fs::read_to_string(experiments.join("Cargo.toml")).unwrap().parse().unwrap();
    assert!(!manifest.contains_key("lib"));
}

#[test]
fn a_circle_is_found() {
    let here = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = here.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("lib.rs", "mod a;\nmod b;\nmod c;\npub use b::B;\n");
    write("a.rs", "use crate::B;\npub struct A(B);\n");
    write("b/mod.rs", "mod inner;\nuse crate::c::{\n    C,\n    D as E,\n};\npub struct B(C);\n");
    write("b/inner.rs", "use super::B;\npub struct Inner(B);\n");
    write("c.rs", "use std::fmt;\npub struct C;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n");
    assert_eq!(circles(here.path()), Vec::<String>::new());
    write("c.rs", "use super::a::A;\npub struct C(A);\n");
    assert_eq!(circles(here.path()), ["a, b, c"]);
}
