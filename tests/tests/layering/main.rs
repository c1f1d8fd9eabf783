//! The workspace is what `docs/architecture.md` says it is.

mod features;
mod workspace;

use std::collections::BTreeSet;
use workspace::{Dependency, Member, Workspace};

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

/// The crate that the tests of any other may use.
const NEEDS: &str = "latent-needs";

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

fn rows(workspace: &Workspace) -> Vec<Row> {
    let file = workspace.root.join("docs/architecture.md");
    let document = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let rows = table(&document);
    assert!(!rows.is_empty(), "{} has no table that begins with `| folder | crate |`", file.display());
    rows
}

#[test]
fn the_table_names_every_member_and_nothing_else() {
    let workspace = Workspace::read();
    let rows = rows(&workspace);
    let mut wrong = Vec::new();
    for Member { name, folder, .. } in &workspace.members {
        match rows.iter().filter(|row| row.name == *name).collect::<Vec<_>>()[..] {
            [row] if row.folder == *folder => {}
            [row] => wrong.push(format!("`{name}` lies in {folder}; its row says {}", row.folder)),
            [] => wrong.push(format!("`{name}` in {folder} has no row")),
            _ => wrong.push(format!("`{name}` has several rows")),
        }
    }
    for row in &rows {
        if !workspace.members.iter().any(|member| member.name == row.name) {
            wrong.push(format!("the row of `{}` ({}) is of no member", row.name, row.folder));
        }
    }
    assert!(wrong.is_empty(), "docs/architecture.md and the workspace differ:\n{}", wrong.join("\n"));
}

#[test]
fn may_use_names_crates_above() {
    let rows = rows(&Workspace::read());
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
    let workspace = Workspace::read();
    let rows = rows(&workspace);
    let mut wrong = Vec::new();
    let mut edges = 0;
    for member in &workspace.members {
        let free =
            |dependency: &Dependency| dependency.for_tests && (member.name == IDENTITIES || dependency.name == NEEDS);
        for dependency in member.dependencies.iter().filter(|dependency| !free(dependency)) {
            edges += 1;
            wrong.extend(objection(&rows, &member.name, &dependency.name));
            if !workspace.members.iter().any(|member| member.name == dependency.name) {
                wrong.push(format!("`{}` uses `{}`, which lies here and is no member", member.name, dependency.name));
            }
        }
    }
    assert!(edges >= 2, "the manifests name the dependencies between members");
    assert!(wrong.is_empty(), "dependencies against the table of docs/architecture.md:\n{}", wrong.join("\n"));
}

#[test]
fn every_crate_could_be_published() {
    let workspace = Workspace::read();
    let mut wrong = Vec::new();
    for member in &workspace.members {
        let mut need = |present: bool, what: &str| {
            if !present {
                wrong.push(format!("`{}` has no {what} in its Cargo.toml", member.name));
            }
        };
        need(member.text("description").is_some_and(|text| text.len() > 20), "description");
        need(member.text("license") == Some("MIT OR Apache-2.0"), "licence `MIT OR Apache-2.0`");
        need(member.text("rust-version").is_some(), "rust-version");
        if !member.is_public() {
            continue;
        }
        need((1..=5).contains(&member.entries("keywords")), "one to five keywords");
        need(member.entries("categories") > 0, "categories");
        for dependency in &member.dependencies {
            let versioned = dependency.for_tests || dependency.version.as_deref().is_some_and(|version| version != "*");
            need(versioned, &format!("version for its dependency `{}`", dependency.name));
        }
        let documented = member.library().is_some_and(|source| source.starts_with("//!"));
        need(documented, "documented library (`//!` at the top of lib.rs)");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "README.md"] {
        assert!(workspace.root.join(file).exists(), "{file} is missing");
    }
}

/// The workspace has no address in public: whatever a manifest gave would be somebody else's.
#[test]
fn manifests_give_no_address() {
    let workspace = Workspace::read();
    let given = workspace.members.iter().flat_map(Member::addresses).chain(workspace.addresses());
    assert_eq!(given.collect::<Vec<_>>(), [""; 0]);
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
