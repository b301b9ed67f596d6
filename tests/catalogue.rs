//! The catalogue of outages as a whole, and the pages that are made of it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use fsmcheck::check::{Check, Property, Store};
use fsmcheck::cli::{protocol_models, run_to};
use fsmcheck::framework::Rule;
use fsmcheck::protocol::outage::{Judge, Outage};
use fsmcheck::protocol::{Configuration, Faults, ModelName, Promise, ProtocolModel, Visitor};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn outages(arguments: &[&str]) -> (u8, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let all = ["fsmcheck", "outages"].iter().chain(arguments).copied();
    let code = run_to(protocol_models(), all, &mut out, &mut err);
    assert_eq!(String::from_utf8(err).unwrap(), "");
    (code, String::from_utf8(out).unwrap())
}

/// Holds the part of a file between two marks against what it is made of, or writes it.
fn made_of(file: &str, mark: &str, made: &str) {
    let text = std::fs::read_to_string(path(file)).unwrap();
    let begin = format!("<!-- {mark} -->\n");
    let start = text
        .find(&begin)
        .unwrap_or_else(|| panic!("{file} has no {mark}"))
        + begin.len();
    let end = start + text[start..].find("<!-- end -->").unwrap();
    if text[start..end] == *made {
        return;
    }
    assert!(
        std::env::var_os("FSMCHECK_ACCEPT").is_some(),
        "{file} has another {mark}; FSMCHECK_ACCEPT=1 writes:\n{made}"
    );
    let accepted = format!("{}{made}{}", &text[..start], &text[end..]);
    std::fs::write(path(file), accepted).unwrap();
}

struct Checks;

impl Visitor for Checks {
    type Answer = Vec<Promise>;

    fn visit<M: ProtocolModel>(self) -> Vec<Promise> {
        let properties = M::new(M::usual()).properties();
        let promises = properties.iter();
        promises
            .filter_map(|property| property.name().parse().ok())
            .collect()
    }
}

#[test]
fn the_tables_of_promises_and_models_are_made_of_the_models() {
    let checked: Vec<_> = ModelName::ALL
        .iter()
        .map(|name| (name, name.visit(Checks)))
        .collect();
    let mut promises = String::from("| promise | says | models |\n|---|---|---|\n");
    for promise in Promise::ALL {
        let by = checked
            .iter()
            .filter(|(_, promises)| promises.contains(promise));
        let by: Vec<_> = by.map(|(name, _)| format!("`{name}`")).collect();
        assert!(!by.is_empty(), "no model checks {promise}");
        let (id, says) = (promise.id(), promise.says());
        writeln!(promises, "| {id} | {says} | {} |", by.join(", ")).unwrap();
    }
    made_of("docs/protocol.md", "promises", &promises);

    let mut models =
        String::from("| model | is about | entries of the catalogue |\n|---|---|---|\n");
    for name in ModelName::ALL {
        let entries = Outage::ALL.iter().filter(|outage| outage.model == *name);
        let entries: Vec<_> = entries.map(|outage| outage.id).collect();
        writeln!(
            models,
            "| `{name}` | {} | {} |",
            name.about(),
            entries.join(", ")
        )
        .unwrap();
    }
    made_of("docs/protocol.md", "models", &models);
}

#[test]
fn the_promise_of_each_entry_is_checked_by_its_model() {
    for outage in Outage::ALL {
        let promises = outage.model.visit(Checks);
        assert!(
            promises.contains(&outage.promise),
            "{}: {}",
            outage.id,
            outage.promise
        );
    }
}

/// Entries whose stories are kept as tests, in `tests/emitted.rs`.
const EMITTED: [&str; 12] = [
    "A1", "A7", "A9", "A13", "A14", "A15", "A18", "H-03", "H-04", "H-07", "H-08", "H-17",
];

#[test]
fn emitted_tests_are_what_is_printed() {
    for id in EMITTED {
        let (code, test) = outages(&[id, "--emit-test"]);
        assert_eq!(code, 0);
        let file = path(&format!(
            "tests/data/emitted/{}.rs",
            id.to_lowercase().replace('-', "_")
        ));
        if std::env::var_os("FSMCHECK_ACCEPT").is_some() {
            std::fs::write(&file, &test).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            test,
            "FSMCHECK_ACCEPT=1 writes it"
        );
    }
}

/// What is stored in an outage is found to be illegal by who reads the records alone.
#[test]
fn replay_finds_the_illegal_step_in_what_an_outage_stores() {
    let (code, records) = outages(&["H-05", "--emit-records"]);
    assert_eq!(code, 0);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(records.as_bytes()).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let name = file.path().to_str().unwrap();
    let code = run_to([], ["fsmcheck", "replay", name], &mut out, &mut err);
    let out = String::from_utf8(out).unwrap();
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("[illegal-transition]"), "{out}");
    assert!(
        out.contains("master never goes from `Failed` to `Init`"),
        "{out}"
    );
}

/// The lines of a table without their last cell, which says how long it took.
fn without_times(table: &str) -> String {
    let line = |line: &str| {
        let cells = line.trim_end_matches('|').rsplit_once('|');
        cells.map_or_else(String::new, |(cells, _)| format!("{cells}|\n"))
    };
    table.lines().map(line).collect()
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "goes through all models: cargo test --release --all-features --test catalogue"
)]
fn every_entry_is_found_again_and_prevented() {
    let (code, table) = outages(&["--format", "markdown"]);
    let readme = std::fs::read_to_string(path("README.md")).unwrap();
    let start = readme.find("<!-- outages -->\n").unwrap() + "<!-- outages -->\n".len();
    let shown = &readme[start..start + readme[start..].find("<!-- end -->").unwrap()];
    if without_times(shown) != without_times(&table) {
        made_of("README.md", "outages", &table);
    }
    assert_eq!(code, 0, "{table}");
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "goes through all models: cargo test --release --all-features --test catalogue"
)]
fn the_page_of_hazards_is_made_of_the_catalogue() {
    let hazards = Outage::ALL.iter().filter(|outage| !outage.is_mended());
    let mut arguments: Vec<_> = hazards.map(|outage| outage.id).collect();
    arguments.extend(["--format", "markdown"]);
    let (code, page) = outages(&arguments);
    made_of("docs/hazards.md", "hazards", &page);
    assert_eq!(code, 0);
}

/// What a story tells is what the entry is about, and not what another one is.
#[test]
fn a_story_misses_the_rule_of_its_entry_alone() {
    let mut judge = Judge::new();
    for outage in Outage::ALL {
        // Another rule would have prevented it as well.
        let others: &[Rule] = match outage.id {
            "A2" => &[Rule::PongWorkerEpoch],
            "A15" => &[Rule::CancelRetriedAfterFailure],
            _ => &[],
        };
        let is_slow = matches!(outage.id, "A2" | "A9" | "A10" | "H-14");
        if cfg!(debug_assertions) && is_slow {
            continue;
        }
        let before = judge.before(outage);
        let story = before.verdict.story().unwrap();
        let needed = story.needed.iter().map(|(_, rule)| *rule);
        let (own, missed): (Vec<_>, Vec<_>) = needed.partition(|rule| *rule == outage.rule);
        assert!(!own.is_empty(), "{}", outage.id);
        assert_eq!(missed, others, "{}", outage.id);
    }
}

/// Counts the states of a model in which nothing fails, by a store.
struct Counts(Store);

impl Visitor for Counts {
    type Answer = usize;

    fn visit<M: ProtocolModel>(self) -> usize {
        let model = M::new(Configuration {
            faults: Faults::NONE,
            ..M::usual()
        });
        let of_states = |property: &Property<M>| !property.kind().is_liveness();
        let properties: Vec<_> = model.properties().into_iter().filter(of_states).collect();
        let report = Check::new(&model)
            .store(self.0)
            .all_violations()
            .run_for(&properties);
        assert!(report.completeness().is_exhaustive());
        report.unique()
    }
}

/// The catalogue keeps fingerprints: a hash must not leave out what states differ by.
#[test]
fn states_are_hashed_by_all_that_they_are_compared_by() {
    for name in ModelName::ALL {
        let [exact, hashed] =
            [Store::Exact, Store::WideFingerprint].map(|store| name.visit(Counts(store)));
        assert_eq!(exact, hashed, "{name}");
    }
}
