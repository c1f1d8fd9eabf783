//! Judges that are kept for later runs.

use latent_datasets::LabelledImages;
use latent_datasets::synthetic::strokes;
use latent_layers::to_bytes;
use latent_study::judge::{Cache, Classifier};
use latent_study::training::Work;
use latent_train::interrupt::Interrupt;
use std::fs;
use std::path::{Path, PathBuf};

fn digits(count: u64) -> LabelledImages {
    strokes::generate(7, 0..count)
}

fn bits(folder: &Path, images: &LabelledImages, work: &Work) -> Option<Vec<u8>> {
    match Cache::new(folder).classifier(images, work) {
        Ok(classifier) => Some(to_bytes(&classifier)),
        Err(failure) if failure.is_interruption() => None,
        Err(failure) => panic!("{failure}"),
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "safetensors"));
    files
}

/// Who asks for the end before anything is trained: what is there is read all the same.
fn asked_to_stop() -> Work {
    let interrupt = Interrupt::default();
    interrupt.raise();
    Work { interrupt, dry_run: false }
}

#[test]
fn a_judge_is_trained_once_for_a_set_of_images() {
    let (here, images) = (tempfile::tempdir().unwrap(), digits(200));
    assert_eq!(bits(here.path(), &images, &asked_to_stop()), None);
    assert!(files(here.path()).is_empty());
    let first = bits(here.path(), &images, &Work::default()).unwrap();
    assert_eq!(first, to_bytes(&Classifier::train(&images, &Interrupt::default()).unwrap()), "the same bits each time");
    assert_eq!(bits(here.path(), &images, &asked_to_stop()), Some(first.clone()));
    // Of other images it is another one.
    assert_eq!(bits(here.path(), &digits(210), &asked_to_stop()), None);
    assert!(bits(here.path(), &digits(210), &Work::default()).unwrap() != first && files(here.path()).len() == 2);
}

#[test]
fn a_dry_run_trains_no_judge() {
    let (here, images) = (tempfile::tempdir().unwrap(), digits(200));
    let folder = here.path().join("judges");
    let untrained = to_bytes(&Classifier::new(&images).unwrap());
    let dry = Work { dry_run: true, ..Work::default() };
    assert_eq!(bits(&folder, &images, &dry), Some(untrained));
    assert!(!folder.exists());
    let trained = bits(&folder, &images, &Work::default());
    assert_eq!(bits(&folder, &images, &dry), trained);
}

#[test]
fn what_is_damaged_is_made_again() {
    let (here, images) = (tempfile::tempdir().unwrap(), digits(200));
    let want = bits(here.path(), &images, &Work::default()).unwrap();
    let file = files(here.path()).pop().unwrap();
    let whole = fs::read(&file).unwrap();
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    for damaged in [&whole[..whole.len() / 2], b"", &changed] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(bits(here.path(), &images, &asked_to_stop()), None, "a damaged file was taken");
        assert_eq!(bits(here.path(), &images, &Work::default()).as_ref(), Some(&want));
        assert_eq!(fs::read(&file).unwrap(), whole);
    }
    // One of other images under its name.
    bits(here.path(), &digits(210), &Work::default()).unwrap();
    let other = files(here.path()).into_iter().find(|path| *path != file).unwrap();
    fs::copy(other, &file).unwrap();
    assert_eq!(bits(here.path(), &images, &Work::default()), Some(want));
}

#[test]
fn programs_at_once_get_the_same_judge() {
    let (here, images) = (tempfile::tempdir().unwrap(), digits(200));
    let all: Vec<_> = std::thread::scope(|scope| {
        let start = || scope.spawn(|| bits(here.path(), &images, &Work::default()).unwrap());
        let threads: Vec<_> = (0..3).map(|_| start()).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(all.iter().all(|bits| *bits == all[0]));
    assert_eq!(files(here.path()).len(), 1);
}

#[test]
fn without_a_place_to_keep_it_a_judge_is_trained_all_the_same() {
    let (here, images) = (tempfile::tempdir().unwrap(), digits(100));
    let file = here.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(bits(&file.join("judges"), &images, &Work::default()).is_some());
}
