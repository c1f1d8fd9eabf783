//! Values of NumPy and scikit-learn, made by `tests/golden/make.py`.

use approx::assert_abs_diff_eq;
use latent_datasets::olshausen_field::filter;
use latent_datasets::patches::Grid;
use latent_datasets::whiten::{Kind, Whitening};
use ndarray::{Array2, Axis};

pub fn golden(name: &str) -> Array2<f64> {
    let path = format!("{}/tests/golden/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<Vec<f64>> = text.lines().map(|line| line.split(',').map(|v| v.parse().unwrap()).collect()).collect();
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

#[track_caller]
fn assert_close(found: &Array2<f64>, want: &Array2<f64>) {
    assert_eq!(found.dim(), want.dim());
    for (found, want) in found.iter().zip(want) {
        assert_abs_diff_eq!(found, want, epsilon = 1e-11 * (1.0 + want.abs()));
    }
}

#[test]
fn whitening() {
    let data = golden("whiten_data");
    let whiten = |kind| Whitening::fit(data.view(), kind, 0.0).unwrap().apply(data.view());
    assert_close(&whiten(Kind::Zca), &golden("whiten_zca"));
    // Principal directions have no sign of their own.
    let (mut found, want) = (whiten(Kind::Pca { components: None }), golden("whiten_pca"));
    for (mut found, want) in found.columns_mut().into_iter().zip(want.columns()) {
        let sign = found.dot(&want).signum();
        found *= sign;
    }
    assert_close(&found, &want);
}

#[test]
fn the_filter_of_olshausen_and_field() {
    let filtered = filter(golden("filter_image").view(), 0.4).unwrap();
    assert_close(&filtered, &golden("filter_result"));
}

#[test]
fn patches_and_reassembly() {
    let image = golden("filter_image").insert_axis(Axis(0));
    let grid = Grid::new(image.dim(), (3, 4), (1, 1)).unwrap();
    assert_eq!(grid.extract(image.view()), golden("patches"));
    let whole = grid.reassemble(golden("patches_changed").view()).index_axis_move(Axis(0), 0);
    assert_close(&whole, &golden("patches_reassembled"));
}
