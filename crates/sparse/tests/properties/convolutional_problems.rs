//! Random convolutional problems, and what they are by definition.

use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_sparse::convolutional::{
    Admm, Boundary, Channels, ConvolutionalLasso, ConvolutionalParams, Filters, GreedyCoordinateDescent, Images, Solver,
};
use latent_sparse::lasso::{Fista, Ista, Lambda};
use ndarray::{Array2, Array4};
use proptest::prelude::{Strategy, any};

/// Filters, images of the same number of channels, perhaps a mask, and the settings.
#[derive(Clone, Debug)]
pub struct Problem {
    pub filters: Filters<f64>,
    pub images: Array4<f64>,
    pub mask: Option<Array4<f64>>,
    pub params: ConvolutionalParams<f64>,
}

impl Problem {
    pub fn new(seed: u64, [k, c, h, w]: [usize; 4], (below, right): (usize, usize), options: [bool; 4]) -> Self {
        let [free, masked, separate, zero] = options;
        let mut s = Stream::new(seed, "problem", &[]);
        let channels = if separate { 1 } else { c };
        let mut d: Array4<f64> = s.normal_array((k, channels, h, w));
        if zero && k > 1 {
            d.index_axis_mut(ndarray::Axis(0), 1).fill(0.0);
        }
        let dim = (2, c, h + below, w + right);
        let images: Array4<f64> = s.normal_array(dim);
        // The same for all images, so that they share a dense dictionary.
        let mask = masked.then(|| {
            let pattern = Array4::from_shape_fn((1, channels, dim.2, dim.3), |_| match s.below(4) {
                0 => 0.0,
                1 => s.uniform_in(0.3, 2.0),
                _ => 1.0,
            });
            pattern.broadcast(dim).unwrap().to_owned()
        });
        let mut problem = Self {
            filters: Filters::new(d).unwrap(),
            images,
            mask,
            params: ConvolutionalParams::new(0.0).boundary(if free { Boundary::Free } else { Boundary::Circular }),
        };
        if separate {
            problem.params = problem.params.separate_channels();
        }
        let largest = problem.lasso().lambda_max(problem.view()).unwrap();
        let largest = largest.fold(0.0, |m: f64, &l| m.max(l));
        problem.params.lambda = Lambda::Absolute(s.uniform_in(0.08, 0.6) * largest);
        problem
    }

    /// One of them.
    pub fn fixed() -> Self {
        Self::new(1, [3, 2, 3, 2], (4, 5), [true, true, false, false])
    }

    pub fn lasso(&self) -> ConvolutionalLasso<'_, f64> {
        ConvolutionalLasso::new(&self.filters, self.params).unwrap()
    }

    pub fn view(&self) -> Images<'_, f64> {
        Images { pixels: self.images.view(), mask: self.mask.as_ref().map(|m| m.view()) }
    }

    pub fn lambda(&self) -> f64 {
        match self.params.lambda {
            Lambda::Absolute(lambda) | Lambda::FractionOfMax(lambda) => lambda,
        }
    }

    /// Some maps.
    pub fn start(&self) -> Array4<f64> {
        Stream::new(8, "start", &[]).normal_array(self.lasso().maps_dim(self.images.dim()))
    }
}

/// Problems with every option on and off, down to images as small as a filter and filters of one pixel.
pub fn problems() -> impl Strategy<Value = Problem> {
    let shape = (1_usize..4, 1_usize..4, 1_usize..4, 1_usize..4);
    (any::<u64>(), shape, (0_usize..5, 0_usize..5), any::<[bool; 4]>())
        .prop_map(|(seed, (k, c, h, w), more, options)| Problem::new(seed, [k, c, h, w], more, options))
}

/// Every solver in every variant.
pub fn solvers<E: Scalar>() -> Vec<Box<dyn Solver<E>>> {
    vec![
        Box::new(Ista::default()),
        Box::new(Fista::default()),
        Box::new(Fista::restarted()),
        Box::new(Fista { monotone: true, ..Fista::default() }),
        Box::new(Admm::default()),
        Box::new(Admm { relaxation: 1.0, rho: Some(1.0) }),
        Box::new(GreedyCoordinateDescent),
    ]
}

/// The pixel that coefficient `(i, j)` of a map adds to through pixel `(a, b)` of a filter, if there is one.
fn target(
    problem: &Problem,
    [rows, columns]: [usize; 2],
    (i, j): (usize, usize),
    (a, b): (usize, usize),
) -> Option<(usize, usize)> {
    let (h, w) = problem.filters.size();
    match problem.params.boundary {
        Boundary::Circular => Some(((i + a) % rows, (j + b) % columns)),
        // The last pixel of the filter stands on pixel (i, j).
        Boundary::Free => {
            let (row, column) = ((i + a).checked_sub(h - 1)?, (j + b).checked_sub(w - 1)?);
            (row < rows && column < columns).then_some((row, column))
        }
    }
}

/// `sum_k d_k * z_k` as it is written.
pub fn by_definition(problem: &Problem, maps: &Array4<f64>) -> Array4<f64> {
    let (_, channels, rows, columns) = problem.images.dim();
    let d = problem.filters.array();
    let (k, dc, h, w) = d.dim();
    let mut out = Array4::zeros(problem.images.dim());
    for ((n, map, i, j), &z) in maps.indexed_iter() {
        let (filter, of_channel) = (map % k, map / k);
        for c in 0..dc {
            let channel = if problem.params.channels == Channels::Separate { of_channel } else { c };
            assert!(channel < channels);
            for a in 0..h {
                for b in 0..w {
                    if let Some((row, column)) = target(problem, [rows, columns], (i, j), (a, b)) {
                        out[[n, channel, row, column]] += d[[filter, c, a, b]] * z;
                    }
                }
            }
        }
    }
    out
}

/// The same problem as a lasso: one column for each coefficient of an image (or channel, where these have maps of their
/// own), one row for each of its images, pixels weighted by the roots of the mask.
pub fn dictionary(problem: &Problem) -> (Array2<f64>, Array2<f64>) {
    let (n, channels, rows, columns) = problem.images.dim();
    let [_, maps, map_rows, map_columns] = problem.lasso().maps_dim(problem.images.dim());
    let (sets, of_set) = match problem.params.channels {
        Channels::Shared => (1, channels),
        Channels::Separate => (channels, 1),
    };
    let pixels = of_set * rows * columns;
    let count = maps / sets * map_rows * map_columns;
    let mut dense = Array2::zeros((pixels, count));
    for (column, at) in ndarray::indices((maps / sets, map_rows, map_columns)).into_iter().enumerate() {
        let mut unit = Array4::zeros((n, maps, map_rows, map_columns));
        unit[[0, at.0, at.1, at.2]] = 1.0;
        let image = by_definition(problem, &unit);
        for (pixel, &v) in image.index_axis(ndarray::Axis(0), 0).iter().take(pixels).enumerate() {
            dense[[pixel, column]] = v;
        }
    }
    let mut x = problem.images.to_shape((n * sets, pixels)).unwrap().into_owned();
    if let Some(mask) = &problem.mask {
        let mask = mask.to_shape((n * sets, pixels)).unwrap();
        for pixel in 0..pixels {
            let root = mask[[0, pixel]].sqrt();
            dense.row_mut(pixel).mapv_inplace(|v| v * root);
            x.column_mut(pixel).mapv_inplace(|v| v * root);
        }
    }
    (dense, x)
}
