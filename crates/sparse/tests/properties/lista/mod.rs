//! Learned encoders.

mod analytic;
mod bad_input;
mod conv_predictive;
mod convolutional;
mod encoders;
mod gradients;
mod layers;
mod training;

use super::problems::Problem;
use latent_layers::Module;
use latent_numeric::random::Stream;
use latent_sparse::lasso::{Lambda, Lasso, LassoParams};
use latent_sparse::lista::{Lista, ListaParams, SupportSelection, Variant};

const LAYERS: usize = 4;

/// Every network that is ISTA before it is trained.
fn like_ista() -> Vec<ListaParams> {
    let all = [
        ListaParams::lista(LAYERS),
        ListaParams::lista(LAYERS).tied(),
        ListaParams::coupled(LAYERS),
        ListaParams::coupled(LAYERS).tied(),
        ListaParams::ti_lista(LAYERS),
        ListaParams::step_sizes(LAYERS),
        ListaParams::gated(LAYERS),
        ListaParams::adaptive(LAYERS),
    ];
    all.map(ListaParams::threshold_per_atom).into()
}

/// The rest.
fn others() -> Vec<ListaParams> {
    let selection = SupportSelection { percent: 10.0, max_percent: 25.0 };
    vec![
        ListaParams::alista(LAYERS).threshold_per_atom(),
        ListaParams::coupled(LAYERS).select(selection).threshold_per_atom(),
        ListaParams::gated(LAYERS).select(selection).threshold_per_atom(),
    ]
}

/// The problem with lambda the same for all samples, and without what most networks do not take.
fn absolute(Problem { params, .. }: &Problem, l2: bool) -> LassoParams<f64> {
    let Lambda::FractionOfMax(fraction) = params.lambda else { unreachable!() };
    let params = LassoParams { lambda: Lambda::Absolute(fraction), ..params.clone() };
    if l2 { params } else { params.l2(0.0) }
}

/// The network after training that went wrong: every parameter off by about this fraction of the largest in it. None
/// for analytic weights of a zero atom, which do not exist.
fn disturbed(lasso: &Lasso<'_, f64>, params: ListaParams, seed: u64, size: f64) -> Option<Lista<f64>> {
    let zero_atom = lasso.dictionary().gram().diag().iter().any(|d| *d == 0.0);
    let impossible = params.variant == Variant::Analytic && zero_atom;
    let network = Lista::new(lasso, params);
    assert_eq!(network.is_err(), impossible);
    let network = network.ok()?;
    let mut stream = Stream::new(seed, "disturbance", &[]);
    for (_, parameter) in network.parameters() {
        let mut elements = parameter.elements();
        let largest = elements.iter().fold(0.1, |m: f64, w| m.max(w.abs()));
        elements.iter_mut().for_each(|w| *w += size * largest * stream.normal::<f64>());
    }
    Some(network)
}
