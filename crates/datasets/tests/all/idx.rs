use flate2::{Compression, write::GzEncoder};
use latent_datasets::DatasetError;
use latent_datasets::idx::{self, IdxFault};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn file(code: u8, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, sizes.len() as u8];
    for size in sizes {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(data);
    bytes
}

fn fault(bytes: &[u8]) -> IdxFault {
    idx::read_from(bytes, idx::DEFAULT_LIMIT).unwrap_err()
}

fn array() -> impl Strategy<Value = ArrayD<u8>> {
    prop::collection::vec(0_usize..9, 1..=4).prop_flat_map(|sizes| {
        let len = sizes.iter().product::<usize>();
        prop::collection::vec(any::<u8>(), len)
            .prop_map(move |data| ArrayD::from_shape_vec(IxDyn(&sizes), data).unwrap())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(array in array(), reversed: bool, name in prop::sample::select(vec!["a", "a.gz"])) {
        let view = if reversed { array.t() } else { array.view() };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        idx::write(&path, view.view()).unwrap();
        let read = idx::read(&path).unwrap();
        prop_assert_eq!(&read.array.view(), &view);
        prop_assert!(read.array.is_standard_layout());
        let mut plain = Vec::new();
        idx::write_to(&mut plain, view).unwrap();
        prop_assert_eq!(idx::read_from(&gzip(&plain)[..], 1 << 20).unwrap(), read);
        prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn every_cut_is_noticed(array in array(), cut: prop::sample::Index, packed: bool) {
        let mut bytes = Vec::new();
        idx::write_to(&mut bytes, array.view()).unwrap();
        if packed { bytes = gzip(&bytes); }
        let end = cut.index(bytes.len());
        prop_assert!(idx::read_from(&bytes[..end], 1 << 20).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..64), head: bool) {
        if head { bytes.splice(0..bytes.len().min(3), [0, 0, 8]); }
        let _ = idx::read_from(&bytes[..], 1 << 16);
        let _ = idx::read_from(&gzip(&bytes)[..], 1 << 16);
    }
}

#[test]
fn other_files_are_named() {
    assert!(matches!(fault(b""), IdxFault::ShortHeader { found: 0, expected: 4 }));
    assert!(matches!(fault(&[0, 0, 8]), IdxFault::ShortHeader { found: 3, expected: 4 }));
    assert!(matches!(fault(&[0, 0, 8, 3, 0, 0]), IdxFault::ShortHeader { found: 6, expected: 16 }));
    assert!(matches!(fault(b"PK\x03\x04...."), IdxFault::Magic { found: [b'P', b'K', 3, 4] }));
    assert!(matches!(fault(&file(0x0d, &[1], &[0; 4])), IdxFault::ElementType { code: 0x0d }));
    assert!(matches!(fault(&file(8, &[], &[1])), IdxFault::Rank { found: 0 }));
    assert!(matches!(fault(&file(8, &[1; 5], &[1])), IdxFault::Rank { found: 5 }));
    for page in [&b"<!DOCTYPE html><html>"[..], b"\n <html lang=en>", b"\xef\xbb\xbf<HTML>"] {
        assert!(matches!(fault(page), IdxFault::Html));
        assert!(matches!(fault(&gzip(page)), IdxFault::Html));
    }
}

#[test]
fn counts_that_disagree() {
    let short = file(8, &[2, 3], &[1, 2, 3, 4, 5]);
    let long = file(8, &[2, 3], &[1, 2, 3, 4, 5, 6, 7]);
    for (short, long) in [(short.clone(), long.clone()), (gzip(&short), gzip(&long))] {
        assert!(matches!(fault(&short), IdxFault::TooShort { expected: 6, found: 5, .. }));
        assert!(matches!(fault(&long), IdxFault::TrailingBytes { expected: 6, .. }));
    }
    // Beyond the part that is looked at first.
    let data = vec![3; 5_000];
    assert!(matches!(fault(&file(8, &[5_001], &data)), IdxFault::TooShort { expected: 5_001, found: 5_000, .. }));
    assert!(matches!(fault(&file(8, &[4_999], &data)), IdxFault::TrailingBytes { expected: 4_999, .. }));
}

#[test]
fn sizes_that_overflow_or_exhaust_memory() {
    let most = u32::MAX;
    let sizes: [&[u32]; 5] = [&[most; 4], &[most; 3], &[most], &[0, most, most, most], &[1 << 31, 2]];
    for sizes in sizes {
        for bytes in [file(8, sizes, &[]), gzip(&file(8, sizes, &[]))] {
            assert!(matches!(fault(&bytes), IdxFault::TooLarge { .. }), "{sizes:?}");
        }
    }
    // Within the limit, yet not there: no memory is taken for what has not come.
    assert!(matches!(fault(&file(8, &[1 << 31], &[])), IdxFault::TooShort { found: 0, .. }));
    let limited = idx::read_from(&file(8, &[3, 3], &[0; 9])[..], 8).unwrap_err();
    assert!(matches!(limited, IdxFault::TooLarge { limit: 8, .. }));
}

#[test]
fn damaged_gzip() {
    let good = gzip(&file(8, &[4_000], &(0..4_000_u32).map(|i| (i * i % 251) as u8).collect::<Vec<_>>()));
    for end in [2, 9, 15, good.len() / 2, good.len() - 1] {
        assert!(matches!(fault(&good[..end]), IdxFault::TruncatedGzip { .. }), "cut at {end}");
    }
    let mut wrong_sum = good.clone();
    *wrong_sum.iter_mut().rev().nth(5).unwrap() ^= 1;
    assert!(matches!(fault(&wrong_sum), IdxFault::CorruptGzip { .. }));
    let mut followed = good;
    followed.extend(b"rest");
    assert!(idx::read_from(&followed[..], 1 << 20).is_err());
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train-images-idx3-ubyte.gz");
    let absent = idx::read(&path).unwrap_err();
    assert!(matches!(absent, DatasetError::Io { action: "open", .. }));
    std::fs::write(&path, &gzip(&file(8, &[9], &[0; 9]))[..20]).unwrap();
    let text = idx::read(&path).unwrap_err().to_string();
    assert!(text.contains("train-images-idx3-ubyte.gz") && text.contains("truncated gzip"), "{text}");
}

#[test]
fn what_the_format_cannot_hold_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let array = ArrayD::<u8>::zeros(IxDyn(&[1; 5]));
    assert!(matches!(idx::write(&path, array.view()), Err(DatasetError::Parameter { .. })));
    assert!(matches!(
        idx::write(folder.path().join("no/such/folder"), ArrayD::zeros(IxDyn(&[1])).view()),
        Err(DatasetError::Io { .. })
    ));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
