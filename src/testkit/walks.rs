//! The check of a suite that walks at random: a second opinion on what exploring
//! has found, which does not leave out what an abstraction leaves out, and which
//! goes on where a limit ended the search.

use proptest::collection::vec;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use rustc_hash::FxHashMap;

use super::check::explored;
use super::failure::{Failure, Trouble};
use super::notation;
use super::plan::{Plan, Plans};
use super::run::{Configuration, Start, Taken, accepts, broken_invariant, described, starts, take};
use super::strategy::around;
use crate::graph::{Completeness, EventId, StateId, TransitionKind};
use crate::machine::{Explorable, Explored, StepKind, catch};

/// The longest walk: deep enough to leave behind what a search breadth first
/// covers, and short enough that hundreds take no time that anyone notices.
const MAX_STEPS: usize = 64;

/// The share of steps that may be refused.
const ANY_EVENT: f64 = 0.25;

const CHECK: &str = "random walks keep the invariants and agree with the graph";

/// On random walks of the machine every declared invariant holds, no handler
/// panics, and each step is the one that the explored graph has.
///
/// There are as many walks as proptest's configuration says (`PROPTEST_CASES`, 256
/// unless given), of up to 64 steps. A failing walk is shrunk and printed by the
/// names of its events, which say more and live longer than a seed; so no file of
/// seeds is kept. To keep a failing walk, put the line that reruns it into a test.
///
/// # Errors
///
/// When a walk shows otherwise.
pub fn check_random_walks<M: Explorable>() -> Result<(), Failure> {
    let explored = explored::<M>(CHECK)?;
    let fails = |trouble| Failure::new::<M>(CHECK, vec![trouble]);
    let starts = starts::<M>().map_err(|panic| fails(Trouble::new(panic.to_string())))?;
    let terrain = Terrain::new(&explored, &starts);

    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let n_events = explored.events().len();
    let pick = (0..n_events, proptest::bool::weighted(ANY_EVENT));
    let plans = Plans {
        draw: (0..starts.len(), vec(pick, 0..=MAX_STEPS)),
        begin: |(start, picks): (usize, Vec<_>)| Some(terrain.plan(start, &picks)),
        settle: |plan: &Plan| Some(plan.clone()),
        min_len: 0,
        why_none: "every list of events is a plan",
    };
    let walked = TestRunner::new(config).run(&plans, |plan| match terrain.walk(&plan) {
        None => Ok(()),
        Some(met) => Err(TestCaseError::fail(met.message)),
    });
    walked.map_err(|error| {
        fails(match error {
            TestError::Fail(reason, plan) => match terrain.walk(&plan) {
                Some(met) => terrain.trouble(&plan, met),
                None => Trouble::new(format!(
                    "{reason}; but not when the same walk is taken again"
                )),
            },
            TestError::Abort(reason) => Trouble::new(format!("proptest gave up: {reason}")),
        })
    })
}

/// What is wrong on a walk, after so many of its steps.
struct Met {
    n_steps: usize,
    message: String,
}

/// The machine and the graph that it is held against.
struct Terrain<'a, M: Explorable> {
    explored: &'a Explored<M>,
    starts: &'a [Start<M>],
    /// The nodes of the exact graph.
    nodes: FxHashMap<&'a Configuration<M>, StateId>,
}

impl<'a, M: Explorable> Terrain<'a, M> {
    fn new(explored: &'a Explored<M>, starts: &'a [Start<M>]) -> Self {
        let nodes = explored.configurations().enumerate();
        Self {
            explored,
            starts,
            nodes: nodes
                .map(|(index, configuration)| (configuration, StateId::at(index)))
                .collect(),
        }
    }

    /// The walk that picks stand for: each is a place in the alphabet and whether
    /// the event there is taken even if it is refused; or else the first after it
    /// that is accepted.
    fn plan(&self, start: usize, picks: &[(usize, bool)]) -> Plan {
        let alphabet = self.explored.events();
        let mut here = self.starts[start].configuration.clone();
        let mut events = Vec::with_capacity(picks.len());
        for (place, any) in picks {
            let mut places = around(*place, alphabet.len());
            let accepted = |place: &usize| accepts::<M>(&here, &alphabet[*place]) == Some(true);
            let event = if *any { None } else { places.find(accepted) };
            let event = event.unwrap_or(*place);
            events.push(event);
            match take::<M>(&here, &alphabet[event]) {
                Ok(taken) if !taken.is_refused() => here = taken.after,
                Ok(_) | Err(_) => {}
            }
        }
        let refused = None;
        Plan {
            start,
            events,
            refused,
        }
    }

    /// Takes a walk until something is wrong.
    fn walk(&self, plan: &Plan) -> Option<Met> {
        let mut here = self.starts[plan.start].configuration.clone();
        if let Some(message) = broken_invariant::<M>(&here) {
            return Some(Met {
                n_steps: 0,
                message,
            });
        }
        for (index, event) in plan.events.iter().enumerate() {
            match self.step(&here, *event) {
                Ok(Some(after)) => here = after,
                Ok(None) => {}
                Err(message) => {
                    let n_steps = index + 1;
                    return Some(Met { n_steps, message });
                }
            }
        }
        None
    }

    /// Takes a step; `None` when it is refused, so that the machine is where it was.
    fn step(
        &self,
        here: &Configuration<M>,
        event: usize,
    ) -> Result<Option<Configuration<M>>, String> {
        let name = M::name_of_event(&self.explored.events()[event]);
        let taken = take::<M>(here, &self.explored.events()[event])
            .map_err(|panic| format!("{} panics on `{name}`: {panic}", described::<M>(here)))?;
        if let Some(difference) = self.difference(here, event, &taken)? {
            return Err(format!("on `{name}` {} {difference}", described::<M>(here)));
        }
        if taken.is_refused() {
            return Ok(None);
        }
        match broken_invariant::<M>(&taken.after) {
            Some(message) => Err(message),
            None => Ok(Some(taken.after)),
        }
    }

    /// How a step differs from what the graph has.
    fn difference(
        &self,
        here: &Configuration<M>,
        event: usize,
        taken: &Taken<M>,
    ) -> Result<Option<String>, String> {
        let graph = self.explored.graph();
        let is_exhaustive = graph.completeness() == Completeness::Exhaustive;
        let here = abstracted::<M>(here)?;
        let Some(node) = self.nodes.get(&here) else {
            let unknown = || {
                format!(
                    "comes from {}, which is not in the graph",
                    described::<M>(&here)
                )
            };
            return Ok(is_exhaustive.then(unknown));
        };
        let expected: Vec<_> = graph
            .exact()
            .transitions_from(*node)
            .filter(|(transition, _)| transition.event == EventId::at(event))
            .map(|(transition, to)| (transition.kind, to))
            .collect();
        let kind = match taken.step.kind {
            StepKind::Refused => None,
            StepKind::Moved => Some(TransitionKind::Moved),
            StepKind::Stayed => Some(TransitionKind::Stayed),
        };
        let found = match kind {
            None => None,
            Some(kind) => {
                let after = abstracted::<M>(&taken.after)?;
                Some((kind, self.nodes.get(&after).copied(), after))
            }
        };
        // Beyond a limit, nothing is known of what the graph does not have.
        let agrees = match &found {
            None => expected.is_empty(),
            Some((kind, Some(to), _)) if !expected.is_empty() => expected.contains(&(*kind, *to)),
            Some(_) => expected.is_empty() && !is_exhaustive,
        };
        if agrees {
            return Ok(None);
        }
        let actual = found.map_or_else(
            || "refuses".to_owned(),
            |(kind, _, after)| format!("{} {}", verb(kind), described::<M>(&after)),
        );
        let drawn = match expected.first() {
            None => "it refuses".to_owned(),
            Some((kind, to)) => {
                let to = self.explored.configurations().nth(to.index());
                let to = to.map(described::<M>).unwrap_or_default();
                format!("it {} {to}", verb(*kind))
            }
        };
        let cause = match graph.abstraction() {
            Some(abstraction) => format!("what the abstraction leaves out matters ({abstraction})"),
            None => "what a step does depends on more than the configuration, or on what \
                     `abstracted` leaves out"
                .to_owned(),
        };
        Ok(Some(format!("{actual}, in the graph {drawn}: {cause}")))
    }

    /// A walk and what was met at its end, for a reader.
    fn trouble(&self, plan: &Plan, met: Met) -> Trouble {
        let start = &self.starts[plan.start];
        let events = &plan.events[..met.n_steps];
        let names: Vec<String> = events
            .iter()
            .map(|event| M::name_of_event(&self.explored.events()[*event]))
            .collect();
        let named_start = (self.starts.len() > 1).then_some(&start.name[..]);
        let walk = notation::written(named_start, names.iter().map(String::as_str));
        Trouble::at::<M>(met.message, self.shown(start, events), &walk)
    }

    /// A walk as graphs print theirs; the last event is the one that makes trouble.
    fn shown(&self, start: &Start<M>, events: &[usize]) -> String {
        let mut here = start.configuration.clone();
        let mut text = M::state_name(&here.1);
        let Some((last, before)) = events.split_last() else {
            return text;
        };
        let event = |place: &usize| &self.explored.events()[*place];
        for place in before {
            let name = M::name_of_event(event(place));
            match take::<M>(&here, event(place)) {
                Ok(taken) if !taken.is_refused() => {
                    here = taken.after;
                    text += &format!(" --{name}--> {}", M::state_name(&here.1));
                }
                _ => text += &format!(" ({name} refused)"),
            }
        }
        text + &format!(", and then {}", M::name_of_event(event(last)))
    }
}

fn abstracted<M: Explorable>(
    (storage, state): &Configuration<M>,
) -> Result<Configuration<M>, String> {
    catch(|| M::abstracted(storage.clone(), state.clone()))
        .map_err(|panic| format!("`abstracted` panics: {panic}"))
}

fn verb(kind: TransitionKind) -> &'static str {
    match kind {
        TransitionKind::Moved => "moves to",
        TransitionKind::Stayed => "stays in",
    }
}
