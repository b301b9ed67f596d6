//! How a set of seen states is written and read again.

use std::io;

/// Takes what a set consists of.
pub(in crate::check) trait Sink<S> {
    /// Takes states.
    fn states(&mut self, states: &[S]) -> io::Result<()>;

    /// Takes the words of keys.
    fn words(&mut self, words: &[u64]) -> io::Result<()>;
}

/// Gives back what a [`Sink`] took, piece by piece and in the same order.
pub(in crate::check) trait Source<S> {
    /// The next states; `None` when there are no more.
    fn states(&mut self) -> io::Result<Option<Vec<S>>>;

    /// The next words of keys; `None` when there are no more.
    fn words(&mut self) -> io::Result<Option<Vec<u64>>>;

    /// More words than this are not there.
    fn most_words(&self) -> usize;
}

/// A set of seen states that can be written and read again.
pub(in crate::check) trait Saved<S> {
    /// What it keeps of states. A set of another kind cannot be read into it.
    fn kind(&self) -> String;

    /// How many states there are.
    fn count(&self) -> usize;

    /// Writes the set.
    fn save(&self, sink: &mut dyn Sink<S>) -> io::Result<()>;

    /// Reads a set of about so many states into this one, which is empty. Whether there
    /// was room for it within the memory limit.
    fn load(&self, states: usize, source: &mut dyn Source<S>) -> io::Result<bool>;
}
