//! How many iterations of a solver come as close to the optimum as a learned encoder.

/// The number of iterations after which a solver first comes at least as close to the optimum as this, interpolated between
/// the measured points (iterations, distance) on a straight line of the logarithms. `None` if it never does.
pub fn equivalent_iterations(solver: impl IntoIterator<Item = (usize, f64)>, distance: f64) -> Option<f64> {
    let mut before: Option<(f64, f64)> = None;
    for (steps, here) in solver {
        let steps = steps as f64;
        if here <= distance {
            let Some((from, there)) = before else { return Some(steps) };
            let share = (there / distance).ln() / (there / here).ln();
            return Some(from * (steps / from).powf(share));
        }
        before = Some((steps, here));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_points_it_is_a_line_of_logarithms() {
        let worth = |distance| equivalent_iterations([(1, 1.0), (4, 0.25), (9, 0.1)], distance);
        assert_eq!((worth(2.0), worth(1.0), worth(0.25), worth(0.05)), (Some(1.0), Some(1.0), Some(4.0), None));
        assert!((worth(0.5).unwrap() - 2.0).abs() < 1e-12);
    }
}
