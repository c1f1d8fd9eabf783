use super::{Geometry, input, output, weight};
use crate::parallel::with_threads;
use crate::random::Stream;
use proptest::prelude::*;

/// Adds `f(x, w, y)` at the indices of every triple of elements that the form multiplies.
fn triples(g: &Geometry, mut f: impl FnMut(usize, usize, usize)) {
    let (c_group, o_group) = (g.in_channels / g.groups, g.out_channels / g.groups);
    let [h, w] = g.input;
    for n in 0..g.samples {
        for o in 0..g.out_channels {
            for r in 0..g.output[0] {
                for q in 0..g.output[1] {
                    for c in 0..c_group {
                        for i in 0..g.kernel[0] {
                            for j in 0..g.kernel[1] {
                                let u = (g.stride[0] * r + g.dilation[0] * i).wrapping_sub(g.padding[0]);
                                let v = (g.stride[1] * q + g.dilation[1] * j).wrapping_sub(g.padding[1]);
                                if u < h && v < w {
                                    let channel = o / o_group * c_group + c;
                                    f(
                                        ((n * g.in_channels + channel) * h + u) * w + v,
                                        ((o * c_group + c) * g.kernel[0] + i) * g.kernel[1] + j,
                                        ((n * g.out_channels + o) * g.output[0] + r) * g.output[1] + q,
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn pair(from: usize, to: usize) -> impl Strategy<Value = [usize; 2]> {
    [from..to, from..to]
}

/// Any sizes, the output no larger than the padded input allows, or a little smaller.
fn geometries() -> impl Strategy<Value = Geometry> {
    let sizes = (0_usize..41, 1_usize..4, 1_usize..4, 1_usize..4, pair(1, 13));
    (sizes, pair(1, 6), pair(1, 4), pair(0, 4), pair(1, 4), pair(0, 2)).prop_map(
        |((samples, groups, c, o, input), kernel, stride, padding, dilation, less)| {
            let span = |a: usize| dilation[a] * (kernel[a] - 1) + 1;
            let padding = [0, 1].map(|a| padding[a].max(span(a).saturating_sub(input[a]).div_ceil(2)));
            let output = [0, 1].map(|a| {
                let whole = (input[a] + 2 * padding[a] - span(a)) / stride[a] + 1;
                whole.saturating_sub(less[a]).max(1)
            });
            let (in_channels, out_channels) = (groups * c, groups * o);
            Geometry { samples, groups, in_channels, out_channels, input, output, kernel, stride, padding, dilation }
        },
    )
}

fn operands(g: &Geometry, seed: u64) -> [Vec<f64>; 3] {
    let mut stream = Stream::new(seed, "operands", &[]);
    [g.input_shape(), g.weight_shape(), g.output_shape()]
        .map(|shape| (0..shape.iter().product()).map(|_| stream.normal()).collect())
}

/// All three contractions into buffers full of NaN.
fn contractions(g: &Geometry, [x, w, y]: &[Vec<f64>; 3]) -> [Vec<f64>; 3] {
    let [mut dx, mut dw, mut dy] = [x, w, y].map(|operand| vec![f64::NAN; operand.len()]);
    input(g, w, y, None, &mut dx);
    weight(g, x, y, &mut dw);
    output(g, x, w, None, &mut dy);
    [dx, dw, dy]
}

fn defined(g: &Geometry, [x, w, y]: &[Vec<f64>; 3]) -> [Vec<f64>; 3] {
    let [mut dx, mut dw, mut dy] = [x, w, y].map(|operand| vec![0.0; operand.len()]);
    triples(g, |a, b, c| {
        dx[a] += w[b] * y[c];
        dw[b] += x[a] * y[c];
        dy[c] += x[a] * w[b];
    });
    [dx, dw, dy]
}

fn close(got: &[Vec<f64>; 3], want: &[Vec<f64>; 3]) -> bool {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-10 * (1.0 + b.abs());
    got.iter().zip(want).all(|(got, want)| got.len() == want.len() && got.iter().zip(want).all(near))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn agree_with_the_definition(g in geometries(), seed: u64) {
        let operands = operands(&g, seed);
        prop_assert!(close(&contractions(&g, &operands), &defined(&g, &operands)));
    }

    #[test]
    fn a_bias_is_added_to_its_channel(g in geometries(), seed: u64) {
        let [x, w, y] = operands(&g, seed);
        let [dx, _, dy] = contractions(&g, &[x.clone(), w.clone(), y.clone()]);
        let mut stream = Stream::new(seed, "bias", &[]);
        let mut check = |plain: &[f64], channels: usize, pixels: usize, run: &dyn Fn(&[f64], &mut [f64])| {
            let bias: Vec<f64> = (0..channels).map(|_| stream.normal()).collect();
            let mut got = vec![f64::NAN; plain.len()];
            run(&bias, &mut got);
            let want = plain.iter().enumerate().map(|(i, plain)| plain + bias[i / pixels % channels]);
            got.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-12)
        };
        prop_assert!(check(&dy, g.out_channels, g.pixels(), &|b, to| output(&g, &x, &w, Some(b), to)));
        let pixels = g.input[0] * g.input[1];
        prop_assert!(check(&dx, g.in_channels, pixels, &|b, to| input(&g, &w, &y, Some(b), to)));
    }

    /// Single precision has other lanes. Sums of whole numbers are exact, in whatever order.
    #[test]
    fn single_precision_is_exact_on_whole_numbers(g in geometries(), seed: u64) {
        let whole = operands(&g, seed).map(|operand| operand.iter().map(|x| (2.0 * x).round()).collect::<Vec<f64>>());
        let want = defined(&g, &whole);
        let single = |operand: &[f64]| operand.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        let [x, w, y] = [0, 1, 2].map(|i| single(&whole[i]));
        let [mut dx, mut dw, mut dy] = [&x, &w, &y].map(|operand| vec![f32::NAN; operand.len()]);
        input(&g, &w, &y, None, &mut dx);
        weight(&g, &x, &y, &mut dw);
        output(&g, &x, &w, None, &mut dy);
        prop_assert_eq!([dx, dw, dy], [0, 1, 2].map(|i| single(&want[i])));
    }

    #[test]
    fn are_gradients_of_one_form(g in geometries(), seed: u64) {
        let operands = operands(&g, seed);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let results = contractions(&g, &operands);
        let values: Vec<f64> = operands.iter().zip(&results).map(|(a, b)| dot(a, b)).collect();
        let size: f64 = operands[2].iter().zip(&results[2]).map(|(a, b)| (a * b).abs()).sum();
        prop_assert!(values.iter().all(|v| (v - values[0]).abs() <= 1e-12 * (1.0 + size)), "{:?}", values);
    }
}

fn square(samples: usize, groups: usize, channels: [usize; 2], size: usize, kernel: usize) -> Geometry {
    Geometry {
        samples,
        groups,
        in_channels: channels[0],
        out_channels: channels[1],
        input: [size; 2],
        output: [(size + 2 - kernel) / 2 + 1; 2],
        kernel: [kernel; 2],
        stride: [2; 2],
        padding: [1; 2],
        dilation: [1; 2],
    }
}

/// Several samples at once, one at once, rows of one, with a last part that is smaller.
fn large() -> [Geometry; 4] {
    [
        square(37, 1, [3, 8], 28, 4),
        square(19, 1, [32, 16], 14, 4),
        square(3, 2, [4, 6], 150, 5),
        square(1, 1, [8, 16], 101, 3),
    ]
}

#[test]
fn large_ones_agree_with_the_definition() {
    for g in large() {
        let operands = operands(&g, 5);
        assert!(close(&contractions(&g, &operands), &defined(&g, &operands)), "{g:?}");
    }
}

#[test]
fn same_bits_on_every_thread_count() {
    for g in large() {
        let [x, w, y] = operands(&g, 7).map(|operand| operand.iter().map(|&v| v as f32).collect::<Vec<f32>>());
        let bits = || {
            let [mut dx, mut dw, mut dy] = [&x, &w, &y].map(|operand| vec![0.0; operand.len()]);
            input(&g, &w, &y, None, &mut dx);
            weight(&g, &x, &y, &mut dw);
            output(&g, &x, &w, None, &mut dy);
            [dx, dw, dy].map(|values| values.into_iter().map(f32::to_bits).collect::<Vec<_>>())
        };
        let want = with_threads(1, bits).unwrap();
        for threads in [2, 3, 4, 7] {
            assert!(with_threads(threads, bits).unwrap() == want, "{threads} threads, {g:?}");
        }
    }
}

#[test]
#[should_panic(expected = "conv: input, weight and output have [9, 4, 5] elements, not [9, 4, 4]")]
fn slices_of_another_length() {
    let g = Geometry {
        samples: 1,
        groups: 1,
        in_channels: 1,
        out_channels: 1,
        input: [3; 2],
        output: [2; 2],
        kernel: [2; 2],
        stride: [1; 2],
        padding: [0; 2],
        dilation: [1; 2],
    };
    output(&g, &[0.0; 9], &[0.0; 4], None, &mut [0.0; 5]);
}
