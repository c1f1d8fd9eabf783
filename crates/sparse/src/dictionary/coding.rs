//! The codes of a batch, computed by all ranks.

use crate::SparseError;
use crate::lasso::{BLOCK, Certificate, Certify, Lasso, Prepared, Stop, StopReason};
use bytemuck::{cast_slice, cast_slice_mut};
use latent_numeric::Scalar;
use latent_numeric::ranks::{Ranks, share};
use ndarray::{Array2, ArrayView2, s};
use std::ops::Range;

/// Codes checked samples, on every rank all of them, in this unit: each computes those of some blocks of samples and gives them to the
/// others. A block's codes depend on nothing but its samples, so that they are those of one process.
///
/// # Errors
/// If a code is out of the range of the scalar, on every rank the same.
pub(super) fn code<E: Scalar>(
    ranks: &dyn Ranks,
    lasso: &Lasso<'_, E>,
    x: ArrayView2<E>,
    prepared: &dyn Prepared<E>,
    stop: &Stop,
    unit: E,
) -> Result<(Array2<E>, Vec<Certificate>), SparseError> {
    let (samples, size) = (x.nrows(), ranks.size());
    let mut codes = Array2::zeros((samples, lasso.dictionary().len()));
    let rows = |rank| {
        let Range { start, end } = share(samples.div_ceil(BLOCK), rank, size);
        (start * BLOCK).min(samples)..(end * BLOCK).min(samples)
    };
    let mine = rows(ranks.rank());
    let here = codes.slice_mut(s![mine.clone(), ..]);
    let certificates = lasso.run(x.slice(s![mine.clone(), ..]), here, prepared, stop, Certify::Correlations, unit);
    if size == 1 {
        return Ok((codes, certificates?));
    }
    if ranks.any(certificates.is_err()) {
        // The error of one rank is that of all: the first in the batch, which each finds by itself.
        codes.fill(E::zero());
        let certificates = lasso.run(x, codes.view_mut(), prepared, stop, Certify::Correlations, unit)?;
        return Ok((codes, certificates));
    }
    let certificates = certificates?;
    let give: Vec<E> = codes.slice(s![mine, ..]).iter().copied().collect();
    let fields: Vec<[u64; FIELDS]> = certificates.iter().map(to_fields).collect();
    let mut fields_of_all = vec![[0; FIELDS]; samples];
    let of_ranks = ranks.gather(cast_slice(&give)).into_iter().zip(ranks.gather(cast_slice(&fields)));
    for (rank, (theirs, fields)) in of_ranks.enumerate() {
        let mut theirs_here = codes.slice_mut(s![rows(rank), ..]);
        cast_slice_mut(theirs_here.as_slice_mut().expect("whole rows")).copy_from_slice(&theirs);
        cast_slice_mut(&mut fields_of_all[rows(rank)]).copy_from_slice(&fields);
    }
    Ok((codes, fields_of_all.iter().map(from_fields).collect()))
}

const FIELDS: usize = 8;

/// The list of reasons that numbers stand for between processes, and a match that misses none of them.
macro_rules! reasons {
    ($($reason:ident),*) => {
        const REASONS: &[StopReason] = &[$(StopReason::$reason),*];

        const _: fn(StopReason) = |reason| match reason { $(StopReason::$reason)|* => {} };
    };
}

reasons!(Converged, MaxIterations, Precision, AtomCount, ResidualNorm, NoFurtherAtom, LambdaMax);

fn to_fields(certificate: &Certificate) -> [u64; FIELDS] {
    let &Certificate { data_term, l1_term, l2_term, gap, relative_gap, support, iterations, stop } = certificate;
    let [a, b, c, d, e] = [data_term, l1_term, l2_term, gap, relative_gap].map(f64::to_bits);
    let reason = REASONS.iter().position(|reason| *reason == stop).expect("all reasons are listed");
    [a, b, c, d, e, support as u64, iterations as u64, reason as u64]
}

fn from_fields(&[a, b, c, d, e, support, iterations, reason]: &[u64; FIELDS]) -> Certificate {
    let [data_term, l1_term, l2_term, gap, relative_gap] = [a, b, c, d, e].map(f64::from_bits);
    let (support, iterations, stop) = (support as usize, iterations as usize, REASONS[reason as usize]);
    Certificate { data_term, l1_term, l2_term, gap, relative_gap, support, iterations, stop }
}
