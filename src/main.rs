//! The binary: hands the arguments to the command line and its status to the system.

use std::process::ExitCode;

fn main() -> ExitCode {
    vanthu::cli::main(std::env::args_os())
}
