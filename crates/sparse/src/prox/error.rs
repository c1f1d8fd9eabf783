//! Why an operator could not be made.

/// A parameter of a proximal operator lies outside its domain.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProxError {
    /// A penalty or a radius is negative, infinite or not a number.
    #[error("{name} must be finite and at least 0, got {value}")]
    Negative {
        /// Which parameter.
        name: &'static str,
        /// What was given.
        value: f64,
    },
    /// A weight is negative, infinite or not a number.
    #[error("weight {index} must be finite and at least 0, got {value}")]
    Weight {
        /// Position of the weight.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// A pair of bounds holds no number.
    #[error("no finite number lies within bounds {index}: from {low} to {high}")]
    Bounds {
        /// Position of the bounds.
        index: usize,
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Two lists that belong together have different lengths.
    #[error("{name} must have {expected} entries, got {got}")]
    Length {
        /// Which list.
        name: &'static str,
        /// Length that it should have.
        expected: usize,
        /// Length that it has.
        got: usize,
    },
    /// A group names a coordinate that does not exist.
    #[error("group {group} holds coordinate {index}, but vectors have the length {len}")]
    GroupRange {
        /// Number of the group.
        group: usize,
        /// The index in it.
        index: usize,
        /// Length of the vector.
        len: usize,
    },
    /// A coordinate belongs to a group twice, or to two groups.
    #[error("coordinate {index} is in group {first} and again in group {second}: groups must be disjoint")]
    GroupOverlap {
        /// The coordinate.
        index: usize,
        /// The group that holds it.
        first: usize,
        /// The group that holds it again.
        second: usize,
    },
    /// A group holds no coordinate.
    #[error("group {group} has no coordinates: expected at least one")]
    GroupEmpty {
        /// Number of the group.
        group: usize,
    },
    /// A matrix shape has no entries, or more than memory can index.
    #[error("a matrix of shape ({rows}, {cols}) has no entries, or more than can be counted")]
    Shape {
        /// Rows.
        rows: usize,
        /// Columns.
        cols: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use ndarray::array;

    #[test]
    fn parameters_are_checked() {
        for bad in [-1.0, -f64::MIN_POSITIVE, f64::NAN, f64::INFINITY] {
            let refused = [
                L1::new(bad).err(),
                NonNegativeL1::new(bad).err(),
                ElasticNet::new(bad, 1.0).err(),
                ElasticNet::new(1.0, bad).err(),
                SquaredL2::new(bad).err(),
                L2Norm::new(bad).err(),
                L0::new(bad).err(),
                L1Ball::new(bad).err(),
                L2Ball::new(bad).err(),
                LinfBall::new(bad).err(),
                NuclearNorm::new(bad, (2, 3)).err(),
                WeightedL1::new(bad, array![1.0]).err(),
                GroupL2::new(bad, 2, vec![vec![0]]).err(),
            ];
            for (i, error) in refused.into_iter().enumerate() {
                assert!(matches!(error, Some(ProxError::Negative { .. })), "constructor {i} takes {bad}: {error:?}");
            }
            let weights = WeightedL1::new(1.0, array![1.0, bad]).unwrap_err();
            assert!(matches!(weights, ProxError::Weight { index: 1, .. }), "{weights}");
            let weights = GroupL2::with_weights(1.0, 2, vec![vec![0]], vec![bad]).unwrap_err();
            assert!(matches!(weights, ProxError::Weight { index: 0, .. }), "{weights}");
        }
        assert_eq!(L1::new(-2.0).unwrap_err().to_string(), "lambda must be finite and at least 0, got -2");
        assert!(matches!(WeightedL1::new(1e300, array![1e300]), Err(ProxError::Weight { .. })));
        assert!(L1::new(0.0).is_ok() && L2Ball::new(0.0).is_ok());
    }

    #[test]
    fn bounds_must_hold_a_number() {
        let inf = f64::INFINITY;
        for (low, high) in [(1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::NAN), (inf, inf), (-inf, -inf)] {
            assert!(matches!(BoxConstraint::uniform(low, high), Err(ProxError::Bounds { index: 0, .. })));
            let error = BoxConstraint::new(array![0.0, low], array![0.0, high]).unwrap_err();
            assert!(matches!(error, ProxError::Bounds { index: 1, .. }), "{error}");
        }
        assert!(BoxConstraint::uniform(-inf, inf).is_ok() && BoxConstraint::uniform(2.0, 2.0).is_ok());
        let error = BoxConstraint::new(array![0.0], array![1.0, 1.0]).unwrap_err();
        assert_eq!(error, ProxError::Length { name: "high", expected: 1, got: 2 });
    }

    #[test]
    fn groups_must_be_disjoint_and_in_range() {
        let error =
            |groups: &[&[usize]]| GroupL2::new(1.0, 4, groups.iter().map(|g| g.to_vec()).collect()).unwrap_err();
        assert_eq!(error(&[&[0, 1], &[2, 4]]), ProxError::GroupRange { group: 1, index: 4, len: 4 });
        assert_eq!(error(&[&[0, 1], &[2], &[1, 3]]), ProxError::GroupOverlap { index: 1, first: 0, second: 2 });
        assert_eq!(error(&[&[3, 3]]), ProxError::GroupOverlap { index: 3, first: 0, second: 0 });
        assert_eq!(error(&[&[0], &[]]), ProxError::GroupEmpty { group: 1 });
        let weights = GroupL2::with_weights(1.0, 4, vec![vec![0]], vec![1.0, 2.0]).unwrap_err();
        assert_eq!(weights, ProxError::Length { name: "weights", expected: 1, got: 2 });
        assert!(GroupL2::contiguous(1.0, 4, 0).is_err());
        assert_eq!(GroupL2::contiguous(1.0, 5, 2).unwrap().groups(), [vec![0, 1], vec![2, 3], vec![4]]);
    }

    #[test]
    fn shapes_have_entries() {
        for shape in [(0, 3), (3, 0), (usize::MAX, 2)] {
            assert!(matches!(NuclearNorm::new(1.0, shape), Err(ProxError::Shape { .. })));
        }
    }
}
