//! Each thing that can be wrong, with the error that tells it.

use crate::support::{always, noise};
use latent_augment::image::{
    Border, Chain, Crop, GaussianBlur, HorizontalFlip, Jpeg, Operator, Pad, Position, Rotate, Step, Subsampling,
    VerticalFlip,
};
use latent_augment::{AugmentError, Fault};
use ndarray::{Array3, Array4};

#[track_caller]
fn assert_told<T: std::fmt::Debug>(result: Result<T, AugmentError>, message: &str) {
    assert_eq!(result.unwrap_err().to_string(), message);
}

fn read(steps: &str) -> Result<Chain, AugmentError> {
    Chain::from_toml(&format!("augment = [{steps}]"))
}

#[test]
fn an_empty_image() {
    let chain = always(Rotate::default());
    let empty = Array3::<u8>::zeros((1, 0, 7));
    assert_told(
        chain.apply(empty.view(), 0, 0, 0),
        "augment[0] (rotate): the image is empty: 1 channels of 0 x 7 pixels",
    );
    assert_told(Chain::default().output_shape((0, 3, 3)), "augment: the image is empty: 0 channels of 3 x 3 pixels");
}

#[test]
fn a_crop_larger_than_the_image() {
    let crop = Crop { height: 5, width: 9, position: Position::Random };
    let chain = Chain::new(vec![
        Step::always(VerticalFlip {}),
        Step::random_apply(1.0, vec![Step::always(HorizontalFlip {}), Step::always(crop)]),
    ])
    .unwrap();
    let error = chain.apply(noise(0, (1, 8, 8)).view(), 0, 0, 0).unwrap_err();
    assert_eq!((&error.place.path[..], &error.place.operator[..]), (&[1, 1][..], "crop"));
    assert_eq!(*error.fault, Fault::CropTooLarge { crop: (5, 9), image: (8, 8) });
    assert_eq!(
        error.to_string(),
        "augment[1].steps[1] (crop): a crop of 5 x 9 pixels does not fit into an image of 8 x 8"
    );
    // Padding makes room.
    let chain = Chain::new(vec![Step::always(Pad::all(1, Border::Wrap)), Step::always(crop)]).unwrap();
    assert_eq!(chain.output_shape((1, 8, 8)).unwrap(), (1, 5, 9).into());
}

#[test]
fn probabilities_outside_of_the_unit_interval() {
    for p in [-0.1, 1.5, f64::NAN, f64::INFINITY] {
        let error = Chain::new(vec![Step::new(p, HorizontalFlip {})]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("augment[0] (horizontal_flip): p = {p}: expected a probability in [0, 1]")
        );
    }
    assert_told(
        read(r#"{ op = "one_of", p = 2, steps = [{ op = "vertical_flip" }] }"#),
        "augment[0] (one_of): p = 2: expected a probability in [0, 1]",
    );
    assert_told(
        read(r#"{ op = "vertical_flip", p = "half" }"#),
        "augment[0] (vertical_flip): p = \"half\": expected a probability in [0, 1]",
    );
}

#[test]
fn parameters_outside_of_their_domains() {
    for (step, message) in [
        (r#"op = "gaussian_blur", sigma = 0"#, "sigma = 0: expected a finite number above 0"),
        (r#"op = "gaussian_blur", sigma = [-1, 1]"#, "sigma = -1: expected a finite number above 0"),
        (r#"op = "gaussian_blur", sigma = 1e4"#, "sigma = 10000: expected at most 1000 pixels"),
        (r#"op = "gaussian_blur", sigma = 1, kernel = 4"#, "kernel = 4: expected an odd number of at most 8001"),
        (r#"op = "gaussian_noise", sigma = 0.0"#, "sigma = 0: expected a finite number above 0"),
        (r#"op = "gaussian_noise", sigma = nan"#, "sigma = NaN: expected a finite number above 0"),
        (r#"op = "elastic", alpha = 1, sigma = -2"#, "sigma = -2: expected a finite number above 0"),
        (r#"op = "elastic", alpha = -1, sigma = 2"#, "alpha = -1: expected a finite number of at least 0"),
        (r#"op = "elastic", alpha = 1, sigma = 5000"#, "sigma = 5000: expected at most 1000 pixels"),
        (r#"op = "rotate", degrees = [3, -3]"#, "degrees = [3, -3]: expected the lower end first"),
        (r#"op = "rotate", degrees = inf"#, "degrees = inf: expected a finite number"),
        (
            r#"op = "rotate", degrees = 1, border = { constant = 2.0 }"#,
            "border.constant = 2: expected a number in [0, 1]",
        ),
        (r#"op = "scale", factor = [0, 1]"#, "factor = 0: expected a finite number above 0"),
        (r#"op = "shear", x = 90"#, "x = 90: expected an angle between -90 and 90 degrees"),
        (r#"op = "translate", y = nan"#, "y = NaN: expected a finite number"),
        (r#"op = "perspective", distortion = 1.0"#, "distortion = 1: expected a number in [0, 1)"),
        (r#"op = "crop", height = 0, width = 3"#, "height = 0: expected at least 1"),
        (r#"op = "pad", top = 2000000"#, "top = 2000000: expected at most 1048576"),
        (
            r#"op = "random_resized_crop", height = 3, width = 3, area = [0, 1]"#,
            "area = 0: expected a number in (0, 1]",
        ),
        (
            r#"op = "random_resized_crop", height = 3, width = 3, aspect = 0"#,
            "aspect = 0: expected a finite number above 0",
        ),
        (r#"op = "cutout", size = 3, count = 9999999"#, "count = 9999999: expected at most 1048576"),
        (r#"op = "cutout", size = 3, fill = -0.5"#, "fill = -0.5: expected a number in [0, 1]"),
        (r#"op = "erase", area = 1.5"#, "area = 1.5: expected a number in [0, 1]"),
        (r#"op = "erase", fill = { constant = 3.0 }"#, "fill.constant = 3: expected a number in [0, 1]"),
        (r#"op = "salt_and_pepper", amount = 1.1"#, "amount = 1.1: expected a number in [0, 1]"),
        (r#"op = "salt_and_pepper", amount = 1, salt = 2.0"#, "salt = 2: expected a number in [0, 1]"),
        (r#"op = "poisson_noise", peak = 0"#, "peak = 0: expected a number above 0 and at most 1e9"),
        (r#"op = "motion_blur", length = -1"#, "length = -1: expected a number in [0, 1000]"),
        (r#"op = "color_jitter", brightness = -1"#, "brightness = -1: expected a finite number of at least 0"),
        (r#"op = "color_jitter", hue = 0.7"#, "hue = 0.7: expected a number in [-0.5, 0.5]"),
        (r#"op = "gamma", gamma = 0"#, "gamma = 0: expected a finite number above 0"),
        (r#"op = "jpeg", quality = 0"#, "quality = 0: expected a whole number from 1 to 100"),
        (r#"op = "jpeg", quality = 50.5"#, "quality = 50.5: expected a whole number from 1 to 100"),
        (r#"op = "downscale", factor = 0.5"#, "factor = 0.5: expected a finite number of at least 1"),
    ] {
        let name = step.split('"').nth(1).unwrap();
        let first = r#"{ op = "vertical_flip" }"#;
        assert_told(read(&format!("{first}, {{ {step} }}")), &format!("augment[1] ({name}): {message}"));
    }
}

#[test]
fn configurations_that_cannot_be_read() {
    assert_told(
        read(r#"{ op = "vertical_flip" }, { op = "one_of", steps = [{ op = "rotat", degrees = 3 }] }"#),
        "augment[1].steps[0] (rotat): there is no operator `rotat`; did you mean `rotate`?",
    );
    assert_told(read(r#"{ op = "xyzzy" }"#), "augment[0] (xyzzy): there is no operator `xyzzy`");
    assert_told(read("{ p = 0.5 }"), "augment[0]: `op` is missing: expected the name of an operator");
    assert_told(read("3"), "augment[0]: expected a table with `op`, found integer");
    assert_told(read(r#"{ op = "compose" }"#), "augment[0] (compose): `steps` is missing: expected a list of tables");
    assert_told(
        read(r#"{ op = "compose", steps = [], weights = [] }"#),
        "augment[0] (compose): unknown field `weights`",
    );
    assert_told(
        read(r#"{ op = "one_of", steps = [] }"#),
        "augment[0] (one_of): steps = []: expected at least one alternative",
    );
    let flip = r#"steps = [{ op = "vertical_flip" }]"#;
    assert_told(
        read(&format!("{{ op = \"one_of\", {flip}, weights = [1, 2] }}")),
        "augment[0] (one_of): weights = [1.0, 2.0]: expected one for each step",
    );
    assert_told(
        read(&format!("{{ op = \"one_of\", {flip}, weights = [0] }}")),
        "augment[0] (one_of): weights = [0.0]: expected finite numbers of at least 0, some above 0",
    );
    for (step, part) in [
        (r#"{ op = "rotate" }"#, "missing field `degrees`"),
        (r#"{ op = "rotate", degrees = 1, degres = 2 }"#, "unknown field `degres`"),
        (r#"{ op = "rotate", degrees = [1] }"#, "expected a number or [low, high]"),
        (r#"{ op = "rotate", degrees = [1, 2, 3] }"#, "expected a number or [low, high]"),
        (r#"{ op = "rotate", degrees = "ten" }"#, "expected a number or [low, high]"),
        (r#"{ op = "rotate", degrees = 1, border = "mirror" }"#, "unknown variant `mirror`"),
        (r#"{ op = "rotate", degrees = 1, interpolation = "cubic" }"#, "unknown variant `cubic`"),
        (r#"{ op = "cutout", size = -3 }"#, "size"),
    ] {
        let error = read(step).unwrap_err();
        assert_eq!(error.place.path, [0]);
        assert!(matches!(*error.fault, Fault::Config { .. }), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
    for text in ["augment = 3", "augmentation = []", "[[augment"] {
        assert!(matches!(*Chain::from_toml(text).unwrap_err().fault, Fault::Config { .. }), "{text}");
    }
}

#[test]
fn pixels_that_are_not_in_the_unit_interval() {
    let chain = always(GaussianBlur::new(1.0));
    let mut images = Array4::<f32>::zeros((40, 2, 3, 5));
    images[[37, 0, 0, 0]] = f32::INFINITY;
    images[[21, 1, 2, 4]] = f32::NAN;
    let numbers: Vec<u64> = (100..140).collect();
    // The first in order, whatever thread meets which.
    assert_told(
        chain.apply_batch(images.view(), 0, 0, &numbers),
        "augment[0] (gaussian_blur): pixel (channel 1, row 2, column 4) of sample 121 is NaN: expected a number in [0, 1]",
    );
    images[[21, 1, 2, 4]] = 1.0;
    images[[37, 0, 0, 0]] = -0.25;
    assert_told(
        chain.apply_batch(images.view(), 0, 0, &numbers),
        "augment[0] (gaussian_blur): pixel (channel 0, row 0, column 0) of sample 137 is -0.25: expected a number in [0, 1]",
    );
}

#[test]
fn channels_that_an_operator_does_not_know() {
    let jpeg = Operator::from(Jpeg { quality: 50.0.into(), subsampling: Subsampling::Half });
    assert_told(always(jpeg).output_shape((2, 4, 4)), "augment[0] (jpeg): the image has 2 channels: expected 1 or 3");
    assert_told(
        read(r#"{ op = "color_jitter", hue = 0.1 }"#).unwrap().output_shape((4, 4, 4)),
        "augment[0] (color_jitter): the image has 4 channels: expected 1 or 3 where saturation or hue changes",
    );
    assert!(read(r#"{ op = "color_jitter", contrast = 0.1 }"#).unwrap().output_shape((4, 4, 4)).is_ok());
    assert_told(
        read(r#"{ op = "jpeg", quality = 9 }"#).unwrap().output_shape((1, 1, 70_000)),
        "augment[0] (jpeg): the image has 1 x 70000 pixels: expected at most 65535 along each side",
    );
}

#[test]
fn shapes_that_depend_on_chance() {
    assert_told(
        read(r#"{ op = "crop", p = 0.5, height = 3, width = 3 }"#).unwrap().output_shape((1, 4, 4)),
        "augment[0] (crop): with p below 1 the shape must stay: (1, 3, 3), expected (1, 4, 4)",
    );
    assert_told(
        read(r#"{ op = "one_of", steps = [{ op = "vertical_flip" }, { op = "pad", left = 1 }] }"#)
            .unwrap()
            .output_shape((1, 4, 4)),
        "augment[0].steps[1] (pad): the shape differs from that of the first alternative: (1, 4, 5), expected (1, 4, 4)",
    );
    let both =
        r#"{ op = "one_of", steps = [{ op = "crop", height = 3, width = 4 }, { op = "pad", bottom = 2, p = 0.0 }] }"#;
    assert!(read(both).unwrap().output_shape((1, 3, 4)).is_ok());
}

#[test]
fn numbers_and_shapes_that_do_not_fit() {
    let chain = always(HorizontalFlip {});
    let images = Array4::<u8>::zeros((3, 1, 2, 2));
    assert_told(
        chain.apply_batch(images.view(), 0, 0, &[1, 2]),
        "augment: numbers of samples: 2, expected 3, one for each image",
    );
    let mut result = Array4::<u8>::zeros((3, 1, 2, 3));
    assert_told(
        chain.apply_batch_into(images.view(), 0, 0, &[1, 2, 3], result.view_mut()),
        "augment: the shape of the result: (3, 1, 2, 3), expected (3, 1, 2, 2)",
    );
    let transform = chain.draw((1, 2, 2), 0, 0, 0).unwrap();
    assert_told(
        transform.apply(Array3::<u8>::zeros((1, 2, 3)).view()),
        "augment: the shape of the image: (1, 2, 3), expected (1, 2, 2)",
    );
    let blur = always(GaussianBlur::new(1.0)).draw((1, 2, 2), 0, 0, 0).unwrap();
    assert!(blur.apply(Array3::<u8>::zeros((2, 2, 2)).view()).is_err());
    assert!(transform.apply(Array3::<u8>::zeros((2, 2, 2)).view()).is_ok());
}
