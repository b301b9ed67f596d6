//! The models of the protocol: what holds under which rules, and how it breaks.

mod cancel;
mod channel;
mod dispatch;
mod exit;
mod heartbeat;
mod jobs;
mod leader;
mod records;
mod recovery;
mod terminal;
mod timing;

use fsmcheck::check::{Check, Completeness, Counterexample, Property, PropertyKind, Report};
use fsmcheck::framework::Rule;
use fsmcheck::protocol::{Configuration, Promise, ProtocolModel, Trailed as _};

/// The property of a promise.
fn property<M: ProtocolModel>(model: &M, promise: Promise) -> Property<M> {
    let mut properties = model.properties().into_iter();
    properties
        .find(|property| property.name().parse() == Ok(promise))
        .unwrap_or_else(|| panic!("{} does not check {promise}", M::NAME))
}

fn report<M: ProtocolModel>(model: &M, properties: &[Property<M>]) -> Report<M> {
    Check::new(model).all_violations().run_for(properties)
}

/// How a promise is broken in this configuration, if it is.
fn broken<M: ProtocolModel>(
    configuration: Configuration,
    promise: Promise,
) -> Option<Counterexample<M>> {
    let model = M::new(configuration);
    let property = property(&model, promise);
    let report = Check::new(&model).run_for(&[property]);
    let counterexample = report.violations().next().cloned();
    let is_whole = report.completeness() == Completeness::Exhaustive;
    assert!(counterexample.is_some() || is_whole, "{report}");
    counterexample
}

/// How a promise is broken after a rule was needed, if it is; the counterexample has a
/// step in which it was.
fn broken_for_lack_of<M: ProtocolModel>(
    configuration: Configuration,
    rule: Rule,
    promise: Promise,
) -> Option<Counterexample<M>> {
    let configuration = Configuration {
        watched: Some(rule),
        ..configuration
    };
    let counterexample = broken::<M>(configuration, promise)?;
    let is_needed = |state: &M::State| state.trail().is_needed(rule);
    assert!(
        counterexample.walk().states().any(is_needed),
        "{counterexample}"
    );
    Some(counterexample)
}

/// Goes through all states and asserts that every promise holds; how many there are.
fn holds<M: ProtocolModel>(configuration: Configuration) -> usize {
    let model = M::new(configuration);
    let (runs, states): (Vec<_>, Vec<_>) = model
        .properties()
        .into_iter()
        .partition(|property| property.kind().is_liveness());
    if !runs.is_empty() {
        report(&model, &runs).assert_holds();
    }
    let report = report(&model, &states);
    report.assert_holds();
    assert_eq!(report.completeness(), Completeness::Exhaustive);
    report.unique()
}

/// Goes through all states and asserts that none of these rules is needed in any step.
fn never_needed<M: ProtocolModel>(configuration: Configuration, rules: &[Rule]) {
    let model = M::new(configuration);
    let properties: Vec<_> = rules
        .iter()
        .map(|rule| {
            let rule = *rule;
            Property::never(
                format!("{rule} is needed"),
                move |_: &M, state: &M::State| state.trail().is_needed(rule),
            )
        })
        .collect();
    let report = report(&model, &properties);
    report.assert_holds();
    assert_eq!(report.completeness(), Completeness::Exhaustive);
}

/// Whether some state has this.
fn comes_to<M: ProtocolModel>(
    configuration: Configuration,
    wanted: impl Fn(&M::State) -> bool + Send + Sync + 'static,
) -> bool {
    let model = M::new(configuration);
    let property = Property::sometimes("wanted", move |_: &M, state: &M::State| wanted(state));
    assert_eq!(property.kind(), PropertyKind::Sometimes);
    Check::new(&model).run_for(&[property]).holds()
}
