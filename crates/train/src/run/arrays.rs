//! Arrays as `.npy` and safetensors.

use super::{RunError, atomic};
use ndarray::{ArrayBase, ArrayView2, Data, Dimension};
use ndarray_npy::{WritableElement, WriteNpyError, WriteNpyExt};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

/// Writes an array as `.npy`, rows contiguous, through a temporary file and a rename.
///
/// # Errors
/// [`RunError::Io`].
pub fn write_npy<S, D>(path: &Path, array: &ArrayBase<S, D>) -> Result<(), RunError>
where
    S: Data,
    S::Elem: WritableElement + Clone,
    D: Dimension,
{
    // Rows contiguous: readers outside NumPy often accept nothing else.
    let array = array.as_standard_layout();
    atomic::write(path, |file| {
        array.write_npy(file).map_err(|error| match error {
            WriteNpyError::Io(error) => RunError::io("write", path)(error),
            other => RunError::encode(&path.display().to_string())(other),
        })
    })
}

pub(super) fn write_safetensors(
    path: &Path,
    arrays: &[(&str, ArrayView2<'_, f32>)],
    metadata: HashMap<String, String>,
) -> Result<(), RunError> {
    let bytes: Vec<Vec<u8>> = arrays.iter().map(|(_, a)| a.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let what = path.display().to_string();
    let views = arrays
        .iter()
        .zip(&bytes)
        .map(|((name, array), bytes)| Ok((*name, TensorView::new(Dtype::F32, array.shape().to_vec(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(RunError::encode(&what))?;
    let content = safetensors::serialize(views, Some(metadata)).map_err(RunError::encode(&what))?;
    let content = with_sorted_header(content).map_err(RunError::encode(&what))?;
    atomic::write(path, |file| file.write_all(&content).map_err(RunError::io("write", path)))
}

/// The header of a safetensors file.
#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(rename = "__metadata__")]
    metadata: BTreeMap<String, String>,
    #[serde(flatten)]
    tensors: BTreeMap<String, Value>,
}

/// The same file with the names in its header in order: the format's own writer leaves metadata in the order of a hash map,
/// another one in every process.
fn with_sorted_header(mut content: Vec<u8>) -> serde_json::Result<Vec<u8>> {
    const LENGTH: usize = size_of::<u64>();
    let end = LENGTH + u64::from_le_bytes(content[..LENGTH].try_into().expect("eight bytes")) as usize;
    let header: Header = serde_json::from_slice(&content[LENGTH..end])?;
    let mut sorted = serde_json::to_vec(&header)?;
    // Data begin at a multiple of eight bytes.
    sorted.resize(sorted.len().next_multiple_of(LENGTH), b' ');
    let length = (sorted.len() as u64).to_le_bytes();
    content.splice(..end, length.into_iter().chain(sorted));
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};
    use safetensors::SafeTensors;

    #[test]
    fn npy_comes_back_from_any_layout() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npy");
        let a = array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, f32::NAN]];
        write_npy(&path, &a.t()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(String::from_utf8_lossy(&bytes[..80]).contains("'fortran_order': False"));
        let back: Array2<f32> = ndarray_npy::read_npy(&path).unwrap();
        assert_eq!(back.dim(), (3, 2));
        assert!(back.iter().zip(a.t().iter()).all(|(x, y)| x.to_bits() == y.to_bits()));
    }

    /// A hash map of its own order each time.
    #[test]
    fn equal_arrays_and_metadata_make_equal_files() {
        let folder = tempfile::tempdir().unwrap();
        let a = array![[1.0_f32, -2.0], [0.5, 4.0]];
        let write = |name: &str| {
            let path = folder.path().join(name);
            let note: HashMap<String, String> = (0..20).map(|i| (format!("key {i}"), format!("\"{i}\""))).collect();
            write_safetensors(&path, &[("b", a.view()), ("a", a.t())], note).unwrap();
            std::fs::read(&path).unwrap()
        };
        let first = write("first");
        assert!((0..10).all(|_| write("again") == first));
        let (length, header) = SafeTensors::read_metadata(&first).unwrap();
        assert!(length % 8 == 0 && header.metadata().as_ref().unwrap()["key 7"] == "\"7\"");
        assert_eq!(SafeTensors::deserialize(&first).unwrap().tensor("b").unwrap().data().len(), 16);
    }

    #[test]
    fn safetensors_come_back_with_names_and_metadata() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        let a = array![[1.0_f32, -2.0], [0.5, 4.0]];
        let note = HashMap::from([("lambda".to_owned(), "0.1".to_owned())]);
        write_safetensors(&path, &[("dictionary", a.t()), ("other", a.view())], note).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        assert_eq!(header.metadata().as_ref().unwrap()["lambda"], "0.1");
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let back = tensors.tensor("dictionary").unwrap();
        assert_eq!((back.dtype(), back.shape()), (Dtype::F32, &[2, 2][..]));
        let values: Vec<f32> = back.data().chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
        assert_eq!(values, [1.0, 0.5, -2.0, 4.0]);
    }
}
