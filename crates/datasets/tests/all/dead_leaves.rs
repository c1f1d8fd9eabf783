use latent_datasets::folder::Channels;
use latent_datasets::photographs::Photographs;
use latent_datasets::synthetic::dead_leaves::DeadLeaves;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use ndarray::{Array2, Axis, s};

const GREY: DeadLeaves = DeadLeaves { height: 96, width: 128, channels: Channels::Grey };

#[test]
fn a_picture_belongs_to_seed_and_number_alone() {
    let few = with_threads(1, || GREY.generate(3, 0..4)).unwrap();
    let some = with_threads(3, || GREY.generate(3, 2..4)).unwrap();
    assert_eq!(few.images[2..], some.images[..]);
    assert_ne!(few.images[0], few.images[1]);
    assert_ne!(few.images[0], GREY.generate(4, 0..1).images[0]);
    let splits = GREY.splits(3, 2, 1);
    assert_eq!((splits.train.len(), splits.test.len()), (2, 1));
    assert_eq!(splits.train.images, few.images[..2]);
    assert!(!splits.train.images.contains(&splits.test.images[0]) && splits.test.provenance.is_generated());
}

fn plane(pictures: &Photographs, picture: usize, channel: usize) -> Array2<f64> {
    pictures.unit::<f64>(picture).index_axis_move(Axis(0), channel)
}

#[test]
fn colours_are_like_the_brightness_of_their_leaf() {
    let pictures = DeadLeaves { channels: Channels::Colour, ..GREY }.generate(1, 0..1);
    let [a, b] = [0, 2].map(|channel| plane(&pictures, 0, channel)).map(|plane| &plane - plane.mean().unwrap());
    let correlation = (&a * &b).sum() / ((&a * &a).sum() * (&b * &b).sum()).sqrt();
    assert!(correlation > 0.6 && correlation < 0.99, "{correlation}");
}

/// Means over blocks of `side` x `side` pixels.
fn coarse(plane: &Array2<f64>, side: usize) -> Array2<f64> {
    let (rows, columns) = plane.dim();
    Array2::from_shape_fn((rows / side, columns / side), |(row, column)| {
        let (top, left) = (side * row, side * column);
        plane.slice(s![top..top + side, left..left + side]).mean().unwrap()
    })
}

/// The mean square of differences between neighbours, of pixels that are blocks of `side` x `side`.
fn contrast(planes: &[Array2<f64>], side: usize) -> f64 {
    let of = |plane: &Array2<f64>| {
        let plane = coarse(plane, side);
        (&plane.slice(s![.., 1..]) - &plane.slice(s![.., ..-1])).mapv(|d| d * d).mean().unwrap()
    };
    planes.iter().map(of).sum::<f64>() / planes.len() as f64
}

/// A power spectrum of `1/f^2` in the plane means the same contrast at every scale. That of white noise falls by four from
/// one octave to the next.
#[test]
fn contrast_is_the_same_at_every_scale() {
    let pictures = GREY.generate(11, 0..24);
    let leaves: Vec<_> = (0..24).map(|picture| plane(&pictures, picture, 0)).collect();
    let noise = vec![Stream::new(1, "noise", &[]).uniform_array::<f64, _, _>((96, 128))];
    for side in [2, 4] {
        let ratio = |planes: &[Array2<f64>]| contrast(planes, 2 * side) / contrast(planes, side);
        assert!((0.7..1.4).contains(&ratio(&leaves)), "{side}: {}", ratio(&leaves));
        assert!(ratio(&noise) < 0.35, "{side}: {}", ratio(&noise));
    }
}
