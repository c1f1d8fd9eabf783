use image::{Rgb, RgbImage};
use latent_datasets::folder::Channels;
use latent_datasets::named::{Locate, bsds};
use latent_datasets::{DatasetError, Provenance};
use std::fs;
use std::path::Path;

/// `bsds/train` with two pictures and `bsds/test` with one.
fn little_set(folder: &Path) {
    for (name, width) in [("train/a", 5), ("train/b", 7), ("test/c", 6)] {
        let path = folder.join("bsds").join(format!("{name}.png"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        RgbImage::from_fn(width, 4, |x, y| Rgb([x as u8, y as u8, 9])).save(path).unwrap();
    }
}

fn at(folder: &Path) -> Locate {
    Locate::nowhere().data_dir(Some(folder.into()))
}

#[test]
fn both_parts_are_read_with_checksums() {
    let folder = tempfile::tempdir().unwrap();
    little_set(folder.path());
    let found = bsds(&at(folder.path()), Channels::Colour).unwrap();
    let dims: Vec<_> = found.train.images.iter().map(ndarray::ArrayBase::dim).collect();
    assert_eq!((dims, found.test.len()), (vec![(3, 4, 5), (3, 4, 7)], 1));
    assert_eq!((found.train.name.as_str(), found.test.name.as_str()), ("bsds/train", "bsds/test"));
    let Provenance::Files { files } = &found.train.provenance else { panic!("{:?}", found.train.provenance) };
    assert!(files.len() == 2 && files[1].path.ends_with("b.png") && files[1].sha256.len() == 64);
    let first = found.train.clone().first(1);
    assert!(matches!(&first.provenance, Provenance::Files { files } if files.len() == 1));
    assert_eq!((first.len(), found.train.clone().first(9).len()), (1, 2));
    let held_out = found.clone().hold_out(1).unwrap();
    let validation = held_out.validation.as_ref().unwrap();
    assert_eq!((&validation.images[0], held_out.train.len()), (&found.train.images[1], 1));
    for (part, file) in [(&held_out.train, "a.png"), (validation, "b.png")] {
        assert!(
            matches!(&part.provenance, Provenance::Files { files } if files.len() == 1 && files[0].path.ends_with(file))
        );
    }
    assert!(found.hold_out(2).unwrap_err().to_string().contains("fewer than the 2 of bsds/train"));
    let grey = bsds(&at(folder.path()), Channels::Grey).unwrap();
    assert_eq!(grey.test.unit::<f32>(0).dim(), (1, 4, 6));
}

#[test]
fn what_is_missing_or_damaged_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = |locate: &Locate| bsds(locate, Channels::Grey).unwrap_err().to_string();
    let text = told(&at(folder.path()));
    for part in ["bsds/train", "LATENT_DATA_DIR", "--dataset synthetic", "Berkeley"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(told(&Locate::nowhere()).contains("nowhere"));
    assert!(text.contains("it was looked for there alone"), "{text}");
    assert!(told(&at(&folder.path().join("typo"))).contains("typo, which --data-dir names"));
    little_set(folder.path());
    fs::remove_dir_all(folder.path().join("bsds/test")).unwrap();
    assert!(told(&at(folder.path())).contains("bsds/test"));
    fs::create_dir(folder.path().join("bsds/test")).unwrap();
    assert!(matches!(bsds(&at(folder.path()), Channels::Grey), Err(DatasetError::NoImages { .. })));
    fs::write(folder.path().join("bsds/train/b.png"), "cut").unwrap();
    assert!(told(&at(folder.path())).contains("b.png"));
}
