//! Figures: curves and bars in panels side by side, as SVG and PNG.
//!
//! A figure is drawn once, as SVG; the PNG (feature `png`) is that SVG rasterised by `resvg` with
//! the embedded typeface, so that both look the same on every machine and need no system font.
//! Colours are those of Okabe and Ito (2008), which people with any colour vision can tell apart; on
//! a dark page the SVG is dark.
//! A curve keeps its colour over all panels, and one legend names them.
//!
//! ```
//! use latent_report::plot::{Axis, Figure, Panel};
//!
//! let gap: Vec<(f64, f64)> = (1..100).map(|k| (k as f64, 1.0 / (k as f64).powi(2))).collect();
//! let figure = Figure::new("Convergence").panel(
//!     Panel::new(Axis::linear("iteration"), Axis::log("objective − optimum")).curve("FISTA", gap),
//! );
//! assert!(figure.svg().starts_with("<svg"));
//! # #[cfg(feature = "png")]
//! assert_eq!(figure.png(2.0)?[1..4], *b"PNG");
//! # Ok::<(), latent_report::plot::PlotError>(())
//! ```

mod axis;
mod confusion;
mod draw;
mod error;
mod figure;
mod files;
mod histogram;
mod panel;
mod plane;
mod plates;

pub use axis::Axis;
pub use confusion::confusion;
pub use error::PlotError;
pub use figure::Figure;
pub use histogram::{histogram, histogram_of_counts};
pub use panel::{Bar, Interval, Panel, Place};
pub use plane::{MOST_POINTS, plane};
