//! The IDX reader on any bytes, as they are and packed with gzip.
#![no_main]

use flate2::{Compression, write::GzEncoder};
use latent_datasets::idx;
use libfuzzer_sys::fuzz_target;
use std::io::Write;

/// Far above any input, so that a header may claim more than there is.
const LIMIT: u64 = 1 << 40;

fuzz_target!(|bytes: &[u8]| {
    let plain = idx::read_from(bytes, LIMIT);
    if bytes.starts_with(&[0x1f, 0x8b]) {
        // Packed already; what it holds is any file.
        if let Ok(read) = plain {
            let mut written = Vec::new();
            idx::write_to(&mut written, read.array.view()).unwrap();
            assert_eq!(idx::read_from(&written[..], LIMIT).unwrap(), read);
        }
        return;
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    let unpacked = idx::read_from(&packed.finish().unwrap()[..], LIMIT);
    match (plain, unpacked) {
        (Ok(plain), Ok(unpacked)) => {
            assert_eq!(plain, unpacked);
            let mut written = Vec::new();
            idx::write_to(&mut written, plain.array.view()).unwrap();
            assert_eq!(written, bytes);
        }
        (Err(plain), Err(unpacked)) => assert_eq!(plain.to_string(), unpacked.to_string()),
        (plain, unpacked) => panic!("plain {plain:?}, packed {unpacked:?}"),
    }
});
