//! The whole command line for models of one's own: the five examples in one program.
//!
//! ```sh
//! cargo run --release --features cli --example own_models -- list
//! cargo run --release --features cli --example own_models -- check paxos clients=3
//! cargo run --release --features cli --example own_models -- check two_phase_commit managers=4 broken
//! cargo run --features cli --example own_models -- check lock --dump-graph lock.dot
//! ```

#[path = "models/alternating_bit.rs"]
mod alternating_bit;
#[path = "models/dining_philosophers.rs"]
mod dining_philosophers;
#[path = "models/lock.rs"]
mod lock;
#[path = "models/paxos.rs"]
mod paxos;
#[path = "models/two_phase_commit.rs"]
mod two_phase_commit;

use std::ops::RangeInclusive;

use alternating_bit::AlternatingBit;
use dining_philosophers::Philosophers;
#[cfg(not(feature = "disk"))]
use fsmcheck::cli::model as model_on_disk;
#[cfg(feature = "disk")]
use fsmcheck::cli::model_on_disk;
use fsmcheck::cli::{Entry, Parameter, choice, model, number, run, switch};
use lock::Lock;
use paxos::Paxos;
use two_phase_commit::TwoPhaseCommit;

fn size(name: &str, sizes: RangeInclusive<usize>, usual: u64, about: &str) -> Parameter {
    let (least, most) = sizes.into_inner();
    number(name, least as u64..=most as u64, usual, about)
}

pub(crate) fn models() -> [Entry; 5] {
    let fairness = || {
        choice(
            "fairness",
            ["strong", "weak"],
            "what is assumed of the runs",
        )
    };
    [
        model(
            "alternating_bit",
            "the alternating-bit protocol over channels that lose and duplicate",
            [
                size(
                    "capacity",
                    alternating_bit::SIZES,
                    2,
                    "messages in a channel",
                ),
                number("messages", 1..=100, 4, "messages to be brought"),
                fairness(),
                switch("broken", "any confirmation is taken for the right one"),
            ],
            |[capacity, messages, fairness, broken]| AlternatingBit {
                capacity: capacity as usize,
                messages: messages as u8,
                takes_any: broken == 1,
                is_strong: fairness == 0,
            },
        ),
        model(
            "dining_philosophers",
            "philosophers who share forks",
            [
                size(
                    "philosophers",
                    dining_philosophers::SIZES,
                    5,
                    "how many there are",
                ),
                fairness(),
                switch("broken", "everybody takes the left fork first"),
            ],
            |[number, fairness, broken]| Philosophers {
                number: number as usize,
                is_left_first: broken == 1,
                is_strong: fairness == 0,
            },
        ),
        model(
            "lock",
            "Peterson's lock for any number of processes",
            [
                size("processes", lock::SIZES, 3, "how many there are"),
                switch("broken", "a process swaps its two writes"),
            ],
            |[processes, broken]| Lock {
                processes: processes as usize,
                swaps_writes: broken == 1,
            },
        ),
        model(
            "paxos",
            "single-decree Paxos, after the repository of stateright",
            [
                size("clients", paxos::SIZES, 2, "how many clients write"),
                switch("broken", "a leader pays no heed to what others accepted"),
            ],
            |[clients, broken]| Paxos {
                clients: clients as usize,
                forgets: broken == 1,
            },
        ),
        model_on_disk(
            "two_phase_commit",
            "two-phase commit, after Gray and Lamport",
            [
                size(
                    "managers",
                    two_phase_commit::SIZES,
                    7,
                    "how many resource managers",
                ),
                switch("broken", "a manager goes back on its word"),
            ],
            |[managers, broken]| TwoPhaseCommit {
                managers: managers as usize,
                breaks_its_word: broken == 1,
            },
        ),
    ]
}

fn main() -> std::process::ExitCode {
    run(models())
}
