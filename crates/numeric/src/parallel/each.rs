//! Loops over items in parallel.
//!
//! They are compiled once, here, for all bodies: the generic iterators of `rayon` cost the compiler a hundred times as
//! much as a plain loop, in every crate that calls them.

use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// No thread takes up more than this part of the indices at once.
const PIECES: usize = 256;

/// Calls `work(0)`, ..., `work(count - 1)` in parallel, in no order.
#[inline(never)]
pub fn each_index(count: usize, work: &(dyn Fn(usize) + Sync)) {
    if count <= 1 || rayon::current_num_threads() == 1 {
        (0..count).for_each(work);
    } else {
        (0..count).into_par_iter().with_max_len(count.div_ceil(PIECES)).for_each(work);
    }
}

/// Calls `work(i, item)` for the `i`-th item, in parallel and in no order.
///
/// For items that take a microsecond or more: chunks of a slice, blocks of rows.
///
/// ```
/// let mut x = vec![0.0; 1_000];
/// latent_numeric::parallel::each(x.chunks_mut(300), |i, chunk| chunk.fill(i as f32));
/// assert_eq!((x[0], x[299], x[300], x[999]), (0.0, 0.0, 1.0, 3.0));
/// ```
pub fn each<I: Send>(items: impl IntoIterator<Item = I>, work: impl Fn(usize, I) + Sync) {
    map(items, work);
}

/// `work(i, item)` of the `i`-th item, computed in parallel, in the order of the items.
///
/// ```
/// let lengths = latent_numeric::parallel::map(["sparse", "code"], |i, word| i + word.len());
/// assert_eq!(lengths, [6, 5]);
/// ```
pub fn map<I: Send, T: Send>(items: impl IntoIterator<Item = I>, work: impl Fn(usize, I) -> T + Sync) -> Vec<T> {
    if rayon::current_num_threads() == 1 {
        return items.into_iter().enumerate().map(|(i, item)| work(i, item)).collect();
    }
    let items: Vec<Mutex<(Option<I>, Option<T>)>> =
        items.into_iter().map(|item| Mutex::new((Some(item), None))).collect();
    each_index(items.len(), &|i| {
        let item = unlocked(&items[i]).0.take().expect("each index comes once");
        let result = work(i, item);
        unlocked(&items[i]).1 = Some(result);
    });
    let results = items.into_iter().map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner).1);
    results.map(|result| result.expect("every index came")).collect()
}

pub(super) fn unlocked<T>(slot: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::with_threads;
    use proptest::prelude::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_item_comes_once(count in 0_usize..2_000, threads in 1_usize..5) {
            let items: Vec<String> = (0..count).map(|i| i.to_string()).collect();
            let want: Vec<String> = items.iter().enumerate().map(|(i, item)| format!("{i} {item}")).collect();
            let got = with_threads(threads, || map(items.clone(), |i, item| format!("{i} {item}"))).unwrap();
            prop_assert_eq!(&got, &want);
            let mut places = vec![String::new(); count];
            let both = places.iter_mut().zip(items);
            with_threads(threads, || each(both.collect::<Vec<_>>(), |i, (to, item)| *to = format!("{i} {item}"))).unwrap();
            prop_assert_eq!(&places, &want);
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_items_are_dropped_once() {
        for threads in [1, 3] {
            let counted = std::sync::Arc::new(());
            let items = vec![std::sync::Arc::clone(&counted); 100];
            let result = catch_unwind(AssertUnwindSafe(|| {
                with_threads(threads, || map(items, |i, item| assert!(i != 50, "the fiftieth {item:?}"))).unwrap()
            }));
            assert!(result.is_err());
            assert_eq!(std::sync::Arc::strong_count(&counted), 1);
        }
    }

    #[test]
    fn loops_within_loops() {
        let sums = with_threads(3, || {
            map(0..20_u64, |_, i| map(0..50_u64, |_, j| i * j).into_iter().sum::<u64>()).into_iter().sum::<u64>()
        });
        assert_eq!(sums.unwrap(), 190 * 1225);
    }
}
