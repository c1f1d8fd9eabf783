//! What a text operator is in a chain, and the list of those of this crate.

use super::operators::{
    EmbeddingReplacement, PRESERVE_SENTIMENT, PreserveSentiment, RandomDeletion, RandomInsertion, RandomSwap,
    SynonymReplacement, TfIdfReplacement, apply_preserving,
};
use super::rewrite::{Own, Rewrite};
use super::run::Run;
use super::{Resources, TokenizedText};
use crate::Step;
use crate::error::Fault;
use crate::steps::{self, Configured, Name};
use latent_numeric::random::Stream;
use toml::Table;

macro_rules! operators {
    ($($operator:ident)*) => {
        /// Any operator on texts.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Operator {
            $(
                #[doc = concat!("[`", stringify!($operator), "`]")]
                $operator($operator),
            )*
            /// [`PreserveSentiment`](super::PreserveSentiment)
            PreserveSentiment(PreserveSentiment<Self>),
            /// One of [your own](Rewrite)
            Own(Own),
        }

        impl Operator {
            /// An operator of your own.
            pub fn own(operator: impl Rewrite) -> Self {
                Self::Own(Own::new(operator))
            }

            /// The names of all operators of this crate, as in a configuration.
            pub const NAMES: &'static [&'static str] = &[$($operator::NAME,)* PRESERVE_SENTIMENT];

            /// The name, as in a configuration.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$operator(_) => $operator::NAME,)*
                    Self::PreserveSentiment(_) => PRESERVE_SENTIMENT,
                    Self::Own(own) => own.0.name(),
                }
            }
        }

        impl Run for Operator {
            fn check_resources(&self, resources: &Resources) -> Result<(), Fault> {
                match self {
                    $(Self::$operator(operator) => operator.check_resources(resources),)*
                    Self::PreserveSentiment(_) => resources.lexicon().map(drop),
                    Self::Own(own) => own.0.check_resources(resources),
                }
            }

            fn run(&self, text: &mut TokenizedText, resources: &Resources, name: &mut Name, stream: &mut Stream) {
                match self {
                    $(Self::$operator(operator) => operator.apply(text, resources, stream),)*
                    Self::PreserveSentiment(filter) => apply_preserving(filter, text, resources, name),
                    Self::Own(own) => own.0.apply(text, resources, stream),
                }
            }
        }

        impl Configured for Operator {
            const NAMES: &'static [&'static str] = Self::NAMES;
            const NESTING: &'static [&'static str] = &[PRESERVE_SENTIMENT];

            fn name(&self) -> &'static str {
                self.name()
            }

            fn check(&self) -> Result<(), Fault> {
                match self {
                    $(Self::$operator(operator) => operator.check(),)*
                    Self::PreserveSentiment(filter) => filter.check(),
                    // What is written down is to be read as what it is.
                    Self::Own(own) if Self::NAMES.contains(&own.0.name()) => Err(Fault::NameTaken),
                    Self::Own(own) => own.0.check(),
                }
            }

            fn inner(&self) -> &[Step<Self>] {
                match self {
                    Self::PreserveSentiment(filter) => &filter.steps,
                    _ => &[],
                }
            }

            fn read(name: &str, table: Table, inner: Vec<Step<Self>>) -> Option<Result<Self, toml::de::Error>> {
                match name {
                    $($operator::NAME => Some(table.try_into().map(Self::$operator)),)*
                    PRESERVE_SENTIMENT => {
                        Some(PreserveSentiment::read(table, inner).map(Self::PreserveSentiment))
                    }
                    _ => None,
                }
            }

            fn write(&self) -> Result<Table, toml::ser::Error> {
                match self {
                    $(Self::$operator(operator) => Table::try_from(operator),)*
                    Self::PreserveSentiment(filter) => Table::try_from(filter),
                    Self::Own(own) => own.0.write(),
                }
            }
        }

        $(
            impl From<$operator> for Operator {
                fn from(operator: $operator) -> Self {
                    Self::$operator(operator)
                }
            }
        )*

        impl From<PreserveSentiment<Self>> for Operator {
            fn from(filter: PreserveSentiment<Self>) -> Self {
                Self::PreserveSentiment(filter)
            }
        }
    };
}

operators! {
    SynonymReplacement RandomInsertion RandomSwap RandomDeletion TfIdfReplacement EmbeddingReplacement
}

impl<T: Rewrite> steps::Own<Operator> for T {
    const NAME: &'static str = <T as Rewrite>::NAME;

    fn read(table: Table) -> Result<Operator, toml::de::Error> {
        table.try_into().map(|operator: T| Operator::own(operator))
    }
}
