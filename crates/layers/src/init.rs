//! First values of parameters.

use latent_numeric::random::Stream;
use latent_numeric::{Scalar, linalg};
use ndarray::{Array2, ArrayD, Dimension, IxDyn};

/// How the first value of a parameter is drawn.
///
/// For a weight of shape (outputs, inputs, kernel...), `fan_in` is inputs times kernel elements and `fan_out` outputs times
/// kernel elements, as in PyTorch. `gain` compensates for what the activation after the layer takes of the variance:
/// 1 for none, `sqrt(2)` for a rectifier, 5/3 for `tanh`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All elements zero.
    Zeros,
    /// All elements equal to this value.
    Constant(f64),
    /// Uniform between minus this bound and the bound.
    Uniform(f64),
    /// Normal with this standard deviation.
    Normal(f64),
    /// Uniform with variance `2 gain^2 / (fan_in + fan_out)` (Glorot and Bengio 2010, equation 16).
    XavierUniform {
        /// See the type.
        gain: f64,
    },
    /// Normal with that variance.
    XavierNormal {
        /// See the type.
        gain: f64,
    },
    /// Uniform with variance `gain^2 / fan_in` (He et al. 2015, equation 10, with `gain = sqrt(2)`).
    KaimingUniform {
        /// See the type.
        gain: f64,
    },
    /// Normal with that variance.
    KaimingNormal {
        /// See the type.
        gain: f64,
    },
    /// Normal with variance `1 / fan_in` (LeCun et al. 1998, section 4.6).
    LeCunNormal,
    /// A random matrix (outputs, inputs times kernel) with orthonormal rows or columns, whichever are fewer, times the gain
    /// (Saxe, McClelland and Ganguli 2014).
    Orthogonal {
        /// See the type.
        gain: f64,
    },
}

impl Default for Init {
    /// Uniform in `+- 1 / sqrt(fan_in)`: what PyTorch does for linear layers and convolutions.
    fn default() -> Self {
        Self::KaimingUniform { gain: 1.0 / 3.0_f64.sqrt() }
    }
}

impl Init {
    /// Draws an array of this shape.
    ///
    /// ```
    /// use latent_layers::Init;
    /// use latent_numeric::random::Stream;
    ///
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// let w = Init::Orthogonal { gain: 1.0 }.array::<f64>(&[2, 3], &mut stream);
    /// let row = |i: usize| w.index_axis(ndarray::Axis(0), i).into_owned();
    /// assert!((&row(0) * &row(1)).sum().abs() < 1e-12);
    /// assert!(((&row(0) * &row(0)).sum() - 1.0).abs() < 1e-12);
    /// ```
    pub fn array<E: Scalar>(self, shape: &[usize], stream: &mut Stream) -> ArrayD<E> {
        let kernel: usize = shape.iter().skip(2).product();
        let fan = |axis: usize| (shape.get(axis).copied().unwrap_or(1) * kernel).max(1) as f64;
        let (fan_out, fan_in) = (fan(0), fan(1));
        let shape = IxDyn(shape);
        let mut uniform =
            |bound: f64| stream.uniform_array::<E, _, _>(shape.clone()) * E::of(2.0 * bound) - E::of(bound);
        match self {
            Self::Zeros => ArrayD::zeros(shape),
            Self::Constant(value) => ArrayD::from_elem(shape, E::of(value)),
            Self::Uniform(bound) => uniform(bound),
            Self::XavierUniform { gain } => uniform(gain * (6.0 / (fan_in + fan_out)).sqrt()),
            Self::KaimingUniform { gain } => uniform(gain * (3.0 / fan_in).sqrt()),
            Self::Normal(std) => normal(shape, std, stream),
            Self::XavierNormal { gain } => normal(shape, gain * (2.0 / (fan_in + fan_out)).sqrt(), stream),
            Self::KaimingNormal { gain } => normal(shape, gain / fan_in.sqrt(), stream),
            Self::LeCunNormal => normal(shape, 1.0 / fan_in.sqrt(), stream),
            Self::Orthogonal { gain } => orthogonal(&shape, gain, stream),
        }
    }
}

fn normal<E: Scalar>(shape: IxDyn, std: f64, stream: &mut Stream) -> ArrayD<E> {
    stream.normal_array::<E, _, _>(shape) * E::of(std)
}

/// `U V'` of the singular value decomposition of a matrix of normal numbers is distributed uniformly.
fn orthogonal<E: Scalar>(shape: &IxDyn, gain: f64, stream: &mut Stream) -> ArrayD<E> {
    let outputs = if shape.ndim() == 0 { 1 } else { shape[0] };
    let len = shape.size();
    if len == 0 {
        return ArrayD::zeros(shape.clone());
    }
    let draws: Array2<E> = stream.normal_array((outputs, len / outputs));
    let factors = linalg::svd(draws.view()).expect("finite numbers have singular values");
    let product = factors.u.dot(&factors.vt) * E::of(gain);
    product.into_dyn().into_shape_with_order(shape.clone()).expect("the same elements")
}
