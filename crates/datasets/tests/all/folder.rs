use image::{GrayImage, Luma, Rgb, RgbImage};
use latent_datasets::folder::{Channels, read_folder, read_picture};
use latent_datasets::{DatasetError, Provenance};

#[test]
fn sorted_by_name_each_of_its_own_size() {
    let place = tempfile::tempdir().unwrap();
    let colours = RgbImage::from_fn(5, 3, |x, y| Rgb([x as u8, y as u8, 200]));
    colours.save(place.path().join("b.PNG")).unwrap();
    GrayImage::from_fn(2, 4, |x, y| Luma([(10 * x + y) as u8])).save(place.path().join("a.png")).unwrap();
    GrayImage::from_pixel(16, 16, Luma([90])).save(place.path().join("c.jpg")).unwrap();
    std::fs::write(place.path().join("notes.txt"), "no picture").unwrap();
    std::fs::create_dir(place.path().join("folder.png")).unwrap();

    let folder = read_folder(place.path(), Channels::Colour).unwrap();
    assert!(folder.failed.is_empty());
    let dims: Vec<_> = folder.pictures.iter().map(|p| p.pixels.dim()).collect();
    assert_eq!(dims, [(3, 4, 2), (3, 3, 5), (3, 16, 16)]);
    let (grey, colour) = (&folder.pictures[0].pixels, &folder.pictures[1].pixels);
    assert!((0..3).all(|c| grey[[c, 3, 1]] == 13));
    assert_eq!([colour[[0, 2, 4]], colour[[1, 2, 4]], colour[[2, 2, 4]]], [4, 2, 200]);
    assert!(colour.is_standard_layout());

    let folder = read_folder(place.path(), Channels::Grey).unwrap();
    assert_eq!(folder.pictures[1].pixels.dim(), (1, 3, 5));
    assert!(folder.pictures[2].unit::<f64>().iter().all(|v| (v - 90.0 / 255.0).abs() < 0.01));
}

#[test]
fn a_bad_file_does_not_stop_the_others() {
    let place = tempfile::tempdir().unwrap();
    GrayImage::new(3, 3).save(place.path().join("good.png")).unwrap();
    let whole = std::fs::read(place.path().join("good.png")).unwrap();
    std::fs::write(place.path().join("cut.png"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(place.path().join("page.jpg"), "<html>").unwrap();
    std::fs::write(place.path().join("none.png"), "").unwrap();
    // A header that claims 65535 x 65535 pixels in few bytes.
    let mut bomb = whole;
    bomb[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
    std::fs::write(place.path().join("wide.png"), bomb).unwrap();
    let folder = read_folder(place.path(), Channels::Grey).unwrap();
    assert_eq!(folder.pictures.len(), 1);
    let failed: Vec<String> = folder.failed.iter().map(ToString::to_string).collect();
    assert_eq!(failed.len(), 4);
    for (text, name) in failed.iter().zip(["cut.png", "none.png", "page.jpg", "wide.png"]) {
        assert!(text.contains(name) && text.starts_with("cannot read"), "{text}");
    }
}

#[test]
fn folders_without_pictures() {
    let place = tempfile::tempdir().unwrap();
    assert!(matches!(read_folder(place.path(), Channels::Grey), Err(DatasetError::NoImages { .. })));
    assert!(matches!(
        read_folder(place.path().join("x"), Channels::Grey),
        Err(DatasetError::Io { action: "list", .. })
    ));
    assert!(matches!(
        read_picture(place.path().join("x"), Channels::Grey),
        Err(DatasetError::Io { action: "open", .. })
    ));
}

#[test]
fn pictures_of_one_size_are_images() {
    let here = tempfile::tempdir().unwrap();
    for (name, shade) in [("b.png", 9), ("a.png", 7)] {
        GrayImage::from_pixel(4, 3, Luma([shade])).save(here.path().join(name)).unwrap();
    }
    let images = read_folder(here.path(), Channels::Colour).unwrap().into_images("mine").unwrap();
    assert_eq!((images.name(), images.len(), images.image_dim(), images.labels()), ("mine", 2, (3, 3, 4), None));
    assert_eq!((images.images()[[0, 0, 0, 0]], images.images()[[1, 2, 2, 3]]), (7, 9));
    let Provenance::Files { files } = images.provenance() else { panic!("they are files") };
    let names: Vec<_> = files.iter().map(|file| file.path.file_name().unwrap()).collect();
    assert_eq!(names, ["a.png", "b.png"]);
    assert!(files.iter().all(|file| file.sha256.len() == 64 && !file.verified));

    GrayImage::new(4, 4).save(here.path().join("c.png")).unwrap();
    let told = read_folder(here.path(), Channels::Grey).unwrap().into_images("mine").unwrap_err().to_string();
    let parts = ["c.png: (channels, height, width) is (1, 4, 4), but that of", "a.png is (1, 3, 4)"];
    assert!(parts.iter().all(|part| told.contains(part)), "{told}");
    std::fs::write(here.path().join("b.png"), "no picture").unwrap();
    let told = read_folder(here.path(), Channels::Grey).unwrap().into_images("mine").unwrap_err().to_string();
    assert!(told.contains("b.png"), "{told}");
}
