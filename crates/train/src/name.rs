//! Names of players and of terms.

use std::borrow::Cow;

/// The name of a player or of a term: written in the program, or made while it runs.
///
/// What takes a name takes what can be made one: `"kl"`, or `format!("objective_{size}")`.
pub type Name = Cow<'static, str>;
