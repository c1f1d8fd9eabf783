//! What a text operator is, and the list of all.

use super::operators::{
    EmbeddingReplacement, PreserveSentiment, RandomDeletion, RandomInsertion, RandomSwap, SynonymReplacement,
    TfIdfReplacement,
};
use super::{Resources, Step, TokenizedText};
use crate::error::{AugmentError, Fault, Place};
use crate::steps::{Configured, Name, Work, draw_all};
use latent_numeric::random::Stream;
use toml::Table;

/// What is common to all operators that change words.
pub(crate) trait Rewrite {
    /// The name in a configuration and in the names of random streams.
    const NAME: &'static str;

    /// Whether the parameters are in their domain.
    fn check(&self) -> Result<(), Fault>;

    /// Whether there is what the operator needs.
    fn check_resources(&self, _: &Resources) -> Result<(), Fault> {
        Ok(())
    }

    /// Changes a text that has words. The resources have been checked.
    fn apply(&self, text: &mut TokenizedText, resources: &Resources, stream: &mut Stream);
}

macro_rules! operators {
    ($($operator:ident)*) => {
        /// Any operator on texts.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Operator {
            $(
                #[doc = concat!("[`", stringify!($operator), "`]")]
                $operator($operator),
            )*
            /// [`PreserveSentiment`]
            PreserveSentiment(PreserveSentiment),
        }

        impl Operator {
            /// The names of all operators, as in a configuration.
            pub const NAMES: &'static [&'static str] = &[$($operator::NAME,)* PreserveSentiment::NAME];

            /// The name, as in a configuration.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$operator(_) => $operator::NAME,)*
                    Self::PreserveSentiment(_) => PreserveSentiment::NAME,
                }
            }

            fn check_resources(&self, resources: &Resources) -> Result<(), Fault> {
                match self {
                    $(Self::$operator(operator) => operator.check_resources(resources),)*
                    Self::PreserveSentiment(_) => resources.lexicon().map(drop),
                }
            }

            fn apply(&self, text: &mut TokenizedText, resources: &Resources, name: &mut Name, stream: &mut Stream) {
                match self {
                    $(Self::$operator(operator) => operator.apply(text, resources, stream),)*
                    Self::PreserveSentiment(filter) => filter.apply(text, resources, name),
                }
            }
        }

        impl Configured for Operator {
            const NAMES: &'static [&'static str] = Self::NAMES;
            const NESTING: &'static [&'static str] = &[PreserveSentiment::NAME];

            fn name(&self) -> &'static str {
                self.name()
            }

            fn check(&self) -> Result<(), Fault> {
                match self {
                    $(Self::$operator(operator) => operator.check(),)*
                    Self::PreserveSentiment(filter) => filter.check(),
                }
            }

            fn inner(&self) -> &[Step] {
                match self {
                    Self::PreserveSentiment(filter) => &filter.steps,
                    _ => &[],
                }
            }

            fn read(name: &str, table: Table, inner: Vec<Step>) -> Option<Result<Self, toml::de::Error>> {
                match name {
                    $($operator::NAME => Some(table.try_into().map(Self::$operator)),)*
                    PreserveSentiment::NAME => {
                        Some(PreserveSentiment::read(table, inner).map(Self::PreserveSentiment))
                    }
                    _ => None,
                }
            }

            fn write(&self) -> Result<Table, toml::ser::Error> {
                match self {
                    $(Self::$operator(operator) => Table::try_from(operator),)*
                    Self::PreserveSentiment(filter) => Table::try_from(filter),
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

        impl From<PreserveSentiment> for Operator {
            fn from(filter: PreserveSentiment) -> Self {
                Self::PreserveSentiment(filter)
            }
        }
    };
}

operators! {
    SynonymReplacement RandomInsertion RandomSwap RandomDeletion TfIdfReplacement EmbeddingReplacement
}

/// Whether there is what the steps need that may be applied.
pub(super) fn check_resources(
    steps: &[Step],
    resources: &Resources,
    path: &mut Vec<usize>,
) -> Result<(), AugmentError> {
    for (index, step) in steps.iter().enumerate().filter(|(_, step)| step.p > 0.0) {
        path.push(index);
        match &step.work {
            Work::Operator(operator) => {
                operator
                    .check_resources(resources)
                    .map_err(|fault| AugmentError::new(Place::operator(path, operator.name()), fault))?;
                check_resources(operator.inner(), resources, path)?;
            }
            Work::Compose(steps) | Work::OneOf { steps, .. } => check_resources(steps, resources, path)?,
        }
        path.pop();
    }
    Ok(())
}

/// Applies steps to a text that has words.
pub(super) fn run(steps: &[Step], name: &mut Name, text: &mut TokenizedText, resources: &Resources) {
    draw_all(steps, name, &mut |operator: &Operator, name, stream| operator.apply(text, resources, name, stream));
}
