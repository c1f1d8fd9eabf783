//! Any bytes to the two readers of safetensors: weights into a module, and checkpoints.
#![no_main]

use latent_layers::{BatchNorm, Linear, LoadOptions, Sequential, load_bytes, to_bytes};
use latent_numeric::random::Stream;
use latent_train::checkpoint::Checkpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut stream = Stream::new(0, "initialisation", &[]);
    // With state beside its parameters, a count among it.
    let model: Sequential<f32> = Sequential::new().then(Linear::new(2, 3, &mut stream)).then(BatchNorm::new(3));
    for lenient in [false, true] {
        let before = to_bytes(&model);
        match load_bytes(&model, bytes, LoadOptions { allow_missing: lenient, allow_unexpected: lenient }) {
            Ok(_) => {
                let after = to_bytes(&model);
                load_bytes(&model, &after, LoadOptions::default()).unwrap();
                assert_eq!(to_bytes(&model), after);
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                assert_eq!(to_bytes(&model), before, "a module changes whole or not at all");
            }
        }
    }
    // The checksum is not looked at here: what is behind it must stand by itself.
    match Checkpoint::from_bytes(bytes) {
        Ok(checkpoint) => {
            let written = checkpoint.to_bytes();
            assert_eq!(Checkpoint::from_bytes(&written).unwrap().to_bytes(), written);
        }
        Err(reason) => assert!(!reason.is_empty()),
    }
});
