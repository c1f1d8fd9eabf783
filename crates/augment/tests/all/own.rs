//! Operators that are defined outside of the crate: in chains, in configurations, in errors.

use latent_augment::image::{
    self, Border, Drawn, Homography, HorizontalFlip, Interpolation, Operate, Operator, Sampling, Shape,
};
use latent_augment::text::{self, Augmenter, PreserveSentiment, Resources, Rewrite, TokenizedText};
use latent_augment::{Fault, Registry};
use latent_numeric::random::Stream;
use ndarray::{Array3, Array4, s};
use serde::{Deserialize, Serialize};

/// Darker towards the corners.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vignette {
    strength: image::Range,
}

impl Operate for Vignette {
    const NAME: &'static str = "vignette";

    fn check(&self) -> Result<(), Fault> {
        self.strength.check("strength", |s| (0.0..=1.0).contains(&s), "a number in [0, 1]")
    }

    fn draw(&self, input: Shape, stream: &mut Stream) -> Drawn {
        let strength = self.strength.draw(stream);
        let (y0, x0) = ((input.height as f64 - 1.0) / 2.0, (input.width as f64 - 1.0) / 2.0);
        Drawn::change(move |mut image| {
            for ((_, y, x), value) in image.indexed_iter_mut() {
                let distance = ((y as f64 - y0) / y0).powi(2) + ((x as f64 - x0) / x0).powi(2);
                *value *= (1.0 - 0.5 * strength * distance) as f32;
            }
        })
    }
}

/// To the left by a pixel.
#[derive(Debug, Serialize, Deserialize)]
struct Nudge {}

impl Operate for Nudge {
    const NAME: &'static str = "nudge";

    fn draw(&self, input: Shape, _: &mut Stream) -> Drawn {
        let map = Homography::translation(1.0, 0.0);
        let sampling = Sampling { interpolation: Interpolation::Bilinear, border: Border::Constant(0.0) };
        Drawn::projective(map, input, sampling)
    }
}

/// A name that there is.
#[derive(Debug, Serialize, Deserialize)]
struct Rotate {}

impl Operate for Rotate {
    const NAME: &'static str = "rotate";

    fn draw(&self, _: Shape, _: &mut Stream) -> Drawn {
        Drawn::change(|_| ())
    }
}

fn registry() -> Registry<Operator> {
    Registry::new().with::<Vignette>().unwrap().with::<Nudge>().unwrap()
}

const CHAIN: &str = "[[augment]]\nop = 'horizontal_flip'\n\
    [[augment]]\nop = 'one_of'\np = 0.9\nsteps = [{ op = 'vignette', strength = [0.5, 1] }, { op = 'nudge' }]\n";

fn images() -> Array4<u8> {
    Array4::from_shape_fn((6, 3, 9, 7), |(n, c, y, x)| (20 * n + 5 * c + 9 * y + 11 * x) as u8)
}

#[test]
fn an_own_operator_is_as_replayable_as_any() {
    let chain = image::Chain::from_toml_with(CHAIN, &registry()).unwrap();
    let (images, numbers) = (images(), [3, 1, 4, 15, 9, 2]);
    let batch = chain.apply_batch(images.view(), 7, 1, &numbers).unwrap();
    assert_ne!(batch, images);
    for (i, &number) in numbers.iter().enumerate() {
        let image = images.slice(s![i, .., .., ..]);
        let alone = chain.apply(image, 7, 1, number).unwrap();
        assert_eq!(batch.slice(s![i, .., .., ..]), alone);
        let kept = chain.draw(image.dim(), 7, 1, number).unwrap();
        assert_eq!(kept.apply(image).unwrap(), alone);
    }
}

#[test]
fn it_joins_with_geometric_operators() {
    let steps = vec![image::Step::always(HorizontalFlip {}), image::Step::always(Operator::own(Nudge {}))];
    let chain = image::Chain::new(steps).unwrap();
    let image = images().slice_move(s![0, .., .., ..]);
    let mut want = Array3::zeros(image.dim());
    want.slice_mut(s![.., .., ..-1]).assign(&image.slice(s![.., .., ..;-1]).slice(s![.., .., 1..]));
    assert_eq!(chain.apply(image.view(), 0, 0, 0).unwrap(), want);
}

#[test]
fn it_survives_a_round_trip_through_a_configuration() {
    let chain = image::Chain::from_toml_with(CHAIN, &registry()).unwrap();
    let again = image::Chain::from_toml_with(&chain.to_toml(), &registry()).unwrap();
    assert_eq!(again, chain);
    let other = image::Chain::from_toml_with(&CHAIN.replace("0.5, 1", "0.4, 1"), &registry()).unwrap();
    assert_ne!(other, chain);
    let list: toml::Value = toml::from_str::<toml::Table>(CHAIN).unwrap()["augment"].clone();
    assert_eq!(image::Chain::from_value_with(list, &registry()).unwrap(), chain);
}

#[test]
fn its_mistakes_are_told_as_those_of_others() {
    let told = |text: &str| image::Chain::from_toml_with(text, &registry()).unwrap_err().to_string();
    let of = |parameters: &str| told(&format!("augment = [{{ op = 'vignette', {parameters} }}]"));
    assert_eq!(of("strength = 2"), "augment[0] (vignette): strength = 2: expected a number in [0, 1]");
    assert!(of("strength = 1, colour = 3").starts_with("augment[0] (vignette): unknown field `colour`"));
    let expected = "augment[0] (vignete): there is no operator `vignete`; did you mean `vignette`?";
    assert_eq!(told("augment = [{ op = 'vignete' }]"), expected);
    let unnamed = image::Chain::from_toml("augment = [{ op = 'vignette', strength = 1 }]").unwrap_err();
    assert!(matches!(*unnamed.fault, Fault::UnknownOperator { .. }), "{unnamed}");
    let taken = registry().with::<Rotate>().unwrap_err();
    assert_eq!(taken.to_string(), "rotate: there is an operator of this name already");
    assert!(registry().with::<Nudge>().is_err());
    let taken = image::Chain::new(vec![image::Step::always(Operator::own(Rotate {}))]).unwrap_err();
    assert_eq!(taken.to_string(), "augment[0] (rotate): there is an operator of this name already");
}

/// Every word twice.
#[derive(Debug, Serialize, Deserialize)]
struct Stutter {
    rate: f64,
}

impl Rewrite for Stutter {
    const NAME: &'static str = "stutter";

    fn check_resources(&self, resources: &Resources) -> Result<(), Fault> {
        resources.synonyms.as_ref().map(drop).ok_or(Fault::MissingResource { name: "synonyms" })
    }

    fn apply(&self, text: &mut TokenizedText, _: &Resources, stream: &mut Stream) {
        for index in (0..text.words().len()).rev() {
            if stream.bernoulli(self.rate) {
                let word = text.words()[index].clone();
                text.insert(index + 1, word);
            }
        }
    }
}

#[test]
fn texts_have_own_operators_too() {
    let registry = Registry::new().with::<Stutter>().unwrap();
    let text = "[[augment]]\nop = 'preserve_sentiment'\nsteps = [{ op = 'stutter', rate = 1.0 }]\n";
    let chain = text::Chain::from_toml_with(text, &registry).unwrap();
    let step = text::Step::always(text::Operator::own(Stutter { rate: 1.0 }));
    assert_eq!(chain, text::Chain::new(vec![text::Step::always(PreserveSentiment::new(vec![step]))]).unwrap());
    assert_eq!(text::Chain::from_toml_with(&chain.to_toml(), &registry).unwrap(), chain);

    let error = Augmenter::new(chain.clone(), Resources::default()).unwrap_err().to_string();
    assert!(error.contains("augment[0] (preserve_sentiment): needs `lexicon`"), "{error}");
    let lexicon = Some(text::Lexicon::default().into());
    let error = Augmenter::new(chain.clone(), Resources { lexicon: lexicon.clone(), ..Resources::default() });
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "augment[0].steps[0] (stutter): needs `synonyms`, which the resources do not have");
    let synonyms = Some(text::Synonyms::default().into());
    let augmenter = Augmenter::new(chain, Resources { lexicon, synonyms, ..Resources::default() }).unwrap();
    assert_eq!(augmenter.apply("As it is.", 0, 0, 0), "As As it it is is.");
}
