//! Parses, dispatches, prints the error and its hints, sets the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    vinhdanh::cli::main()
}
