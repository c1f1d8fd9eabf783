//! The workspace is what `docs/architecture.md` says it is.

use cargo_metadata::{Dependency, DependencyKind, Metadata, MetadataCommand, Package};
use std::collections::BTreeSet;
use std::path::Path;

/// A row of the table of crates.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    folder: String,
    name: String,
    may_use: MayUse,
}

#[derive(Clone, Debug, PartialEq)]
enum MayUse {
    /// Every crate above.
    All,
    /// The crates of these names, all above.
    These(BTreeSet<String>),
}

/// The crate whose tests may use everything.
const IDENTITIES: &str = "identities";

/// The rows of the table that begins with `| folder | crate |`.
fn table(document: &str) -> Vec<Row> {
    let lines = document.lines().skip_while(|line| !line.starts_with("| folder | crate |")).skip(2);
    lines.take_while(|line| line.starts_with('|')).map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [folder, name, _, may_use] = cells[..] else { panic!("a row has four cells: {line}") };
    let may_use = match may_use {
        "all" => MayUse::All,
        "external only" => MayUse::These(BTreeSet::new()),
        names => MayUse::These(names.split(',').map(|name| format!("latent-{}", name.trim())).collect()),
    };
    Row { folder: folder.trim_matches('`').to_owned(), name: name.trim_matches('`').to_owned(), may_use }
}

/// What is wrong with one dependency between crates of the workspace, if anything.
fn objection(rows: &[Row], user: &str, used: &str) -> Option<String> {
    let place = |name: &str| rows.iter().position(|row| row.name == name);
    let (at, below) = (place(user)?, place(used)?);
    if let MayUse::These(names) = &rows[at].may_use
        && !names.contains(used)
    {
        return Some(format!("`{user}` uses `{used}`, which its row does not name: {:?}", rows[at]));
    }
    (below >= at).then(|| format!("`{user}` uses `{used}`, whose row is not above its own"))
}

fn workspace() -> Metadata {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata runs")
}

fn rows(workspace: &Metadata) -> Vec<Row> {
    let file = workspace.workspace_root.join("docs/architecture.md");
    let document = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let rows = table(&document);
    assert!(!rows.is_empty(), "{file} has no table that begins with `| folder | crate |`");
    rows
}

fn folder(workspace: &Metadata, package: &Package) -> String {
    let folder = package.manifest_path.parent().expect("a manifest lies in a folder");
    folder.strip_prefix(&workspace.workspace_root).expect("members lie in the workspace").as_str().replace('\\', "/")
}

#[test]
fn the_table_names_every_member_and_nothing_else() {
    let workspace = workspace();
    let rows = rows(&workspace);
    let mut wrong = Vec::new();
    for package in workspace.workspace_packages() {
        let folder = folder(&workspace, package);
        match rows.iter().filter(|row| row.name == package.name.as_str()).collect::<Vec<_>>()[..] {
            [row] if row.folder == folder => {}
            [row] => wrong.push(format!("`{}` lies in {folder}; its row says {}", package.name, row.folder)),
            [] => wrong.push(format!("`{}` in {folder} has no row", package.name)),
            _ => wrong.push(format!("`{}` has several rows", package.name)),
        }
    }
    for row in &rows {
        if !workspace.workspace_packages().iter().any(|package| package.name.as_str() == row.name) {
            wrong.push(format!("the row of `{}` ({}) is of no member", row.name, row.folder));
        }
    }
    assert!(wrong.is_empty(), "docs/architecture.md and the workspace differ:\n{}", wrong.join("\n"));
}

#[test]
fn may_use_names_crates_above() {
    let rows = rows(&workspace());
    let mut wrong = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let MayUse::These(names) = &row.may_use else { continue };
        for name in names {
            if !rows[..index].iter().any(|above| above.name == *name) {
                wrong.push(format!("the row of `{}` names `{name}`, which is no crate above it", row.name));
            }
        }
    }
    assert!(wrong.is_empty(), "the table of docs/architecture.md:\n{}", wrong.join("\n"));
}

#[test]
fn crates_use_only_what_their_row_allows() {
    let workspace = workspace();
    let rows = rows(&workspace);
    let mut wrong = Vec::new();
    let mut edges = 0;
    for package in workspace.workspace_packages() {
        let own_tests = |dependency: &Dependency| {
            dependency.kind == DependencyKind::Development && package.name.as_str() == IDENTITIES
        };
        let inner = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
        for dependency in inner.filter(|dependency| !own_tests(dependency)) {
            edges += 1;
            wrong.extend(objection(&rows, package.name.as_str(), &dependency.name));
        }
    }
    assert!(edges >= 2, "the metadata list the dependencies between members");
    assert!(wrong.is_empty(), "dependencies against the table of docs/architecture.md:\n{}", wrong.join("\n"));
}

#[test]
fn every_crate_could_be_published() {
    let workspace = workspace();
    let mut wrong = Vec::new();
    for package in workspace.workspace_packages() {
        let name = &package.name;
        let mut need = |present: bool, what: &str| {
            if !present {
                wrong.push(format!("`{name}` has no {what} in its Cargo.toml"));
            }
        };
        need(package.description.as_ref().is_some_and(|text| text.len() > 20), "description");
        need(package.license.as_deref() == Some("MIT OR Apache-2.0"), "licence `MIT OR Apache-2.0`");
        need(package.repository.is_some(), "repository");
        need(package.rust_version.is_some(), "rust-version");
        // `publish = false` is an empty list of registries.
        if package.publish.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        need((1..=5).contains(&package.keywords.len()), "one to five keywords");
        need(!package.categories.is_empty(), "categories");
        for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
            let versioned = dependency.kind == DependencyKind::Development
                || dependency.req != cargo_metadata::semver::VersionReq::STAR;
            need(versioned, &format!("version for its dependency `{}`", dependency.name));
        }
        let docs = package.targets.iter().find(|target| target.is_lib()).map(|target| {
            std::fs::read_to_string(&target.src_path).unwrap_or_else(|error| panic!("{}: {error}", target.src_path))
        });
        need(docs.is_some_and(|text| text.starts_with("//!")), "documented library (`//!` at the top of lib.rs)");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "README.md"] {
        assert!(workspace.workspace_root.join(file).exists(), "{file} is missing");
    }
}

/// The rules themselves, on a small table.
mod rules {
    use super::*;

    const DOCUMENT: &str = "# Crates\n\n| other | table |\n|---|---|\n| a | b |\n\n\
        | folder | crate | what it is | may use |\n|---|---|---|---|\n\
        | `crates/numeric` | `latent-numeric` | numbers | external only |\n\
        | `crates/tensor` | `latent-tensor` | tensors | numeric |\n\
        | `crates/layers` | `latent-layers` | layers | tensor |\n\
        | `tests` | `identities` | tests | all |\n\nMore text.\n";

    #[test]
    fn rows_are_read() {
        let rows = table(DOCUMENT);
        assert_eq!(rows.len(), 4);
        let tensor = MayUse::These(["latent-tensor".to_owned()].into());
        assert_eq!(
            rows[2],
            Row { folder: "crates/layers".to_owned(), name: "latent-layers".to_owned(), may_use: tensor }
        );
        assert_eq!((&rows[0].may_use, &rows[3].may_use), (&MayUse::These(BTreeSet::new()), &MayUse::All));
    }

    #[test]
    fn forbidden_dependencies_are_objected_to_by_name() {
        let rows = table(DOCUMENT);
        let of = |user, used| objection(&rows, user, used);
        assert_eq!(of("latent-layers", "latent-tensor"), None);
        assert_eq!(of("identities", "latent-numeric"), None);
        let unnamed = of("latent-layers", "latent-numeric").unwrap();
        assert!(
            unnamed.contains("`latent-layers` uses `latent-numeric`") && unnamed.contains("crates/layers"),
            "{unnamed}"
        );
        assert!(of("latent-numeric", "latent-tensor").is_some(), "upwards");
        assert!(of("identities", "identities").is_some_and(|text| text.contains("not above")));
    }
}
