//! `key`: a fresh API key.

use std::io::Read as _;

use clap::Args;
use sha2::{Digest, Sha256};

use crate::app::hex;
use crate::diagnostic::{Code, Failure};

/// Make an API key.
#[derive(Args)]
pub struct Key {
    /// Who will use it; stands in logs and limits, so no person's name
    label: String,
}

impl Key {
    /// Prints the key on stderr, once, and on stdout the line for the key file.
    pub fn run(self) -> Result<(), Failure> {
        if self.label.is_empty() || self.label.contains(char::is_whitespace) {
            return Err(Failure::one(
                Code::BadRequest,
                "nhãn không được có khoảng trống",
                "the label must not hold white space",
            ));
        }
        let mut random = [0; 32];
        std::fs::File::open("/dev/urandom")
            .and_then(|mut source| source.read_exact(&mut random))
            .map_err(Failure::internal)?;
        let key = format!("vd_{}", hex(&random));
        eprintln!("khóa (chỉ hiện một lần): {key}");
        put!("{} {}", self.label, hex(&Sha256::digest(key.as_bytes())));
        Ok(())
    }
}
