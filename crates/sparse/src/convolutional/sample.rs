//! One image on its way through a solver, and what its maps are worth.

use super::kernels::{count_and_l1, largest};
use super::operator::Operator;
use crate::lasso::{Certificate, Stop, StopReason};
use crate::units::squares_from;
use latent_numeric::Scalar;
use ndarray::{Array3, ArrayView3, Zip};

/// An image as a [`Solver`](super::Solver) gets it: laid on the torus on which filters stand, and measured in a power of
/// two, so that squares neither overflow nor vanish.
///
/// Signal, lambda and maps are all in this unit. The problem is the same in every unit; a method that is not (that compares
/// with numbers of its own) multiplies by [`unit`](Self::unit) first.
///
/// # Shapes
/// Images are (channels, rows, columns). Maps are slices of (rows, filters, columns): what a row of the image needs lies
/// together. Where [`Boundary::Free`](super::Boundary::Free) makes the torus larger than the image, the pixels that are not
/// there have weight 0.
#[derive(Debug)]
pub struct Sample<'a, E: Scalar> {
    pub(crate) unit: E,
    pub(crate) operator: &'a Operator<E>,
    /// The image `s`, (channels, rows, columns).
    pub(crate) signal: &'a Array3<E>,
    /// The weights `w` of its pixels, of the same shape; 1 where there are none.
    pub(crate) weights: Option<&'a Array3<E>>,
    pub(crate) lambda: E,
    pub(crate) stop: Stop,
}

/// Objective and duality gap of one set of maps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub data: f64,
    pub l1: f64,
    pub gap: f64,
    pub relative_gap: f64,
    pub support: usize,
}

impl<'a, E: Scalar> Sample<'a, E> {
    /// What signal, lambda and maps are divided by.
    pub fn unit(&self) -> E {
        self.unit
    }

    /// The image `s`, (channels, rows, columns).
    pub fn signal(&self) -> ArrayView3<'a, E> {
        self.signal.view()
    }

    /// The weights `w` of its pixels, of the same shape; `None` if all are 1.
    pub fn weights(&self) -> Option<ArrayView3<'a, E>> {
        self.weights.map(|weights| weights.view())
    }

    /// The weight of the l1 term.
    pub fn lambda(&self) -> E {
        self.lambda
    }

    /// When the image is done.
    pub fn stop(&self) -> Stop {
        self.stop
    }

    /// (rows, filters, columns): the shape of the maps.
    pub fn maps_shape(&self) -> [usize; 3] {
        [self.operator.rows, self.operator.filters, self.operator.columns]
    }

    /// `D z`, the image that these maps make.
    ///
    /// # Panics
    /// If there are more or fewer coefficients than in [all maps](Self::maps_shape).
    pub fn synthesize(&self, maps: &[E]) -> Array3<E> {
        assert_eq!(maps.len(), self.operator.len(), "coefficients in all maps");
        self.operator.synthesize(maps)
    }

    /// `D' image`: the correlations of an image with the filter at every place, in the layout of maps.
    ///
    /// # Panics
    /// If the image has another shape than the signal.
    pub fn correlate(&self, image: &Array3<E>) -> Vec<E> {
        assert_eq!(image.dim(), self.signal.dim(), "the shape of the image");
        self.operator.adjoint(image)
    }

    /// The duality gap of these maps, relative to `1/2 sum w s^2`: what [`stop`](Self::stop) is about.
    ///
    /// # Panics
    /// As [`synthesize`](Self::synthesize).
    pub fn relative_gap(&self, maps: &[E]) -> f64 {
        self.terms_with(&self.synthesize(maps), maps).relative_gap
    }

    /// `w (s - image)`, what `D'` is applied to: `-D'` of it is the gradient.
    pub fn residual(&self, image: &Array3<E>) -> Array3<E> {
        let mut r = self.signal - image;
        if let Some(weights) = self.weights {
            r *= weights;
        }
        r
    }

    /// `1/2 sum w (s - image)^2`
    pub fn data_term(&self, image: &Array3<E>) -> f64 {
        0.5 * inner(&(self.signal - image), &self.residual(image))
    }

    /// The largest weight.
    pub(crate) fn largest_weight(&self) -> E {
        self.weights.map_or(E::one(), |w| largest(w.as_slice().expect("standard layout")))
    }

    /// The step size of ISTA, `1 / (L max w)`, with the largest eigenvalue `L` of `D' D`. Filters or weights that are all zero leave nothing to step along; any step
    /// does.
    pub fn step_size(&self) -> E {
        let lipschitz = self.operator.lipschitz() * self.largest_weight();
        if lipschitz > E::zero() { lipschitz.recip() } else { E::one() }
    }

    /// `max |D' image|`
    pub(crate) fn largest_correlation(&self, image: &Array3<E>) -> E {
        let each = self.operator.correlate(image, |_, g, worst: &mut E| *worst = worst.max(largest(g)));
        each.into_iter().fold(E::zero(), E::max)
    }

    /// The smallest lambda at which all maps are zero, `max |D' w s|`.
    pub fn lambda_max(&self) -> E {
        self.largest_correlation(&self.residual(&self.operator.image()))
    }

    /// Objective and gap of these maps. The dual point is the residual `sqrt(w) (s - D z)`, scaled down until no
    /// filter correlates with it by more than lambda.
    pub(crate) fn terms(&self, maps: &[E]) -> Terms {
        let image = self.operator.synthesize(maps);
        self.terms_with(&image, maps)
    }

    /// [`terms`](Self::terms) where `image = D z` is known.
    pub(crate) fn terms_with(&self, image: &Array3<E>, maps: &[E]) -> Terms {
        let r = self.residual(image);
        let lambda = self.lambda.as_f64();
        let data = 0.5 * inner(&(self.signal - image), &r);
        let (support, l1) = self.count_and_l1(maps);
        let l1 = lambda * l1;
        let worst = self.largest_correlation(&r).as_f64();
        let s = if worst <= lambda { 1.0 } else { lambda / worst };
        let gap = data + l1 - (s * inner(self.signal, &r) - s * s * data);
        let scale = 0.5 * inner(self.signal, &self.residual(&self.operator.image()));
        let relative_gap = if scale > 0.0 { gap / scale } else { gap };
        Terms { data, l1, gap, relative_gap, support }
    }

    /// How many coefficients are not zero, and `||z||_1`.
    pub(crate) fn count_and_l1(&self, maps: &[E]) -> (usize, f64) {
        let rows = maps.chunks(self.operator.row_len()).map(count_and_l1);
        rows.fold((0, 0.0), |(count, sum), (c, s)| (count + c, sum + s))
    }

    /// Whether these maps are good enough.
    pub(crate) fn good(&self, terms: &Terms) -> bool {
        terms.relative_gap <= self.stop.relative_gap
    }
}

impl Terms {
    /// Of maps in this unit.
    pub fn certificate<E: Scalar>(&self, unit: E, iterations: usize, stop: StopReason) -> Certificate {
        Certificate {
            data_term: squares_from(unit, self.data),
            l1_term: squares_from(unit, self.l1),
            l2_term: 0.0,
            gap: squares_from(unit, self.gap),
            relative_gap: self.relative_gap,
            support: self.support,
            iterations,
            stop,
        }
    }
}

fn inner<E: Scalar>(a: &Array3<E>, b: &Array3<E>) -> f64 {
    Zip::from(a).and(b).fold(0.0, |sum, &a, &b| sum + a.as_f64() * b.as_f64())
}
