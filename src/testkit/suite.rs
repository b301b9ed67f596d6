//! The macro that makes a module of tests for a machine.

/// Makes a module of tests for a [`Machine`](crate::Machine).
///
/// ```
/// # mod door { pub use fsmcheck::doctest::door::Door; }
/// use door::Door;
///
/// // The module `fsmcheck_suite`.
/// fsmcheck::test_suite!(Door);
///
/// // The module `careful`, with what is meant to be as it is, and why.
/// fsmcheck::test_suite!(mod careful, Door, allow = [
///     "trap-state" = "a door that is off its hinges stays so",
/// ]);
/// # fn main() {}
/// ```
///
/// Where the machine is a dependency only of tests, as in `src/`, put
/// `#[cfg(test)]` before it. The codes that can be allowed are the warnings of
/// [`lint::Code`](crate::graph::lint::Code). Each test is one of the checks of
/// [`testkit`](crate::testkit).
#[macro_export]
#[cfg_attr(docsrs, doc(cfg(feature = "proptest")))]
macro_rules! test_suite {
    (mod $suite:ident, $machine:ty $(, allow = [$($code:literal = $reason:literal),* $(,)?])? $(,)?) => {
        mod $suite {
            #[allow(unused_imports, reason = "the machine may be given by its whole path")]
            use super::*;

            const ALLOW: $crate::testkit::Allow<'static> = &[$($(($code, $reason)),*)?];

            #[::core::prelude::v1::test]
            fn every_step_is_repeatable() -> ::core::result::Result<(), $crate::testkit::Failure> {
                $crate::testkit::check_steps_are_repeatable::<$machine>()
            }

            #[::core::prelude::v1::test]
            fn no_handler_panics() -> ::core::result::Result<(), $crate::testkit::Failure> {
                $crate::testkit::check_no_handler_panics::<$machine>()
            }

            #[::core::prelude::v1::test]
            fn refusals_leave_no_trace() -> ::core::result::Result<(), $crate::testkit::Failure> {
                $crate::testkit::check_refusals_leave_no_trace::<$machine>(ALLOW)
            }

            #[::core::prelude::v1::test]
            fn lints_find_nothing() -> ::core::result::Result<(), $crate::testkit::Failure> {
                $crate::testkit::check_lints::<$machine>(ALLOW)
            }

            #[::core::prelude::v1::test]
            fn declared_states_are_reached() -> ::core::result::Result<(), $crate::testkit::Failure> {
                $crate::testkit::check_declared_states_are_reached::<$machine>(ALLOW)
            }

            #[::core::prelude::v1::test]
            fn terminal_states_absorb() -> ::core::result::Result<(), $crate::testkit::Failure> {
                $crate::testkit::check_terminal_states_absorb::<$machine>()
            }

            #[::core::prelude::v1::test]
            fn properties_hold() -> ::core::result::Result<(), $crate::testkit::Failure> {
                $crate::testkit::check_properties::<$machine>()
            }

            #[::core::prelude::v1::test]
            fn graph_is_the_one_checked_in() -> ::core::result::Result<(), $crate::testkit::Failure> {
                // Both are expanded in the user's package, not in this one.
                $crate::testkit::check_snapshot::<$machine>(
                    ::core::env!("CARGO_MANIFEST_DIR"),
                    ::core::module_path!(),
                )
            }

            #[::core::prelude::v1::test]
            fn random_walks_agree() -> ::core::result::Result<(), $crate::testkit::Failure> {
                $crate::testkit::check_random_walks::<$machine>()
            }
        }
    };
    ($machine:ty $(, allow = $allow:tt)? $(,)?) => {
        $crate::test_suite!(mod fsmcheck_suite, $machine $(, allow = $allow)?);
    };
}
