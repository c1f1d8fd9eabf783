//! Chains written down and read again.

use latent_augment::image::{Chain, Mix, Mixup, Operator};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Study {
    seed: u64,
    augment: Chain,
    mix: Option<Mix>,
}

#[test]
fn a_chain_is_part_of_a_configuration() {
    let text = r#"
        seed = 3
        mix = { op = "mixup", alpha = 0.2 }
        [[augment]]
        op = "rotate"
        degrees = 12
        border = { constant = 0.5 }
        [[augment]]
        op = "compose"
        p = 0.25
        steps = [{ op = "pad", left = 2, border = "wrap" }, { op = "crop", height = 4, width = 4, position = "center" }]
    "#;
    let study: Study = toml::from_str(text).unwrap();
    assert_eq!(study.augment.steps().len(), 2);
    assert_eq!(study.mix, Some(Mixup::new(0.2).into()));
    let again: Study = toml::from_str(&toml::to_string(&study).unwrap()).unwrap();
    assert_eq!(again, study);
}

#[test]
fn errors_of_a_configuration_tell_the_place() {
    let text = "seed = 3\naugment = [{ op = \"rotate\", degrees = 1 }, { op = \"scale\", factor = 0 }]";
    let error = toml::from_str::<Study>(text).unwrap_err().to_string();
    assert!(error.contains("augment[1] (scale): factor = 0: expected a finite number above 0"), "{error}");
}

#[test]
fn a_way_to_mix_is_checked_when_it_is_read() {
    let cases = [
        ("op = 'mixup', alpha = 0", "mixup: alpha = 0: expected a finite number above 0"),
        ("op = 'mixup', alpha = nan", "mixup: alpha = NaN: expected a finite number above 0"),
        ("op = 'cutmix', alpha = 1, p = -0.5", "cutmix: p = -0.5: expected a probability in [0, 1]"),
        ("op = 'cutmix'", "missing field `alpha`"),
        ("op = 'cutmix', alpha = 1, size = 3", "unknown field `size`"),
        ("op = 'cutup', alpha = 1", "unknown variant `cutup`, expected `mixup` or `cutmix`"),
    ];
    for (table, want) in cases {
        let error = toml::from_str::<Study>(&format!("seed = 3\naugment = []\nmix = {{ {table} }}")).unwrap_err();
        assert!(error.to_string().contains(want), "{error}");
    }
}

proptest! {
    /// Any operator that can be made without parameters, or with these, is what it was after a round trip.
    #[test]
    fn every_operator_survives_a_round_trip(index in 0..Operator::NAMES.len(), p in 0.0..=1.0_f64) {
        let name = Operator::NAMES[index];
        let parameters = match name {
            "rotate" => "degrees = [-3.5, 3]",
            "scale" => "factor = 1.5\ninterpolation = \"bicubic\"",
            "perspective" => "distortion = 0.25",
            "crop" => "height = 3\nwidth = 4\nposition = \"center\"",
            "random_resized_crop" => "height = 3\nwidth = 4\narea = [0.5, 1]",
            "elastic" => "alpha = 3\nsigma = 2.5\nborder = \"replicate\"",
            "cutout" => "size = 3\ncount = 2",
            "erase" => "fill = \"noise\"",
            "gaussian_noise" => "sigma = 0.5",
            "salt_and_pepper" => "amount = [0, 0.5]",
            "poisson_noise" => "peak = 30",
            "gaussian_blur" => "sigma = 1\nkernel = 5",
            "motion_blur" => "length = [1, 3]",
            "gamma" => "gamma = [0.5, 2]",
            "jpeg" => "quality = [30, 70]\nsubsampling = \"4:4:4\"",
            "downscale" => "factor = 2",
            _ => "",
        };
        let chain = Chain::from_toml(&format!("[[augment]]\nop = \"{name}\"\np = {p:?}\n{parameters}\n")).unwrap();
        prop_assert_eq!(Chain::from_toml(&chain.to_toml()).unwrap(), chain);
    }
}

#[test]
fn no_list_is_an_empty_chain() {
    assert_eq!(Chain::from_toml("").unwrap(), Chain::default());
    assert_eq!(Chain::from_toml(&Chain::default().to_toml()).unwrap(), Chain::default());
}

#[test]
fn all_steps_that_are_wrong_are_told_with_their_places() {
    let text = "[[augment]]\nop = 'rotat'\n[[augment]]\nop = 'vertical_flip'\n\
                [[augment]]\nop = 'gaussian_blur'\nsigma = -1.0\n\
                [[augment]]\nop = 'one_of'\nsteps = [{ op = 'rotate', degrees = 'far' }, { op = 'crop' }]\n\
                [[augment]]\nop = 'compose'\n\
                steps = [{ op = 'vertical_flip', p = 2 }, { op = 'gaussian_blur', sigma = 0 }]\n";
    let told = Chain::from_toml(text).unwrap_err().to_string();
    let lines: Vec<&str> = told.lines().map(str::trim).collect();
    let starts = [
        "augment: 6 steps are wrong:",
        "augment[0] (rotat): there is no operator `rotat`; did you mean `rotate`?",
        "augment[2] (gaussian_blur): sigma = -1",
        "augment[3].steps[0] (rotate): ",
        "augment[3].steps[1] (crop): ",
        "augment[4].steps[0] (vertical_flip): p = 2",
        "augment[4].steps[1] (gaussian_blur): sigma = 0",
    ];
    assert_eq!(lines.len(), starts.len(), "{told}");
    assert!(lines.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{told}");
}
