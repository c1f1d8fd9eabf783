//! What a run leaves on the disk, and what it refuses to touch.

use latent_train::run::{DataSource, Manifest, Place, RunError, RunFolder, config_hash};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[derive(Clone, Serialize)]
struct Config {
    atoms: usize,
    lambda: f64,
    dataset: Option<String>,
}

fn config(lambda: f64) -> Config {
    Config { atoms: 256, lambda, dataset: None }
}

fn create(folder: &Path, lambda: f64, seed: u64) -> Result<RunFolder, RunError> {
    RunFolder::create(&Place::Exactly(folder.to_owned()), &config(lambda), seed)
}

#[test]
fn the_folder_is_named_after_study_name_config_and_seed() {
    let hash = config_hash(&config(0.1)).unwrap();
    assert!(hash.len() == 8 && hash.chars().all(|c| c.is_ascii_hexdigit()));
    assert_eq!(hash, config_hash(&config(0.1)).unwrap());
    assert_ne!(hash, config_hash(&config(0.2)).unwrap());
    let place = Place::new(None, "fista_mnist", "mnist");
    assert_eq!(place.path(&hash, 7), Path::new("runs/fista_mnist").join(format!("mnist-{hash}-s7")));
    assert_eq!(Place::new(Some(Path::new("here")), "fista_mnist", "mnist").path(&hash, 7), Path::new("here"));
}

#[test]
fn a_run_leaves_whole_files_and_done_last() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("deep/out");
    let mut run = create(&path, 0.1, 3).unwrap();
    assert_eq!(fs::read_to_string(path.join("config.toml")).unwrap(), "atoms = 256\nlambda = 0.1\nseed = 3\n");

    let sha256 = BTreeMap::from([("train-images".to_owned(), "00ff".to_owned())]);
    let data = DataSource { name: "mnist".to_owned(), origin: "a folder".to_owned(), sha256 };
    run.manifest(&Manifest::new("fista_mnist", 2, vec![data])).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(path.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["data"][0]["sha256"]["train-images"], "00ff");
    assert_eq!(manifest["threads"], 2);

    for epoch in 0..3 {
        run.metric(&serde_json::json!({ "epoch": epoch, "objective": 5.5 })).unwrap();
        // Each line is there as soon as it is written.
        let lines = fs::read_to_string(path.join("metrics.jsonl")).unwrap();
        assert_eq!(lines.lines().count(), epoch + 1);
    }
    run.image("atoms", &image::RgbImage::new(4, 5)).unwrap();
    run.npy("dictionary.npy", &ndarray::Array2::<f32>::eye(3)).unwrap();
    run.safetensors("dictionary.safetensors", &[("dictionary", ndarray::Array2::eye(3).view())], &[]).unwrap();
    run.bytes("summary.txt", b"good").unwrap();
    assert!(!path.join("DONE").exists());
    assert_eq!(run.finish().unwrap(), path);
    assert!(path.join("DONE").exists());
    assert_eq!(image::open(path.join("images/atoms.png")).unwrap().height(), 5);

    let mut names: Vec<String> =
        fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let expected = ["DONE", "config.toml", "dictionary.npy", "dictionary.safetensors", "images", "manifest.json"];
    assert_eq!(names, [&expected[..], &["metrics.jsonl", "summary.txt"]].concat(), "no temporary file is left");
}

#[test]
fn the_same_run_again_moves_the_old_one_aside() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("out");
    let run = create(&path, 0.1, 0).unwrap();
    assert_eq!(run.previous(), None);
    run.bytes("summary.txt", b"first").unwrap();
    run.finish().unwrap();
    // The second one is killed before it is done.
    create(&path, 0.1, 0).unwrap().bytes("summary.txt", b"second").unwrap();
    let third = create(&path, 0.1, 0).unwrap();
    assert_eq!(third.previous(), Some(here.path().join("out~2").as_path()));
    assert!(!path.join("summary.txt").exists());
    assert_eq!(fs::read_to_string(here.path().join("out~1/summary.txt")).unwrap(), "first");
    assert!(here.path().join("out~1/DONE").exists() && !here.path().join("out~2/DONE").exists());
    assert_eq!(fs::read_to_string(here.path().join("out~2/summary.txt")).unwrap(), "second");
}

#[test]
fn another_run_is_never_touched() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("out");
    create(&path, 0.1, 0).unwrap().finish().unwrap();
    for (lambda, seed) in [(0.2, 0), (0.1, 1)] {
        let error = create(&path, lambda, seed).unwrap_err();
        assert!(matches!(error, RunError::OtherRun { finished: true, .. }), "{error}");
        assert!(error.to_string().contains("a finished run of another configuration"), "{error}");
        assert!(error.help().unwrap().contains("--output"));
    }
    assert!(path.join("DONE").exists());
    fs::remove_file(path.join("DONE")).unwrap();
    assert!(matches!(create(&path, 0.2, 0), Err(RunError::OtherRun { finished: false, .. })));
}

#[test]
fn foreign_folders_and_files_are_refused() {
    let here = tempfile::tempdir().unwrap();
    let empty = here.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert!(create(&empty, 0.1, 0).is_ok(), "an empty folder will do");

    let foreign = here.path().join("thesis");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("chapter.tex"), "years of work").unwrap();
    assert!(matches!(create(&foreign, 0.1, 0), Err(RunError::NotARun { .. })));
    assert_eq!(fs::read_dir(&foreign).unwrap().count(), 1);

    let file = foreign.join("chapter.tex");
    assert!(matches!(create(&file, 0.1, 0), Err(RunError::NotAFolder { .. })));
    let below = create(&file.join("out"), 0.1, 0).unwrap_err();
    assert!(
        matches!(below, RunError::Io { .. }) && below.help().unwrap().contains("part of that path is a file"),
        "{below}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "years of work");
}

#[test]
fn names_stay_inside_the_folder() {
    let here = tempfile::tempdir().unwrap();
    let run = create(&here.path().join("out"), 0.1, 0).unwrap();
    for name in ["../x.txt", "/tmp/x.txt", "", "a/../../x.txt"] {
        assert!(matches!(run.bytes(name, b""), Err(RunError::Name { .. })), "{name}");
    }
    assert!(run.bytes("codes/test/x.txt", b"").is_ok());
}

#[test]
fn a_configuration_is_a_table_without_a_seed() {
    #[derive(Serialize)]
    struct WithSeed {
        seed: u64,
    }
    let here = tempfile::tempdir().unwrap();
    let place = Place::Exactly(here.path().join("out"));
    assert!(matches!(RunFolder::create(&place, &WithSeed { seed: 1 }, 1), Err(RunError::Encode { .. })));
    assert!(matches!(RunFolder::create(&place, &3, 1), Err(RunError::Encode { .. })));
    assert!(matches!(RunFolder::create(&place, &config(0.1), u64::MAX), Err(RunError::Encode { .. })));
    assert!(!here.path().join("out").exists(), "nothing was made");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_says_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let here = tempfile::tempdir().unwrap();
    let locked = here.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write there all the same, but not make folders in the kernel's own file system.
    let locked = if fs::write(locked.join("probe"), "").is_ok() { Path::new("/sys").to_owned() } else { locked };
    if !locked.exists() {
        latent_needs::skipped("this user may write everywhere");
        return;
    }
    let error = create(&locked.join("out"), 0.1, 0).unwrap_err();
    assert!(error.help().unwrap().contains("that you may write to with --output"), "{error}");
    assert!(error.to_string().contains(&*locked.to_string_lossy()), "{error}");
}

/// `/dev/full` fails every write with "no space left", as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_says_what_to_do() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("out");
    let mut run = create(&path, 0.1, 0).unwrap();
    // The temporary name of the file leads to the full device.
    std::os::unix::fs::symlink("/dev/full", path.join(".dictionary.npy.tmp")).unwrap();
    let error = run.npy("dictionary.npy", &ndarray::Array2::<f32>::zeros((300, 300))).unwrap_err();
    assert!(error.help().unwrap().contains("free some space"), "{error}");
    assert!(!path.join("dictionary.npy").exists() && !path.join(".dictionary.npy.tmp").exists());
    // The rest of the folder is as it was, and goes on.
    run.metric(&serde_json::json!({ "epoch": 1 })).unwrap();
    run.npy("dictionary.npy", &ndarray::Array2::<f32>::zeros((300, 300))).unwrap();
}
