//! What is drawn of a graph, before any format writes it down.

use rustc_hash::FxHashMap;

use super::fold::{Folding, Folds};
use super::nesting::{Nesting, Place};
use super::outcome::{Label, Outcome, outcomes};
use super::text::is_identifier;
use crate::graph::{Completeness, Graph, StateId, SuperstateId, Transition};

/// What is drawn of a graph: its parts in nested order, the arrows between them,
/// and remarks. Names are still raw; each format quotes them in its own way.
pub(super) struct Picture<'g> {
    pub(super) remarks: Vec<Remark<'g>>,
    pub(super) parts: Vec<Part<'g>>,
    pub(super) arrows: Vec<Arrow<'g>>,
    /// Ids of the states in which the machine can start.
    pub(super) starts: Vec<String>,
    /// Ids of the states that are an end of its life.
    pub(super) ends: Vec<String>,
}

/// Something to say about the whole drawing: words of ours, then perhaps a raw
/// text.
pub(super) struct Remark<'g> {
    pub(super) words: &'static str,
    pub(super) text: Option<&'g str>,
}

/// A piece of the nested drawing.
pub(super) struct Part<'g> {
    pub(super) kind: PartKind<'g>,
    /// In how many superstates it lies.
    depth: usize,
}

pub(super) enum PartKind<'g> {
    /// A superstate begins; what follows up to its [`PartKind::Close`] lies in it.
    Open {
        id: String,
        name: &'g str,
        /// The events that it handles without a transition in each of its states.
        stays: Vec<Label<'g>>,
    },
    /// The superstate that was opened last ends.
    Close,
    /// A superstate in which nothing lies, drawn as a box with a note.
    Empty { id: String, name: &'g str },
    /// A state.
    State {
        id: String,
        name: &'g str,
        note: Option<&'g str>,
        terminal: bool,
        /// The events that are handled in it without a transition.
        stays: Vec<Label<'g>>,
    },
}

/// An arrow with all the events that take the same way.
pub(super) struct Arrow<'g> {
    pub(super) from: Tail,
    /// Id of the state that it leads to.
    pub(super) to: String,
    pub(super) labels: Vec<Label<'g>>,
}

/// Where an [`Arrow`] begins.
pub(super) enum Tail {
    /// At a state.
    State { id: String },
    /// At the border of a superstate, on behalf of every state in it; `inside` is
    /// the first of them.
    Border { id: String, inside: String },
}

/// How deep a part is indented at most, so that a drawing does not grow with the
/// square of the depth of its hierarchy.
const MAX_INDENT: usize = 16;

/// What a superstate without states says instead.
pub(super) const NO_STATES: &str = "(no states)";

impl<'g> Picture<'g> {
    pub(super) fn new(graph: &'g Graph, folding: Folding) -> Self {
        let ids = Ids::new(graph);
        let nesting = Nesting::new(graph);
        let Drawn { arrows, stays } = Drawn::new(graph, &ids, &nesting, folding);
        let states = |wanted: fn(&crate::graph::State) -> bool| {
            graph
                .states()
                .filter(|(_, state)| wanted(state))
                .map(|(id, _)| ids.states[id.index()].clone())
                .collect()
        };
        Self {
            remarks: remarks(graph),
            parts: parts(graph, &ids, &nesting, stays),
            arrows,
            starts: states(|state| state.initial),
            ends: states(|state| state.terminal),
        }
    }
}

impl Remark<'_> {
    /// The whole remark, its raw text quoted.
    pub(super) fn written(&self, quote: impl Fn(&str) -> String) -> String {
        self.words.to_owned() + &self.text.map(quote).unwrap_or_default()
    }
}

impl Part<'_> {
    /// The white space to write before it, one level deeper than the whole.
    pub(super) fn indent(&self) -> String {
        "    ".repeat(self.depth.min(MAX_INDENT) + 1)
    }
}

impl Tail {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::State { id } | Self::Border { id, .. } => id,
        }
    }
}

/// What is to be said about a drawing as a whole.
pub(super) fn remarks(graph: &Graph) -> Vec<Remark<'_>> {
    let machine = ("Machine ", Some(graph.machine()));
    let abstraction = graph
        .abstraction()
        .map(|text| ("Explored under the abstraction ", Some(text)));
    let limit = match graph.completeness() {
        Completeness::Exhaustive => None,
        Completeness::ConfigurationLimit => {
            Some("Incomplete: exploration reached its limit on configurations")
        }
        Completeness::DepthLimit => Some("Incomplete: exploration reached its limit on depth"),
        Completeness::TimeLimit => Some("Incomplete: exploration reached its limit on time"),
    };
    let conditional = |(_, transition, _): (_, &Transition, _)| transition.condition.is_some();
    let legend = graph
        .transitions()
        .any(conditional)
        .then_some("[n of m]: in n of the m configurations (state and data) of the state");
    let plain = limit.into_iter().chain(legend).map(|words| (words, None));
    std::iter::once(machine)
        .chain(abstraction)
        .chain(plain)
        .map(|(words, text)| Remark { words, text })
        .collect()
}

/// The ids by which a source refers to states and superstates. They are readable
/// where the name allows it, and never a keyword because of their prefix.
struct Ids {
    states: Vec<String>,
    superstates: Vec<String>,
}

impl Ids {
    fn new(graph: &Graph) -> Self {
        let states = graph.states().map(|(_, state)| state.name.as_str());
        let superstates = graph.superstates().map(|(_, it)| it.name.as_str());
        Self {
            states: Self::list('s', states.collect()),
            superstates: Self::list('c', superstates.collect()),
        }
    }

    /// `s_Closed` for a name that is an identifier and occurs once, `s0` for
    /// others: the underscore keeps the two kinds apart.
    fn list(prefix: char, names: Vec<&str>) -> Vec<String> {
        let mut occurrences: FxHashMap<&str, u32> = FxHashMap::default();
        for name in &names {
            *occurrences.entry(name).or_default() += 1;
        }
        let id = |(index, name): (usize, &&str)| {
            if is_identifier(name) && occurrences[name] == 1 {
                format!("{prefix}_{name}")
            } else {
                format!("{prefix}{index}")
            }
        };
        names.iter().enumerate().map(id).collect()
    }
}

/// The parts in nested order, each with what is handled in it.
fn parts<'g>(
    graph: &'g Graph,
    ids: &Ids,
    nesting: &Nesting,
    mut stays: FxHashMap<Owner, Vec<Label<'g>>>,
) -> Vec<Part<'g>> {
    let mut stays = |owner| stays.remove(&owner).unwrap_or_default();
    let mut kind = |place| {
        Some(match place {
            Place::Open(superstate) => {
                let id = ids.superstates[superstate.index()].clone();
                let name = graph.superstate(superstate).name.as_str();
                if nesting.is_empty(superstate) {
                    PartKind::Empty { id, name }
                } else {
                    let stays = stays(Owner::Superstate(superstate));
                    PartKind::Open { id, name, stays }
                }
            }
            Place::Close(superstate) if nesting.is_empty(superstate) => return None,
            Place::Close(_) => PartKind::Close,
            Place::State(id) => {
                let state = graph.state(id);
                PartKind::State {
                    id: ids.states[id.index()].clone(),
                    name: &state.name,
                    note: state.note.as_deref(),
                    terminal: state.terminal,
                    stays: stays(Owner::State(id)),
                }
            }
        })
    };
    let part = |&(place, depth): &(Place, usize)| {
        Some(Part {
            kind: kind(place)?,
            depth,
        })
    };
    nesting.places.iter().filter_map(part).collect()
}

/// At what something is drawn.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum Owner {
    State(StateId),
    Superstate(SuperstateId),
}

/// All transitions as they are drawn.
struct Drawn<'g> {
    /// One arrow for each pair of ends, in the order in which they come up.
    arrows: Vec<Arrow<'g>>,
    stays: FxHashMap<Owner, Vec<Label<'g>>>,
}

impl<'g> Drawn<'g> {
    fn new(graph: &'g Graph, ids: &Ids, nesting: &Nesting, folding: Folding) -> Self {
        let folds = Folds::new(graph, nesting, folding);
        let mut drawn = Self {
            arrows: Vec::new(),
            stays: FxHashMap::default(),
        };
        let mut positions: FxHashMap<(Owner, StateId), usize> = FxHashMap::default();
        let id = |state: StateId| ids.states[state.index()].clone();
        for (state, _) in graph.states() {
            for (owner, outcome) in drawn_from(graph, nesting, &folds, state) {
                let label = outcome.label(graph);
                if outcome.stays {
                    drawn.stays.entry(owner).or_default().push(label);
                    continue;
                }
                let position = *positions.entry((owner, outcome.to)).or_insert_with(|| {
                    let from = match owner {
                        Owner::State(state) => Tail::State { id: id(state) },
                        Owner::Superstate(superstate) => Tail::Border {
                            id: ids.superstates[superstate.index()].clone(),
                            inside: id(state),
                        },
                    };
                    drawn.arrows.push(Arrow {
                        from,
                        to: id(outcome.to),
                        labels: Vec::new(),
                    });
                    drawn.arrows.len() - 1
                });
                drawn.arrows[position].labels.push(label);
            }
        }
        drawn
    }
}

/// What is drawn of the transitions from a state, in the order of the alphabet.
/// What a superstate answers for all its states comes with that superstate, and
/// with the first of those states only.
fn drawn_from(
    graph: &Graph,
    nesting: &Nesting,
    folds: &Folds,
    state: StateId,
) -> Vec<(Owner, Outcome)> {
    let mut drawn = Vec::new();
    let mut own = Vec::new();
    for (transition, to) in graph.transitions_from(state) {
        match folds.superstate_of(nesting, state, transition) {
            Some(superstate) if nesting.first_state(superstate) == Some(state) => {
                drawn.push((Owner::Superstate(superstate), Outcome::new(transition, to)));
            }
            Some(_) => {}
            None => own.push((transition, to)),
        }
    }
    let own = outcomes(own).into_iter();
    drawn.extend(own.map(|outcome| (Owner::State(state), outcome)));
    drawn.sort_by_key(|(_, outcome)| outcome.event);
    drawn
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::draw::outcome::written;
    use crate::draw::sample;
    use crate::graph::GraphBuilder;

    /// Everything that a picture says, as a sorted list of what happens in which
    /// state: what is drawn at a superstate counts for each state in it.
    fn said(picture: &Picture<'_>) -> Vec<(String, String)> {
        let mut around: Vec<&str> = Vec::new();
        let mut inside: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut stays: Vec<(&str, &Label<'_>)> = Vec::new();
        for part in &picture.parts {
            match &part.kind {
                PartKind::Open { id, stays: own, .. } => {
                    around.push(id);
                    stays.extend(own.iter().map(|label| (id.as_str(), label)));
                }
                PartKind::Close => {
                    around.pop();
                }
                PartKind::Empty { .. } => {}
                PartKind::State { id, stays: own, .. } => {
                    inside.insert(id, vec![id]);
                    for superstate in &around {
                        inside.entry(superstate).or_default().push(id);
                    }
                    stays.extend(own.iter().map(|label| (id.as_str(), label)));
                }
            }
        }
        let arrows = picture.arrows.iter().flat_map(|arrow| {
            let label = |label| (arrow.from.id(), arrow.to.as_str(), label);
            arrow.labels.iter().map(label)
        });
        let stays = stays.into_iter().map(|(id, label)| (id, "", label));
        let mut said: Vec<_> = arrows
            .chain(stays)
            .flat_map(|(from, to, label)| {
                let label = written(std::slice::from_ref(label), "", str::to_owned);
                let what = format!("{label} {to}");
                let states = inside[from].iter();
                states.map(move |state| ((*state).to_owned(), what.clone()))
            })
            .collect();
        said.sort_unstable();
        said
    }

    /// The same, from the graph itself.
    fn true_of(graph: &Graph) -> Vec<(String, String)> {
        let ids = Ids::new(graph).states;
        let mut all = Vec::new();
        for (state, _) in graph.states() {
            for outcome in outcomes(graph.transitions_from(state)) {
                let label = written(&[outcome.label(graph)], "", str::to_owned);
                let to = if outcome.stays {
                    ""
                } else {
                    &ids[outcome.to.index()]
                };
                all.push((ids[state.index()].clone(), format!("{label} {to}")));
            }
        }
        all.sort_unstable();
        all
    }

    proptest! {
        #[test]
        fn folding_changes_nothing_of_what_is_said(graph in sample::graphs()) {
            for folding in [Folding::Arrows, Folding::All] {
                let picture = Picture::new(&graph, folding);
                prop_assert_eq!(said(&picture), true_of(&graph));
            }
        }

        #[test]
        fn there_is_one_arrow_for_each_pair_of_ends(graph in sample::graphs()) {
            let picture = Picture::new(&graph, Folding::All);
            let mut ends: Vec<_> = picture
                .arrows
                .iter()
                .map(|arrow| (arrow.from.id(), arrow.to.as_str()))
                .collect();
            let drawn = ends.len();
            ends.sort_unstable();
            ends.dedup();
            prop_assert_eq!(ends.len(), drawn);
        }
    }

    fn borders(graph: &Graph) -> Vec<(String, usize)> {
        let picture = Picture::new(graph, Folding::All);
        let border = |arrow: &Arrow<'_>| match &arrow.from {
            Tail::Border { id, .. } => Some((id.clone(), arrow.labels.len())),
            Tail::State { .. } => None,
        };
        picture.arrows.iter().filter_map(border).collect()
    }

    #[test]
    fn what_a_superstate_always_answers_leaves_from_its_border() {
        let expected = [("c_On".to_owned(), 1), ("c_Heating".to_owned(), 2)];
        assert_eq!(borders(&sample::oven()), expected);
    }

    #[test]
    fn ids_are_readable_where_that_is_safe() {
        let names = ["Closed", "end", "a b", "", "Twin", "Twin", "0", "s0"];
        let ids = ["s_Closed", "s_end", "s2", "s3", "s4", "s5", "s6", "s_s0"];
        assert_eq!(Ids::list('s', names.to_vec()), ids);
    }

    #[test]
    fn superstates_take_the_place_of_their_first_state() {
        let mut builder = GraphBuilder::new("m", ["e"]);
        let empty = builder.superstate("empty", None);
        builder.superstate("emptier", Some(empty));
        let late = builder.superstate("late", None);
        let early = builder.superstate("early", None);
        let first = builder.state("first", Some(early));
        builder.state("middle", None);
        builder.state("last", Some(late));
        builder.state("too", Some(early));
        let graph = builder.start(first).clone().build().unwrap();
        let order: Vec<_> = Picture::new(&graph, Folding::All)
            .parts
            .iter()
            .map(|part| match &part.kind {
                PartKind::Open { name, .. } => format!("{name}("),
                PartKind::Close => ")".to_owned(),
                PartKind::Empty { name, .. } => format!("{name}()"),
                PartKind::State { name, .. } => (*name).to_owned(),
            })
            .collect();
        assert_eq!(
            order.join(" "),
            "early( first too ) middle late( last ) empty( emptier() )"
        );
    }
}
