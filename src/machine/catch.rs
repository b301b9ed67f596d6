//! Turning a panic of a user's handler into a value, without its message on
//! standard error.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// What a caught panic said, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Panic {
    pub(crate) message: String,
    pub(crate) location: Option<String>,
}

impl std::fmt::Display for Panic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.location {
            Some(location) => write!(f, "{} ({location})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

thread_local! {
    /// `Some` while this thread runs a handler whose panic is wanted as a value;
    /// holds the location of the panic once there is one.
    static CATCHING: RefCell<Option<Option<String>>> = const { RefCell::new(None) };
}

/// Runs `run` and catches a panic in it.
///
/// The process's panic hook is wrapped once: threads that are not inside this
/// function panic as before.
pub(crate) fn catch<R>(run: impl FnOnce() -> R) -> Result<R, Panic> {
    static WRAP_HOOK: Once = Once::new();
    WRAP_HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let caught = CATCHING.with_borrow_mut(|catching| match catching {
                Some(location) => {
                    *location = info.location().map(ToString::to_string);
                    true
                }
                None => false,
            });
            if !caught {
                before(info);
            }
        }));
    });

    let outer = CATCHING.replace(Some(None));
    // The machine that the handler may have left half-changed is a copy that
    // the caller throws away.
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    let location = CATCHING.replace(outer).flatten();
    result.map_err(|payload| {
        let message = payload
            .downcast_ref::<&str>()
            .map(|message| (*message).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned());
        Panic { message, location }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_place() {
        let panic = catch(|| panic!("no {}", "way")).unwrap_err();
        assert_eq!(panic.message, "no way");
        assert!(
            panic
                .location
                .is_some_and(|location| location.contains("catch.rs"))
        );
    }

    #[test]
    fn catching_nests() {
        let outer = catch(|| {
            let inner = catch(|| panic!("inner"));
            assert!(inner.is_err());
            panic!("outer");
        });
        assert_eq!(outer.unwrap_err().message, "outer");
        assert_eq!(catch(|| 7), Ok(7));
    }
}
