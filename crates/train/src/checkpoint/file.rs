//! A checkpoint as bytes.

use super::{Checkpoint, Identity, PlayerState};
use crate::early_stopping::{EarlyStopping, Snapshot};
use latent_layers::SlotValue;
use latent_optim::SavedState;
use latent_tensor::Tensor;
use ndarray::{ArrayD, IxDyn};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

const KEY: &str = "latent-checkpoint";
/// Counts are integers since 2. In 1 they were single numbers as the others are, and a study kept one in its model, under
/// this name, of what the step says.
const FORMAT: u32 = 2;
const COUNT_OF_1: &str = "objective.steps";
/// What is behind the checksum is fuzzed without it; `cargo fuzz` sets this.
#[allow(unexpected_cfgs)]
const IS_FUZZED: bool = cfg!(fuzzing);

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    identity: Identity,
    step: u64,
    validated: Option<u64>,
    best: Option<f64>,
    early: Option<EarlyHeader>,
    /// Paths in the model's order, which the file does not keep.
    model: Vec<String>,
    players: Vec<PlayerHeader>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    observers: Vec<(String, serde_json::Value)>,
}

#[derive(Serialize, Deserialize)]
struct EarlyHeader {
    policy: EarlyStopping,
    has_best: bool,
}

#[derive(Serialize, Deserialize)]
struct PlayerHeader {
    name: String,
    optimizer: StateHeader,
    average: Option<StateHeader>,
    last_norm: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct StateHeader {
    of: String,
    steps: u64,
    scalars: BTreeMap<String, f64>,
}

impl StateHeader {
    fn of(state: &SavedState) -> Self {
        Self { of: state.of.clone(), steps: state.steps, scalars: state.scalars.clone() }
    }

    fn state(self, tensors: &mut BTreeMap<String, ArrayD<f32>>, prefix: &str) -> SavedState {
        SavedState { of: self.of, steps: self.steps, scalars: self.scalars, tensors: take(tensors, prefix) }
    }
}

/// Takes out all tensors under a prefix.
fn take(tensors: &mut BTreeMap<String, ArrayD<f32>>, prefix: &str) -> BTreeMap<String, ArrayD<f32>> {
    let names: Vec<String> = tensors.keys().filter(|name| name.starts_with(prefix)).cloned().collect();
    names.into_iter().filter_map(|name| Some((name[prefix.len()..].to_owned(), tensors.remove(&name)?))).collect()
}

impl Checkpoint {
    /// Encodes the checkpoint as the content of a file, the same bytes for the same checkpoint.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut tensors: BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)> = BTreeMap::new();
        let mut put = |name: String, value: &SlotValue| {
            let dtype = if let SlotValue::Count(_) = value { Dtype::I64 } else { Dtype::F32 };
            tensors.insert(name, (dtype, value.shape().to_vec(), value.to_le_bytes()));
        };
        let mut put_snapshot = |prefix: &str, snapshot: &Snapshot| {
            for (path, value) in snapshot.entries() {
                put(format!("{prefix}{path}"), value);
            }
        };
        put_snapshot("model.", &self.model);
        if let Some((_, Some(best))) = &self.early {
            put_snapshot("best.", best);
        }
        for (name, player) in &self.players {
            let average = player.average.as_ref().map(|average| ("average", average));
            for (kind, state) in [("optimizer", &player.optimizer)].into_iter().chain(average) {
                for (path, array) in &state.tensors {
                    put(format!("{kind}.{name}.{path}"), &SlotValue::Tensor(Tensor::constant(array.clone())));
                }
            }
        }
        let header = Header {
            format: FORMAT,
            identity: self.identity.clone(),
            step: self.step,
            validated: self.validated,
            best: self.best,
            early: self.early.as_ref().map(|(policy, best)| EarlyHeader { policy: *policy, has_best: best.is_some() }),
            model: self.model.entries().iter().map(|(path, _)| path.clone()).collect(),
            players: self
                .players
                .iter()
                .map(|(name, player)| PlayerHeader {
                    name: name.clone(),
                    optimizer: StateHeader::of(&player.optimizer),
                    average: player.average.as_ref().map(StateHeader::of),
                    last_norm: player.last_norm,
                })
                .collect(),
            observers: self.observers.clone(),
        };
        let header = serde_json::to_string(&header).expect("texts and finite numbers");
        let sum =
            checksum(&header, tensors.iter().map(|(name, (_, shape, bytes))| (name.as_str(), &shape[..], &bytes[..])));
        let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
            (name.as_str(), TensorView::new(*dtype, shape.clone(), bytes).expect("as many bytes as the shape has"))
        });
        // One entry, as the order of several is not kept.
        let metadata = HashMap::from([(KEY.to_owned(), format!("{sum} {header}"))]);
        safetensors::serialize(views, Some(metadata)).expect("names and lengths")
    }

    /// Decodes what [`to_bytes`](Self::to_bytes) encoded; the error says what is wrong with it.
    ///
    /// # Errors
    /// If anything was cut off or changed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
        let entry = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let entry = entry.and_then(|entry| entry.split_once(' '));
        let (sum, header) = entry.ok_or_else(|| format!("its metadata has no {KEY:?}"))?;
        let mut views = file.tensors();
        views.sort_by(|a, b| a.0.cmp(&b.0));
        let found = checksum(header, views.iter().map(|(name, view)| (name.as_str(), view.shape(), view.data())));
        if found != sum && !IS_FUZZED {
            return Err("its content does not match its checksum".to_owned());
        }
        let mut header: Header = serde_json::from_str(header).map_err(|error| error.to_string())?;
        match header.format {
            1 => header.model.retain(|path| path != COUNT_OF_1),
            FORMAT => {}
            other => return Err(format!("it has format {other}, this program reads 1 and {FORMAT}")),
        }
        let (mut tensors, mut counts) = (BTreeMap::new(), BTreeMap::new());
        for (name, view) in views {
            if let (Dtype::I64, Ok(bytes)) = (view.dtype(), view.data().try_into()) {
                let count = u64::try_from(i64::from_le_bytes(bytes));
                counts.insert(name, count.map_err(|_| "a count is negative".to_owned())?);
                continue;
            }
            if view.dtype() != Dtype::F32 {
                return Err(format!("{name} has numbers of type {}, not F32", view.dtype()));
            }
            let values = view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
            let array = ArrayD::from_shape_vec(IxDyn(view.shape()), values).map_err(|error| error.to_string())?;
            tensors.insert(name, array);
        }
        let snapshot = |prefix: &str, tensors: &mut BTreeMap<String, ArrayD<f32>>| {
            let mut found = take(tensors, prefix);
            let entry = |path: &String| {
                if let Some(&count) = counts.get(&format!("{prefix}{path}")) {
                    return Ok((path.clone(), SlotValue::Count(count)));
                }
                let array = found.remove(path).ok_or_else(|| format!("{prefix}{path} is missing"))?;
                Ok((path.clone(), SlotValue::Tensor(Tensor::constant(array))))
            };
            Ok::<_, String>(Snapshot::new(header.model.iter().map(entry).collect::<Result<_, String>>()?))
        };
        let model = snapshot("model.", &mut tensors)?;
        let early = match header.early {
            None => None,
            Some(EarlyHeader { policy, has_best }) => {
                Some((policy, if has_best { Some(snapshot("best.", &mut tensors)?) } else { None }))
            }
        };
        let players = header.players.into_iter().map(|player| {
            let name = player.name;
            let state = PlayerState {
                optimizer: player.optimizer.state(&mut tensors, &format!("optimizer.{name}.")),
                average: player.average.map(|average| average.state(&mut tensors, &format!("average.{name}."))),
                last_norm: player.last_norm,
            };
            (name, state)
        });
        let players = players.collect();
        let Header { identity, step, validated, best, observers, .. } = header;
        Ok(Self { identity, step, validated, model, players, early, best, observers })
    }
}

fn checksum<'a>(header: &str, tensors: impl Iterator<Item = (&'a str, &'a [usize], &'a [u8])>) -> String {
    let mut digest = Sha256::new();
    digest.update(header);
    for (name, shape, bytes) in tensors {
        digest.update(name);
        digest.update(format!("{shape:?}"));
        digest.update(bytes);
    }
    digest.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ndarray::Array1;
    use proptest::prelude::*;
    use serde_json::json;

    pub fn example(step: u64) -> Checkpoint {
        let tensor = |k: f32| Tensor::constant(Array1::from_shape_fn(5, |i| k + i as f32 / 3.0));
        let state = |of: &str| SavedState {
            of: of.into(),
            steps: step,
            scalars: [("scale".to_owned(), 0.1 + step as f64 / 3.0)].into(),
            tensors: [("z.weight.exp_avg".to_owned(), tensor(0.5).to_array())].into(),
        };
        let player =
            PlayerState { optimizer: state("adam"), average: Some(state("weight_average")), last_norm: Some(0.3) };
        let model = Snapshot::new(vec![
            ("z.weight".into(), SlotValue::Tensor(tensor(step as f32))),
            ("a".into(), SlotValue::Tensor(tensor(-1.0))),
            ("batches".into(), SlotValue::Count((1 << 24) + 1)),
        ]);
        Checkpoint {
            identity: Identity { config: "seed = 1\n".into(), data: "planted".into() },
            step,
            validated: Some(step / 2),
            model: model.clone(),
            players: vec![("model".into(), player)],
            early: Some((EarlyStopping::new(crate::early_stopping::Mode::Min), Some(model))),
            best: Some(1.0 / 3.0),
            observers: vec![("plateau".into(), json!({ "best": 0.1, "since": step }))],
        }
    }

    #[test]
    fn it_comes_back_whole() {
        let checkpoint = example(7);
        let bytes = checkpoint.to_bytes();
        assert_eq!(bytes, checkpoint.to_bytes());
        let back = Checkpoint::from_bytes(&bytes).unwrap();
        assert_eq!(back.to_bytes(), bytes);
        assert_eq!(back.players, checkpoint.players);
        assert_eq!((back.step, back.validated), (7, Some(3)));
        assert_eq!((back.best, &back.identity), (checkpoint.best, &checkpoint.identity));
        assert_eq!(back.observers, checkpoint.observers);
        assert_eq!(back.model.entries()[0].0, "z.weight");
        assert!(matches!(back.model.entries()[2].1, SlotValue::Count(16_777_217)));
    }

    /// Counts were numbers as all others, and autoencoders had one beside their weights.
    #[test]
    fn files_of_the_first_format_are_read() {
        let bytes = example(7).to_bytes();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
        let entry = &metadata.metadata().as_ref().unwrap()[KEY];
        let header = entry.split_once(' ').unwrap().1;
        let header =
            header.replace("\"format\":2", "\"format\":1").replace("\"model\":[", "\"model\":[\"objective.steps\",");
        let number = 12_f32.to_le_bytes();
        let mut tensors: BTreeMap<String, (Vec<usize>, Vec<u8>)> = file
            .tensors()
            .into_iter()
            .map(|(name, view)| {
                let data = if view.dtype() == Dtype::I64 { number.to_vec() } else { view.data().to_vec() };
                (name, (view.shape().to_vec(), data))
            })
            .collect();
        for prefix in ["model", "best"] {
            tensors.insert(format!("{prefix}.objective.steps"), (vec![], number.to_vec()));
        }
        let sum = checksum(&header, tensors.iter().map(|(name, (shape, data))| (&name[..], &shape[..], &data[..])));
        let views = tensors
            .iter()
            .map(|(name, (shape, data))| (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), data).unwrap()));
        let metadata = HashMap::from([(KEY.to_owned(), format!("{sum} {header}"))]);
        let old = safetensors::serialize(views, Some(metadata)).unwrap();
        let back = Checkpoint::from_bytes(&old).unwrap();
        let names: Vec<&str> = back.model.entries().iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["z.weight", "a", "batches"]);
        let count = latent_layers::Count::new(0);
        latent_layers::Slot::Count(&count).set(&back.model.entries()[2].1).unwrap();
        assert_eq!((count.value(), back.step), (12, 7));
    }

    proptest! {
        #[test]
        fn a_changed_or_shortened_file_is_refused(place: prop::sample::Index, bit in 0_u32..8, cut: prop::sample::Index) {
            let bytes = example(3).to_bytes();
            let mut changed = bytes.clone();
            changed[place.index(bytes.len())] ^= 1 << bit;
            // A name may be written in more than one way; what is read is then the same.
            let same = Checkpoint::from_bytes(&changed).is_ok_and(|read| read.to_bytes() == bytes);
            prop_assert!(same || Checkpoint::from_bytes(&changed).is_err());
            prop_assert!(Checkpoint::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
        }
    }
}
