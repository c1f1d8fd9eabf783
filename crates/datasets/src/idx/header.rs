//! The header of an IDX file: magic number and sizes.

use super::IdxFault;

pub(super) const UNSIGNED_BYTE: u8 = 0x08;
pub(super) const MAX_RANK: usize = 4;

/// Checks a magic number and returns the number of dimensions.
pub(super) fn rank(magic: [u8; 4]) -> Result<usize, IdxFault> {
    match magic {
        [0, 0, UNSIGNED_BYTE, rank] if (1..=MAX_RANK).contains(&usize::from(rank)) => Ok(rank.into()),
        [0, 0, UNSIGNED_BYTE, rank] => Err(IdxFault::Rank { found: rank }),
        [0, 0, code @ (0x09 | 0x0b..=0x0e), _] => Err(IdxFault::ElementType { code }),
        found => Err(IdxFault::Magic { found }),
    }
}

/// The number of elements, if it and the array's own bookkeeping stay within the limit.
pub(super) fn volume(sizes: &[u32], limit: u64) -> Result<u64, IdxFault> {
    // `ndarray` counts sizes of zero as one when it checks a shape, so they may not hide the others.
    let bound = sizes.iter().try_fold(1_u64, |n, &size| n.checked_mul(u64::from(size.max(1))));
    match bound {
        Some(bound) if bound <= limit && usize::try_from(bound).is_ok() => {
            Ok(if sizes.contains(&0) { 0 } else { bound })
        }
        _ => Err(IdxFault::TooLarge { sizes: sizes.to_vec(), limit }),
    }
}

/// Whether a file starts like a web page.
pub(super) fn is_html(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let starts = |tag: &[u8]| head.get(..tag.len()).is_some_and(|h| h.eq_ignore_ascii_case(tag));
    [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<!--", b"<?xml"].into_iter().any(starts)
}
