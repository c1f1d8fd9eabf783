//! Folders of runs that were never made.

use image::{ImageFormat, Rgb, RgbImage};
use latent_report::{Figure, Picture, Section, Study};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

/// What is written, and what goes wrong.
#[derive(Clone, Copy)]
pub struct Fixture {
    pub seed: u64,
    pub beta: f64,
    pub steps: u64,
    pub done: bool,
}

impl Default for Fixture {
    fn default() -> Self {
        Self { seed: 0, beta: 4.0, steps: 4690, done: true }
    }
}

impl Fixture {
    /// Numbers that look drawn at random.
    fn noise(self, step: u64) -> f64 {
        let mut x = (self.seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ step.wrapping_mul(0xd134_2543_de82_ef95);
        x ^= x >> 31;
        x = x.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x ^= x >> 29;
        (x >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    }

    fn values(self, step: u64, noise: f64) -> Value {
        let t = step as f64 / 500.0;
        let shift = self.noise(u64::MAX) * 1.5;
        let kl = 24.0 * (1.0 - (-t).exp()) / self.beta.sqrt() + noise * 0.8;
        let reconstruction =
            70.0 + 6.0 * self.beta.sqrt() + 470.0 * (-2.2 * t).exp() + 9.0 / (1.0 + t) + noise * 9.0 + shift;
        json!({ "objective": reconstruction + self.beta * kl, "reconstruction": reconstruction, "kl": kl })
    }

    pub fn metrics(self) -> String {
        let mut text = String::new();
        let mut line = |value: Value| writeln!(text, "{value}").unwrap();
        let mut seconds = 0.0;
        for step in (1..=self.steps).filter(|step| *step == 1 || step % 5 == 0 || step % 469 == 0) {
            seconds += 0.06 + 0.01 * self.noise(step + 1_000_000);
            let rate = 1e-3 * 0.5 * (1.0 + (step as f64 / 4690.0 * std::f64::consts::PI).cos());
            let norm = 60.0 * (-(step as f64) / 900.0).exp() + 8.0 + 6.0 * self.noise(step + 2_000_000).abs();
            line(json!({
                "kind": "step", "step": step, "epoch": step / 469, "player": "vae", "samples": 128,
                "values": self.values(step, self.noise(step)), "learning_rate": rate, "gradient_norm": norm, "seconds": seconds,
            }));
            if step % 469 == 0 {
                seconds += 0.45;
                line(json!({
                    "kind": "validation", "step": step, "epoch": step / 469, "values": self.values(step, 0.15),
                    "improved": true, "averaged": false, "seconds": seconds,
                }));
            }
            if step % 1876 == 0 {
                line(json!({
                    "kind": "health", "step": step, "monitor": "posterior_collapse",
                    "message": "3 of 20 latent dimensions are active", "remedy": "lower beta, or warm it up",
                }));
            }
        }
        if self.done {
            line(
                json!({ "kind": "end", "step": self.steps, "epoch": 10, "reason": "all steps were made", "seconds": seconds }),
            );
        }
        text
    }

    /// Writes all files of a run.
    pub fn write(self, folder: &Path) {
        fs::create_dir_all(folder.join("images")).unwrap();
        let config = format!(
            "seed = {}\ndataset = \"mnist\"\nepochs = 10\nbatch_size = 128\nbeta = {:?}\nlatent_dim = 20\nlikelihood = \"bernoulli\"\n\
             [model]\nhidden = [512, 256]\nactivation = \"elu\"\n[optimizer]\nkind = \"adam\"\nlearning_rate = 0.001\n\
             betas = [0.9, 0.999]\n[optimizer.schedule]\nkind = \"cosine\"\nend = 0.0\n",
            self.seed, self.beta
        );
        fs::write(folder.join("config.toml"), config).unwrap();
        let sums: Value = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"]
            .iter()
            .map(|name| {
                ((*name).to_owned(), Value::from("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"))
            })
            .collect();
        let manifest = json!({
            "started": "2026-03-01T12:00:00Z",
            "command": ["/home/somebody/latent/target/debug/vae", "--config", "mnist", "--set", format!("beta={}", self.beta)],
            "version": "0.1.0", "commit": "22b74d5f0c3a5be1f2d06b1d8a7c4be9d5a0e1f2", "debug_assertions": false,
            "data": [{ "name": "mnist", "origin": "/home/somebody/.cache/latent/mnist", "sha256": sums }],
            "threads": 2, "cpu": "A Processor with Two Cores", "cores": 2, "memory_bytes": 16_760_000_000_u64,
            "os": "Linux 12", "arch": "x86_64",
        });
        fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
        fs::write(folder.join("metrics.jsonl"), self.metrics()).unwrap();
        for (name, size) in [
            ("atoms", (306, 306)),
            ("reconstructions", (620, 124)),
            ("samples", (280, 280)),
            ("traversals", (640, 320)),
            ("latent_plane", (560, 560)),
        ] {
            picture(&folder.join(format!("images/{name}.png")), size);
        }
        if self.done {
            fs::write(folder.join("DONE"), "").unwrap();
        }
    }
}

/// Waves in cells, as sheets of atoms look.
fn picture(path: &Path, (width, height): (u32, u32)) {
    let image = RgbImage::from_fn(width, height, |x, y| {
        let (cell_x, cell_y) = (x / 31, y / 31);
        if x % 31 == 0 || y % 31 == 0 {
            return Rgb([236, 236, 236]);
        }
        let angle = f64::from(cell_x * 7 + cell_y * 3) * 0.37;
        let (u, v) = (f64::from(x % 31) - 15.5, f64::from(y % 31) - 15.5);
        let wave = (0.1 + 0.04 * f64::from((cell_x + cell_y) % 6)) * std::f64::consts::TAU / 2.0;
        let value = (wave * (u * angle.cos() + v * angle.sin())).sin() * (-(u * u + v * v) / 90.0).exp();
        let shade = (127.5 + 120.0 * value) as u8;
        Rgb([shade, shade, shade])
    });
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).unwrap();
    fs::write(path, png.get_ref()).unwrap();
}

/// What a study of such a run says.
pub fn study() -> Study {
    let pictures = |title: &str, text: &str, files: &[(&str, &str)]| {
        files.iter().fold(Section::new(title, text), |section, (file, caption)| {
            section.picture(Picture::new(format!("images/{file}.png"), *caption))
        })
    };
    Study::new(
        "Beta-VAE on MNIST",
        "A variational autoencoder with 20 latent dimensions and a Bernoulli likelihood, at beta = 4.",
    )
    .figure(Figure::new("negative ELBO, test", 132.46, "nats").note("importance-weighted bound 128.03 nats"))
    .figure(Figure::new("active units", 9.0, "of 20").note("variance of the mean above 0.01"))
    .section(pictures(
        "Reconstructions and samples",
        "Test digits beside their reconstructions, and digits decoded from the prior.",
        &[
            ("reconstructions", "Test digits (above) and reconstructions (below)"),
            ("samples", "64 samples from the prior"),
            ("atoms", "Filters of the first layer"),
        ],
    ))
    .section(pictures(
        "Latent space",
        "Each row moves one latent dimension from -3 to 3 while the others stay.",
        &[
            ("traversals", "Traversals of ten dimensions, ordered by their KL"),
            ("latent_plane", "Means of the test set on the two most active dimensions"),
        ],
    ))
    .phase("test bounds", Duration::from_secs_f64(7.4))
    .phase("figures", Duration::from_secs_f64(2.1))
}
