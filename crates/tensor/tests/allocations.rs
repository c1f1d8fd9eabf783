//! After a warm-up, training steps allocate nothing large: buffers go from one step to the next.

use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions, Pool2dOptions};
use latent_tensor::{Activation, GradOptions, Tensor, grad};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

const LARGE: usize = 64 << 10;

/// The system's allocator, counting requests for much memory.
struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every request is passed on as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LARGE {
            COUNT.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Gradient descent on a loss, with the parameters changed in place.
fn descend(parameters: &mut [Tensor], loss: impl Fn(&[Tensor]) -> Tensor) {
    let gradients = grad(&[loss(parameters)], parameters, GradOptions::default());
    for (parameter, gradient) in parameters.iter_mut().zip(gradients) {
        parameter.elements_mut().iter_mut().zip(gradient.array()).for_each(|(x, &g)| *x -= 1e-4 * g);
    }
}

/// How often much memory was asked for in a step after the warm-up.
fn large_allocations(shapes: &[&[usize]], loss: impl Fn(&[Tensor]) -> Tensor + Sync) -> Vec<usize> {
    let run = |threads: usize| {
        let work = || {
            let mut stream = Stream::new(1, "parameters", &[]);
            let draw = |&shape: &&[usize]| Tensor::variable((Tensor::normal(shape, &mut stream) * 0.05).to_array());
            let mut parameters: Vec<Tensor> = shapes.iter().map(draw).collect();
            (0..6).for_each(|_| descend(&mut parameters, &loss));
            let before = COUNT.load(Ordering::Relaxed);
            (0..4).for_each(|_| descend(&mut parameters, &loss));
            COUNT.load(Ordering::Relaxed) - before
        };
        with_threads(threads, work).expect("two threads")
    };
    [1, 2].map(run).to_vec()
}

/// One test, as others beside it would be counted too.
#[test]
fn a_step_after_warm_up_allocates_nothing_large() {
    let mut stream = Stream::new(2, "images", &[]);
    let x = Tensor::<f32>::uniform(&[128, 784], &mut stream);
    let network: [&[usize]; 6] = [&[512, 784], &[512], &[256, 512], &[256], &[784, 256], &[784]];
    let mlp = |p: &[Tensor]| {
        let hidden = x.linear(&p[0], Some(&p[1]), Activation::Relu).linear(&p[2], Some(&p[3]), Activation::Tanh);
        hidden.linear(&p[4], Some(&p[5]), Activation::Identity).bce_with_logits(&x).sum()
    };
    assert_eq!(large_allocations(&network, mlp), [0, 0], "fully connected");

    let images = x.reshape(&[128, 1, 28, 28]);
    let filters: [&[usize]; 6] = [&[32, 1, 4, 4], &[32], &[64, 32, 4, 4], &[64], &[64, 1, 4, 4], &[32]];
    let convolutions = |p: &[Tensor]| {
        let options = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
        let hidden = images.conv2d(&p[0], Some(&p[1]), options).batch_norm(Some(&p[5]), None, 1e-5).0.relu();
        let hidden = hidden.conv2d(&p[2], Some(&p[3]), options).leaky_relu(0.2);
        let options = ConvTranspose2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
        let y = hidden.conv_transpose2d(&p[4], None, options).sigmoid();
        (y - images.max_pool2d(Pool2dOptions::new([2, 2]))).square().sum()
    };
    assert_eq!(large_allocations(&filters, convolutions), [0, 0], "convolutions");

    let penalty = |p: &[Tensor]| {
        let point = Tensor::variable(x.array().clone());
        let hidden = point.linear(&p[0], Some(&p[1]), Activation::LeakyRelu(0.2));
        let value = hidden.linear(&p[2], Some(&p[3]), Activation::LeakyRelu(0.2)).sum();
        let slope = grad(&[value], &[point], GradOptions::create_graph()).remove(0);
        (slope.norm(&[1], false) - 1.0).square().mean()
    };
    assert_eq!(large_allocations(&network[..4], penalty), [0, 0], "gradient penalty");
}
