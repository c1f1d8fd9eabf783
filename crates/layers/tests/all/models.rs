//! The models of `golden/torch_layers.py`.

use latent_layers::{
    Activation, AvgPool2d, BatchNorm, Context, Conv2d, Conv2dOptions, ConvTranspose2d, ConvTranspose2dOptions,
    Embedding, Flatten, GlobalAvgPool, GroupNorm, Gru, InstanceNorm, Interpolation, Layer, LayerError, LayerNorm,
    Linear, Lstm, MaxPool2d, Module, Pool2dOptions, Reshape, Residual, Sequential, Upsample, Visitor,
};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{ArrayD, s};

/// Whatever a model is applied to.
pub enum Input<E: Scalar> {
    Tensor(Tensor<E>),
    Indices(ArrayD<usize>),
}

/// A model and its call.
pub enum Model<E: Scalar> {
    Layer(Box<dyn Layer<E>>),
    Gru(Gru<E>),
    Lstm(Lstm<E>),
    Embedding(Embedding<E>),
    Words(Words<E>),
}

impl<E: Scalar> Model<E> {
    fn new(layer: impl Layer<E> + 'static) -> Self {
        Self::Layer(Box::new(layer))
    }

    pub fn module(&self) -> &dyn Module<E> {
        match self {
            Self::Layer(layer) => layer,
            Self::Gru(gru) => gru,
            Self::Lstm(lstm) => lstm,
            Self::Embedding(embedding) => embedding,
            Self::Words(words) => words,
        }
    }

    /// The output, and the last states of recurrent layers.
    pub fn apply(&self, input: &Input<E>, context: &mut Context) -> (Tensor<E>, Vec<Tensor<E>>) {
        match (self, input) {
            (Self::Layer(layer), Input::Tensor(x)) => (layer.forward(x, context).unwrap(), vec![]),
            (Self::Gru(gru), Input::Tensor(x)) => {
                let (y, h) = gru.run(x, None, context).unwrap();
                (y, vec![h])
            }
            (Self::Lstm(lstm), Input::Tensor(x)) => {
                let (y, last) = lstm.run(x, None, context).unwrap();
                (y, last.into())
            }
            (Self::Embedding(embedding), Input::Indices(i)) => (embedding.look_up(i.view(), context).unwrap(), vec![]),
            (Self::Words(words), Input::Indices(i)) => (words.classify(i, context).unwrap(), vec![]),
            _ => panic!("the model takes another kind of input"),
        }
    }
}

pub struct AutoEncoder<E: Scalar> {
    encoder: Sequential<E>,
    decoder: Sequential<E>,
}

impl<E: Scalar> AutoEncoder<E> {
    pub fn new(stream: &mut Stream) -> Self {
        let down = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
        let up = ConvTranspose2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
        let encoder = Sequential::new()
            .then(Conv2d::new(1, 4, [4, 4], down, stream).unwrap())
            .then(BatchNorm::new(4))
            .then(Activation::LeakyRelu(0.2))
            .then(Conv2d::new(4, 6, [3, 3], down, stream).unwrap().without_bias())
            .then(GroupNorm::new(3, 6).unwrap())
            .then(Activation::Silu)
            .then(Flatten)
            .then(Linear::new(24, 3, stream));
        let decoder = Sequential::new()
            .then(Linear::new(3, 24, stream))
            .then(Activation::Relu)
            .then(Reshape::new(&[6, 2, 2]))
            .then(ConvTranspose2d::new(6, 4, [4, 4], up, stream).unwrap())
            .then(BatchNorm::new(4))
            .then(Activation::Tanh)
            .then(ConvTranspose2d::new(4, 1, [4, 4], up, stream).unwrap())
            .then(Activation::Sigmoid);
        Self { encoder, decoder }
    }
}

impl<E: Scalar> Module<E> for AutoEncoder<E> {
    fn kind(&self) -> &'static str {
        "auto_encoder"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.module("encoder", &self.encoder);
        visitor.module("decoder", &self.decoder);
    }
}

impl<E: Scalar> Layer<E> for AutoEncoder<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let codes = context.apply("encoder", &self.encoder, x)?;
        context.apply("decoder", &self.decoder, &codes)
    }
}

pub struct Words<E: Scalar> {
    embedding: Embedding<E>,
    gru: Gru<E>,
    head: Linear<E>,
}

impl<E: Scalar> Words<E> {
    pub fn classify(&self, words: &ArrayD<usize>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let x = context.within("embedding", |context| self.embedding.look_up(words.view(), context))?;
        let (_, last) = context.within("gru", |context| self.gru.run(&x, None, context))?;
        context.apply("head", &self.head, &last.slice(s![-1, .., ..]))
    }
}

impl<E: Scalar> Module<E> for Words<E> {
    fn kind(&self) -> &'static str {
        "words"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.module("embedding", &self.embedding);
        visitor.module("gru", &self.gru);
        visitor.module("head", &self.head);
    }
}

/// All cases by name.
pub fn models<E: Scalar>(seed: u64) -> Vec<(&'static str, Model<E>)> {
    let stream = &mut Stream::new(seed, "initialisation", &[]);
    let convolution = Conv2dOptions { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2 };
    let transposed =
        ConvTranspose2dOptions { stride: [2, 3], padding: [1, 0], output_padding: [1, 2], dilation: [2, 1], groups: 2 };
    let windows = Pool2dOptions { kernel: [3, 3], stride: [2, 2], padding: [1, 1] };
    let averages = Pool2dOptions { kernel: [3, 2], stride: [2, 1], padding: [1, 0] };
    let mlp = Sequential::new().then(Linear::new(3, 6, stream)).then(Activation::Gelu).then(Linear::new(6, 3, stream));
    let wider = Sequential::new().then(Linear::new(3, 4, stream)).then(Activation::Elu(0.7));
    let activations = Sequential::new()
        .then(Activation::Softplus)
        .then(Activation::SoftThreshold(0.3))
        .then(Activation::LogSoftmax)
        .then(Activation::Softmax);
    let words = Words {
        embedding: Embedding::new(7, 4, stream),
        gru: Gru::new(4, 5, 1, stream).unwrap(),
        head: Linear::new(5, 2, stream),
    };
    let eps = |layer: BatchNorm<E>| layer.with_eps(1e-3).and_then(|layer| layer.with_momentum(Some(0.3))).unwrap();
    vec![
        ("linear", Model::new(Linear::new(5, 3, stream))),
        ("linear_without_bias", Model::new(Linear::new(5, 3, stream).without_bias())),
        ("conv2d", Model::new(Conv2d::new(4, 6, [3, 2], convolution, stream).unwrap())),
        ("conv_transpose2d", Model::new(ConvTranspose2d::new(4, 6, [3, 2], transposed, stream).unwrap())),
        ("max_pool2d", Model::new(MaxPool2d::new(windows).unwrap())),
        ("avg_pool2d", Model::new(AvgPool2d::new(averages).unwrap())),
        ("global_avg_pool", Model::new(GlobalAvgPool)),
        ("batch_norm1d", Model::new(BatchNorm::new(3))),
        ("batch_norm2d", Model::new(eps(BatchNorm::new(3)))),
        ("batch_norm_average", Model::new(BatchNorm::new(3).with_momentum(None).unwrap())),
        ("batch_norm_plain", Model::new(BatchNorm::new(3).without_affine().without_running_statistics())),
        ("layer_norm", Model::new(LayerNorm::new(&[4, 3]).unwrap())),
        ("instance_norm", Model::new(InstanceNorm::new(3).with_affine())),
        ("instance_norm_plain", Model::new(InstanceNorm::new(3))),
        ("group_norm", Model::new(GroupNorm::new(2, 4).unwrap().with_eps(1e-3).unwrap())),
        ("embedding", Model::Embedding(Embedding::new(7, 4, stream))),
        ("gru", Model::Gru(Gru::new(3, 5, 2, stream).unwrap())),
        ("gru_without_bias", Model::Gru(Gru::new(3, 5, 1, stream).unwrap().without_bias())),
        ("lstm", Model::Lstm(Lstm::new(3, 5, 2, stream).unwrap())),
        ("lstm_without_bias", Model::Lstm(Lstm::new(3, 5, 1, stream).unwrap().without_bias())),
        ("upsample_nearest", Model::new(Upsample::by([2, 2], Interpolation::Nearest).unwrap())),
        ("upsample_bilinear", Model::new(Upsample::to([5, 7], Interpolation::Bilinear).unwrap())),
        ("residual", Model::new(Residual::new(mlp))),
        ("residual_shortcut", Model::new(Residual::with_shortcut(wider, Linear::new(3, 4, stream).without_bias()))),
        ("activations", Model::new(activations)),
        ("auto_encoder", Model::new(AutoEncoder::new(stream))),
        ("words", Model::Words(words)),
    ]
}

/// A context of training with a stream of its own.
pub fn training(seed: u64) -> Context {
    Context::train(Stream::new(seed, "training", &[]))
}
