//! Values of torchvision and SciPy, made by `tests/golden/make.py`, which tells where conventions differ.

use crate::support::{always, assert_near, run};
use approx::assert_abs_diff_eq;
use latent_augment::image::{
    Border, ColorJitter, Gamma, GaussianBlur, Homography, Interpolation, Jpeg, Operator, RandomResizedCrop, Range,
    Rotate, Scale, Shear, Subsampling, Translate,
};
use ndarray::{Array3, Axis, s};

fn golden(name: &str) -> Array3<f32> {
    let text = include_str!("../golden/golden.csv");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(','));
    let mut numbers = line.unwrap_or_else(|| panic!("{name} is not among the golden values")).split(',');
    let mut side = || numbers.next().unwrap().parse().unwrap();
    let dim = (side(), side(), side());
    Array3::from_shape_vec(dim, numbers.map(|number| number.parse().unwrap()).collect()).unwrap()
}

#[track_caller]
fn assert_golden(operator: impl Into<Operator>, name: &str, tolerance: f32) {
    assert_near(run(&always(operator), &golden("image")).view(), golden(name).view(), tolerance);
}

#[test]
fn torchvision_geometry() {
    let degrees = Range::only(25.0);
    assert_golden(Rotate { degrees, ..Rotate::default() }, "torchvision rotate 25 bilinear", 1e-5);
    let nearest = Rotate { degrees, interpolation: Interpolation::Nearest, ..Rotate::default() };
    assert_golden(nearest, "torchvision rotate 25 nearest", 1e-6);
    let translate = Translate { x: 2.0.into(), y: (-1.0).into(), ..Translate::default() };
    assert_golden(translate, "torchvision translate 2 -1", 1e-5);
    assert_golden(Scale { factor: 1.3.into(), ..Scale::default() }, "torchvision scale 1.3", 1e-5);
    let (x, y) = (Range::only(0.0), Range::only(0.0));
    assert_golden(Shear { x: 20.0.into(), y, ..Shear::default() }, "torchvision shear x 20", 1e-5);
    assert_golden(Shear { x, y: 15.0.into(), ..Shear::default() }, "torchvision shear y 15", 1e-5);
}

fn resize(height: usize, width: usize, interpolation: Interpolation) -> RandomResizedCrop {
    let (area, aspect) = (Range::only(1.0), Range::only(12.0 / 9.0));
    RandomResizedCrop { area, aspect, interpolation, ..RandomResizedCrop::new(height, width) }
}

#[test]
fn torchvision_resize() {
    assert_golden(resize(6, 17, Interpolation::Bilinear), "torchvision resize 6 17", 1e-5);
    let found = run(&always(resize(18, 31, Interpolation::Bicubic)), &golden("image"));
    // Theirs overshoots, ours is clamped.
    let want = golden("torchvision resize bicubic 18 31").mapv(|x| x.clamp(0.0, 1.0));
    let inner = s![.., 4..14, 6..25];
    assert_near(found.slice(inner), want.slice(inner), 1e-5);
}

#[test]
fn torchvision_perspective() {
    let start = [(0.0, 0.0), (11.0, 0.0), (11.0, 8.0), (0.0, 8.0)];
    let end = [(1.0, 2.0), (9.0, 0.0), (10.0, 7.0), (2.0, 8.0)];
    let found = Homography::between(end, start).unwrap().matrix();
    let want = golden("torchvision perspective");
    for (found, want) in found.as_flattened().iter().zip(&want) {
        assert_abs_diff_eq!(*found, f64::from(*want), epsilon = 2e-5 * (1.0 + found.abs()));
    }
}

#[test]
fn torchvision_values() {
    let five = GaussianBlur { kernel: Some(5), ..GaussianBlur::new(1.0) };
    assert_golden(five, "torchvision blur 5 1.0", 1e-6);
    let none = ColorJitter::default();
    let jitter = |jitter: ColorJitter, name: &str, tolerance| assert_golden(jitter, name, tolerance);
    jitter(ColorJitter { brightness: 1.4.into(), ..none }, "torchvision brightness 1.4", 1e-6);
    // Their weight of red is 1e-4 less.
    jitter(ColorJitter { contrast: 0.6.into(), ..none }, "torchvision contrast 0.6", 5e-5);
    jitter(ColorJitter { contrast: 1.5.into(), ..none }, "torchvision contrast 1.5", 6e-5);
    jitter(ColorJitter { saturation: 0.3.into(), ..none }, "torchvision saturation 0.3", 8e-5);
    jitter(ColorJitter { saturation: 1.8.into(), ..none }, "torchvision saturation 1.8", 9e-5);
    jitter(ColorJitter { hue: 0.2.into(), ..none }, "torchvision hue 0.2", 1e-5);
    jitter(ColorJitter { hue: (-0.35).into(), ..none }, "torchvision hue -0.35", 1e-5);
    assert_golden(Gamma { gamma: 2.2.into() }, "torchvision gamma 2.2", 1e-6);
}

/// Another codec rounds its transforms differently: by a level or two where a coefficient is not at a boundary.
#[test]
fn torchvision_jpeg() {
    let jpeg = Jpeg { quality: 50.0.into(), subsampling: Subsampling::Half };
    let found = run(&always(jpeg), &golden("smooth"));
    let want = golden("torchvision jpeg 50");
    assert_near(found.view(), want.view(), 6.0 / 255.0);
    let mean = (&found - &want).mapv(f32::abs).mean().unwrap();
    assert!(mean < 0.5 / 255.0, "{mean}");
}

#[test]
fn scipy_borders() {
    let grey = golden("image").slice_axis(Axis(0), (..1).into()).to_owned();
    let borders = [
        (Border::Constant(0.25), "grid-constant", "constant"),
        (Border::Replicate, "nearest", "nearest"),
        (Border::Reflect, "mirror", "mirror"),
        (Border::Wrap, "grid-wrap", "wrap"),
    ];
    for (border, sampled, filtered) in borders {
        let rotate = Rotate { degrees: 40.0.into(), interpolation: Interpolation::Bilinear, border };
        let want = golden(&format!("scipy rotate 40 {sampled}"));
        assert_near(run(&always(rotate), &grey).view(), want.view(), 1e-6);
        let blur = GaussianBlur { border, ..GaussianBlur::new(1.3) };
        let want = golden(&format!("scipy gaussian 1.3 {filtered}"));
        assert_near(run(&always(blur), &grey).view(), want.view(), 1e-6);
    }
}
