//! The binary: hands the arguments to the command line and its status to the system.
//!
//! Knows: which allocator the program runs with, and on which pages. Must not know: anything else.

/// A letter is some thousands of small pieces of text; glibc's allocator took a ninth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    vanthu::world::small_pages();
    let exit = vanthu::cli::main(std::env::args_os());
    vanthu::world::leave(exit as u8);
}
