//! What can happen in a composition: which components and channels take part, and what
//! each of them does.

use rustc_hash::FxHashMap;

use super::ComposeError;
use super::builder::Declared;
use super::channel::{Contents, Operation};
use super::machine::{Erased, Message, Occurrence};
use crate::check::Participants;
use crate::check::coverage::first_word;

/// Something that can happen.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) participants: Participants,
    /// What happens to components.
    pub(super) components: Vec<(usize, Occurrence)>,
    /// What happens to channels before anything is sent.
    pub(super) channels: Vec<(usize, Operation)>,
}

impl Rule {
    /// The part of its name before the first character that cannot be in an identifier.
    pub(super) fn kind(&self) -> &str {
        first_word(&self.name)
    }
}

/// What happens to components that may crash.
pub(super) fn crashes<'c>(
    components: &'c [Box<dyn Erased>],
    links: &'c [Declared],
    crashing: &'c [usize],
) -> impl Iterator<Item = Rule> + 'c {
    crashing.iter().flat_map(|&component| {
        let name = components[component].name();
        let rule = |kind: &str, occurrence, channels| Rule {
            name: format!("{kind} {name}"),
            participants: Participants::alone(name).label(kind),
            components: vec![(component, occurrence)],
            channels,
        };
        let lost = links.iter().enumerate().filter(|(_, link)| {
            let is_at_an_end = link.receiver == component || link.senders.contains(&component);
            link.channel.is_lost_with_crash && is_at_an_end
        });
        let lost = lost.map(|(link, _)| (link, Operation::Clear)).collect();
        [
            rule("crash", Occurrence::Crashes, lost),
            rule("restart", Occurrence::Restarts, Vec::new()),
        ]
    })
}

/// What may happen to the messages of a link.
pub(super) fn of_link(
    number: usize,
    link: &Declared,
    messages: &[Message],
    components: &[Box<dyn Erased>],
) -> Vec<Rule> {
    let receiver = &components[link.receiver];
    let mut rules = Vec::new();
    for &message in messages {
        let event = message.event as usize;
        let event_name = receiver.event_name(event);
        let sender = components[link.senders[message.sender as usize]].name();
        let place = match link.senders.len() {
            1 => link.name.clone(),
            _ => format!("{} from {sender}", link.name),
        };
        let rule = |name, label: String, components, operation| Rule {
            name,
            participants: Participants::between(sender, receiver.name()).label(label),
            components,
            channels: vec![(number, operation)],
        };
        rules.push(rule(
            format!("{event_name} to {} over {place}", receiver.name()),
            event_name.clone(),
            vec![(link.receiver, Occurrence::Takes(event))],
            Operation::Take(message),
        ));
        if link.channel.drops_refused {
            rules.push(rule(
                format!("drop {event_name} at {} over {place}", receiver.name()),
                format!("{event_name}, dropped"),
                vec![(link.receiver, Occurrence::Refuses(event))],
                Operation::Take(message),
            ));
        }
        let mut happens = |kind: &str, done: &str, operation: fn(Message, usize) -> Operation| {
            for nth in 0..link.channel.places() {
                let which = match nth {
                    0 => String::new(),
                    _ => format!(" #{}", nth + 1),
                };
                rules.push(rule(
                    format!("{kind} {event_name}{which} over {place}"),
                    format!("{event_name}{which}, {done}"),
                    Vec::new(),
                    operation(message, nth),
                ));
            }
        };
        if link.channel.is_lossy {
            happens("lose", "lost", Operation::Lose);
        }
        if link.channel.is_duplicating {
            happens("duplicate", "duplicated", Operation::Duplicate);
        }
    }
    rules
}

/// One way in which a rule happens: what is sent does not depend on anything any more.
pub(super) struct Variant {
    /// The rule of which it is one.
    pub(super) rule: usize,
    /// For each component that takes part: what happens to it, and the number of what
    /// it sends.
    pub(super) components: Vec<(usize, Occurrence, u32)>,
    /// For each channel that takes part the number of its event.
    pub(super) channels: Vec<(usize, usize)>,
}

/// All ways in which rules happen, in their order.
pub(super) fn variants(
    rules: &[Rule],
    components: &[Box<dyn Erased>],
    channels: &mut [Contents],
    limit: usize,
) -> Result<Vec<Variant>, ComposeError> {
    let mut known = FxHashMap::default();
    let mut variants = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        let mut ways: Vec<Vec<(usize, Occurrence, u32)>> = vec![Vec::new()];
        for &(component, occurrence) in &rule.components {
            let sent = known
                .entry((component, occurrence))
                .or_insert_with(|| sent_by(&*components[component], occurrence));
            if ways.len() * sent.len() > limit {
                return Err(ComposeError::TooManyWays {
                    event: rule.name.clone(),
                    limit,
                });
            }
            ways = ways
                .iter()
                .flat_map(|way| {
                    sent.iter().map(|sent| {
                        let mut way = way.clone();
                        way.push((component, occurrence, *sent));
                        way
                    })
                })
                .collect();
        }
        for way in ways {
            let mut operations = rule.channels.clone();
            for &(component, _, sent) in &way {
                let sent = components[component].sent(sent).iter().cloned();
                operations.extend(sent.map(|(to, messages)| (to, Operation::Put(messages))));
            }
            variants.push(Variant {
                rule: number,
                components: way,
                channels: of_each_channel(operations, channels),
            });
        }
    }
    Ok(variants)
}

/// The numbers of all that a component may send when something happens to it.
fn sent_by(component: &dyn Erased, occurrence: Occurrence) -> Vec<u32> {
    let outcomes = component.outcomes(occurrence).into_iter().flatten();
    let mut sent: Vec<_> = outcomes.map(|(_, sent)| sent).collect();
    sent.sort_unstable();
    sent.dedup();
    sent
}

/// Operations on one channel happen together, in their order.
fn of_each_channel(
    operations: Vec<(usize, Operation)>,
    channels: &mut [Contents],
) -> Vec<(usize, usize)> {
    let mut of_each: Vec<(usize, Vec<Operation>)> = Vec::new();
    for (channel, operation) in operations {
        match of_each.iter_mut().find(|(known, _)| *known == channel) {
            Some((_, together)) => together.push(operation),
            None => of_each.push((channel, vec![operation])),
        }
    }
    of_each
        .into_iter()
        .map(|(channel, together)| (channel, channels[channel].event(together)))
        .collect()
}

/// The configuration after something has happened in each of a component's
/// configurations, where it sends just this.
pub(super) fn moves_of_component(
    component: &dyn Erased,
    occurrence: Occurrence,
    sent: u32,
) -> Vec<Option<u32>> {
    let outcomes = component.outcomes(occurrence).into_iter();
    outcomes
        .map(|outcome| outcome.filter(|(_, what)| *what == sent).map(|(to, _)| to))
        .collect()
}
