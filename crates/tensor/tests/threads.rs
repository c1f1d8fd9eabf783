//! Values and gradients of large tensors have the same bits on any number of threads.

use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions, Interpolation, Pool2dOptions};
use latent_tensor::{Activation, GradOptions, Tensor, grad};

type F = fn(&[Tensor]) -> Tensor;

/// Bits of the value, and of the gradients of order one, fused and recorded, with respect to all arguments.
fn bits(shapes: &[&[usize]], f: F) -> Vec<Vec<u32>> {
    let mut stream = Stream::new(3, "arguments", &[]);
    let arguments: Vec<Tensor> =
        shapes.iter().map(|shape| Tensor::variable(Tensor::<f32>::uniform(shape, &mut stream).to_array())).collect();
    let y = f(&arguments);
    let cotangents = vec![Tensor::normal(y.shape(), &mut stream)];
    let mut results = vec![y.clone()];
    for options in [GradOptions::default(), GradOptions::create_graph()] {
        results.extend(grad(std::slice::from_ref(&y), &arguments, options.cotangents(cotangents.clone())));
    }
    results.iter().map(|result| result.array().iter().map(|x| x.to_bits()).collect()).collect()
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    const IMAGE: &[usize] = &[37, 12, 20, 19];
    const MATRIX: &[usize] = &[301, 517];
    let cases: &[(&str, &[&[usize]], F)] = &[
        ("elementwise", &[MATRIX, MATRIX], |x| (&x[0] * &x[1]).tanh() + x[0].gelu() / (x[1].softplus() + 1.0)),
        ("row", &[MATRIX, &[517]], |x| &x[0] * &x[1]),
        ("column", &[MATRIX, &[301, 1]], |x| &x[0] - &x[1]),
        ("channel", &[IMAGE, &[12, 1, 1]], |x| &x[0] * &x[1]),
        ("transposed", &[MATRIX, &[517, 301]], |x| x[0].transpose() * &x[1]),
        ("sum", &[IMAGE], |x| x[0].sum()),
        ("sum of channels", &[IMAGE], |x| x[0].sum_axes(&[0, 2, 3], false)),
        ("sum of the middle", &[IMAGE], |x| x[0].mean_axes(&[1, 2], true)),
        ("norm", &[MATRIX], |x| x[0].norm(&[0], false)),
        ("variance", &[IMAGE], |x| x[0].variance(&[0, 2, 3], 1, false)),
        ("max", &[MATRIX], |x| x[0].max_axes(&[1], false)),
        ("logsumexp", &[MATRIX], |x| x[0].logsumexp(&[1], false)),
        ("softmax", &[MATRIX], |x| x[0].softmax(1)),
        ("log_softmax", &[&[4000, 10]], |x| x[0].log_softmax(1)),
        ("batch_norm", &[IMAGE, &[12], &[12]], |x| x[0].batch_norm(Some(&x[1]), Some(&x[2]), 1e-5).0),
        ("layer_norm", &[MATRIX, &[517], &[517]], |x| x[0].layer_norm(&[1], Some(&x[1]), Some(&x[2]), 1e-5)),
        ("instance_norm", &[IMAGE, &[12], &[12]], |x| x[0].instance_norm(Some(&x[1]), Some(&x[2]), 1e-5)),
        ("group_norm", &[IMAGE, &[12], &[12]], |x| x[0].group_norm(3, Some(&x[1]), Some(&x[2]), 1e-5)),
        ("max_pool2d", &[IMAGE], |x| x[0].max_pool2d(Pool2dOptions::new([2, 3]))),
        ("avg_pool2d", &[IMAGE], |x| x[0].avg_pool2d(Pool2dOptions::new([3, 2]))),
        ("nearest", &[IMAGE], |x| x[0].resize2d([31, 40], Interpolation::Nearest)),
        ("bilinear", &[IMAGE], |x| x[0].resize2d([31, 40], Interpolation::Bilinear)),
        ("matmul", &[MATRIX, &[517, 230]], |x| x[0].matmul(&x[1])),
        ("linear", &[MATRIX, &[230, 517], &[230]], |x| x[0].linear(&x[1], Some(&x[2]), Activation::Sigmoid)),
        ("conv2d", &[IMAGE, &[10, 12, 3, 3], &[10]], |x| {
            x[0].conv2d(&x[1], Some(&x[2]), Conv2dOptions { stride: [2, 1], padding: [1, 1], ..Default::default() })
        }),
        ("conv_transpose2d", &[IMAGE, &[12, 5, 4, 4], &[5]], |x| {
            let options = ConvTranspose2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
            x[0].conv_transpose2d(&x[1], Some(&x[2]), options)
        }),
        ("gru", &[&[6, 150, 20], &[150, 40], &[120, 20], &[120, 40]], |x| {
            x[0].gru(&x[1], [&x[2], &x[3]], [None, None])
        }),
        ("lstm", &[&[6, 150, 20], &[150, 40], &[160, 20], &[160, 40]], |x| {
            x[0].lstm([&x[1], &x[1]], [&x[2], &x[3]], [None, None]).0
        }),
        ("triangular_solve", &[&[60, 60], &[60, 700]], |x| {
            let lower = (x[0].tril() * 0.01) + Tensor::constant(ndarray::Array2::eye(60));
            lower.triangular_solve(&x[1], false)
        }),
    ];
    for &(name, shapes, f) in cases {
        let one = with_threads(1, || bits(shapes, f)).unwrap();
        for threads in [2, 3, 5] {
            assert!(with_threads(threads, || bits(shapes, f)).unwrap() == one, "{name} on {threads} threads");
        }
    }
}
