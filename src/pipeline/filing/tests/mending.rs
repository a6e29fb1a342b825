//! Killed again while what a kill or a power cut left is being mended.

use super::crash::{Fault, Faulty, Plan, open_faulty, operations, recover, run};
use super::{folder, system};

#[test]
fn killed_while_mending_what_a_kill_left() {
    let total = operations();
    for first in (1..=total).step_by(5) {
        for second in 1.. {
            let dir = folder();
            let world =
                Faulty { inner: system(), plan: Plan::new(first, Fault::Kill { half: true }) };
            let (acknowledged, _) = run(&world, dir.path());
            let again =
                Faulty { inner: system(), plan: Plan::new(second, Fault::Kill { half: true }) };
            let mended = open_faulty(&again, dir.path()).is_ok();
            recover(dir.path(), &acknowledged);
            if mended {
                break;
            }
        }
    }
}

#[test]
fn killed_twice_while_mending_what_a_power_cut_left() {
    let total = operations();
    for first in (3..=total).step_by(11) {
        for (second, third) in [(1, 1), (1, 3), (2, 2), (3, 1), (4, 5), (6, 2), (8, 8)] {
            let dir = folder();
            let world = Faulty { inner: system(), plan: Plan::new(first, Fault::PowerCut) };
            let (acknowledged, _) = run(&world, dir.path());
            for (at, fault) in [(second, Fault::Kill { half: true }), (third, Fault::PowerCut)] {
                let again = Faulty { inner: system(), plan: Plan::new(at, fault) };
                let _ = open_faulty(&again, dir.path());
            }
            recover(dir.path(), &acknowledged);
        }
    }
}
