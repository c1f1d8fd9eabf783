//! Steps of FISTA in the place of learned ones that would raise the objective.

use crate::kernels::{combine, inner_of_differences};
use crate::lasso::Momentum;
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

/// What is minimised, one objective a row, as a safeguard sees it.
pub(super) trait Descent<E: Scalar> {
    /// A linear map of codes, (rows, atoms), that objective and gradient are made from: `H z`, or the images `D z`.
    fn images(&self, codes: ArrayView2<E>) -> Array2<E>;

    /// The objective of a row, up to a constant of that row.
    fn objective(&self, row: usize, codes: &[E], image: &[E]) -> f64;

    /// A step of ISTA for a row, which never raises its objective.
    fn step(&self, row: usize, codes: &[E], image: &[E], out: &mut [E]);
}

/// Iterates that never rise, whatever is proposed to them.
///
/// A row goes where it is proposed to go if its objective does not rise there. If it would, a step of FISTA takes its
/// place, whose momentum is that of the steps of this kind made in a row just before, and begins anew wherever it would
/// not lead down.
pub(super) struct Safeguard<D, E> {
    descent: D,
    /// The codes and their images.
    at: Points<E>,
    objective: Vec<f64>,
    /// Where FISTA takes its gradient.
    extrapolated: Points<E>,
    t: Vec<f64>,
}

struct Points<E> {
    codes: Array2<E>,
    images: Array2<E>,
}

/// How a row comes to move.
#[derive(Clone, Copy, PartialEq)]
enum Moved {
    Learned,
    Accelerated,
}

const MOMENTUM: Momentum = Momentum::Nesterov { restart: true, monotone: true };

impl<E: Scalar> Points<E> {
    fn row(&self, row: usize) -> [&[E]; 2] {
        [slice(self.codes.row(row)), slice(self.images.row(row))]
    }
}

fn slice<E>(row: ArrayView1<'_, E>) -> &[E] {
    row.to_slice().expect("standard layout")
}

impl<D: Descent<E>, E: Scalar> Safeguard<D, E> {
    /// Begins with these codes, in standard layout.
    pub fn new(descent: D, codes: Array2<E>) -> Self {
        let images = descent.images(codes.view());
        let at = Points { codes, images };
        let of = |row| {
            let [codes, image] = at.row(row);
            descent.objective(row, codes, image)
        };
        let objective = (0..at.codes.nrows()).map(of).collect();
        let extrapolated = Points { codes: at.codes.clone(), images: at.images.clone() };
        let t = vec![1.0; at.codes.nrows()];
        Self { descent, at, objective, extrapolated, t }
    }

    pub fn codes(&self) -> ArrayView2<'_, E> {
        self.at.codes.view()
    }

    /// Moves every row, to what is proposed or by a step of FISTA. If rounding makes even that of ISTA rise, the row
    /// stays where it is.
    pub fn advance(&mut self, proposed: ArrayView2<E>) {
        let all: Vec<usize> = (0..proposed.nrows()).collect();
        let refused = self.move_to(all, proposed.as_standard_layout().into_owned(), Moved::Learned);
        let refused = self.accelerate(refused);
        refused.iter().for_each(|&row| self.restart(row));
        let stuck = self.accelerate(refused);
        stuck.into_iter().for_each(|row| self.restart(row));
    }

    /// A step of these rows from the points that are extrapolated; answers with those that it would have raised.
    fn accelerate(&mut self, rows: Vec<usize>) -> Vec<usize> {
        let mut stepped = Array2::zeros((rows.len(), self.at.codes.ncols()));
        for (&row, mut out) in rows.iter().zip(stepped.outer_iter_mut()) {
            let [codes, image] = self.extrapolated.row(row);
            self.descent.step(row, codes, image, out.as_slice_mut().expect("standard layout"));
        }
        self.move_to(rows, stepped, Moved::Accelerated)
    }

    /// Moves those of the rows that have no larger objective there; answers with the others.
    fn move_to(&mut self, rows: Vec<usize>, codes: Array2<E>, moved: Moved) -> Vec<usize> {
        if rows.is_empty() {
            return rows;
        }
        let images = self.descent.images(codes.view());
        let new = Points { codes, images };
        let mut refused = Vec::new();
        for (place, row) in rows.into_iter().enumerate() {
            let [codes, image] = new.row(place);
            let objective = self.descent.objective(row, codes, image);
            // What is not a number is not better.
            if objective.partial_cmp(&self.objective[row]).is_none_or(std::cmp::Ordering::is_gt) {
                refused.push(row);
                continue;
            }
            if moved == Moved::Accelerated {
                self.extrapolate(row, [codes, image]);
            }
            self.objective[row] = objective;
            self.at.codes.row_mut(row).assign(&ArrayView1::from(codes));
            self.at.images.row_mut(row).assign(&ArrayView1::from(image));
            if moved == Moved::Learned {
                self.restart(row);
            }
        }
        refused
    }

    /// Where a row takes its next gradient, if it moves to this point.
    fn extrapolate(&mut self, row: usize, to: [&[E]; 2]) {
        let (from, y) = (self.at.row(row), &mut self.extrapolated);
        let against_the_step = || inner_of_differences(slice(y.codes.row(row)), to[0], to[0], from[0]) > 0.0;
        let w = E::of(MOMENTUM.weight(true, &mut self.t[row], against_the_step));
        for ((of, to), from) in [&mut y.codes, &mut y.images].into_iter().zip(to).zip(from) {
            let mut out = of.index_axis_mut(Axis(0), row);
            combine([w, E::one() - w], to, from, out.as_slice_mut().expect("standard layout"));
        }
    }

    fn restart(&mut self, row: usize) {
        self.t[row] = 1.0;
        self.extrapolated.codes.row_mut(row).assign(&self.at.codes.row(row));
        self.extrapolated.images.row_mut(row).assign(&self.at.images.row(row));
    }
}
