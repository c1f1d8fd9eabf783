//! No operator without its check, and the table of all of them.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of `src/ops`.
struct File {
    name: String,
    text: String,
}

impl File {
    /// Whether it has a rule of its own, and is not composed of other operators.
    fn is_operator(&self) -> bool {
        self.text.lines().any(|line| line.starts_with("impl") && line.contains("Operator<") && line.contains("> for "))
    }

    fn is_checked(&self) -> bool {
        self.text.contains("gradients(")
    }

    /// What errors and listings call the operators in it; the file's name if they are given elsewhere.
    fn operators(&self) -> String {
        let mut rest = self.text.split("#[cfg(test)]").next().unwrap_or_default();
        let mut names = Vec::new();
        while let Some((_, after)) = rest.split_once("fn name(&self) -> &'static str {") {
            let body = after.split('}').next().unwrap_or_default().trim();
            if let Some(name) = body.strip_prefix('"').and_then(|body| body.strip_suffix('"')) {
                names.push(name);
            }
            rest = after;
        }
        if names.is_empty() { self.name.trim_end_matches(".rs").to_owned() } else { names.join(", ") }
    }

    fn formula(&self) -> &str {
        self.text.lines().next().and_then(|line| line.strip_prefix("//! ")).unwrap_or_default()
    }
}

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<File> {
    let mut paths: Vec<PathBuf> = fs::read_dir(crate_folder().join("src/ops"))
        .expect("the folder of operators")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    paths.sort();
    let file = |path: PathBuf| File {
        name: path.file_name().expect("a file").to_string_lossy().into_owned(),
        text: fs::read_to_string(&path).expect("a source file"),
    };
    paths.into_iter().map(file).filter(|file| file.name != "mod.rs" && file.name != "testing.rs").collect()
}

/// The files of operators without a check.
fn unchecked(files: Vec<File>) -> Vec<String> {
    files.into_iter().filter(|file| file.is_operator() && !file.is_checked()).map(|file| file.name).collect()
}

#[test]
fn a_missing_check_is_found() {
    let file = |name: &str, text: &str| File { name: name.to_owned(), text: text.to_owned() };
    let files = vec![
        file("a.rs", "impl<E: Scalar> Operator<E> for A {\nuse crate::check::gradients;"),
        file("b.rs", "impl<E: Scalar> Operator<E> for B {\ngradients(&[x], f)"),
        file("c.rs", "impl<E: Scalar> Tensor<E> {"),
    ];
    assert_eq!(unchecked(files), ["a.rs"]);
}

#[test]
fn every_operator_is_checked() {
    let unchecked = unchecked(files());
    assert!(unchecked.is_empty(), "operators without a check of their gradients: {unchecked:?}");
}

#[test]
fn every_file_begins_with_its_formula() {
    let silent: Vec<String> =
        files().into_iter().filter(|file| file.formula().is_empty()).map(|file| file.name).collect();
    assert!(silent.is_empty(), "files whose first line is not a formula: {silent:?}");
}

#[test]
fn the_table_is_up_to_date() {
    let path = crate_folder().join("../../docs/operators.md");
    let table = table(&files());
    if std::env::var_os("LATENT_UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::write(&path, &table).expect("docs/operators.md can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == table, "docs/operators.md differs from the operators: rewrite it with LATENT_UPDATE_DOCS=1");
}

fn table(files: &[File]) -> String {
    let mut page = String::from(
        "# Operators\n\n\
         Generated from the files in `crates/tensor/src/ops` by `LATENT_UPDATE_DOCS=1 cargo test -p latent-tensor \
         --test operators`; a test fails where an operator lacks its check, or this page is out of date.\n\n\
         An operator has a rule of its own; a composition is made of operators, and needs none. Checked orders are \
         those of the gradients that finite differences confirm, in double precision, on random shapes and layouts.\n\n\
         | name | file | kind | formula | checked orders |\n\
         |---|---|---|---|---|\n",
    );
    for file in files {
        let kind = if file.is_operator() { "operator" } else { "composition" };
        let orders = if file.is_checked() { "1, 2" } else { "no gradient" };
        let formula = file.formula().replace('|', "\\|");
        writeln!(page, "| {} | `{}` | {kind} | {formula} | {orders} |", file.operators(), file.name)
            .expect("a string can be written to");
    }
    page
}
