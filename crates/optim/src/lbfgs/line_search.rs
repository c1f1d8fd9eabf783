//! A step length that satisfies the strong Wolfe conditions.

use latent_numeric::Scalar;
use std::mem::swap;

/// Sufficient decrease: `f(t) <= f(0) + C1 t f'(0)`.
const C1: f64 = 1e-4;
/// Curvature: `|f'(t)| <= C2 |f'(0)|`.
const C2: f64 = 0.9;

/// A point on the line.
#[derive(Clone, Debug)]
pub(super) struct Point<E> {
    /// The step length.
    pub t: f64,
    pub loss: f64,
    /// The derivative along the line.
    pub slope: f64,
    pub gradient: Vec<E>,
}

impl<E: Scalar> Point<E> {
    pub fn new(len: usize) -> Self {
        Self { t: 0.0, loss: 0.0, slope: 0.0, gradient: vec![E::zero(); len] }
    }
}

/// The points that a search keeps, made once.
#[derive(Clone, Debug)]
pub(super) struct Points<E> {
    /// In: the start, `t` = 0. Out: the point that was found.
    pub found: Point<E>,
    pub trial: Point<E>,
    pub other: Point<E>,
}

/// Where the cubic through two points with their slopes has its minimum, kept within the bounds; their middle if it
/// has none (Nocedal and Wright, *Numerical optimization*, 2006, equation 3.59).
fn cubic_minimum<E>(a: &Point<E>, b: &Point<E>, [low, high]: [f64; 2]) -> f64 {
    let (a, b) = if a.t <= b.t { (a, b) } else { (b, a) };
    let d1 = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.t - b.t);
    let square = d1 * d1 - a.slope * b.slope;
    if square < 0.0 {
        return f64::midpoint(low, high);
    }
    let d2 = square.sqrt();
    let minimum = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2));
    minimum.max(low).min(high)
}

/// Searches from the step length `t` on; `evaluate` fills in a point at its step length. The number of evaluations.
///
/// Algorithms 3.5 and 3.6 of Nocedal and Wright with cubic interpolation, in the form that minFunc (Schmidt, 2005)
/// and PyTorch give them.
pub(super) fn strong_wolfe<E: Scalar, Error>(
    points: &mut Points<E>,
    start_gradient: &[E],
    t: f64,
    longest: f64,
    smallest_change: f64,
    most: usize,
    mut evaluate: impl FnMut(&mut Point<E>) -> Result<(), Error>,
) -> Result<usize, Error> {
    let Points { found, trial, other } = points;
    let (loss, slope) = (found.loss, found.slope);
    let too_long = |point: &Point<E>| point.loss > loss + C1 * point.t * slope;
    let flat = |point: &Point<E>| point.slope.abs() <= -C2 * slope;
    trial.t = t;
    evaluate(trial)?;
    let (mut evaluations, mut rounds) = (1, 0);
    // `found` is the point before `trial` until an interval is found.
    let mut bracketed = false;
    while rounds < most {
        if too_long(trial) || (rounds > 1 && trial.loss >= found.loss) {
            bracketed = true;
            break;
        }
        if flat(trial) {
            swap(found, trial);
            return Ok(evaluations);
        }
        if trial.slope >= 0.0 {
            bracketed = true;
            break;
        }
        let bounds = [trial.t + 0.01 * (trial.t - found.t), trial.t * 10.0];
        let next = cubic_minimum(found, trial, bounds);
        swap(found, trial);
        trial.t = next;
        evaluate(trial)?;
        evaluations += 1;
        rounds += 1;
    }
    if !bracketed {
        (found.t, found.loss, found.slope) = (0.0, loss, slope);
        found.gradient.copy_from_slice(start_gradient);
    }
    // From here on `found` and `other` are the interval; `lower` tells which of them has the lower loss.
    swap(other, trial);
    let mut bracket = [found, other];
    let mut low = usize::from(bracket[0].loss > bracket[1].loss);
    let mut little_progress = false;
    while rounds < most {
        if (bracket[1].t - bracket[0].t).abs() * longest < smallest_change {
            break;
        }
        let (least, greatest) = (bracket[0].t.min(bracket[1].t), bracket[0].t.max(bracket[1].t));
        let mut t = cubic_minimum(bracket[0], bracket[1], [least, greatest]);
        // Near an end of the interval twice, or on one: a tenth of the interval away from it.
        let margin = 0.1 * (greatest - least);
        if (greatest - t).min(t - least) < margin {
            if little_progress || t >= greatest || t <= least {
                t = if (t - greatest).abs() < (t - least).abs() { greatest - margin } else { least + margin };
                little_progress = false;
            } else {
                little_progress = true;
            }
        } else {
            little_progress = false;
        }
        trial.t = t;
        evaluate(trial)?;
        evaluations += 1;
        rounds += 1;
        let high = 1 - low;
        if too_long(trial) || trial.loss >= bracket[low].loss {
            swap(bracket[high], trial);
            low = usize::from(bracket[0].loss > bracket[1].loss);
        } else {
            let done = flat(trial);
            if !done && trial.slope * (bracket[high].t - bracket[low].t) >= 0.0 {
                // The low end becomes the high one.
                let [first, second] = &mut bracket;
                swap(*first, *second);
            }
            swap(bracket[low], trial);
            if done {
                break;
            }
        }
    }
    if low == 1 {
        let [first, second] = &mut bracket;
        swap(*first, *second);
    }
    Ok(evaluations)
}
