//! Which parameters have settings of their own.

use crate::OptimError;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Some of the parameters, by their paths.
///
/// ```
/// use latent_optim::Selection;
///
/// assert!(Selection::matching(|path| path.ends_with(".bias")).contains("encoder.0.bias"));
/// assert!(!Selection::paths(["scale"]).contains("encoder.0.bias"));
/// ```
#[derive(Clone)]
pub struct Selection(Kind);

#[derive(Clone)]
enum Kind {
    Matching(Arc<dyn Fn(&str) -> bool + Send + Sync>),
    Paths(BTreeSet<String>),
}

impl Selection {
    /// Those whose path this holds for; perhaps none.
    pub fn matching(predicate: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Kind::Matching(Arc::new(predicate)))
    }

    /// Those with these paths, all of which must exist.
    pub fn paths<S: Into<String>>(paths: impl IntoIterator<Item = S>) -> Self {
        Self(Kind::Paths(paths.into_iter().map(Into::into).collect()))
    }

    /// Whether the parameter of this path is among them.
    pub fn contains(&self, path: &str) -> bool {
        match &self.0 {
            Kind::Matching(predicate) => predicate(path),
            Kind::Paths(paths) => paths.contains(path),
        }
    }

    /// Whether all paths that it names exist.
    pub(crate) fn check(&self, group: usize, existing: &BTreeSet<&str>) -> Result<(), OptimError> {
        let Kind::Paths(paths) = &self.0 else { return Ok(()) };
        match paths.iter().find(|path| !existing.contains(path.as_str())) {
            Some(path) => Err(OptimError::Group { group, path: path.clone() }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Matching(_) => f.write_str("Selection::matching(..)"),
            Kind::Paths(paths) => f.debug_tuple("Selection::paths").field(paths).finish(),
        }
    }
}
