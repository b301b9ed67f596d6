//! What can be said of the states of a composition, one component at a time.

use std::any::Any;
use std::ops::{BitAnd, BitOr, Not};
use std::rc::Rc;
use std::sync::Arc;

use super::network::{Joint, Moves, Network, Place};

/// How many bits one look at a state gives. Few, so that tables stay small.
pub(super) const PAGE: usize = 8;

/// What can be said of a state of a composition: what [components](super::Component)
/// and [links](super::Link) say of themselves, put together by `&`, `|` and `!`.
///
/// It is worked out once for each configuration of each component, and is then a few
/// look-ups for each state.
#[derive(Clone)]
pub struct Formula(pub(super) Node);

/// What a part says of one of its configurations.
pub(super) type Test = Rc<dyn Fn(&Locals<'_>, usize) -> bool>;

/// What a test may look at.
pub(super) struct Locals<'l> {
    /// The configurations of the part.
    pub(super) of_part: &'l dyn Any,
    /// The events of the receiver, if the part is a channel.
    pub(super) alphabet: &'l dyn Any,
}

#[derive(Clone)]
pub(super) enum Node {
    /// What one part, a component or a channel, says of itself.
    Own(Slot, Test),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

/// A component or a channel, by its number.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Slot {
    Component(usize),
    Channel(usize),
}

impl Formula {
    pub(super) fn own(part: Slot, test: Test) -> Self {
        Self(Node::Own(part, test))
    }

    /// All of these; true when there are none.
    #[must_use]
    pub fn all(formulas: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::All(
            formulas.into_iter().map(|formula| formula.0).collect(),
        ))
    }

    /// At least one of these; false when there are none.
    #[must_use]
    pub fn any(formulas: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::Any(
            formulas.into_iter().map(|formula| formula.0).collect(),
        ))
    }
}

impl BitAnd for Formula {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self::all([self, other])
    }
}

impl BitOr for Formula {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::any([self, other])
    }
}

impl Not for Formula {
    type Output = Self;

    fn not(self) -> Self {
        Self(Node::Not(Box::new(self.0)))
    }
}

impl std::fmt::Debug for Formula {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Formula").finish_non_exhaustive()
    }
}

/// A formula whose parts have been asked about each of their configurations.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Answered {
    /// At least one of these parts, by their numbers in a state, is in one of these
    /// configurations.
    Some(Vec<(usize, Vec<bool>)>),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

impl Answered {
    /// Asks the parts. `ask` says which number a part has and what each of its
    /// configurations answers.
    pub(super) fn new(node: &Node, ask: &impl Fn(Slot, &Test) -> (usize, Vec<bool>)) -> Self {
        let each = |nodes: &[Node]| nodes.iter().map(|node| Self::new(node, ask)).collect();
        match node {
            Node::Own(part, test) => Self::Some(vec![ask(*part, test)]),
            Node::Not(inner) => Self::Not(Box::new(Self::new(inner, ask))),
            Node::Any(nodes) => Self::any(each(nodes)),
            Node::All(nodes) => Self::all(each(nodes)),
        }
    }

    /// Alternatives that parts answer by themselves are one question.
    fn any(nodes: Vec<Self>) -> Self {
        let mut own = Vec::new();
        let mut others = Vec::new();
        for node in nodes {
            match node {
                Self::Some(answers) => own.extend(answers),
                Self::Any(inner) => others.extend(inner),
                other => others.push(other),
            }
        }
        if others.is_empty() {
            return Self::Some(own);
        }
        if !own.is_empty() {
            others.push(Self::Some(own));
        }
        Self::Any(others)
    }

    /// Conditions of which each is one for a part by itself are one question, too:
    /// whether none of them fails.
    fn all(nodes: Vec<Self>) -> Self {
        let mut failing = Vec::new();
        let mut others = Vec::new();
        for node in nodes {
            match node {
                Self::Some(mut answers) if answers.len() == 1 => {
                    for (_, answers) in &mut answers {
                        for answer in answers {
                            *answer = !*answer;
                        }
                    }
                    failing.extend(answers);
                }
                other => others.push(other),
            }
        }
        if others.is_empty() || !failing.is_empty() {
            others.push(Self::Not(Box::new(Self::Some(failing))));
        }
        match <[Self; 1]>::try_from(others) {
            Ok([only]) => only,
            Err(others) => Self::All(others),
        }
    }

    /// Whether it can tell that a part has moved.
    pub(super) fn tells(&self, moved: usize, moves: &Moves) -> bool {
        match self {
            Self::Some(answers) => {
                answers
                    .iter()
                    .filter(|(part, _)| *part == moved)
                    .any(|(_, answers)| {
                        let answer = |local: usize| answers.get(local).copied().unwrap_or(false);
                        let mut moves = moves.iter().enumerate();
                        moves.any(|(from, to)| {
                            to.is_some_and(|to| answer(from) != answer(to as usize))
                        })
                    })
            }
            Self::All(nodes) | Self::Any(nodes) => {
                nodes.iter().any(|node| node.tells(moved, moves))
            }
            Self::Not(inner) => inner.tells(moved, moves),
        }
    }

    /// The same with parts in place of others, in an order that does not depend on how
    /// it was written.
    pub(super) fn renamed(&self, name: &impl Fn(usize) -> usize) -> Self {
        let each = |nodes: &[Self]| {
            let mut nodes: Vec<_> = nodes.iter().map(|node| node.renamed(name)).collect();
            nodes.sort();
            nodes
        };
        match self {
            Self::Some(answers) => {
                let answers = answers.iter();
                let mut answers: Vec<_> = answers
                    .map(|(part, answers)| (name(*part), answers.clone()))
                    .collect();
                answers.sort();
                Self::Some(answers)
            }
            Self::All(nodes) => Self::All(each(nodes)),
            Self::Any(nodes) => Self::Any(each(nodes)),
            Self::Not(inner) => Self::Not(Box::new(inner.renamed(name))),
        }
    }
}

/// A formula as look-ups.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    /// Each gives the answers to so many questions.
    pages: Arc<[Page]>,
    root: Arc<Question>,
    /// What the formula says to all answers that a single page can give.
    of_answers: Arc<[bool; 1 << PAGE]>,
}

#[derive(Debug)]
struct Page {
    /// Neighbours in a state, and the questions to which each of their values says yes.
    looks: Vec<(Place, Vec<u8>)>,
}

impl Page {
    #[inline]
    fn answers<const WORDS: usize>(&self, state: &Joint<WORDS>) -> u8 {
        let looks = self.looks.iter();
        looks.fold(0, |answers, (place, yes)| answers | yes[place.of(state)])
    }
}

#[derive(Debug)]
enum Question {
    Bit { page: usize, bit: usize },
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

impl Truth {
    pub(super) fn new<const WORDS: usize>(answered: &Answered, network: &Network<WORDS>) -> Self {
        let mut asked = Vec::new();
        let root = Question::new(answered, &mut asked);
        let pages = asked.chunks(PAGE).map(|asked| Page {
            looks: network.looks(asked),
        });
        let pages: Arc<[_]> = pages.collect();
        let is_alone = pages.len() <= 1;
        let of_answers = |answers| is_alone && root.answer(&|_| answers as u8);
        Self {
            of_answers: Arc::new(std::array::from_fn(of_answers)),
            root: Arc::new(root),
            pages,
        }
    }

    /// Whether a state has it.
    #[inline]
    pub(super) fn of<const WORDS: usize>(&self, state: &Joint<WORDS>) -> bool {
        match &*self.pages {
            [] => self.of_answers[0],
            [page] => self.of_answers[usize::from(page.answers(state))],
            pages => self.root.answer(&|page| pages[page].answers(state)),
        }
    }
}

impl Question {
    fn new(answered: &Answered, asked: &mut Vec<Vec<(usize, Vec<bool>)>>) -> Self {
        match answered {
            Answered::Some(answers) => {
                let number = asked.len();
                asked.push(answers.clone());
                Self::Bit {
                    page: number / PAGE,
                    bit: number % PAGE,
                }
            }
            Answered::All(nodes) => {
                Self::All(nodes.iter().map(|node| Self::new(node, asked)).collect())
            }
            Answered::Any(nodes) => {
                Self::Any(nodes.iter().map(|node| Self::new(node, asked)).collect())
            }
            Answered::Not(inner) => Self::Not(Box::new(Self::new(inner, asked))),
        }
    }

    #[inline]
    fn answer(&self, page: &impl Fn(usize) -> u8) -> bool {
        match self {
            Self::Bit { page: number, bit } => page(*number) >> bit & 1 != 0,
            Self::Not(inner) => !inner.answer(page),
            Self::All(nodes) => nodes.iter().all(|node| node.answer(page)),
            Self::Any(nodes) => nodes.iter().any(|node| node.answer(page)),
        }
    }
}
