//! Values over steps, in bounded memory.

/// Neighbouring points of a curve, taken together: their number, mean, lowest and highest value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The number of points with a finite value.
    pub count: u64,
    /// The number of points whose value is not finite.
    pub missing: u64,
    /// The sum of the steps of all points.
    steps: f64,
    /// The sum of the values.
    sum: f64,
    /// The lowest value.
    pub low: f64,
    /// The highest value.
    pub high: f64,
}

impl Bucket {
    fn of(step: u64, value: Option<f64>) -> Self {
        let steps = step as f64;
        match value {
            Some(value) => Self { count: 1, missing: 0, steps, sum: value, low: value, high: value },
            None => Self { count: 0, missing: 1, steps, sum: 0.0, low: f64::INFINITY, high: f64::NEG_INFINITY },
        }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.missing += other.missing;
        self.steps += other.steps;
        self.sum += other.sum;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
    }

    fn points(&self) -> u64 {
        self.count + self.missing
    }

    /// The mean of the points' steps.
    pub fn step(&self) -> f64 {
        self.steps / self.points() as f64
    }

    /// The mean of the finite values, if there are any.
    pub fn mean(&self) -> Option<f64> {
        // Rounding must not put it outside.
        (self.count > 0).then(|| (self.sum / self.count as f64).clamp(self.low, self.high))
    }
}

/// A value over steps that keeps at most [`capacity`](Self::new) buckets, however many points it is given.
///
/// All buckets but the last hold the same number of points, a power of two. When there are too many, neighbours are
/// joined. So what is kept depends on the points alone, and of each bucket the lowest and the highest value are kept.
#[derive(Clone, Debug)]
pub struct Curve {
    capacity: usize,
    width: u64,
    buckets: Vec<Bucket>,
    last_step: Option<u64>,
    out_of_order: u64,
}

impl Curve {
    /// An empty curve that keeps at most so many buckets, rounded up to an even number.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.max(2).next_multiple_of(2);
        Self { capacity, width: 1, buckets: Vec::new(), last_step: None, out_of_order: 0 }
    }

    /// Adds a point; none for a value that is not finite. A point of an earlier step than the last is counted, and not
    /// kept.
    pub fn push(&mut self, step: u64, value: Option<f64>) {
        if self.last_step.is_some_and(|last| last > step) {
            self.out_of_order += 1;
            return;
        }
        let value = value.filter(|value| value.is_finite());
        self.last_step = Some(step);
        let point = Bucket::of(step, value);
        match self.buckets.last_mut().filter(|last| last.points() < self.width) {
            Some(last) => last.join(&point),
            None => self.buckets.push(point),
        }
        if self.buckets.len() > self.capacity {
            self.halve();
        }
    }

    fn halve(&mut self) {
        let join = |pair: &[Bucket]| {
            let mut joined = pair[0];
            pair[1..].iter().for_each(|other| joined.join(other));
            joined
        };
        self.buckets = self.buckets.chunks(2).map(join).collect();
        self.width *= 2;
    }

    /// The curve with at most so many buckets.
    #[must_use]
    pub fn thinned(mut self, capacity: usize) -> Self {
        self.capacity = capacity.max(2).next_multiple_of(2);
        while self.buckets.len() > self.capacity {
            self.halve();
        }
        self
    }

    /// The buckets, in the order of steps.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// The step of the last point.
    pub fn last_step(&self) -> Option<u64> {
        self.last_step
    }

    /// The number of points that were left out because their step is before the last one.
    pub fn out_of_order(&self) -> u64 {
        self.out_of_order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve(values: &[Option<f64>], capacity: usize) -> Curve {
        let mut curve = Curve::new(capacity);
        (1..).zip(values).for_each(|(step, value)| curve.push(step, *value));
        curve
    }

    proptest! {
        #[test]
        fn thinning_keeps_extremes_means_and_counts(
            values in prop::collection::vec(prop::option::weighted(0.95, -1e3..1e3), 0..600),
            capacity in 2_usize..40,
        ) {
            let curve = curve(&values, capacity);
            prop_assert!(curve.buckets().len() <= capacity.next_multiple_of(2));
            let finite: Vec<f64> = values.iter().flatten().copied().collect();
            let fold = |f: fn(f64, f64) -> f64, start| finite.iter().copied().fold(start, f);
            let (low, high) = (fold(f64::min, f64::INFINITY), fold(f64::max, f64::NEG_INFINITY));
            let buckets = curve.buckets();
            prop_assert_eq!(buckets.iter().map(|b| b.low).fold(f64::INFINITY, f64::min), low);
            prop_assert_eq!(buckets.iter().map(|b| b.high).fold(f64::NEG_INFINITY, f64::max), high);
            prop_assert_eq!(buckets.iter().map(|b| b.count).sum::<u64>(), finite.len() as u64);
            prop_assert_eq!(buckets.iter().map(|b| b.missing).sum::<u64>(), (values.len() - finite.len()) as u64);
            let weighted: f64 = buckets.iter().map(|b| b.mean().unwrap_or(0.0) * b.count as f64).sum();
            prop_assert!((weighted - finite.iter().sum::<f64>()).abs() < 1e-6);
            prop_assert!(buckets.windows(2).all(|pair| pair[0].step() < pair[1].step()));
            prop_assert!(buckets.iter().all(|b| b.mean().is_none_or(|mean| (b.low..=b.high).contains(&mean))));
        }

        #[test]
        fn a_bucket_is_a_run_of_neighbours(count in 1_usize..500, capacity in 2_usize..30) {
            let curve = curve(&vec![Some(1.0); count], capacity);
            let mut next = 1.0;
            for bucket in curve.buckets() {
                let last = next + bucket.count as f64 - 1.0;
                prop_assert_eq!(bucket.step(), f64::midpoint(next, last));
                next = last + 1.0;
            }
            prop_assert_eq!(next, count as f64 + 1.0);
        }

        #[test]
        fn thinning_later_is_thinning_at_once(count in 1_usize..500, small in 2_usize..10) {
            let values: Vec<_> = (0..count).map(|i| Some((i * i % 37) as f64)).collect();
            let (late, soon) = (curve(&values, 64).thinned(small), curve(&values, small));
            prop_assert_eq!(late.buckets(), soon.buckets());
        }
    }

    #[test]
    fn few_points_are_all_kept() {
        let curve = curve(&[Some(3.0), Some(f64::NAN), Some(1.0), Some(2.0)], 10);
        let means: Vec<_> = curve.buckets().iter().map(Bucket::mean).collect();
        assert_eq!(means, [Some(3.0), None, Some(1.0), Some(2.0)]);
        assert_eq!(curve.last_step(), Some(4));
    }

    #[test]
    fn steps_that_go_back_are_counted() {
        let mut curve = Curve::new(10);
        [5, 7, 6, 7, 8].into_iter().for_each(|step| curve.push(step, Some(0.0)));
        assert_eq!((curve.buckets().len(), curve.out_of_order()), (4, 1));
    }
}
