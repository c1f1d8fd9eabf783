//! Parameters that a configuration treats in another way than the rest.

use crate::error::Check;
use crate::{OptimError, Selection, WeightDecay};
use serde::{Deserialize, Serialize};

/// Parameters, chosen by a pattern of their paths, that have another learning rate or weight decay than the rest, or
/// are not trained.
///
/// Of several groups whose patterns fit a path, the first has the parameter.
///
/// ```
/// use latent_optim::ParameterGroup;
///
/// let text = r#"{"parameters": "encoder.*", "learning_rate_factor": 0.1}"#;
/// let group: ParameterGroup = serde_json::from_str(text)?;
/// assert!(group.selection().contains("encoder.0.weight") && !group.frozen);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParameterGroup {
    /// Which: `*` stands for any characters of a path, dots too, `?` for one.
    pub parameters: String,
    /// What the learning rate is multiplied with; above 0.
    pub learning_rate_factor: f64,
    /// The weight decay in the place of that of all others, of the same kind; at least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<f64>,
    /// Whether they stay as they are.
    pub frozen: bool,
}

impl Default for ParameterGroup {
    fn default() -> Self {
        Self { parameters: String::new(), learning_rate_factor: 1.0, weight_decay: None, frozen: false }
    }
}

impl ParameterGroup {
    /// The parameters that its pattern fits.
    pub fn selection(&self) -> Selection {
        Selection::pattern(&self.parameters)
    }

    /// Whether the settings are in their domains.
    ///
    /// # Errors
    /// If not: which one, what it is, and the domain.
    pub fn check(&self) -> Result<(), OptimError> {
        if self.parameters.is_empty() {
            let expected = "a pattern of the paths of parameters, such as \"*.bias\"";
            return Err(OptimError::Setting { of: "group", name: "parameters", value: "empty".into(), expected });
        }
        Check("group")
            .positive("learning_rate_factor", self.learning_rate_factor)?
            .not_negative("weight_decay", self.weight_decay.unwrap_or(0.0))?;
        let alone = !self.frozen || (self.learning_rate_factor == 1.0 && self.weight_decay.is_none());
        if !alone {
            let expected = "false, or a group without learning_rate_factor and weight_decay";
            return Err(OptimError::Setting { of: "group", name: "frozen", value: "true".into(), expected });
        }
        Ok(())
    }

    /// The group of each of these parameters, if it is in one, by its place.
    ///
    /// ```
    /// use latent_optim::ParameterGroup;
    ///
    /// let of = |pattern: &str| ParameterGroup { parameters: pattern.into(), ..ParameterGroup::default() };
    /// let paths = ["0.weight", "0.bias", "2.weight"];
    /// assert_eq!(ParameterGroup::places(&[of("*.bias"), of("0.*")], &paths)?, [Some(1), Some(0), None]);
    /// let error = ParameterGroup::places(&[of("*.scale")], &paths).unwrap_err().to_string();
    /// let why = "parameter group 1, \"*.scale\": no path of a parameter fits it; the paths are";
    /// assert_eq!(error, format!("{why}\n  0.weight\n  0.bias\n  2.weight"));
    /// # Ok::<(), latent_optim::OptimError>(())
    /// ```
    ///
    /// # Errors
    /// If a group has no parameter: none fits its pattern, or groups before it have them all.
    pub fn places(groups: &[Self], paths: &[impl AsRef<str>]) -> Result<Vec<Option<usize>>, OptimError> {
        let selections: Vec<Selection> = groups.iter().map(Self::selection).collect();
        let of = |path: &str| selections.iter().position(|selection| selection.contains(path));
        let places: Vec<Option<usize>> = paths.iter().map(|path| of(path.as_ref())).collect();
        match (0..groups.len()).find(|group| !places.contains(&Some(*group))) {
            None => Ok(places),
            Some(group) => {
                let fits = paths.iter().any(|path| selections[group].contains(path.as_ref()));
                let why = if fits {
                    "groups before it have all whose paths fit it"
                } else {
                    "no path of a parameter fits it"
                };
                let (pattern, paths) = (groups[group].parameters.clone(), paths.iter());
                let paths = paths.map(|path| path.as_ref().to_owned()).collect();
                Err(OptimError::Pattern { group: group + 1, pattern, why, paths })
            }
        }
    }

    /// Its weight decay, where all others have this.
    pub(crate) fn decay(&self, others: WeightDecay) -> WeightDecay {
        match (self.weight_decay, others) {
            (None, others) => others,
            (Some(0.0), _) => WeightDecay::None,
            (Some(lambda), WeightDecay::Decoupled(_)) => WeightDecay::Decoupled(lambda),
            (Some(lambda), _) => WeightDecay::Coupled(lambda),
        }
    }
}
