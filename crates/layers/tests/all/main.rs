//! The layers held to PyTorch and to their own mathematics.

mod checkpoints;
mod derive;
mod golden;
mod gradients;
mod init;
mod models;
mod modes;
mod recurrent;
mod shapes;
mod state_dict;
mod threads;
