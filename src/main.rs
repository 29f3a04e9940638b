//! The program `postlunch`: a thin door to the library.

fn main() {}
