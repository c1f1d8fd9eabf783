//! What an image operator is in a chain, and the list of those of this crate.

use super::Shape;
use super::drawn::{Drawn, Kind};
use super::kinds::{Geometric, Parameters, Photometric};
use super::operate::{Operate, Own};
use super::operators::{
    ColorJitter, Crop, Cutout, Downscale, Elastic, Erase, Gamma, GaussianBlur, GaussianNoise, HorizontalFlip, Jpeg,
    MotionBlur, Pad, Perspective, PoissonNoise, RandomResizedCrop, Rotate, SaltAndPepper, Scale, Shear, Translate,
    VerticalFlip,
};
use crate::Step;
use crate::error::Fault;
use crate::steps::{self, Configured};
use latent_numeric::random::Stream;
use std::sync::Arc;

macro_rules! operators {
    (geometric: $($geometric:ident)*; photometric: $($photometric:ident)*;) => {
        /// Any operator on images.
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
            /// One of [your own](Operate)
            Own(Own),
        }

        impl Operator {
            /// An operator of your own.
            pub fn own(operator: impl Operate) -> Self {
                Self::Own(Own::new(operator))
            }

            /// The names of all operators of this crate, as in a configuration.
            pub const NAMES: &'static [&'static str] =
                &[$($geometric::NAME,)* $($photometric::NAME,)*];

            /// The name, as in a configuration.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$geometric(_) => $geometric::NAME,)*
                    $(Self::$photometric(_) => $photometric::NAME,)*
                    Self::Own(own) => own.0.name(),
                }
            }

            pub(crate) fn output(&self, input: Shape) -> Result<Shape, Fault> {
                match self {
                    $(Self::$geometric(operator) => operator.output(input),)*
                    $(Self::$photometric(operator) => operator.output(input),)*
                    Self::Own(own) => own.0.output(input),
                }
            }

            pub(crate) fn draw(&self, input: Shape, stream: &mut Stream) -> Drawn {
                match self {
                    $(Self::$geometric(operator) => Drawn(Kind::Warp(operator.draw(input, stream))),)*
                    $(Self::$photometric(operator) => Drawn(Kind::Change(Arc::new(operator.draw(input, stream)))),)*
                    Self::Own(own) => own.0.draw(input, stream),
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
                    // What is written down is to be read as what it is.
                    Self::Own(own) if Self::NAMES.contains(&own.0.name()) => Err(Fault::NameTaken),
                    Self::Own(own) => own.0.check(),
                }
            }

            fn read(name: &str, table: toml::Table, _: Vec<Step<Self>>) -> Option<Result<Self, toml::de::Error>> {
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
                    Self::Own(own) => own.0.write(),
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

impl<T: Operate> steps::Own<Operator> for T {
    const NAME: &'static str = <T as Operate>::NAME;

    fn read(table: toml::Table) -> Result<Operator, toml::de::Error> {
        table.try_into().map(|operator: T| Operator::own(operator))
    }
}
