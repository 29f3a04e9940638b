//! The program `postlunch`: a thin door to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    postlunch::cli::main()
}
