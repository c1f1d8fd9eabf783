use approx::assert_abs_diff_eq;
use latent_datasets::idx;
use latent_datasets::named::{Locate, Name, load};
use latent_datasets::{DatasetError, Provenance};
use ndarray::ArrayD;
use std::path::Path;

/// A little set in `folder/mnist`, with so many training images and labels.
fn little_set(folder: &Path, suffix: &str, images: usize, labels: usize) {
    let folder = folder.join("mnist");
    std::fs::create_dir_all(&folder).unwrap();
    for (part, images, labels) in [("train", images, labels), ("t10k", 2, 2)] {
        let pixels = ArrayD::from_shape_fn(vec![images, 28, 28], |i| (i[0] + i[1] * i[2]) as u8);
        idx::write(folder.join(format!("{part}-images-idx3-ubyte{suffix}")), pixels.view()).unwrap();
        let classes = ArrayD::from_shape_fn(vec![labels], |i| (i[0] % 10) as u8);
        idx::write(folder.join(format!("{part}-labels-idx1-ubyte{suffix}")), classes.view()).unwrap();
    }
}

fn from(folder: &Path) -> Result<latent_datasets::Splits, DatasetError> {
    load(Name::Mnist, &Locate::nowhere().data_dir(Some(folder.to_path_buf())), &mut |_| {})
}

#[test]
fn a_folder_of_the_users() {
    for suffix in ["", ".gz"] {
        let folder = tempfile::tempdir().unwrap();
        little_set(folder.path(), suffix, 30, 30);
        let splits = from(folder.path()).unwrap();
        assert_eq!(splits.train.images().dim(), (30, 1, 28, 28));
        assert_eq!(splits.test.labels().unwrap(), [0, 1]);
        assert_eq!((splits.train.name(), splits.train.classes()), ("mnist/train", 10));
        let Provenance::Files { files } = splits.train.provenance() else { panic!("no files") };
        assert!(files.len() == 2 && files.iter().all(|file| !file.verified && file.sha256.len() == 64));
    }
}

#[test]
fn the_first_folder_wins() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    little_set(first.path(), ".gz", 3, 3);
    little_set(second.path(), "", 5, 5);
    let locate = Locate::nowhere().folder(first.path()).folder(second.path());
    assert_eq!(load(Name::Mnist, &locate, &mut |_| {}).unwrap().train.len(), 3);
    let named = locate.data_dir(Some(second.path().into())).data_dir(None);
    assert_eq!(load(Name::Mnist, &named, &mut |_| {}).unwrap().train.len(), 5);
}

#[test]
fn a_folder_that_was_named_is_there_and_has_the_set() {
    let (full, empty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    little_set(full.path(), "", 3, 3);
    let (typo, file) = (empty.path().join("typo"), full.path().join("mnist/train-labels-idx1-ubyte"));
    let from = |locate: &Locate| load(Name::Mnist, locate, &mut |_| {});
    // Neither another folder nor the cache nor a download takes its place.
    let elsewhere = Locate::nowhere().folder(full.path()).cache_dir(full.path()).download(true);
    let elsewhere = elsewhere.mirrors(["http://127.0.0.1:9"]);
    for (folder, told) in [(&typo, "is not there"), (&file, "is no folder")] {
        let locate = elsewhere.clone().data_dir(Some(folder.clone()));
        for error in [from(&locate).unwrap_err(), locate.check().unwrap_err()] {
            assert!(matches!(error, DatasetError::NoFolder { .. }), "{error}");
            let want = format!("{}, which --data-dir names as the place of data sets, {told}", folder.display());
            assert_eq!(error.to_string(), want);
        }
    }
    let error = from(&elsewhere.clone().data_dir(Some(empty.path().into()))).unwrap_err();
    let DatasetError::Missing { named: true, looked_in, tried, .. } = &error else { panic!("{error}") };
    assert!(looked_in.len() == 2 && looked_in.iter().all(|place| place.path.starts_with(empty.path())));
    assert!(tried.is_empty() && error.to_string().contains("it was looked for there alone"), "{error}");

    // That of the variable must be there too, but need not have the set.
    let error = from(&Locate::nowhere().folder(&typo)).unwrap_err().to_string();
    assert!(error.contains("typo, which LATENT_DATA_DIR names"), "{error}");
    assert!(from(&Locate::nowhere().folder(empty.path()).folder(full.path())).is_ok());
}

#[test]
fn labels_and_images_of_different_length() {
    let folder = tempfile::tempdir().unwrap();
    little_set(folder.path(), "", 7, 8);
    let text = from(folder.path()).unwrap_err().to_string();
    assert!(text.contains("7 images in") && text.contains("8 labels in") && text.contains("train-labels"), "{text}");
}

#[test]
fn files_that_do_not_fit_the_set() {
    let folder = tempfile::tempdir().unwrap();
    little_set(folder.path(), "", 4, 4);
    let images = folder.path().join("mnist/train-images-idx3-ubyte");
    idx::write(&images, ArrayD::zeros(vec![4, 32, 32]).view()).unwrap();
    assert!(matches!(from(folder.path()), Err(DatasetError::Sizes { .. })));
    std::fs::write(&images, "<!doctype html><title>Moved</title>").unwrap();
    let text = from(folder.path()).unwrap_err().to_string();
    assert!(text.contains("HTML") && text.contains("train-images-idx3-ubyte"), "{text}");
    little_set(folder.path(), "", 4, 4);
    let labels = folder.path().join("mnist/t10k-labels-idx1-ubyte");
    idx::write(&labels, ArrayD::from_elem(vec![2], 10).view()).unwrap();
    let text = from(folder.path()).unwrap_err().to_string();
    assert!(text.contains("label 10") && text.contains("t10k-labels"), "{text}");
    idx::write(&labels, ArrayD::zeros(vec![2, 1]).view()).unwrap();
    assert!(matches!(from(folder.path()), Err(DatasetError::Sizes { .. })));
}

#[test]
fn offline_the_error_says_what_to_do() {
    let (folder, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let locate = Locate::nowhere().folder(folder.path()).cache_dir(cache.path());
    let error = load(Name::FashionMnist, &locate, &mut |_| {}).unwrap_err();
    let DatasetError::Missing { looked_in, .. } = &error else { panic!("{error}") };
    assert_eq!(looked_in.len(), 4);
    let text = error.to_string();
    for part in [
        folder.path().join("fashion-mnist/train-labels-idx1-ubyte.gz").to_str().unwrap(),
        cache.path().join("fashion-mnist/train-labels-idx1-ubyte").to_str().unwrap(),
        "LATENT_DATA_DIR",
        "--data-dir",
        "--dataset synthetic",
        "downloads are off",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn a_cached_file_must_have_its_checksum() {
    let cache = tempfile::tempdir().unwrap();
    little_set(cache.path(), ".gz", 4, 4);
    let error = load(Name::Mnist, &Locate::nowhere().cache_dir(cache.path()), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("wrong checksum: SHA-256"), "{error}");
}

#[test]
fn names() {
    for name in Name::ALL {
        assert_eq!(name.to_string().parse::<Name>().unwrap(), name);
        assert_eq!(name.class_names().len(), 10);
    }
    let text = "minst".parse::<Name>().unwrap_err().to_string();
    assert!(text.contains("minst") && text.contains("fashion-mnist"), "{text}");
}

#[test]
fn the_real_mnist() {
    let Some(folder) = latent_needs::Need::Mnist.find() else { return };
    let splits = from(&folder).unwrap();
    assert_eq!((splits.train.len(), splits.test.len()), (60_000, 10_000));
    assert_eq!(&splits.train.labels().unwrap()[..8], [5, 0, 4, 1, 9, 2, 1, 3]);
    assert_abs_diff_eq!(splits.train.mean_intensity(), 0.1307, epsilon = 1e-4);
    for part in [&splits.train, &splits.test] {
        let Provenance::Files { files } = part.provenance() else { panic!("no files") };
        assert!(files.iter().all(|file| file.verified));
    }
}
