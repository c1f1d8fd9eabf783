//! The basis pursuit denoising problem of SPORCO's notebook `sc/bpdn_cmp`; see `golden/bpdn.py`.

use super::numpy_random::RandomState;
use ndarray::{Array1, Array2};

/// What is known of [`problem`], printed by `golden/bpdn.py`.
pub struct Golden {
    /// `min 1/2 ||s - D x||^2 + lambda ||x||_1`.
    pub minimum: f64,
    /// `1/2 ||s - D x*||^2`.
    pub data_term: f64,
    /// `||x*||_1`.
    pub l1_norm: f64,
    /// `||x*||_2`.
    pub l2_norm: f64,
    /// Non-zeros of x*.
    pub support_size: usize,
    /// The entry of x* with the largest magnitude.
    pub largest: (usize, f64),
    /// `||D||_2^2`, the Lipschitz constant of the gradient.
    pub lipschitz: f64,
    /// `||D' s||_inf`, from which on the code is zero.
    pub lambda_max: f64,
    /// `(k, F_k - F*)` of ISTA with the fixed step `1 / lipschitz` from zero.
    pub ista: [(usize, f64); 3],
    /// The same for FISTA.
    pub fista: [(usize, f64); 3],
}

pub const GOLDEN: Golden = Golden {
    minimum: 819.419_259_480_855_3,
    data_term: 88.572_439_611_532_64,
    l1_norm: 24.525_061_069_440_355,
    l2_norm: 5.600_039_464_223_468,
    support_size: 78,
    largest: (1632, -2.689_863_554_699_891_2),
    lipschitz: 4_610.517_651_173_404,
    lambda_max: 1_229.585_668_536_535,
    ista: [(10, 1_027.451_084_291_747), (50, 324.495_022_785_760_06), (100, 42.169_680_891_620_26)],
    fista: [(10, 742.415_439_862_435_5), (50, 0.677_443_035_657_347_5), (100, 0.002_385_990_992_252_118_3)],
};

/// The dictionary (512, 2048), the signal (512) and lambda.
pub fn problem() -> (Array2<f64>, Array1<f64>, f64) {
    let (rows, atoms, nonzeros, sigma) = (512, 2048, 32, 0.5);
    let mut random = RandomState::new(12345);
    let dictionary = Array2::from_shape_simple_fn((rows, atoms), || random.randn());
    // The notebook permutes one number less than there are atoms.
    let order = random.permutation(atoms - 1);
    let mut code = Array1::zeros(atoms);
    for &i in &order[..nonzeros] {
        code[i] = random.randn();
    }
    let noise = Array1::from_shape_simple_fn(rows, || sigma * random.randn());
    let signal = dictionary.dot(&code) + noise;
    (dictionary, signal, 29.8)
}
