//! The binary: hands the arguments to the command line and its status to the system.
//!
//! Knows: which allocator the program runs with, and on which pages. Must not know: anything else.

use std::process::ExitCode;

/// A letter is some thousands of small pieces of text; glibc's allocator took a ninth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    vanthu::world::small_pages();
    vanthu::cli::main(std::env::args_os())
}
