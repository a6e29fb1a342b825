//! The checks on made-up documents.

use super::*;

#[test]
fn the_checks_of_the_ruleset_compile() {
    let rules = Ruleset::builtin().expect("embedded");
    Checks::prepare(&rules).expect("every row");
}
