//! What an operator is, and the list of all.

use super::frame::Frame;
use super::operators::{
    ColorJitter, Crop, Cutout, Downscale, Elastic, Erase, Gamma, GaussianBlur, GaussianNoise, HorizontalFlip, Jpeg,
    MotionBlur, Pad, Perspective, PoissonNoise, RandomResizedCrop, Rotate, SaltAndPepper, Scale, Shear, Translate,
    VerticalFlip,
};
use super::scratch::Scratch;
use super::warp::Warp;
use super::{Shape, Step};
use crate::error::Fault;
use crate::steps::Configured;
use latent_numeric::random::Stream;

/// What is common to all operators: a name, a domain of parameters, and a rule for shapes.
pub(crate) trait Parameters {
    /// The name in a configuration and in the names of random streams.
    const NAME: &'static str;

    /// Whether the parameters are in their domain.
    fn check(&self) -> Result<(), Fault>;

    /// The shape of the result for an image of the given shape; it never depends on what is drawn.
    fn output(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }
}

/// An operator that moves pixels.
pub(crate) trait Geometric: Parameters {
    /// Draws where each pixel of the result comes from.
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp;
}

/// An operator that changes values.
pub(crate) trait Photometric: Parameters {
    /// What is drawn.
    type Drawn: Apply;

    /// Draws the parameters for one image.
    fn draw(&self, input: Shape, stream: &mut Stream) -> Self::Drawn;
}

/// Parameters drawn for one image, ready to be applied any number of times.
pub(crate) trait Apply {
    /// Changes the image.
    fn apply(&self, frame: &mut Frame, scratch: &mut Scratch);
}

/// What was drawn from an operator.
#[derive(Clone, Debug)]
pub(crate) enum Drawn {
    Warp(Warp),
    Change(Change),
}

macro_rules! operators {
    (geometric: $($geometric:ident)*; photometric: $($photometric:ident)*;) => {
        /// Any operator.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Operator {
            $(
                #[doc = concat!("[`", stringify!($geometric), "`]")]
                $geometric($geometric),
            )*
            $(
                #[doc = concat!("[`", stringify!($photometric), "`]")]
                $photometric($photometric),
            )*
        }

        /// Drawn parameters of a photometric operator.
        #[derive(Clone, Debug)]
        pub(crate) enum Change {
            $($photometric(<$photometric as Photometric>::Drawn),)*
        }

        impl Change {
            pub(crate) fn apply(&self, frame: &mut Frame, scratch: &mut Scratch) {
                match self {
                    $(Self::$photometric(drawn) => drawn.apply(frame, scratch),)*
                }
            }
        }

        impl Operator {
            /// The names of all operators, as in a configuration.
            pub const NAMES: &'static [&'static str] =
                &[$($geometric::NAME,)* $($photometric::NAME,)*];

            /// The name, as in a configuration.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$geometric(_) => $geometric::NAME,)*
                    $(Self::$photometric(_) => $photometric::NAME,)*
                }
            }

            pub(crate) fn output(&self, input: Shape) -> Result<Shape, Fault> {
                match self {
                    $(Self::$geometric(operator) => operator.output(input),)*
                    $(Self::$photometric(operator) => operator.output(input),)*
                }
            }

            pub(crate) fn draw(&self, input: Shape, stream: &mut Stream) -> Drawn {
                match self {
                    $(Self::$geometric(operator) => Drawn::Warp(operator.draw(input, stream)),)*
                    $(Self::$photometric(operator) => Drawn::Change(Change::$photometric(operator.draw(input, stream))),)*
                }
            }
        }

        impl Configured for Operator {
            const NAMES: &'static [&'static str] = Self::NAMES;

            fn name(&self) -> &'static str {
                self.name()
            }

            fn check(&self) -> Result<(), Fault> {
                match self {
                    $(Self::$geometric(operator) => operator.check(),)*
                    $(Self::$photometric(operator) => operator.check(),)*
                }
            }

            fn read(name: &str, table: toml::Table, _: Vec<Step>) -> Option<Result<Self, toml::de::Error>> {
                match name {
                    $($geometric::NAME => Some(table.try_into().map(Self::$geometric)),)*
                    $($photometric::NAME => Some(table.try_into().map(Self::$photometric)),)*
                    _ => None,
                }
            }

            fn write(&self) -> Result<toml::Table, toml::ser::Error> {
                match self {
                    $(Self::$geometric(operator) => toml::Table::try_from(operator),)*
                    $(Self::$photometric(operator) => toml::Table::try_from(operator),)*
                }
            }
        }

        $(
            impl From<$geometric> for Operator {
                fn from(operator: $geometric) -> Self {
                    Self::$geometric(operator)
                }
            }
        )*
        $(
            impl From<$photometric> for Operator {
                fn from(operator: $photometric) -> Self {
                    Self::$photometric(operator)
                }
            }
        )*
    };
}

operators! {
    geometric:
        HorizontalFlip VerticalFlip Rotate Scale Translate Shear Perspective Crop RandomResizedCrop Pad Elastic;
    photometric:
        Cutout Erase GaussianNoise SaltAndPepper PoissonNoise GaussianBlur MotionBlur ColorJitter Gamma Jpeg Downscale;
}
