//! Outages as `outages ID --emit-test` prints them: the framework's own calls, without a model
//! and without the checker. `tests/catalogue.rs` holds the files against what is printed.

#![allow(
    unused,
    clippy::all,
    reason = "what is printed has what any test of its model needs, and is not formatted"
)]

mod a1 {
    include!("data/emitted/a1.rs");
}

mod a13 {
    include!("data/emitted/a13.rs");
}

mod a14 {
    include!("data/emitted/a14.rs");
}

mod a15 {
    include!("data/emitted/a15.rs");
}

mod a18 {
    include!("data/emitted/a18.rs");
}

mod a7 {
    include!("data/emitted/a7.rs");
}

mod a9 {
    include!("data/emitted/a9.rs");
}

mod h_03 {
    include!("data/emitted/h_03.rs");
}

mod h_04 {
    include!("data/emitted/h_04.rs");
}

mod h_07 {
    include!("data/emitted/h_07.rs");
}

mod h_08 {
    include!("data/emitted/h_08.rs");
}

mod h_17 {
    include!("data/emitted/h_17.rs");
}
