//! Arguments checked once and taken into double precision.

use crate::MetricError;
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Array, ArrayView, ArrayView2, Dimension};

/// Arguments of one figure, which errors name.
#[derive(Clone, Copy)]
pub struct Input(pub &'static str);

impl Input {
    /// Finite elements in double precision, row-major.
    pub fn finite<E: Scalar, D: Dimension>(
        self,
        what: &'static str,
        x: ArrayView<'_, E, D>,
    ) -> Result<Array<f64, D>, MetricError> {
        let x = doubles(x);
        match x.iter().position(|x| !x.is_finite()) {
            None => Ok(x),
            Some(index) => {
                let value = *x.iter().nth(index).expect("the element found");
                Err(MetricError::NotFinite { metric: self.0, what, index, value })
            }
        }
    }

    /// [`finite`](Self::finite) rows, so many or more, of a feature or more.
    pub fn rows<E: Scalar>(
        self,
        what: &'static str,
        x: ArrayView2<'_, E>,
        needed: usize,
    ) -> Result<ndarray::Array2<f64>, MetricError> {
        self.at_least(what, x.nrows(), needed)?;
        self.at_least("features", x.ncols(), 1)?;
        self.finite(what, x)
    }

    pub fn at_least(self, what: &'static str, found: usize, needed: usize) -> Result<(), MetricError> {
        if found >= needed { Ok(()) } else { Err(MetricError::TooFew { metric: self.0, what, found, needed }) }
    }

    pub fn same(self, what: &'static str, found: usize, expected: usize) -> Result<(), MetricError> {
        if found == expected { Ok(()) } else { Err(MetricError::Length { metric: self.0, what, found, expected }) }
    }

    /// So many neighbours of each sample, which is none of its own.
    pub fn neighbours(self, what: &'static str, k: usize, samples: usize) -> Result<(), MetricError> {
        let most = samples.saturating_sub(1);
        if (1..=most).contains(&k) {
            Ok(())
        } else {
            Err(MetricError::Neighbours { metric: self.0, what, k, samples, most })
        }
    }

    pub fn setting(
        self,
        holds: bool,
        name: &'static str,
        value: f64,
        expected: &'static str,
    ) -> Result<(), MetricError> {
        if holds { Ok(()) } else { Err(MetricError::Setting { metric: self.0, name, value, expected }) }
    }

    /// Classes below their number.
    pub fn classes(self, labels: &[usize], classes: usize) -> Result<(), MetricError> {
        match labels.iter().position(|&label| label >= classes) {
            None => Ok(()),
            Some(index) => Err(MetricError::Class { metric: self.0, index, label: labels[index], classes }),
        }
    }
}

/// In double precision, row-major.
fn doubles<E: Scalar, D: Dimension>(x: ArrayView<'_, E, D>) -> Array<f64, D> {
    let dim = x.raw_dim();
    let values = match x.as_slice() {
        Some(slice) => doubled(slice),
        None => x.iter().map(|x| x.as_f64()).collect(),
    };
    Array::from_shape_vec(dim, values).expect("as many elements as the shape has")
}

#[compiled_here]
fn doubled<E: Scalar>(x: &[E]) -> Vec<f64> {
    x.iter().map(|x| x.as_f64()).collect()
}
