//! Recurrent layers take up a sequence where they left it.

use latent_layers::{Context, Gru, Lstm};
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::Slice;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn two_parts_are_the_whole(seed: u64, layers in 1_usize..4, steps in 2_usize..6, cut in 1_usize..5) {
        prop_assume!(cut < steps);
        let mut stream = Stream::new(seed, "initialisation", &[]);
        let context = Context::evaluate();
        let gru = Gru::<f64>::new(2, 3, layers, &mut stream).unwrap();
        let lstm = Lstm::<f64>::new(2, 3, layers, &mut stream).unwrap();
        let x = Tensor::constant(stream.normal_array::<f64, _, _>([4, steps, 2].as_slice()));
        let parts = [x.slice_axis(1, Slice::from(..cut)), x.slice_axis(1, Slice::from(cut..))];
        let joined = |parts: [Tensor<f64>; 2]| Tensor::concatenate(&parts, 1).to_array();

        let (whole, last) = gru.run(&x, None, &context).unwrap();
        let (first, h) = gru.run(&parts[0], None, &context).unwrap();
        let (second, h) = gru.run(&parts[1], Some(&h), &context).unwrap();
        prop_assert_eq!(joined([first, second]), whole.to_array());
        prop_assert_eq!(h.to_array(), last.to_array());

        let (whole, last) = lstm.run(&x, None, &context).unwrap();
        let (first, [h, c]) = lstm.run(&parts[0], None, &context).unwrap();
        let (second, state) = lstm.run(&parts[1], Some([&h, &c]), &context).unwrap();
        prop_assert_eq!(joined([first, second]), whole.to_array());
        prop_assert_eq!(state.map(|s| s.to_array()), last.map(|s| s.to_array()));
    }
}
