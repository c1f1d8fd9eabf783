//! The draws of numpy's legacy generator `numpy.random.RandomState`, bit for bit.
//!
//! Numpy has frozen this generator (NEP 19): MT19937 seeded by Knuth's recurrence, doubles of 53 bits
//! from two words, normal draws by Marsaglia's polar method with its second value kept for the next
//! call, and shuffles by masked rejection.

use rand_mt::Mt;

/// `numpy.random.RandomState(seed)`.
pub struct RandomState {
    words: Mt,
    kept_normal: Option<f64>,
}

impl RandomState {
    pub fn new(seed: u32) -> Self {
        Self { words: Mt::new(seed), kept_normal: None }
    }

    /// `random_sample()`: uniform on `[0, 1)`.
    pub fn random_sample(&mut self) -> f64 {
        let high = f64::from(self.words.next_u32() >> 5);
        let low = f64::from(self.words.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// `randn()`: standard normal.
    pub fn randn(&mut self) -> f64 {
        if let Some(kept) = self.kept_normal.take() {
            return kept;
        }
        loop {
            let x1 = 2.0 * self.random_sample() - 1.0;
            let x2 = 2.0 * self.random_sample() - 1.0;
            let r2 = x1 * x1 + x2 * x2;
            if r2 < 1.0 && r2 != 0.0 {
                let f = (-2.0 * r2.ln() / r2).sqrt();
                self.kept_normal = Some(f * x1);
                return f * x2;
            }
        }
    }

    /// `permutation(n)`.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for last in (1..n).rev() {
            let mask = u32::MAX >> (last as u32).leading_zeros();
            let pick = loop {
                let word = (self.words.next_u32() & mask) as usize;
                if word <= last {
                    break word;
                }
            };
            order.swap(last, pick);
        }
        order
    }
}
