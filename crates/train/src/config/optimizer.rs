//! An optimiser in a configuration.

use super::problem::one_of;
use super::{Check, Problem, Problems, Schedule};
use crate::Player;
use latent_layers::Module;
use latent_optim::{AverageSettings, Clip, OptimError, OptimizerSettings, ParameterGroup};
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::fmt;

/// How a player is trained: an optimiser, what happens to gradients before a step and to weights after it, and
/// parameters that are treated in another way than the rest.
///
/// ```toml
/// [optimizer]
/// kind = "adam"
/// learning_rate = 1e-3
/// betas = [0.9, 0.999]
/// clip_norm = 1.0
///
/// [optimizer.schedule]
/// kind = "cosine"
/// warm_up = 500
///
/// [optimizer.average]
/// decay = 0.999
///
/// [[optimizer.groups]]
/// parameters = "encoder.*"
/// learning_rate_factor = 0.1
///
/// [[optimizer.groups]]
/// parameters = "*.bias"
/// weight_decay = 0.0
/// ```
///
/// | kind | options beside `learning_rate` and `weight_decay` |
/// |---|---|
/// | `sgd` | `momentum` (0), `dampening` (0), `nesterov` (false) |
/// | `rms_prop` | `epsilon` (1e-8), `momentum` (0), `alpha` (0.99), `centered` (false) |
/// | `adam`, `adam_w` | `betas` ([0.9, 0.999]), `epsilon` (1e-8), `amsgrad` (false) |
/// | `adagrad` | `epsilon` (1e-10), `learning_rate_decay` (0), `initial_accumulator` (0) |
/// | `lbfgs`, without a weight decay | `iterations` (20), `evaluations` (5/4 of these), `gradient_tolerance` (1e-7), `change_tolerance` (1e-9), `history` (100), `line_search` (`strong_wolfe`, or `none`) |
///
/// The learning rate is 1e-3 by default, of `lbfgs` 1. `weight_decay` is that of the optimiser's original: coupled
/// through the gradient, and decoupled for `adam_w`; `weight_decay = { decoupled = 0.01 }` asks for the other kind. The
/// configuration that a run saves has the values of all options of its kind.
///
/// A [group](ParameterGroup) has the parameters whose paths its pattern fits and no group before it has; one with
/// `frozen = true` keeps them as they are.
///
/// L-BFGS is for losses that are the same function in every step: a step is made from all batches of an epoch
/// (`training.accumulate`), with the same random draws in all its evaluations; it follows no schedule, and is not for
/// players that take turns.
///
/// ```
/// use latent_optim::{OptimizerSettings, Sgd};
/// use latent_train::config::{self, Optimizer};
///
/// let optimizer: Optimizer = config::read("kind = 'sgd'\nlearning_rate = 0.1\nmomentum = 0.9", &[])?;
/// let sgd = Sgd { learning_rate: 0.1, momentum: 0.9, ..Sgd::default() };
/// assert_eq!(optimizer, Optimizer::new(sgd));
/// let error = config::read::<Optimizer>("momentum = 0.9", &[]).unwrap_err().to_string();
/// assert!(error.contains("momentum: adam has none; its options are betas, epsilon, amsgrad"));
/// # Ok::<(), config::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    /// Which optimiser, with its settings.
    pub algorithm: OptimizerSettings,
    /// What keeps gradients small: `clip_norm`, the largest norm of all together, or `clip_value`, the largest size of
    /// an element; above 0.
    pub clip: Clip,
    /// The course of the learning rate.
    pub schedule: Schedule,
    /// The average of the weights.
    pub average: Option<AverageSettings>,
    /// Parameters that are treated in another way than the rest.
    pub groups: Vec<ParameterGroup>,
    /// Keys that were read and have no place in these settings.
    misplaced: Vec<Problem>,
}

impl Default for Optimizer {
    /// Adam with its published settings.
    fn default() -> Self {
        Self::new(latent_optim::Adam::default())
    }
}

impl Optimizer {
    /// With these settings for all parameters, without clipping, schedule or average.
    pub fn new(algorithm: impl Into<OptimizerSettings>) -> Self {
        Self {
            algorithm: algorithm.into(),
            clip: Clip::None,
            schedule: Schedule::default(),
            average: None,
            groups: Vec::new(),
            misplaced: Vec::new(),
        }
    }

    /// With gradients that are kept small.
    #[must_use]
    pub fn clip(self, clip: Clip) -> Self {
        Self { clip, ..self }
    }

    /// With a learning rate that changes.
    #[must_use]
    pub fn schedule(self, schedule: Schedule) -> Self {
        Self { schedule, ..self }
    }

    /// With an average of the weights, which is what is evaluated.
    #[must_use]
    pub fn average(self, average: AverageSettings) -> Self {
        Self { average: Some(average), ..self }
    }

    /// With one more group of parameters that are treated in another way.
    #[must_use]
    pub fn group(mut self, group: ParameterGroup) -> Self {
        self.groups.push(group);
        self
    }

    /// A player of these settings that makes so many steps in all, to train this module.
    ///
    /// # Errors
    /// If a setting is outside its domain, which [`Check`] would have told; if a group has no parameter of the module.
    pub fn player(&self, steps: u64, module: &dyn Module) -> Result<Player, OptimError> {
        let paths: Vec<String> = module.parameters().into_iter().map(|(path, _)| path).collect();
        let places = ParameterGroup::places(&self.groups, &paths)?;
        let optimizer = self.algorithm.clone().grouped(self.schedule.over(steps), &self.groups)?;
        let is_frozen = |place: &Option<usize>| place.is_some_and(|group| self.groups[group].frozen);
        let frozen =
            paths.into_iter().zip(&places).filter(|(_, place)| is_frozen(place)).map(|(path, _)| path).collect();
        let player = Player::new(optimizer).clip(self.clip).freeze(frozen).described(self.described(&places));
        match self.average {
            Some(average) => player.average(average, module),
            None => Ok(player),
        }
    }

    /// In words, with the number of parameters of each group, whose groups these are.
    fn described(&self, places: &[Option<usize>]) -> String {
        let of_group = |(i, group): (usize, &ParameterGroup)| {
            let count = places.iter().filter(|place| **place == Some(i)).count();
            let ParameterGroup { parameters, learning_rate_factor, weight_decay, frozen } = group;
            let plural = if count == 1 { "" } else { "s" };
            let decay = weight_decay.map(|decay| format!("weight decay {decay}"));
            let factor = (*learning_rate_factor != 1.0).then(|| format!("learning rate times {learning_rate_factor}"));
            let told: Vec<String> =
                frozen.then(|| "frozen".to_owned()).into_iter().chain(factor).chain(decay).collect();
            let told = if told.is_empty() { "as the rest".to_owned() } else { told.join(", ") };
            format!("; {parameters} ({count} parameter{plural}): {told}")
        };
        let groups: String = self.groups.iter().enumerate().map(of_group).collect();
        self.to_string() + &groups
    }
}

/// The optimiser in words, in a line.
impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, options) = flat(&self.algorithm);
        f.write_str(&kind)?;
        for (name, value) in
            options.iter().filter(|(name, value)| *name != "weight_decay" || value.as_f64() != Some(0.0))
        {
            write!(f, ", {} {}", name.replace('_', " "), value.to_string().replace('"', ""))?;
        }
        let Schedule { kind, warm_up, .. } = &self.schedule;
        if *kind != Default::default() {
            write!(f, ", {} schedule", word(kind).replace('_', " "))?;
        }
        if *warm_up > 0 {
            write!(f, ", {warm_up} steps of warm-up")?;
        }
        match self.clip {
            Clip::None => {}
            Clip::Value(bound) => write!(f, ", gradients clipped to elements of size {bound}")?,
            Clip::GlobalNorm(norm) => write!(f, ", gradients clipped to norm {norm}")?,
        }
        match self.average {
            None => Ok(()),
            Some(average) => write!(f, ", weights averaged with decay {}", average.decay),
        }
    }
}

/// The name and the options of an optimiser.
fn flat(algorithm: &OptimizerSettings) -> (String, Map<String, Value>) {
    let Ok(Value::Object(named)) = serde_json::to_value(algorithm) else { return Default::default() };
    match named.into_iter().next() {
        Some((kind, Value::Object(options))) => (kind, options),
        _ => Default::default(),
    }
}

/// The optimiser of this name with these options.
fn nested(kind: &str, options: &Map<String, Value>) -> Result<OptimizerSettings, serde_json::Error> {
    serde_json::from_value(Value::Object(Map::from_iter([(kind.to_owned(), Value::Object(options.clone()))])))
}

/// The word that stands for a value in a configuration.
pub(super) fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Names and options of all optimisers as they are by default.
fn defaults() -> Vec<(String, Map<String, Value>)> {
    let first_order = |(kind, mut options): (String, Map<String, Value>)| {
        if kind != "lbfgs" {
            // One for all of them.
            options.insert("learning_rate".into(), 1e-3.into());
        }
        (kind, options)
    };
    OptimizerSettings::all().iter().map(flat).map(first_order).collect()
}

/// Options that have no value by default.
const UNSET: [(&str, &str); 1] = [("lbfgs", "evaluations")];

/// Whether an optimiser has an option of this name.
fn has(kind: &str, options: &Map<String, Value>, name: &str) -> bool {
    options.contains_key(name) || UNSET.contains(&(kind, name))
}

impl Serialize for Optimizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, options) = flat(&self.algorithm);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", &kind)?;
        for (name, value) in &options {
            map.serialize_entry(name, value)?;
        }
        match self.clip {
            Clip::None => {}
            Clip::GlobalNorm(norm) => map.serialize_entry("clip_norm", &norm)?,
            Clip::Value(bound) => map.serialize_entry("clip_value", &bound)?,
        }
        map.serialize_entry("schedule", &self.schedule)?;
        if let Some(average) = &self.average {
            map.serialize_entry("average", average)?;
        }
        if !self.groups.is_empty() {
            map.serialize_entry("groups", &self.groups)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Optimizer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Keys)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Optimizer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of an optimiser")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Optimizer, M::Error> {
        let defaults = defaults();
        let mut optimizer = Optimizer::default();
        let (mut kind, mut given) = ("adam".to_owned(), Vec::new());
        let (mut clip_norm, mut clip_value) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "kind" => kind = map.next_value_seed(KindOf(&defaults))?,
                "clip_norm" => clip_norm = Some(map.next_value()?),
                "clip_value" => clip_value = Some(map.next_value()?),
                "schedule" => optimizer.schedule = map.next_value()?,
                "average" => optimizer.average = Some(map.next_value()?),
                "groups" => optimizer.groups = map.next_value()?,
                name => match defaults.iter().find(|(kind, options)| has(kind, options, name)) {
                    Some(of) => {
                        let value = map.next_value_seed(OptionOf { of, name })?;
                        given.push((key, value));
                    }
                    None => drop(map.next_value::<IgnoredAny>()?),
                },
            }
        }
        optimizer.clip = match (clip_norm, clip_value) {
            (Some(norm), _) => Clip::GlobalNorm(norm),
            (None, Some(bound)) => Clip::Value(bound),
            (None, None) => Clip::None,
        };
        let mut misplaced = |key: &str, message| optimizer.misplaced.push(Problem { key: key.to_owned(), message });
        if clip_norm.is_some() && clip_value.is_some() {
            misplaced("clip_value", one_of("clip_norm"));
        }
        let (_, of_kind) = defaults.iter().find(|(name, _)| *name == kind).expect("it is one of them");
        let mut options = of_kind.clone();
        for (name, value) in given {
            if !has(&kind, of_kind, &name) {
                let known = of_kind.keys().filter(|name| !["learning_rate", "weight_decay"].contains(&name.as_str()));
                let known: Vec<&str> = known.map(String::as_str).collect();
                misplaced(&name, format!("{kind} has none; its options are {}", known.join(", ")));
                continue;
            }
            let before = options.insert(name.clone(), value);
            if let Err(error) = nested(&kind, &options) {
                // Of the right type for another kind.
                misplaced(&name, error.to_string());
                before.and_then(|before| options.insert(name, before));
            }
        }
        optimizer.algorithm = nested(&kind, &options).map_err(M::Error::custom)?;
        Ok(optimizer)
    }
}

/// The name of one of these optimisers.
struct KindOf<'k>(&'k [(String, Map<String, Value>)]);

impl<'de> DeserializeSeed<'de> for KindOf<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let kind = String::deserialize(deserializer)?;
        if self.0.iter().any(|(known, _)| *known == kind) {
            return Ok(kind);
        }
        let known: Vec<String> = self.0.iter().map(|(known, _)| format!("`{known}`")).collect();
        Err(D::Error::custom(format!("unknown variant `{kind}`, expected one of {}", known.join(", "))))
    }
}

/// A value for an option of an optimiser that has it.
struct OptionOf<'o> {
    of: &'o (String, Map<String, Value>),
    name: &'o str,
}

impl<'de> DeserializeSeed<'de> for OptionOf<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let value = Value::deserialize(deserializer)?;
        // What JSON has no number for.
        if value.is_null() {
            return Err(D::Error::custom("must be a finite number"));
        }
        let (kind, mut options) = self.of.clone();
        options.insert(self.name.to_owned(), value.clone());
        nested(&kind, &options).map_err(D::Error::custom)?;
        Ok(value)
    }
}

impl Check for Optimizer {
    fn check(&self, problems: &mut Problems) {
        for Problem { key, message } in &self.misplaced {
            problems.require(false, key, message.clone());
        }
        self.check_options(problems);
        let clip = [
            ("clip_norm", matches!(self.clip, Clip::GlobalNorm(_))),
            ("clip_value", matches!(self.clip, Clip::Value(_))),
        ];
        if let Clip::GlobalNorm(bound) | Clip::Value(bound) = self.clip {
            let key = if clip[0].1 { "clip_norm" } else { "clip_value" };
            problems.require(bound.is_finite() && bound > 0.0, key, format!("must be above 0, got {bound}"));
        }
        problems.alternatives(clip);
        problems.table("schedule", &self.schedule);
        if let Some(average) = &self.average {
            problems.table("average", average);
        }
        let is_lbfgs = matches!(self.algorithm, OptimizerSettings::Lbfgs(_));
        for (i, group) in self.groups.iter().enumerate() {
            if let Err(error) = group.check() {
                told(&error, &format!("groups[{i}]."), problems);
            }
            let fits = !is_lbfgs || group.frozen;
            problems.require(
                fits,
                &format!("groups[{i}]"),
                "lbfgs treats all that it trains alike: only frozen = true",
            );
        }
        if is_lbfgs {
            let constant = self.schedule.kind == Default::default() && self.schedule.warm_up == 0;
            problems.require(
                constant,
                "schedule",
                "lbfgs finds the length of its steps itself and follows no schedule",
            );
        }
    }
}

impl Optimizer {
    /// Each option by itself, so that all that are outside their domains are told; then all together.
    fn check_options(&self, problems: &mut Problems) {
        let (kind, options) = flat(&self.algorithm);
        let Some((_, by_default)) = defaults().into_iter().find(|(name, _)| *name == kind) else { return };
        let mut any = false;
        for (name, value) in &options {
            let mut alone = by_default.clone();
            alone.insert(name.clone(), value.clone());
            let checked = nested(&kind, &alone).map(|alone| alone.check());
            if let Ok(Err(OptimError::Setting { name: key, value, expected, .. })) = checked
                && key.split('[').next() == Some(name)
            {
                problems.require(false, name, format!("must be {expected}, got {value}"));
                any = true;
            }
        }
        if !any && let Err(error) = self.algorithm.check() {
            told(&error, "", problems);
        }
    }
}

/// Notes what is wrong with a setting, under its key.
fn told(error: &OptimError, table: &str, problems: &mut Problems) {
    match error {
        OptimError::Setting { name, value, expected, .. } => {
            let name = name.split('[').next().unwrap_or(name);
            problems.require(false, &format!("{table}{name}"), format!("must be {expected}, got {value}"));
        }
        other => problems.require(false, table.trim_end_matches('.'), other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ConfigError, Decay, read};
    use super::*;
    use latent_optim::{Adam, AdamW, Lbfgs, LineSearch, Sgd, WeightDecay};
    use proptest::prelude::*;

    #[test]
    fn what_is_saved_has_every_option_and_reads_back_the_same() {
        for (kind, options) in defaults() {
            let decay = if kind == "lbfgs" { "" } else { "weight_decay = 0.02" };
            let optimizer: Optimizer = read(&format!("kind = '{kind}'\n{decay}"), &[]).unwrap();
            let text = toml::to_string(&optimizer).unwrap();
            assert!(options.keys().all(|option| text.contains(&format!("{option} = "))), "{text}");
            assert_eq!(read::<Optimizer>(&text, &[]).unwrap(), optimizer);
            assert!(optimizer.algorithm.optimizer::<f32>(optimizer.schedule.over(10)).is_ok());
        }
    }

    /// The names of run folders depend on it.
    #[test]
    fn the_order_of_what_is_saved_stays() {
        let text = |kind: &str| toml::to_string(&read::<Optimizer>(&format!("kind = '{kind}'"), &[]).unwrap()).unwrap();
        let schedule = "\n[schedule]\nkind = \"constant\"\nwarm_up = 0\n";
        let of_adam = "betas = [0.9, 0.999]\nepsilon = 0.00000001\namsgrad = false\n";
        let all = [
            ("sgd", "weight_decay = 0.0\nmomentum = 0.0\ndampening = 0.0\nnesterov = false\n"),
            ("rms_prop", "weight_decay = 0.0\nepsilon = 0.00000001\nmomentum = 0.0\nalpha = 0.99\ncentered = false\n"),
            ("adam", &format!("weight_decay = 0.0\n{of_adam}")),
            ("adam_w", &format!("weight_decay = 0.01\n{of_adam}")),
            (
                "adagrad",
                "weight_decay = 0.0\nepsilon = 0.0000000001\nlearning_rate_decay = 0.0\ninitial_accumulator = 0.0\n",
            ),
        ];
        for (kind, options) in all {
            assert_eq!(text(kind), format!("kind = \"{kind}\"\nlearning_rate = 0.001\n{options}{schedule}"));
        }
    }

    #[test]
    fn everything_at_once_reads_back_the_same() {
        let group = ParameterGroup { parameters: "*.bias".into(), weight_decay: Some(0.0), ..Default::default() };
        let decoupled = Sgd { weight_decay: WeightDecay::Decoupled(0.1), ..Sgd::default() };
        let line = Lbfgs { evaluations: Some(30), line_search: LineSearch::None, ..Lbfgs::default() };
        for optimizer in [Optimizer::new(decoupled), Optimizer::new(line), Optimizer::new(AdamW::default())] {
            let optimizer = optimizer.clip(Clip::Value(0.5)).average(AverageSettings::default());
            let frozen = ParameterGroup { parameters: "a?".into(), frozen: true, ..Default::default() };
            let optimizer = match optimizer.algorithm {
                OptimizerSettings::Lbfgs(_) => optimizer,
                _ => optimizer.schedule(Schedule { kind: Decay::Cosine, ..Default::default() }).group(group.clone()),
            };
            let optimizer = optimizer.group(frozen);
            let text = toml::to_string(&optimizer).unwrap();
            assert_eq!(read::<Optimizer>(&text, &[]).unwrap_or_else(|error| panic!("{text}\n{error}")), optimizer);
        }
    }

    #[test]
    fn defaults_are_those_of_the_optimisers() {
        let of = |kind| read::<Optimizer>(&format!("kind = '{kind}'"), &[]).unwrap().algorithm;
        assert_eq!(of("adam"), Adam::default().into());
        assert_eq!(of("adam_w"), AdamW::default().into());
        assert_eq!(of("sgd"), Sgd { learning_rate: 1e-3, ..Sgd::default() }.into());
        assert_eq!(of("lbfgs"), Lbfgs::default().into());
    }

    fn keys(text: &str) -> Vec<String> {
        let Err(ConfigError::Problems(problems)) = read::<Optimizer>(text, &[]) else { panic!("{text}") };
        problems.into_iter().map(|problem| problem.key).collect()
    }

    #[test]
    fn all_mistakes_are_told_with_their_keys() {
        let text = "kind = 'rms_prop'\nlearning_rate = 0\nalpha = 1\nbetas = [0.9, 0.99]\nclip_norm = -1\n\
                    clip_value = 1\n[schedule]\nkind = 'cosine'\nevery = 3\nend = 2\n[average]\ndecay = 1\n\
                    [[groups]]\nfrozen = true\n[[groups]]\nparameters = 'a'\nlearning_rate_factor = 0\n";
        let want = [
            "clip_value",
            "betas",
            "learning_rate",
            "alpha",
            "clip_norm",
            "schedule.every",
            "schedule.end",
            "average.decay",
            "groups[0].parameters",
            "groups[1].learning_rate_factor",
        ];
        assert_eq!(keys(text), want);
        assert_eq!(keys("kind = 'adams'\nlearning_rate = 'fast'\nepsilons = 1"), ["kind", "learning_rate", "epsilons"]);
        assert_eq!(keys("kind = 'sgd'\nnesterov = true"), ["momentum"]);
        assert_eq!(keys("kind = 'adam_w'\nweight_decay = { decoupled = 1 }"), ["weight_decay"]);
        assert_eq!(keys("betas = [0.9]"), ["betas"]);
        assert_eq!(keys("learning_rate = inf"), ["learning_rate"]);
    }

    #[test]
    fn what_does_not_fit_lbfgs_is_told() {
        let lbfgs = "kind = 'lbfgs'\nweight_decay = 0.1\n[schedule]\nwarm_up = 3\n[[groups]]\nparameters = 'a'\n";
        assert_eq!(keys(lbfgs), ["weight_decay", "groups[0]", "schedule"]);
    }

    proptest! {
        #[test]
        fn numbers_are_kept_to_the_bit(learning_rate in 1e-9_f64..1e3, epsilon in 0.0_f64..1.0) {
            let adam = Adam { learning_rate, epsilon, ..Adam::default() };
            let read: Optimizer = read(&toml::to_string(&Optimizer::new(adam.clone())).unwrap(), &[]).unwrap();
            prop_assert_eq!(read.algorithm, adam.into());
        }
    }
}
