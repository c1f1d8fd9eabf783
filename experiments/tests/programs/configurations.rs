//! The named configurations of all studies.

use crate::support::{Desk, stdout, succeed};
use std::fs;
use std::path::Path;

/// Every study's program by the name of its folder of configurations.
const PROGRAMS: [(&str, &str); 11] = [
    ("csc_images", env!("CARGO_BIN_EXE_csc_images")),
    ("few_labels", env!("CARGO_BIN_EXE_few_labels")),
    ("fista_mnist", env!("CARGO_BIN_EXE_fista_mnist")),
    ("gan_mnist", env!("CARGO_BIN_EXE_gan_mnist")),
    ("lista_mnist", env!("CARGO_BIN_EXE_lista_mnist")),
    ("lista_patches", env!("CARGO_BIN_EXE_lista_patches")),
    ("lista_synthetic", env!("CARGO_BIN_EXE_lista_synthetic")),
    ("patches", env!("CARGO_BIN_EXE_patches")),
    ("psd_images", env!("CARGO_BIN_EXE_psd_images")),
    ("text_augmentation", env!("CARGO_BIN_EXE_text_augmentation")),
    ("vae_mnist", env!("CARGO_BIN_EXE_vae_mnist")),
];

/// The names of the TOML files of a folder.
fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.unwrap().file_name().to_str().and_then(|name| name.strip_suffix(".toml")).map(str::to_owned)
    };
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().filter_map(name).collect();
    names.sort();
    names
}

fn folder(study: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("configs").join(study)
}

#[test]
fn every_folder_is_of_a_program() {
    let known: Vec<&str> = PROGRAMS.iter().map(|(study, _)| *study).collect();
    for entry in fs::read_dir(folder("")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            let name = entry.file_name().into_string().unwrap();
            assert!(name == "sweeps" || known.contains(&name.as_str()), "configs/{name} is of no program");
        }
    }
}

#[test]
fn every_configuration_can_be_used_and_says_what_it_is_for() {
    let desk = Desk::new();
    for (study, program) in PROGRAMS {
        let listed = stdout(&succeed(desk.command(program, &["--list"])));
        for name in names(&folder(study)) {
            let text = fs::read_to_string(folder(study).join(format!("{name}.toml"))).unwrap();
            let first = text.lines().next().and_then(|line| line.strip_prefix("# "));
            let first = first.unwrap_or_else(|| panic!("{name} of {study} has no first line of comment"));
            assert!(listed.contains(&name) && listed.contains(first.trim()), "{name} of {study} in {listed}");
            succeed(desk.command(program, &["--config", &name, "--check"]));
        }
    }
}

/// A configuration of the user's own that says nothing is the default one.
#[test]
fn default_configurations_are_those_of_the_types() {
    let desk = Desk::new();
    fs::write(desk.path("empty.toml"), "").unwrap();
    for (study, program) in PROGRAMS {
        let checked = |config: &str| stdout(&succeed(desk.command(program, &["--config", config, "--check"])));
        if study != "gan_mnist" {
            assert_eq!(checked("empty.toml"), checked("default"), "{study}");
        }
    }
}
