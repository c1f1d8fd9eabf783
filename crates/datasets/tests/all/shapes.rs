use crate::golden::golden;
use latent_datasets::factors::{Evenly, Factor, FactorImages};
use latent_datasets::synthetic::shapes::coverage::Point;
use latent_datasets::synthetic::shapes::{Colours, Ink, Outline, Piece, ShapeImages, Shapes};
use latent_datasets::{DatasetError, Rows};
use latent_numeric::parallel::with_threads;
use ndarray::{Array2, s};
use proptest::prelude::*;
use std::f64::consts::{PI, TAU};

/// One shape, as it is.
fn one(outline: Outline, side: usize, scale: f64, angle: f64, at: Point) -> ShapeImages {
    Shapes {
        side,
        ink: Ink::Grey,
        outlines: vec![outline],
        scale: Evenly::held(scale),
        orientation: Evenly::held(angle),
        x: Evenly::held(at[0]),
        y: Evenly::held(at[1]),
        colours: None,
    }
    .set()
    .unwrap()
}

/// The parts of pixels that one shape covers.
fn cover(outline: Outline, side: usize, scale: f64, angle: f64, at: Point) -> Array2<f64> {
    Array2::from_shape_vec((side, side), one(outline, side, scale, angle, at).coverage(0)).unwrap()
}

fn outline() -> impl Strategy<Value = Outline> {
    prop::sample::select(vec![Outline::square(), Outline::ellipse(), Outline::heart()])
}

#[track_caller]
fn assert_same(a: &Array2<f64>, b: &Array2<f64>) {
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-11), "{}", (a - b).iter().fold(0.0, |m, d| d.abs().max(m)));
}

/// The picture turned by a quarter, counter-clockwise as seen.
fn turned(picture: &Array2<f64>) -> Array2<f64> {
    picture.t().slice(s![..;-1, ..]).to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn coverage_sums_to_the_area(
        outline in outline(), side in 1_usize..70, scale in 0.01..1.0_f64, angle in -9.0..9.0_f64,
        x in 0.0..1.0_f64, y in 0.0..1.0_f64,
    ) {
        let want = outline.area() * (scale * side as f64).powi(2);
        let cover = cover(outline, side, scale, angle, [x, y]);
        prop_assert!((cover.sum() - want).abs() < 1e-11 * (1.0 + want), "{} instead of {want}", cover.sum());
        prop_assert!(cover.iter().all(|part| (0.0..=1.0).contains(part)));
    }

    /// Positions are multiples of a power of two here, so that the shift of pixels has no rounding.
    #[test]
    fn whole_pixels_shift_the_image_exactly(
        outline in outline(), scale in 0.1..1.0_f64, angle in 0.0..TAU, down in 0_usize..16, right in 0_usize..16,
    ) {
        let at = |pixel: usize| pixel as f64 / 62.0 * 2.0;
        let outlines = [at(3), at(3 + right)].map(|x| {
            [at(5), at(5 + down)].map(|y| cover(outline.clone(), 64, scale, angle, [x, y]))
        });
        let [[first, _], [_, second]] = &outlines;
        let rows = 64 - down;
        let columns = 64 - right;
        assert_same(
            &second.slice(s![down.., right..]).to_owned(),
            &first.slice(s![..rows, ..columns]).to_owned(),
        );
    }

    #[test]
    fn a_quarter_turn_turns_the_image(outline in outline(), side in 1_usize..60, scale in 0.1..1.0_f64, angle in 0.0..TAU) {
        let [plain, quarter] = [0.0, PI / 2.0].map(|more| cover(outline.clone(), side, scale, angle + more, [0.5; 2]));
        assert_same(&quarter, &turned(&plain));
    }

    #[test]
    fn symmetries(angle in 0.0..TAU, scale in 0.1..1.0_f64) {
        let of = |outline: Outline, angle| cover(outline, 40, scale, angle, [0.5; 2]);
        assert_same(&of(Outline::square(), angle), &of(Outline::square(), angle + PI / 2.0));
        assert_same(&of(Outline::ellipse(), angle), &of(Outline::ellipse(), angle + PI));
        let heart = of(Outline::heart(), angle);
        assert_same(&of(Outline::heart(), -angle), &heart.slice(s![.., ..;-1]).to_owned());
    }

    #[test]
    fn area_goes_by_the_square_of_the_scale(outline in outline(), scale in 0.1..0.5_f64, factor in 1.0..2.0_f64) {
        let [small, large] = [scale, factor * scale].map(|scale| cover(outline.clone(), 64, scale, 1.0, [0.4, 0.6]).sum());
        prop_assert!((large / small - factor * factor).abs() < 1e-9);
    }

    /// A convex polygon cut in two by a line shares with a piece what its parts share with it.
    #[test]
    fn areas_add_up(
        x in -2.0..2.0_f64, y in -2.0..2.0_f64, size in 0.01..3.0_f64, cut in 0.1..0.9_f64,
        rx in 0.1..2.0_f64, ry in 0.1..2.0_f64, angle in 0.0..TAU,
    ) {
        let pieces = [
            Piece::ellipse([0.1, -0.2], [rx, ry]).unwrap(),
            Piece::half_ellipse([0.1, -0.2], [rx, ry], [angle.cos(), angle.sin()]).unwrap(),
            Piece::polygon(vec![[-rx, -ry], [rx, -0.5 * ry], [0.3, ry]]).unwrap(),
        ];
        let (left, right, middle) = (x - size, x + size, x + size * (2.0 * cut - 1.0));
        let boxed = |left, right| [[left, y - size], [right, y - size], [right, y + size], [left, y + size]];
        for piece in pieces {
            let area = |left, right| piece.area_within(&boxed(left, right));
            let rest = area(left, right) - area(left, middle) - area(middle, right);
            prop_assert!(rest.abs() < 1e-13 * (1.0 + size * size));
            let whole = piece.area_within(&[[-9.0, -9.0], [9.0, -9.0], [9.0, 9.0], [-9.0, 9.0]]);
            prop_assert!((whole - piece.area()).abs() < 1e-12);
        }
    }
}

#[test]
fn the_grid_of_dsprites() {
    let set = Shapes::dsprites().set().unwrap();
    let names: Vec<_> = set.grid().factors().iter().map(Factor::name).collect();
    assert_eq!(names, ["shape", "scale", "orientation", "x", "y"]);
    let index = set.grid().index(&[2, 3, 17, 4, 29]);
    assert_eq!(index, (((2 * 6 + 3) * 40 + 17) * 32 + 4) * 32 + 29);
    let values = set.grid().values(index);
    let want = [2.0, 0.8, 17.0 * TAU / 39.0, 4.0 / 31.0, 29.0 / 31.0];
    assert!(values.iter().zip(want).all(|(found, want)| (found - want).abs() < 1e-15), "{values:?}");
    let (all, outer) = (set.images(Rows::Indices(&[index])).unwrap(), set.coverage(index));
    assert!(all.iter().zip(outer).all(|(byte, part)| *byte == if part >= 0.5 { 255 } else { 0 }));
}

/// In the picture of 64, neighbouring positions of dSprites are one pixel apart, and so are their images, to the bit.
#[test]
fn neighbouring_positions_are_one_pixel_apart() {
    let set = Shapes::dsprites().set().unwrap();
    let grid = set.grid();
    for shape in 0..3 {
        let index = grid.index(&[shape, 5, 7, 12, 0]);
        for (factor, axis) in [(3, 1), (4, 0)] {
            let line = set.images(Rows::Indices(&grid.along(index, factor))).unwrap();
            for (a, b) in line.outer_iter().zip(line.outer_iter().skip(1)) {
                let (a, b) = (a.slice(s![0, .., ..]), b.slice(s![0, .., ..]));
                let (before, after) = if axis == 0 {
                    (a.slice(s![..63, ..]), b.slice(s![1.., ..]))
                } else {
                    (a.slice(s![.., ..63]), b.slice(s![.., 1..]))
                };
                assert_eq!(before, after);
                // Nothing is at the border.
                assert!(a.row(0).iter().chain(a.row(63)).chain(a.column(0)).chain(a.column(63)).all(|byte| *byte == 0));
            }
        }
    }
}

#[test]
fn the_last_orientation_is_the_first() {
    let set = Shapes::dsprites().set().unwrap();
    for shape in 0..3 {
        let [first, last] = [0, 39].map(|turn| set.coverage(set.grid().index(&[shape, 4, turn, 3, 5])));
        assert_eq!(first, last);
    }
}

#[test]
fn the_heart_stands_on_its_point() {
    let heart = cover(Outline::heart(), 64, 1.0, 0.0, [0.5; 2]);
    let rows: Vec<f64> = heart.rows().into_iter().map(|row| row.sum()).collect();
    let widest = rows.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    assert!(widest < 32, "widest in row {widest}");
    // The origin is the centre of area.
    let at = |axis: usize| {
        let moment = |((y, x), part): ((usize, usize), &f64)| part * ([y, x][axis] as f64 + 0.5);
        heart.indexed_iter().map(moment).sum::<f64>() / heart.sum()
    };
    assert!((at(0) - 32.0).abs() < 0.05 && (at(1) - 32.0).abs() < 1e-9, "{} {}", at(0), at(1));
}

#[test]
fn colours_are_factors() {
    let shapes = Shapes { side: 16, ink: Ink::Grey, colours: Some(Colours::of(6, 3)), ..Shapes::dsprites() };
    let set = shapes.set().unwrap();
    let names: Vec<_> = set.grid().factors().iter().map(Factor::name).collect();
    assert_eq!(names[..3], ["background", "hue", "shape"]);
    assert_eq!((set.grid().len(), set.image_dim()), (737_280 * 18, (3, 16, 16)));
    // A blue square on a red ground of half the brightness.
    let blue = set.grid().index(&[0, 4, 0, 5, 0, 16, 16]);
    let image = set.images(Rows::Indices(&[blue])).unwrap();
    assert_eq!(image.slice(s![0, .., 0, 0]).to_vec(), [128, 0, 0]);
    assert_eq!(image.slice(s![0, .., 8, 8]).to_vec(), [0, 0, 255]);
    // Hues alone change neither the place nor the size of the shape.
    let other = set.grid().with_level(blue, 1, 2);
    assert_eq!(set.coverage(blue), set.coverage(other));
    let plain = Colours { background: None, ..Colours::of(2, 1) };
    let set = Shapes { colours: Some(plain), ..Shapes::dsprites() }.set().unwrap();
    assert_eq!(set.grid().factors().len(), 6);
    assert_eq!(set.images(Rows::Indices(&[0])).unwrap().slice(s![0, .., 0, 0]).to_vec(), [0, 0, 0]);
}

#[test]
fn the_same_for_any_number_of_threads() {
    let set = Shapes { ink: Ink::Grey, side: 24, ..Shapes::dsprites() }.set().unwrap();
    let draw = |threads| with_threads(threads, || set.rows::<f32>(Rows::Range(300_000..300_100)).unwrap()).unwrap();
    assert_eq!(draw(1), draw(4));
    let labelled = set.labelled(Rows::Range(300_000..300_100), "y").unwrap();
    assert_eq!(labelled.rows::<f32>(..), draw(2));
    assert!(labelled.provenance().is_generated());
}

#[test]
fn parameters_out_of_their_domain() {
    let plain = Shapes::dsprites;
    for shapes in [
        Shapes { side: 0, ..plain() },
        Shapes { side: usize::MAX, ..plain() },
        Shapes { outlines: vec![], ..plain() },
        Shapes { scale: Evenly::held(0.0), ..plain() },
        Shapes { scale: Evenly::new(3, -1.0, 1.0), ..plain() },
        Shapes { orientation: Evenly::new(0, 0.0, 1.0), ..plain() },
        Shapes { x: Evenly::held(f64::NAN), ..plain() },
        Shapes { colours: Some(Colours::of(0, 1)), ..plain() },
        Shapes {
            x: Evenly::new(1 << 24, 0.0, 1.0),
            y: Evenly::new(1 << 24, 0.0, 1.0),
            colours: Some(Colours::of(1 << 12, 2)),
            ..plain()
        },
    ] {
        let value = format!("{shapes:?}");
        assert!(matches!(shapes.set(), Err(DatasetError::Parameter { .. })), "{value}");
    }
    let star =
        (0..5).map(|i| [(f64::from(i) * 2.0 * TAU / 5.0).cos(), (f64::from(i) * 2.0 * TAU / 5.0).sin()]).collect();
    let dent = vec![[0.0, 0.0], [2.0, 0.0], [1.0, 0.5], [1.0, 2.0]];
    for corners in [vec![], vec![[0.0; 2]; 4], star, dent, vec![[0.0, 0.0], [1.0, 0.0], [f64::NAN, 1.0]]] {
        assert!(Piece::polygon(corners.clone()).is_err(), "{corners:?}");
    }
    assert!(
        Piece::ellipse([0.0; 2], [1.0, 0.0]).is_err() && Piece::half_ellipse([0.0; 2], [1.0; 2], [0.0; 2]).is_err()
    );
}

/// Areas by the polygon clipping of another program, in which ellipses are polygons of many corners.
#[test]
fn areas_of_another_program() {
    for case in golden("coverage").outer_iter() {
        let point = |i: usize| [case[i], case[i + 1]];
        let piece = match case[0] {
            0.0 => Piece::polygon((0..4).map(|i| point(1 + 2 * i)).collect()),
            1.0 => Piece::ellipse(point(1), point(3)),
            _ => Piece::half_ellipse(point(1), point(3), point(5)),
        };
        let within: Vec<Point> = (0..4).map(|i| point(9 + 2 * i)).collect();
        let found = piece.unwrap().area_within(&within);
        let near = if case[0] == 0.0 { 1e-13 } else { 1e-8 };
        assert!((found - case[17]).abs() < near * (1.0 + case[17]), "{found} instead of {}: {case}", case[17]);
    }
    let heart = cover(Outline::heart(), 24, 0.9, 0.7, [0.4, 0.55]);
    assert!((heart - golden("coverage_heart")).iter().all(|difference| difference.abs() < 1e-8));
}
