//! What is wrong is said.

use latent_layers::{Context, Layer};
use latent_sparse::Dictionary;
use latent_sparse::lasso::{CoordinateDescent, Lasso, LassoParams, Stop};
use latent_sparse::lista::{
    Lista, ListaParams, PredictiveDecomposition, StageWise, SupportSelection, TrainError, losses,
};
use latent_tensor::Tensor;
use ndarray::{Array2, array};
use std::ops::ControlFlow;

fn dictionary() -> Dictionary<f64> {
    Dictionary::new(array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]]).unwrap()
}

#[test]
fn settings() {
    let dictionary = dictionary();
    let refused =
        |problem, params| Lista::new(&Lasso::new(&dictionary, problem).unwrap(), params).unwrap_err().to_string();
    let plain = || LassoParams::new(0.1);
    assert_eq!(refused(plain(), ListaParams::lista(0)), "the number of layers is 0, expected at least 1");
    for (percent, max_percent) in [(-1.0, 10.0), (101.0, 10.0), (f64::NAN, 10.0)] {
        let text = refused(plain(), ListaParams::coupled(2).select(SupportSelection { percent, max_percent }));
        let expected =
            format!("the percentage of selected elements per layer is {percent}, expected a number from 0 to 100");
        assert_eq!(text, expected);
    }
    let selection = SupportSelection { percent: 1.0, max_percent: 100.5 };
    assert_eq!(
        refused(plain(), ListaParams::coupled(2).select(selection)),
        "the largest percentage of selected elements is 100.5, expected a number from 0 to 100"
    );
    assert_eq!(
        refused(LassoParams::fraction_of_max(0.1), ListaParams::lista(2)),
        "the solver LISTA does not support lambda as a fraction of lambda_max"
    );
    assert_eq!(refused(plain().l2(0.1), ListaParams::coupled(2)), "the solver LISTA-CP does not support the l2 term");
    assert_eq!(
        refused(plain().weights(array![1.0, 2.0, 3.0]), ListaParams::ti_lista(2)),
        "the solver TiLISTA does not support weights of atoms without a threshold for each"
    );
}

#[test]
fn inputs() {
    let own = dictionary();
    let network = Lista::new(&Lasso::new(&own, LassoParams::new(0.1)).unwrap(), ListaParams::gated(2)).unwrap();
    let error = network.forward(&Tensor::ones(&[4, 3]), &mut Context::evaluate()).unwrap_err();
    assert_eq!(error.to_string(), "GLISTA: expected (samples, 2), got the shape [4, 3]");
    let x = Tensor::ones(&[4, 2]);
    let error = network.trajectory(&x, Some(&Tensor::ones(&[3, 2])), 2).unwrap_err();
    assert_eq!(error.to_string(), "GLISTA: expected a dictionary (2, 3), got the shape [3, 2]");
    let error = network.trajectory(&x, None, 3).unwrap_err();
    assert_eq!(error.to_string(), "GLISTA: 3 layers were asked for, there are 2");

    let other = Dictionary::new(Array2::eye(2)).unwrap();
    let lasso = Lasso::new(&other, LassoParams::new(0.1)).unwrap();
    let error = lasso.solve(array![[1.0, 2.0]].view(), &network, &Stop::default()).unwrap_err();
    assert_eq!(error.to_string(), "the dictionary of a learned encoder has the shape [2, 2], expected [2, 3]");
    let lasso = Lasso::new(&own, LassoParams::new(0.1).positive()).unwrap();
    let error = lasso.solve(array![[1.0, 2.0]].view(), &network.safeguarded(), &Stop::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the solver GLISTA does not support codes held positive, as it was not built for such a problem"
    );
}

#[test]
fn training() {
    let own = dictionary();
    let lasso = Lasso::new(&own, LassoParams::new(0.1)).unwrap();
    let network = Lista::new(&lasso, ListaParams::coupled(2)).unwrap();
    let x = Tensor::constant(array![[1.2, 1.6]]);
    let train = |schedule: StageWise, scale: f64| {
        let loss = |layers, _| {
            let codes = network.trajectory(&x, None, layers)?.pop().expect("a layer");
            Ok(losses::code_error(&codes, &Tensor::zeros(&[1, 3])) * scale)
        };
        schedule.train(&network, loss, |_| ControlFlow::Continue(())).unwrap_err()
    };
    let error = train(StageWise { learning_rate: -1.0, ..StageWise::default() }, 1.0);
    assert_eq!(error.to_string(), "adam: learning_rate is -1, expected a finite number > 0");
    assert!(matches!(train(StageWise::default(), f64::NAN), TrainError::NonFinite { value } if value.is_nan()));
    let too_many = |layers: usize, _: u64| {
        let codes = network.trajectory(&x, None, layers + 2)?.pop().expect("a layer");
        Ok(codes.sum())
    };
    let error = StageWise::default().train(&network, too_many, |_| ControlFlow::Continue(())).unwrap_err();
    assert_eq!(error.to_string(), "LISTA-CP: 3 layers were asked for, there are 2");

    let learner = |dictionary: &Dictionary<f64>, lambda, alpha| {
        let encoder = Lista::new(&lasso, ListaParams::lista(1)).unwrap();
        PredictiveDecomposition::new(encoder, dictionary, lambda, alpha).err().unwrap().to_string()
    };
    assert_eq!(learner(&own, 0.1, -1.0), "alpha is -1, expected a finite number, at least 0");
    assert_eq!(learner(&own, f64::NAN, 1.0), "lambda is NaN, expected a finite number, at least 0");
    let encoder = Lista::new(&lasso, ListaParams::lista(1)).unwrap();
    let smaller = Dictionary::new(Array2::eye(2)).unwrap();
    let misfit = PredictiveDecomposition::new(encoder, &smaller, 0.1, 1.0).unwrap();
    let x = array![[1.0, 2.0]];
    let error = misfit.loss(x.view(), &mut Context::evaluate(), &CoordinateDescent, &Stop::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "predictive sparse decomposition: expected an encoder that gives codes (1, 2), got the shape [1, 3]"
    );
    let zero = Dictionary::new(array![[1.0, 0.0], [0.0, 0.0]]).unwrap();
    assert_eq!(learner(&zero, 0.1, 1.0), "the squared norm of an atom is 0, expected above 0");
}
