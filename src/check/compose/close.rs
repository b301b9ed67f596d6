//! From machines that run to tables: everything that each component can come to by
//! itself, and what happens between them.

use std::any::Any;
use std::collections::HashSet;

use indexmap::IndexSet;
use rustc_hash::{FxHashMap, FxHashSet};

use super::ComposeError;
use super::builder::{Claimed, Compose, Declared};
use super::channel::{Content, Contents, Operation};
use super::composition::Part;
use super::formula::{Answered, Formula, Locals, Slot};
use super::handle;
use super::machine::{Erased, Message};
use super::network::{Event, Table};
use super::rule::{Rule, Variant, crashes, moves_of_component, of_link, variants};

/// How many entries all tables have at most: about a gigabyte.
const ENTRIES: usize = 1 << 27;

/// A composition of which everything is known.
pub(super) struct Closed {
    pub(super) components: Vec<Box<dyn Erased>>,
    /// For each link what its channel may hold.
    pub(super) contents: Vec<Contents>,
    pub(super) links: Vec<Declared>,
    pub(super) rules: Vec<Rule>,
    /// The rule of which each event is one.
    pub(super) rule_of: Vec<u32>,
    /// The tables of the components, and behind them those of the channels.
    pub(super) tables: Vec<Table>,
    pub(super) events: Vec<Event>,
    /// For each initial state the configurations of its parts.
    pub(super) initial: Vec<Vec<u32>>,
    pub(super) claims: Vec<Claimed>,
    pub(super) end: Option<Formula>,
    pub(super) interchangeable: Vec<Vec<Vec<handle::Part>>>,
}

/// Runs every component until nothing new turns up.
pub(super) fn close(compose: Compose, limit: usize) -> Result<Closed, ComposeError> {
    let Compose {
        mut components,
        links,
        mut rules,
        claims,
        end,
        interchangeable,
        crashing,
        wrong,
        ..
    } = compose;
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    has_names_of_its_own(&components, &links)?;
    // What one sends is what another may be given.
    while grow(&mut components, limit)? {}

    let messages = messages(&components, links.len());
    rules.extend(crashes(&components, &links, &crashing));
    for (number, link) in links.iter().enumerate() {
        rules.extend(of_link(number, link, &messages[number], &components));
    }
    let channels = links.iter();
    let mut contents: Vec<_> = channels
        .map(|link| Contents::new(link.name.clone(), link.channel))
        .collect();
    let variants = variants(&rules, &components, &mut contents, limit)?;
    let initial = initial(&components, &mut contents, limit)?;
    for contents in &mut contents {
        contents.close(limit)?;
    }
    fits(&components, &contents, &variants, ENTRIES)?;
    let (tables, events, rule_of) = tables(&components, &contents, &rules, &variants);
    Ok(Closed {
        components,
        contents,
        links,
        rules,
        rule_of,
        tables,
        events,
        initial,
        claims,
        end,
        interchangeable,
    })
}

fn has_names_of_its_own(
    components: &[Box<dyn Erased>],
    links: &[Declared],
) -> Result<(), ComposeError> {
    if components.is_empty() {
        return Err(ComposeError::Empty);
    }
    let mut known = HashSet::new();
    let names = components.iter().map(|component| component.name());
    for name in names.chain(links.iter().map(|link| link.name.as_str())) {
        if !known.insert(name) {
            let name = name.to_owned();
            return Err(ComposeError::SameName { name });
        }
    }
    Ok(())
}

fn grow(components: &mut [Box<dyn Erased>], limit: usize) -> Result<bool, ComposeError> {
    let mut has_grown = false;
    for component in components {
        has_grown |= component.grow(limit)?;
    }
    Ok(has_grown)
}

/// For each link the messages that may be sent over it.
fn messages(components: &[Box<dyn Erased>], links: usize) -> Vec<Vec<Message>> {
    let mut messages = vec![Vec::new(); links];
    for component in components {
        for (link, sent) in component.all_sent().flatten() {
            messages[*link].extend(sent);
        }
    }
    for messages in &mut messages {
        messages.sort_unstable();
        messages.dedup();
    }
    messages
}

/// Every way in which all components can begin, with what they send at once.
fn initial(
    components: &[Box<dyn Erased>],
    contents: &mut [Contents],
    limit: usize,
) -> Result<Vec<Vec<u32>>, ComposeError> {
    let mut ways: Vec<Vec<(u32, u32)>> = vec![Vec::new()];
    for component in components {
        if ways.len() * component.starts().len() > limit {
            return Err(ComposeError::TooManyStarts { limit });
        }
        let longer = ways.iter().flat_map(|way| {
            component.starts().iter().map(|start| {
                let mut way = way.clone();
                way.push(*start);
                way
            })
        });
        ways = longer.collect();
    }
    let mut initial = IndexSet::new();
    for way in ways {
        let mut sent = vec![Vec::new(); contents.len()];
        for (component, (_, what)) in components.iter().zip(&way) {
            for (link, messages) in component.sent(*what) {
                sent[*link].extend_from_slice(messages);
            }
        }
        let mut locals: Vec<_> = way.iter().map(|(local, _)| *local).collect();
        for (contents, sent) in contents.iter_mut().zip(&sent) {
            locals.push(contents.start(sent)?);
        }
        initial.insert(locals);
    }
    Ok(initial.into_iter().collect())
}

/// Whether the tables of all parts have no more entries than these.
fn fits(
    components: &[Box<dyn Erased>],
    contents: &[Contents],
    variants: &[Variant],
    most: usize,
) -> Result<(), ComposeError> {
    let mut moves = vec![0; components.len()];
    let mut known = FxHashSet::default();
    for variant in variants {
        for one in &variant.components {
            if known.insert(one) {
                moves[one.0] += 1;
            }
        }
    }
    let of_components = components.iter().zip(moves);
    let of_components = of_components.map(|(one, moves)| (one.name(), one.len(), moves));
    let of_channels = contents.iter().map(|one| {
        let events = one.event_count();
        (one.name.as_str(), one.all.len(), events)
    });
    let mut entries = 0_usize;
    for (part, configurations, moves) in of_components.chain(of_channels) {
        // For each configuration what it does, and a bit for everything that may happen.
        let of_each = moves + variants.len().div_ceil(64);
        entries = entries.saturating_add(configurations.saturating_mul(of_each));
        if entries > most {
            return Err(ComposeError::TooLarge {
                part: part.to_owned(),
                configurations,
                moves,
                most,
            });
        }
    }
    Ok(())
}

/// The tables of all parts, what can happen, and of which rule each of it is one.
fn tables(
    components: &[Box<dyn Erased>],
    contents: &[Contents],
    rules: &[Rule],
    variants: &[Variant],
) -> (Vec<Table>, Vec<Event>, Vec<u32>) {
    let mut tables: Vec<_> = components
        .iter()
        .map(|component| Table {
            size: component.len(),
            moves: Vec::new(),
            prompt: vec![false; component.len()],
        })
        .collect();
    tables.extend(contents.iter().map(|contents| Table {
        size: contents.all.len(),
        moves: Vec::new(),
        prompt: contents.prompt(),
    }));
    let mut known = FxHashMap::default();
    let (mut events, mut rule_of) = (Vec::new(), Vec::new());
    for variant in variants {
        let rule = &rules[variant.rule];
        let mut moves = Vec::new();
        for &(component, occurrence, sent) in &variant.components {
            let table = &mut tables[component].moves;
            let number = known
                .entry((component, Some((occurrence, sent)), 0))
                .or_insert_with(|| {
                    table.push(moves_of_component(
                        &*components[component],
                        occurrence,
                        sent,
                    ));
                    table.len() - 1
                });
            moves.push((component, *number));
        }
        for &(channel, event) in &variant.channels {
            let part = components.len() + channel;
            let table = &mut tables[part].moves;
            let number = known.entry((part, None, event)).or_insert_with(|| {
                table.push(contents[channel].outcomes(event).to_vec());
                table.len() - 1
            });
            moves.push((part, *number));
        }
        let can_happen = |&(part, number): &(usize, usize)| {
            tables[part].moves[number].iter().any(Option::is_some)
        };
        if moves.iter().all(can_happen) {
            let is_prompt = |(channel, operation): &(usize, Operation)| {
                contents[*channel].channel.is_prompt && *operation != Operation::Clear
            };
            events.push(Event {
                moves,
                is_prompt: rule.channels.iter().any(is_prompt),
            });
            rule_of.push(variant.rule as u32);
        }
    }
    (tables, events, rule_of)
}

/// A formula whose parts have been asked.
pub(super) fn answered(
    formula: &Formula,
    components: &[Box<dyn Erased>],
    locals: &[Box<dyn Any + Send + Sync>],
    contents: &[Contents],
    links: &[Declared],
) -> Answered {
    Answered::new(&formula.0, &|slot, test| match slot {
        Slot::Component(component) => {
            let asked = Locals {
                of_part: locals
                    .get(component)
                    .map_or(&(), |locals| &**locals as &dyn Any),
                alphabet: &(),
            };
            let size = components
                .get(component)
                .map_or(0, |component| component.len());
            (
                component,
                (0..size).map(|local| test(&asked, local)).collect(),
            )
        }
        Slot::Channel(channel) => {
            let mut answers = Vec::new();
            if let Some(link) = links.get(channel) {
                let all: Vec<Content> = contents[channel].all.iter().cloned().collect();
                components[link.receiver].with_alphabet(&mut |alphabet| {
                    let asked = Locals {
                        of_part: &all,
                        alphabet,
                    };
                    answers = (0..all.len()).map(|local| test(&asked, local)).collect();
                });
            }
            (components.len() + channel, answers)
        }
    })
}

/// Every component is where its life may end.
pub(super) fn all_at_end(components: &[Box<dyn Erased>]) -> Answered {
    let each = components.iter().enumerate().map(|(number, component)| {
        let is_not = |local| !component.is_end(local);
        (number, (0..component.len()).map(is_not).collect())
    });
    Answered::Not(Box::new(Answered::Some(each.collect())))
}

/// The parts as people read them.
pub(super) fn forms(
    components: &[Box<dyn Erased>],
    contents: &[Contents],
    links: &[Declared],
) -> Vec<Part> {
    let machines = components.iter().map(|component| {
        let texts: Vec<_> = (0..component.len())
            .map(|local| component.text(local))
            .collect();
        // Data that is always the same says nothing.
        let has_data = texts.windows(2).any(|two| two[0].storage != two[1].storage);
        let form = |text: super::machine::Text| {
            let data = has_data.then_some((".data", text.storage));
            std::iter::once(("", text.state)).chain(data).collect()
        };
        Part {
            name: component.name().to_owned(),
            forms: texts.into_iter().map(form).collect(),
        }
    });
    let channels = contents.iter().zip(links).map(|(contents, link)| {
        let receiver = &components[link.receiver];
        let message = |message: &Message| {
            let event = receiver.event_name(message.event as usize);
            match link.senders.len() {
                1 => event,
                _ => {
                    let sender = link.senders[message.sender as usize];
                    format!("({}, {event})", components[sender].name())
                }
            }
        };
        let form = |content: &Content| match content {
            Content::Messages(messages) => {
                let messages: Vec<_> = messages.iter().map(message).collect();
                format!("[{}]", messages.join(", "))
            }
            Content::Overflown => "Overflown".to_owned(),
        };
        Part {
            name: link.name.clone(),
            forms: contents
                .all
                .iter()
                .map(|one| vec![("", form(one))])
                .collect(),
        }
    });
    machines.chain(channels).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctest::door::{Door, Event};

    #[test]
    fn tables_that_are_too_large_are_refused() {
        let mut compose = Compose::new();
        let door = compose.machine::<Door>("door");
        compose.spontaneous(door, Event::Open);
        let Compose {
            mut components,
            mut rules,
            ..
        } = compose;
        while grow(&mut components, 10).unwrap() {}
        rules.extend(crashes(&components, &[], &[]));
        let variants = variants(&rules, &components, &mut [], 10).unwrap();
        // Of two configurations each has what it does when it is opened, and a word of bits.
        assert_eq!(fits(&components, &[], &variants, 4), Ok(()));
        let error = fits(&components, &[], &variants, 3).unwrap_err();
        let expected = ComposeError::TooLarge {
            part: "door".to_owned(),
            configurations: 2,
            moves: 1,
            most: 3,
        };
        assert_eq!(error, expected);
    }
}
