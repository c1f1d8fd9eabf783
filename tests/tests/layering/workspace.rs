//! The workspace as its manifests describe it.

use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The tables of a manifest that name dependencies, and whether they are for tests alone.
const DEPENDENCIES: [(&str, bool); 3] =
    [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)];

pub struct Workspace {
    pub root: PathBuf,
    manifest: Table,
    pub members: Vec<Member>,
}

/// A package of the workspace, with what it inherits.
pub struct Member {
    pub name: String,
    /// Where it lies, as in `crates/numeric`.
    pub folder: String,
    package: Table,
    library: PathBuf,
    pub dependencies: Vec<Dependency>,
}

/// A dependency that lies in the workspace.
pub struct Dependency {
    pub name: String,
    pub for_tests: bool,
    pub version: Option<String>,
}

impl Workspace {
    /// The one that this package is of.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace").to_owned();
        let manifest = manifest(&root);
        let mut workspace = Self { root, manifest, members: Vec::new() };
        workspace.members = workspace.folders().iter().map(|folder| workspace.member(folder)).collect();
        workspace
    }

    /// A table of `[workspace]`.
    fn shared(&self, name: &str) -> &Table {
        self.manifest["workspace"][name].as_table().unwrap_or_else(|| panic!("`workspace.{name}` is a table"))
    }

    fn folders(&self) -> Vec<String> {
        let patterns = self.manifest["workspace"]["members"].as_array().expect("a list of members");
        let mut folders = Vec::new();
        for pattern in patterns.iter().map(|pattern| pattern.as_str().expect("members are texts")) {
            let Some(above) = pattern.strip_suffix("/*") else {
                folders.push(pattern.to_owned());
                continue;
            };
            let entries = std::fs::read_dir(self.root.join(above)).unwrap_or_else(|error| panic!("{above}: {error}"));
            let names = entries.map(|entry| entry.expect("a folder that can be read").file_name());
            let below = names.map(|name| format!("{above}/{}", name.to_str().expect("a name in UTF-8")));
            folders.extend(below.filter(|folder| self.root.join(folder).join("Cargo.toml").exists()));
        }
        folders.sort();
        folders
    }

    fn member(&self, folder: &str) -> Member {
        let path = self.root.join(folder);
        let manifest = manifest(&path);
        let mut package = manifest["package"].as_table().expect("a package").clone();
        for (key, value) in &mut package {
            if inherits(value) {
                *value = self.shared("package")[key].clone();
            }
        }
        let library = manifest.get("lib").and_then(|lib| lib.get("path")).and_then(Value::as_str);
        Member {
            name: package["name"].as_str().expect("a name").to_owned(),
            folder: folder.to_owned(),
            package,
            library: path.join(library.unwrap_or("src/lib.rs")),
            dependencies: self.dependencies(&manifest),
        }
    }

    /// The dependencies of a manifest on packages of the workspace, for any platform.
    fn dependencies(&self, manifest: &Table) -> Vec<Dependency> {
        let platforms = manifest.get("target").and_then(Value::as_table);
        let platforms = platforms.into_iter().flat_map(Table::values).filter_map(Value::as_table);
        let mut found = Vec::new();
        for tables in std::iter::once(manifest).chain(platforms) {
            for (kind, for_tests) in DEPENDENCIES {
                for (key, value) in tables.get(kind).and_then(Value::as_table).into_iter().flatten() {
                    let value = if inherits(value) { &self.shared("dependencies")[key] } else { value };
                    if value.get("path").is_some() {
                        let text = |key| value.get(key).and_then(Value::as_str).map(str::to_owned);
                        let name = text("package").unwrap_or_else(|| key.clone());
                        found.push(Dependency { name, for_tests, version: text("version") });
                    }
                }
            }
        }
        found
    }

    /// The addresses that the workspace's table of shared keys gives.
    pub fn addresses(&self) -> Vec<String> {
        addresses(self.shared("package"))
    }
}

impl Member {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.package.get(key).and_then(Value::as_str)
    }

    /// How many entries the list has; none if there is no list.
    pub fn entries(&self, key: &str) -> usize {
        self.package.get(key).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// Whether a registry may have it.
    pub fn is_public(&self) -> bool {
        match self.package.get("publish") {
            None => true,
            Some(Value::Array(registries)) => !registries.is_empty(),
            Some(value) => value.as_bool().expect("`publish` is a truth value or a list"),
        }
    }

    /// The source of its library, if it has one.
    pub fn library(&self) -> Option<String> {
        std::fs::read_to_string(&self.library).ok()
    }

    /// The addresses that it gives.
    pub fn addresses(&self) -> Vec<String> {
        addresses(&self.package)
    }
}

fn addresses(package: &Table) -> Vec<String> {
    let found = ["repository", "homepage", "documentation"].map(|key| Some(format!("{key} = {}", package.get(key)?)));
    found.into_iter().flatten().collect()
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

fn manifest(folder: &Path) -> Table {
    let file = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
