//! State that is saved and goes on exactly.

use crate::OptimError;
use latent_numeric::Scalar;
use ndarray::{ArrayD, IxDyn};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The key of the metadata.
const KEY: &str = "latent-optim";

/// The state of an optimiser or of an average of weights, with which it can go on: named tensors and numbers.
///
/// As bytes it is a safetensors file, the numbers in its metadata, that depends on nothing but its content.
///
/// ```
/// use latent_optim::SavedState;
/// use ndarray::array;
///
/// let mut state = SavedState::<f32> { of: "adam".into(), steps: 3, ..SavedState::default() };
/// state.tensors.insert("weight.exp_avg".into(), array![0.1, f32::MIN_POSITIVE].into_dyn());
/// assert_eq!(SavedState::from_bytes(&state.to_bytes()).unwrap(), state);
/// assert!(SavedState::<f32>::from_bytes(b"something else").is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SavedState<E: Scalar = f32> {
    /// What it is the state of: `adam`, `weight_average`, ...
    pub of: String,
    /// The number of steps made.
    pub steps: u64,
    /// Numbers that belong to no element, by name.
    pub scalars: BTreeMap<String, f64>,
    /// Tensors by name: the path of a parameter, a dot, and what is kept for it.
    pub tensors: BTreeMap<String, ArrayD<E>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    of: String,
    steps: u64,
    /// As text, which holds every number exactly, also those that JSON does not have.
    scalars: BTreeMap<String, String>,
}

fn dtype<E: Scalar>() -> Dtype {
    if E::NAME == f32::NAME { Dtype::F32 } else { Dtype::F64 }
}

fn to_bytes<E: Scalar>(array: &ArrayD<E>) -> Vec<u8> {
    let values = array.iter().map(|value| value.as_f64());
    match dtype::<E>() {
        Dtype::F32 => values.flat_map(|value| (value as f32).to_le_bytes()).collect(),
        _ => values.flat_map(f64::to_le_bytes).collect(),
    }
}

fn from_bytes<E: Scalar>(bytes: &[u8]) -> Vec<E> {
    match dtype::<E>() {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|&bytes| E::of(f32::from_le_bytes(bytes).into())).collect(),
        _ => bytes.as_chunks().0.iter().map(|&bytes| E::of(f64::from_le_bytes(bytes))).collect(),
    }
}

impl<E: Scalar> SavedState<E> {
    /// The state as the bytes of a safetensors file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let scalars = self.scalars.iter().map(|(name, value)| (name.clone(), format!("{value:?}"))).collect();
        let header = Header { of: self.of.clone(), steps: self.steps, scalars };
        let header = serde_json::to_string(&header).expect("texts and whole numbers");
        let data: Vec<Vec<u8>> = self.tensors.values().map(to_bytes).collect();
        let views = self.tensors.iter().zip(&data).map(|((name, array), bytes)| {
            let view = TensorView::new(dtype::<E>(), array.shape().to_vec(), bytes);
            (name.as_str(), view.expect("as many bytes as the shape has"))
        });
        safetensors::serialize(views, Some(HashMap::from([(KEY.into(), header)]))).expect("tensors of one type")
    }

    /// From what [`to_bytes`](Self::to_bytes) made.
    ///
    /// # Errors
    /// If the bytes are no such file, or are one of another number type: what is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OptimError> {
        let format = |error: &dyn std::fmt::Display| OptimError::Format(error.to_string());
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| format(&error))?;
        let header = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let header = header.ok_or_else(|| format(&format_args!("its metadata has no {KEY:?}")))?;
        let header: Header = serde_json::from_str(header).map_err(|error| format(&error))?;
        let mut state = Self { of: header.of, steps: header.steps, ..Self::default() };
        for (name, text) in header.scalars {
            let value = text.parse().map_err(|_| format(&format_args!("{name} is {text:?}, not a number")))?;
            state.scalars.insert(name, value);
        }
        for (name, view) in SafeTensors::deserialize(bytes).map_err(|error| format(&error))?.tensors() {
            if view.dtype() != dtype::<E>() {
                return Err(format(&format_args!("{name} has numbers of type {}, not {}", view.dtype(), E::NAME)));
            }
            let array = ArrayD::from_shape_vec(IxDyn(view.shape()), from_bytes(view.data()));
            state.tensors.insert(name, array.map_err(|error| format(&error))?);
        }
        Ok(state)
    }

    /// Whether it is of this optimiser and has exactly these tensors and numbers.
    pub(crate) fn check(
        &self,
        of: &str,
        tensors: &[(String, Vec<usize>)],
        scalars: &[String],
    ) -> Result<(), OptimError> {
        let mut mismatches = Vec::new();
        if self.of != of {
            mismatches.push(format!("it is the state of {}, not of {of}", self.of));
        }
        for (name, shape) in tensors {
            match self.tensors.get(name) {
                None => mismatches.push(format!("{name} of shape {shape:?} is missing")),
                Some(array) if array.shape() != shape => {
                    mismatches.push(format!("{name} has the shape {:?}, expected {shape:?}", array.shape()));
                }
                Some(_) => {}
            }
        }
        let missing = scalars.iter().filter(|name| !self.scalars.contains_key(*name));
        mismatches.extend(missing.map(|name| format!("{name} is missing")));
        let extra = self.tensors.keys().filter(|name| !tensors.iter().any(|(expected, _)| expected == *name));
        mismatches.extend(extra.map(|name| format!("{name} belongs to no parameter")));
        let extra = self.scalars.keys().filter(|name| !scalars.contains(name));
        mismatches.extend(extra.map(|name| format!("{name} is of no use")));
        OptimError::if_any("the tensors of the saved state", mismatches)
    }
}
