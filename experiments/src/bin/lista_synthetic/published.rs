//! What others report of the same problem.

use super::{Config, Noise};

/// The NMSE in dB after 16 layers on 256 numbers and 512 atoms, by the name of the network, where these are the setup of
/// the configuration; none elsewhere.
///
/// Chen, Chen, Chen, Heaton, Liu, Wang and Yin, *Learning to optimize: a primer and a benchmark*, JMLR 2022, figure 5, read
/// to about 1 dB.
pub fn nmse_db(config: &Config) -> Vec<(&'static str, f64)> {
    if (config.features, config.atoms, config.layers) != (256, 512, 16) || config.density != 0.1 {
        return Vec::new();
    }
    match config.noise {
        Noise::Noiseless => {
            vec![("LISTA", -35.0), ("LISTA-CP", -30.0), ("LISTA-CPSS", -63.0), ("ALISTA", -78.0), ("GLISTA", -55.0)]
        }
        Noise::Snr(20.0) => {
            vec![("LISTA", -18.4), ("LISTA-CP", -14.8), ("LISTA-CPSS", -20.0), ("ALISTA", -20.0), ("GLISTA", -22.0)]
        }
        Noise::Snr(_) => Vec::new(),
    }
}
