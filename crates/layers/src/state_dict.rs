//! Parameters and state as safetensors.

use crate::{Entry, Module, Slot, SlotValue, Visitor};
use half::{bf16, f16};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::ArrayD;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::Builder;
use thiserror::Error;

/// Parameters and state that could not be saved or loaded; nothing of the module has changed.
#[derive(Debug, Error)]
pub enum StateDictError {
    /// The system refused a file.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The bytes are not those of a safetensors file.
    #[error("{}: {source}", of(path.as_ref(), "not in the safetensors format"))]
    Format {
        /// The file, if it is one.
        path: Option<PathBuf>,
        /// What is wrong.
        source: SafeTensorError,
    },
    /// Other tensors than the module has: all of them, sorted by name.
    #[error("{}:{}", of(path.as_ref(), "the tensors are not those of the module"), lines(faults))]
    Mismatch {
        /// The file, if it is one.
        path: Option<PathBuf>,
        /// All mismatches between file and model, one or more.
        faults: Vec<Fault>,
    },
}

/// A tensor that does not fit a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The path of the parameter or state.
    pub name: String,
    /// What the module has, `F32 [2, 3]`; nothing if it has none of that name.
    pub expected: Option<String>,
    /// What was found in the same form; nothing if there is none of that name.
    pub found: Option<String>,
}

/// Which differences between the tensors of a file and those of a module are no error; by default none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Whether parameters and states that the file does not have stay as they are.
    pub allow_missing: bool,
    /// Whether tensors of the file that the module does not have are passed over.
    pub allow_unexpected: bool,
}

/// The tensors that only the file or only the module has, where that was allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// In the module but not in the file.
    pub missing: Vec<String>,
    /// In the file but not in the module.
    pub unexpected: Vec<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, expected, found } = self;
        match (expected, found) {
            (Some(expected), Some(found)) => write!(f, "{name}: expected {expected}, found {found}"),
            (Some(expected), None) => write!(f, "{name}: expected {expected}, found nothing"),
            (None, Some(found)) => write!(f, "{name}: expected nothing, found {found}"),
            (None, None) => write!(f, "{name}"),
        }
    }
}

fn of(path: Option<&PathBuf>, problem: &str) -> String {
    path.map_or_else(|| problem.into(), |path| format!("{}: {problem}", path.display()))
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().flat_map(|fault| ["\n  ".to_owned(), fault.to_string()]).collect()
}

/// All parameters and state of a module as a safetensors file: names, shapes and layouts are those of PyTorch's
/// `state_dict` of the same architecture.
///
/// Numbers are stored as they are, `F32` or `F64`; counts, such as `num_batches_tracked`, as `I64`.
///
/// ```
/// use latent_layers::{Linear, load_bytes, to_bytes};
/// use latent_numeric::random::Stream;
///
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let (a, b) = (Linear::<f32>::new(3, 2, &mut stream), Linear::<f32>::new(3, 2, &mut stream));
/// load_bytes(&b, &to_bytes(&a), Default::default()).unwrap();
/// assert_eq!(a.weight.original.tensor().array(), b.weight.original.tensor().array());
/// ```
pub fn to_bytes<E: Scalar, M: Module<E> + ?Sized>(module: &M) -> Vec<u8> {
    let stored: Vec<(String, Vec<usize>, Dtype, Vec<u8>)> = Visitor::entries(module)
        .into_iter()
        .map(|entry| {
            let value = entry.slot.value();
            let dtype = dtype(&entry);
            (entry.path, value.shape().to_vec(), dtype, value.to_le_bytes())
        })
        .collect();
    let views = stored.iter().map(|(name, shape, dtype, bytes)| {
        let view = TensorView::new(*dtype, shape.clone(), bytes);
        (name.as_str(), view.expect("as many bytes as the shape has elements"))
    });
    // Some loaders ask which framework's layouts the tensors have.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(views, Some(metadata)).expect("the header of a model is below the format's 100 MB")
}

/// Writes [`to_bytes`] to a file, which appears whole or not at all: under a temporary name first.
///
/// # Errors
/// If the system refuses; then a file of that name is as it was.
///
/// ```
/// use latent_layers::{Linear, load, save};
/// use latent_numeric::random::Stream;
///
/// let folder = tempfile::tempdir().unwrap();
/// let file = folder.path().join("model.safetensors");
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let model = Linear::<f32>::new(3, 2, &mut stream);
/// save(&model, &file).unwrap();
/// load(&model, &file, Default::default()).unwrap();
///
/// // A file of another architecture.
/// let error = load(&Linear::<f32>::new(4, 2, &mut stream).without_bias(), &file, Default::default()).unwrap_err();
/// let text = error.to_string();
/// assert!(text.contains("bias: expected nothing, found F32 [2]"));
/// assert!(text.contains("weight: expected F32 [2, 4], found F32 [2, 3]"));
/// ```
pub fn save<E: Scalar, M: Module<E> + ?Sized>(module: &M, path: impl AsRef<Path>) -> Result<(), StateDictError> {
    let path = path.as_ref();
    let refused = |source| StateDictError::Io { action: "write", path: path.into(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(refused)?;
    file.write_all(&to_bytes(module)).and_then(|()| file.as_file().sync_all()).map_err(refused)?;
    file.persist(path).map_err(|error| refused(error.error))?;
    Ok(())
}

/// Reads a file of [`save`] or of PyTorch's `safetensors.torch.save_file(model.state_dict(), ...)`; see [`load_bytes`].
///
/// # Errors
/// If the system refuses, the file is not a safetensors file, or its tensors are not those of the module. Then the
/// module is as it was.
///
/// ```
/// use latent_layers::{Linear, LoadOptions, load};
/// use latent_numeric::random::Stream;
///
/// let model = Linear::<f32>::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
/// let error = load(&model, "no/such.safetensors", LoadOptions::default()).unwrap_err();
/// assert!(error.to_string().starts_with("cannot read no/such.safetensors: "));
/// ```
pub fn load<E: Scalar, M: Module<E> + ?Sized>(
    module: &M,
    path: impl AsRef<Path>,
    options: LoadOptions,
) -> Result<Loaded, StateDictError> {
    let path = path.as_ref();
    let bytes = fs::read(path);
    let bytes = bytes.map_err(|source| StateDictError::Io { action: "read", path: path.into(), source })?;
    load_from(module, &bytes, options, Some(path))
}

/// Sets all parameters and state of a module from the bytes of a safetensors file.
///
/// `F16`, `BF16` and `F32` become `f32` and `f64` exactly, `F64` becomes the nearest `f32`. Counts must be `I64` or `U64`
/// and not negative. Other types are refused.
///
/// # Errors
/// If the bytes are not those of a safetensors file, or a tensor is missing, unexpected, of another shape or type, or
/// has a finite number that is beyond the range of the module's type: one error that lists all of them. Then the module
/// is as it was.
///
/// ```
/// use latent_layers::{Linear, LoadOptions, load_bytes, to_bytes};
/// use latent_numeric::random::Stream;
///
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let model = Linear::<f32>::new(3, 2, &mut stream);
/// let without_bias = to_bytes(&Linear::<f64>::new(3, 2, &mut stream).without_bias());
/// let error = load_bytes(&model, &without_bias, LoadOptions::default()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the tensors are not those of the module:\n  bias: expected F32 [2], found nothing"
/// );
/// let options = LoadOptions { allow_missing: true, ..Default::default() };
/// assert_eq!(load_bytes(&model, &without_bias, options).unwrap().missing, ["bias"]);
/// ```
pub fn load_bytes<E: Scalar, M: Module<E> + ?Sized>(
    module: &M,
    bytes: &[u8],
    options: LoadOptions,
) -> Result<Loaded, StateDictError> {
    load_from(module, bytes, options, None)
}

fn load_from<E: Scalar, M: Module<E> + ?Sized>(
    module: &M,
    bytes: &[u8],
    options: LoadOptions,
    path: Option<&Path>,
) -> Result<Loaded, StateDictError> {
    let path = || path.map(Path::to_path_buf);
    let file = SafeTensors::deserialize(bytes).map_err(|source| StateDictError::Format { path: path(), source })?;
    let entries = Visitor::entries(module);
    let known: BTreeSet<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    let (mut loaded, mut faults, mut values) = (Loaded::default(), Vec::new(), Vec::new());
    for (name, view) in file.iter().filter(|(name, _)| !known.contains(name)) {
        if options.allow_unexpected {
            loaded.unexpected.push(name.into());
        } else {
            faults.push(Fault {
                name: name.into(),
                expected: None,
                found: Some(described(view.dtype(), view.shape())),
            });
        }
    }
    for entry in &entries {
        let name = entry.path.clone();
        let shape = entry.slot.value().shape().to_vec();
        let expected = Some(described(dtype(entry), &shape));
        match file.tensor(&name) {
            Err(_) if options.allow_missing => loaded.missing.push(name),
            Err(_) => faults.push(Fault { name, expected, found: None }),
            Ok(view) if view.shape() != shape => {
                faults.push(Fault { name, expected, found: Some(described(view.dtype(), view.shape())) });
            }
            Ok(view) => match read::<E>(entry, &view) {
                Ok(value) => values.push((entry.slot, value)),
                Err(with) => {
                    let found = Some(described(view.dtype(), view.shape()) + &with);
                    faults.push(Fault { name, expected, found });
                }
            },
        }
    }
    if !faults.is_empty() {
        faults.sort_by(|a, b| a.name.cmp(&b.name));
        return Err(StateDictError::Mismatch { path: path(), faults });
    }
    for (slot, value) in values {
        slot.set(&value).expect("the shape was compared");
    }
    loaded.unexpected.sort();
    Ok(loaded)
}

/// How a parameter or state is stored.
fn dtype<E: Scalar>(entry: &Entry<'_, E>) -> Dtype {
    match (entry.slot, E::NAME) {
        (Slot::Count(_), _) => Dtype::I64,
        (_, "f64") => Dtype::F64,
        _ => Dtype::F32,
    }
}

fn described(dtype: Dtype, shape: &[usize]) -> String {
    format!("{dtype:?} {shape:?}")
}

/// The value; or what is wrong with it, to be told behind its type and shape.
fn read<E: Scalar>(entry: &Entry<'_, E>, view: &TensorView<'_>) -> Result<SlotValue<E>, String> {
    fn parse<const N: usize, T>(bytes: &[u8], value: impl Fn([u8; N]) -> T) -> Vec<T> {
        let (chunks, _) = bytes.as_chunks::<N>();
        chunks.iter().map(|&chunk| value(chunk)).collect()
    }
    let bytes = view.data();
    if let Slot::Count(_) = entry.slot {
        let counts = match view.dtype() {
            Dtype::I64 => parse(bytes, |b| u64::try_from(i64::from_le_bytes(b)).ok()),
            Dtype::U64 => parse(bytes, |b| Some(u64::from_le_bytes(b))),
            _ => return Err(String::new()),
        };
        return counts[0].map(SlotValue::Count).ok_or_else(|| " with a negative count".into());
    }
    let values: Vec<f64> = match view.dtype() {
        Dtype::F16 => parse(bytes, |b| f16::from_le_bytes(b).to_f64()),
        Dtype::BF16 => parse(bytes, |b| bf16::from_le_bytes(b).to_f64()),
        Dtype::F32 => parse(bytes, |b| f64::from(f32::from_le_bytes(b))),
        Dtype::F64 => parse(bytes, f64::from_le_bytes),
        _ => return Err(String::new()),
    };
    let elements: Vec<E> = values.iter().map(|&value| E::of(value)).collect();
    if let Some(i) = (0..values.len()).find(|&i| values[i].is_finite() && !elements[i].is_finite()) {
        return Err(format!(" with {:e}, which is beyond the range of {}", values[i], E::NAME));
    }
    let array = ArrayD::from_shape_vec(view.shape(), elements).expect("as many elements as the shape has");
    Ok(SlotValue::Tensor(Tensor::constant(array)))
}
