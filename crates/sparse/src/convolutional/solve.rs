//! Images on their way through a solver.

use super::filters::check_pixels;
use super::problem::by_rows;
use super::sample::Sample;
use super::{ConvolutionalCodes, ConvolutionalLasso, Images, Solver};
use crate::SparseError;
use crate::lasso::{Certificate, Outcome, Stop, StopReason};
use crate::units::from_unit;
use latent_numeric::{Scalar, compiled_here, parallel};
use ndarray::{Array4, ArrayView4, ArrayViewMut3, s};

#[compiled_here]
impl<E: Scalar> ConvolutionalLasso<'_, E> {
    /// Finds the maps of every image, from zero.
    ///
    /// # Shapes
    /// Images are (images, channels, height, width), the maps are those of [`maps_dim`](Self::maps_dim).
    ///
    /// # Errors
    /// If an image is smaller than a filter or has another number of channels than they have, if the mask has another
    /// shape or a negative weight, if a value is not finite (also where its weight is 0), or if the solver refuses the
    /// problem.
    pub fn solve<'a>(
        &self,
        images: impl Into<Images<'a, E>>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<ConvolutionalCodes<E>, SparseError> {
        let images = images.into();
        let start = Array4::zeros(self.maps_dim(images.pixels.dim()));
        self.solve_from(images, start, solver, stop)
    }

    /// Finds the maps of every image, starting at the given ones.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and if `start` has another shape than the maps or is not finite.
    pub fn solve_from<'a>(
        &self,
        images: impl Into<Images<'a, E>>,
        start: Array4<E>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<ConvolutionalCodes<E>, SparseError> {
        solver.check(self)?;
        self.run(images.into(), start, stop, Some(solver))
    }

    /// The certificates of given maps; their iterations are 0 and their stop reason says whether the gap is within
    /// `tolerance`.
    ///
    /// # Errors
    /// As [`solve_from`](Self::solve_from).
    pub fn certify<'a>(
        &self,
        images: impl Into<Images<'a, E>>,
        maps: ArrayView4<'_, E>,
        tolerance: f64,
    ) -> Result<Vec<Certificate>, SparseError> {
        let codes = self.run(images.into(), maps.to_owned(), &Stop::gap(tolerance), None)?;
        Ok(codes.certificates)
    }

    /// Solves checked images, or leaves the maps as they are; one certificate for each.
    fn run(
        &self,
        images: Images<'_, E>,
        start: Array4<E>,
        stop: &Stop,
        solver: Option<&dyn Solver<E>>,
    ) -> Result<ConvolutionalCodes<E>, SparseError> {
        let mut prepared = self.prepare(images)?;
        let expected = self.maps_dim(images.pixels.dim());
        if start.shape() != expected {
            return Err(SparseError::Shape {
                what: "the starting maps",
                found: start.shape().to_vec(),
                expected: expected.to_vec(),
            });
        }
        check_pixels("the starting maps (images, maps x rows x columns)", start.view())?;
        stop.check()?;
        let [_, _, rows, columns] = expected;
        let mut maps = start
            .as_standard_layout()
            .into_owned()
            .into_shape_with_order((prepared.len(), self.filters().len(), rows, columns))
            .expect("as many elements");
        for (i, maps) in maps.outer_iter().enumerate() {
            prepared.make_room(i, maps);
        }
        let certificates = parallel::map(maps.outer_iter_mut(), |i, maps| {
            let lambda = prepared.lambda(i, &self.params().lambda);
            one(&prepared.sample(i, lambda, *stop), i, maps, solver)
        });
        let certificates = certificates.into_iter().collect::<Result<_, _>>()?;
        let maps = maps.into_shape_with_order(expected).expect("as many elements");
        Ok(ConvolutionalCodes { maps, certificates })
    }
}

/// Solves image `i`, whose maps are (filters, rows, columns).
fn one<E: Scalar>(
    sample: &Sample<'_, E>,
    i: usize,
    mut maps: ArrayViewMut3<'_, E>,
    solver: Option<&dyn Solver<E>>,
) -> Result<Certificate, SparseError> {
    let unit = sample.unit;
    let mut inner = by_rows(maps.view());
    inner.iter_mut().for_each(|z| *z /= unit);
    let outcome = match solver {
        None => Outcome { iterations: 0, stop: StopReason::MaxIterations },
        Some(_) if sample.lambda >= sample.lambda_max() => {
            inner.fill(E::zero());
            Outcome { iterations: 0, stop: StopReason::LambdaMax }
        }
        Some(solver) => solver.solve(sample, &mut inner),
    };
    let terms = sample.terms(&inner);
    from_unit("the maps (images, rows x maps x columns)", i, unit, &mut inner)?;
    let (k, columns) = (sample.operator.filters, sample.operator.columns);
    for (i, row) in inner.chunks_exact(sample.operator.row_len()).enumerate() {
        for j in 0..k {
            let mut to = maps.slice_mut(s![j, i, ..]);
            to.as_slice_mut().expect("standard layout").copy_from_slice(&row[j * columns..(j + 1) * columns]);
        }
    }
    let stop = match outcome.stop {
        // The proof counts, not what the solver believed.
        StopReason::Converged | StopReason::MaxIterations | StopReason::Precision if sample.good(&terms) => {
            StopReason::Converged
        }
        StopReason::Converged => StopReason::Precision,
        reason => reason,
    };
    Ok(terms.certificate(unit, outcome.iterations, stop))
}
