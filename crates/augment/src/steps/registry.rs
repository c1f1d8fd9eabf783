//! Names of operators that are not of this crate.

use super::{COMPOSE, Configured, ONE_OF};
use crate::error::{AugmentError, Fault, Place};
use serde::Serialize;
use toml::Table;

type Read<O> = fn(Table) -> Result<O, toml::de::Error>;

/// An operator of your own among the operators `O`. It is public only as the bound of what is private.
pub trait Own<O> {
    /// The name in a configuration.
    const NAME: &'static str;

    /// The operator with the parameters of a table.
    ///
    /// # Errors
    /// If a parameter is missing, unknown or of another type.
    fn read(table: Table) -> Result<O, toml::de::Error>;
}

/// Operators of your own that a configuration may name, beside those of this crate: of
/// [images](crate::image::Operate) or of [texts](crate::text::Rewrite).
#[derive(Clone, Debug)]
pub struct Registry<O> {
    own: Vec<(&'static str, Read<O>)>,
}

impl<O> Default for Registry<O> {
    /// Nothing but the operators of this crate.
    fn default() -> Self {
        Self { own: Vec::new() }
    }
}

impl<O: Configured> Registry<O> {
    /// Nothing but the operators of this crate.
    pub fn new() -> Self {
        Self::default()
    }

    /// All names: those of this crate, of composites, and yours.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let own = self.own.iter().map(|(name, _)| *name);
        O::NAMES.iter().copied().chain([COMPOSE, ONE_OF]).chain(own)
    }

    /// Names an operator of your own, too.
    ///
    /// # Errors
    /// If another operator has its name.
    pub fn with<T: Own<O>>(mut self) -> Result<Self, AugmentError> {
        if self.names().any(|known| known == T::NAME) {
            return Err(AugmentError::new(Place::operator(&[], T::NAME), Fault::NameTaken));
        }
        self.own.push((T::NAME, T::read));
        Ok(self)
    }

    /// The operator of your own that has this name, with the parameters of a table.
    pub(super) fn read(&self, name: &str, table: Table) -> Option<Result<O, toml::de::Error>> {
        let (_, read) = self.own.iter().find(|(own, _)| *own == name)?;
        Some(read(table))
    }
}

/// The parameters of an operator as a table.
pub(crate) fn written(operator: &impl Serialize) -> Result<Table, toml::ser::Error> {
    Table::try_from(operator)
}

/// Whether two operators have the same name and parameters.
pub(crate) fn same<E>((a, first): (&str, Result<Table, E>), (b, second): (&str, Result<Table, E>)) -> bool {
    a == b && matches!((first, second), (Ok(first), Ok(second)) if first == second)
}
