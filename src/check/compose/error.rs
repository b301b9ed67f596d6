//! Why components cannot be put together.

/// Why components cannot be put together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// There is nothing to compose.
    #[error("a composition has at least one component")]
    Empty,
    /// A component or link belongs to another composition.
    #[error("a component or link that was used belongs to another composition")]
    Foreign,
    /// An event is shared by nobody.
    #[error("no component takes the shared event `{event}`")]
    NobodyTakes {
        /// The event.
        event: String,
    },
    /// A component would have to take two events at once.
    #[error(
        "component `{component}` takes the shared event `{event}` twice: it can take one event at a time"
    )]
    TakesTwice {
        /// The component.
        component: String,
        /// The event.
        event: String,
    },
    /// Two components or channels have one name.
    #[error("two components or channels are called `{name}`")]
    SameName {
        /// The name.
        name: String,
    },
    /// A component has nowhere to begin.
    #[error("component `{component}` has no starting configuration")]
    NoStart {
        /// The component.
        component: String,
    },
    /// A handler panicked.
    #[error("component `{component}` panics in `{state}` when {what}: {panic}")]
    Panicked {
        /// The component.
        component: String,
        /// The state in which it does.
        state: String,
        /// What happens to it.
        what: String,
        /// What the panic said, and where.
        panic: String,
    },
    /// A component may come to more configurations than are allowed, as far as can be
    /// said without the others.
    #[error(
        "component `{component}` has more than {limit} configurations, taken by itself: cut off its data \
         (`Machine::abstracted`), let fewer different messages reach it, or raise the limit"
    )]
    TooManyConfigurations {
        /// The component.
        component: String,
        /// How many it may have.
        limit: usize,
    },
    /// A component may be given more different events than are allowed.
    #[error(
        "component `{component}` may be given more than {limit} different events: do messages carry what grows, \
         such as a count? Cut it off, or raise the limit"
    )]
    TooManyEvents {
        /// The component.
        component: String,
        /// How many it may be given.
        limit: usize,
    },
    /// What several components may send together is too much.
    #[error(
        "`{event}` can happen in more than {limit} ways: its components may send too many different things \
         at once; let fewer of them send, or raise the limit"
    )]
    TooManyWays {
        /// What happens.
        event: String,
        /// In how many ways it may.
        limit: usize,
    },
    /// There are too many ways to begin.
    #[error(
        "the components can begin in more than {limit} ways: let them begin in fewer, or raise the limit"
    )]
    TooManyStarts {
        /// In how many ways they may.
        limit: usize,
    },
    /// The tables would take too much memory.
    #[error(
        "part `{part}` has {configurations} configurations and {moves} moves: the tables would have more than \
         {most} entries"
    )]
    TooLarge {
        /// The component or channel with which it is too much.
        part: String,
        /// How many configurations it has.
        configurations: usize,
        /// How many different things may happen to it.
        moves: usize,
        /// How many entries all tables may have.
        most: usize,
    },
    /// A channel may hold more different things than are allowed.
    #[error(
        "channel `{channel}` may hold its {messages} messages in more than {limit} ways: give it less capacity, \
         fewer different messages, an order that matters less, or raise the limit"
    )]
    TooManyContents {
        /// The channel.
        channel: String,
        /// How many different messages it has.
        messages: usize,
        /// In how many ways it may hold them.
        limit: usize,
    },
    /// The messages that are sent at the start do not fit into a channel.
    #[error(
        "channel `{channel}` cannot hold what is sent at the start: its capacity is {capacity}"
    )]
    FullAtStart {
        /// The channel.
        channel: String,
        /// How many messages it holds.
        capacity: usize,
    },
    /// A state takes more bits than there are.
    #[error(
        "a state of this composition takes {words} words of 64 bits, not {given}: \
         close it as `Composition::<{words}>`"
    )]
    TooWide {
        /// How many words it takes.
        words: usize,
        /// How many there are.
        given: usize,
    },
    /// Components that were said to be interchangeable are not.
    #[error("`{first}` and `{second}` are not interchangeable: {why}")]
    NotInterchangeable {
        /// One of them.
        first: String,
        /// The other.
        second: String,
        /// In what they differ.
        why: String,
    },
}
