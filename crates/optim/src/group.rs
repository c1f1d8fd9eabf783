//! Which parameters have settings of their own.

use crate::OptimError;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A choice of parameters by their paths: by a condition, by name, or by a pattern.
///
/// ```
/// use latent_optim::Selection;
///
/// assert!(Selection::matching(|path| path.ends_with(".bias")).contains("encoder.0.bias"));
/// assert!(!Selection::paths(["scale"]).contains("encoder.0.bias"));
/// assert!(Selection::pattern("encoder.*.bias").contains("encoder.0.bias"));
/// ```
#[derive(Clone)]
pub struct Selection(Kind);

#[derive(Clone)]
enum Kind {
    Matching(Arc<dyn Fn(&str) -> bool + Send + Sync>),
    Paths(BTreeSet<String>),
    Pattern(String),
}

impl Selection {
    /// The parameters for whose path a condition holds; perhaps none.
    pub fn matching(predicate: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Kind::Matching(Arc::new(predicate)))
    }

    /// The parameters of these paths, all of which must exist.
    pub fn paths<S: Into<String>>(paths: impl IntoIterator<Item = S>) -> Self {
        Self(Kind::Paths(paths.into_iter().map(Into::into).collect()))
    }

    /// The parameters whose paths a pattern fits, at least one: `*` stands for any characters, dots too, `?` for one.
    pub fn pattern(pattern: impl Into<String>) -> Self {
        Self(Kind::Pattern(pattern.into()))
    }

    /// Whether the parameter of this path is among them.
    pub fn contains(&self, path: &str) -> bool {
        match &self.0 {
            Kind::Matching(predicate) => predicate(path),
            Kind::Paths(paths) => paths.contains(path),
            Kind::Pattern(pattern) => fits(pattern, path),
        }
    }

    /// Whether all paths that it names exist.
    pub(crate) fn check(&self, group: usize, existing: &BTreeSet<&str>) -> Result<(), OptimError> {
        match &self.0 {
            Kind::Matching(_) => Ok(()),
            Kind::Paths(paths) => match paths.iter().find(|path| !existing.contains(path.as_str())) {
                Some(path) => Err(OptimError::Group { group, path: path.clone() }),
                None => Ok(()),
            },
            Kind::Pattern(pattern) if existing.iter().any(|path| fits(pattern, path)) => Ok(()),
            Kind::Pattern(pattern) => Err(OptimError::Pattern {
                group,
                pattern: pattern.clone(),
                why: "no path of a parameter fits it",
                paths: existing.iter().map(|&path| path.to_owned()).collect(),
            }),
        }
    }
}

impl fmt::Debug for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Matching(_) => f.write_str("Selection::matching(..)"),
            Kind::Paths(paths) => f.debug_tuple("Selection::paths").field(paths).finish(),
            Kind::Pattern(pattern) => f.debug_tuple("Selection::pattern").field(pattern).finish(),
        }
    }
}

/// Whether a text is what a pattern of `*` and `?` stands for.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // The last `*`, and how much of the text it stands for so far.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, reached)) => {
                    *reached += 1;
                    (p, t) = (*at + 1, *reached);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::fits;
    use proptest::prelude::*;

    /// By its definition.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skipped| naive(rest, &text[skipped..])),
            Some((&c, rest)) => text.first().is_some_and(|&t| c == '?' || c == t) && naive(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_pattern_fits_what_it_says(pattern in "[ab*?.]{0,6}", text in "[ab.]{0,8}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(fits(&pattern, &text), naive(&characters(&pattern), &characters(&text)));
        }
    }
}
