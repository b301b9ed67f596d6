//! A table in Markdown.

use super::outcome::{Outcome, outcomes};
use super::picture::remarks;
use super::text::visible;
use crate::graph::{Graph, State, SuperstateId};

/// The graph as a Markdown table: a row for each state, a column for each event,
/// in each cell the state that the event leads to.
///
/// `stays` means that the event is handled without a transition, `–` that it is
/// refused. A graph whose table would have more than a million cells becomes a
/// list of its transitions, three columns wide.
///
/// # Examples
///
/// ```
/// use fsmcheck::draw;
/// use fsmcheck::graph::GraphBuilder;
///
/// let mut door = GraphBuilder::new("door", ["Open", "Close"]);
/// let closed = door.state("Closed", None);
/// let opened = door.state("Opened", None);
/// door.start(closed).moved(closed, "Open", opened).moved(opened, "Close", closed);
/// assert_eq!(
///     draw::table(&door.build()?),
///     "\
/// Machine `door`
///
/// | State            | `Open`   | `Close`  |
/// |------------------|----------|----------|
/// | `Closed` (start) | `Opened` | –        |
/// | `Opened`         | –        | `Closed` |
/// "
/// );
/// # Ok::<(), fsmcheck::graph::BuildError>(())
/// ```
#[must_use]
pub fn table(graph: &Graph) -> String {
    let mut out = String::new();
    for remark in remarks(graph) {
        out += &remark.written(quoted);
        out += "\n\n";
    }
    let cells = graph.states().len().saturating_mul(graph.events().len());
    out += &aligned(&if cells <= MAX_CELLS {
        by_state_and_event(graph)
    } else {
        by_transition(graph)
    });
    out
}

/// How many cells a table of states and events may have. Most would say that an
/// event is refused, and a table of all could be far larger than its graph.
const MAX_CELLS: usize = 1_000_000;

/// How many superstates are named around a state, from inside.
const MAX_PATH: usize = 6;

/// To how many characters a cell is filled up, so that one long name does not
/// lengthen every row.
const MAX_FILL: usize = 48;

type Row = Vec<String>;

fn by_state_and_event(graph: &Graph) -> Vec<Row> {
    let nested = graph.superstates().len() > 0;
    let mut header = vec!["State".to_owned()];
    header.extend(nested.then(|| "In".to_owned()));
    header.extend(graph.events().map(|(_, event)| quoted(event)));

    let rows = graph.states().map(|(id, state)| {
        let mut row = vec![marked(state)];
        row.extend(nested.then(|| path(graph, state.superstate)));
        let outcomes = outcomes(graph.transitions_from(id));
        let mut rest = outcomes.as_slice();
        for (event, _) in graph.events() {
            let (cell, later) =
                rest.split_at(rest.partition_point(|outcome| outcome.event <= event));
            rest = later;
            row.push(if cell.is_empty() {
                "–".to_owned()
            } else {
                let cases: Vec<_> = cell.iter().map(|case| result(graph, case)).collect();
                cases.join(" or ")
            });
        }
        row
    });
    std::iter::once(header).chain(rows).collect()
}

fn by_transition(graph: &Graph) -> Vec<Row> {
    let header = ["State", "Event", "Result"].map(str::to_owned).to_vec();
    let rows = graph.states().flat_map(|(id, state)| {
        outcomes(graph.transitions_from(id))
            .into_iter()
            .map(|outcome| {
                let event = quoted(graph.event(outcome.event));
                vec![marked(state), event, result(graph, &outcome)]
            })
    });
    std::iter::once(header).chain(rows).collect()
}

fn marked(state: &State) -> String {
    let mark = match (state.initial, state.terminal) {
        (true, true) => " (start, end)",
        (true, false) => " (start)",
        (false, true) => " (end)",
        (false, false) => "",
    };
    let note = state
        .note
        .as_deref()
        .map(|note| format!(": {}", quoted(note)));
    quoted(&state.name) + mark + &note.unwrap_or_default()
}

fn path(graph: &Graph, innermost: Option<SuperstateId>) -> String {
    let mut outwards = std::iter::successors(innermost, |id| graph.superstate(*id).parent);
    let mut names: Vec<_> = outwards
        .by_ref()
        .take(MAX_PATH)
        .map(|id| quoted(&graph.superstate(id).name))
        .collect();
    names.extend(outwards.next().map(|_| "…".to_owned()));
    names.reverse();
    names.join(" / ")
}

fn result(graph: &Graph, outcome: &Outcome) -> String {
    let mut result = if outcome.stays {
        "stays".to_owned()
    } else {
        quoted(&graph.state(outcome.to).name)
    };
    result += &outcome.condition();
    if outcome.changes_data {
        result += ", data changes";
    }
    result
}

/// The rows as lines, the first one as header, with columns that line up.
fn aligned(rows: &[Row]) -> String {
    let n_columns = rows.first().map_or(0, Vec::len);
    let mut widths = vec![3; n_columns];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count()).min(MAX_FILL);
        }
    }
    let mut out = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(&widths) {
            out += &format!("| {cell:width$} ");
        }
        out += "|\n";
        if index == 0 {
            for width in &widths {
                out += &format!("|{}", "-".repeat(width + 2));
            }
            out += "|\n";
        }
    }
    out
}

/// A name as code, which Markdown shows as it is and in which GitHub looks for no
/// emoji, mentions or formulas.
fn quoted(name: &str) -> String {
    let text = visible(name);
    // Where backticks, or the bars of the table, get in the way, code is written in
    // HTML and every sign as an entity.
    if !text.contains(['`', '|', '\u{a0}']) {
        return format!("`{text}`");
    }
    let mut code = String::from("<code>");
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            code += &format!("&#{};", u32::from(c));
        } else {
            code.push(c);
        }
    }
    code + "</code>"
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::draw::sample;
    use crate::graph::GraphBuilder;

    #[test]
    fn all_that_can_be_shown() {
        expect![[r#"
            Machine `oven`

            [n of m]: in n of the m configurations (state and data) of the state

            | State            | In               | `Power` | `Heat` | `Tick`                                          | `Open` | `Stop` | `Eject`    | `Reset` |
            |------------------|------------------|---------|--------|-------------------------------------------------|--------|--------|------------|---------|
            | `Off` (start)    |                  | `Idle`  | –      | –                                               | –      | –      | `Scrapped` | –       |
            | `Idle`           | `On`             | `Off`   | `Ramp` | –                                               | –      | –      | stays      | `Idle`  |
            | `Ramp`           | `On` / `Heating` | `Off`   | –      | stays [2 of 3], data changes or `Hold` [1 of 3] | `Idle` | `Idle` | stays      | `Idle`  |
            | `Hold`           | `On` / `Heating` | `Off`   | `Hold` | stays                                           | `Idle` | `Idle` | stays      | `Idle`  |
            | `Scrapped` (end) |                  | –       | –      | –                                               | –      | –      | –          | –       |
        "#]].assert_eq(&table(&sample::oven()));
    }

    #[test]
    fn an_incomplete_graph_says_so() {
        expect![[r#"
            Machine `counter`

            Explored under the abstraction `counts above 3 are alike`

            Incomplete: exploration reached its limit on configurations

            | State         | `Add`  |
            |---------------|--------|
            | `Low` (start) | `High` |
            | `High`        | –      |
        "#]]
        .assert_eq(&table(&sample::cut_off()));
    }

    #[test]
    fn names_are_text() {
        let names: Vec<_> = sample::HOSTILE.iter().map(|name| quoted(name)).collect();
        expect![[r#"
            `"quoted"`
            `a::b::C`
            `a;b`
            `#65; # tag #lt;`
            `Some<Vec<T>>`
            `<b>bold</b><br/>`
            `<script>alert(1)</script>`
            `Ev { n: 1, s: [2] }`
            `state`
            `end`
            `End`
            `class`
            `note right of x`
            `default`
            `node`
            `edge`
            `graph`
            `subgraph`
            `[*]`
            `[[fork]]`
            `<<choice>>`
            `--> x`
            `--`
            `style a:#b;`
            `classDef a:#b;`
            `%% comment`
            `%%{init: {}}%%`
            `%date()`
            `!define X`
            `' remark`
            `/' block '/`
            `@enduml`
            `$x$ $$y$$`
            `**b** *i*`
            `__u__ _i_`
            `//i// ~~s~~ --s--`
            <code>&#96;code&#96;</code>
            `1. one`
            `- item`
            `== title ==`
            `..`
            <code>&#124; bar &#124; bar &#92;&#124; bar</code>
            `\`
            `\N\G\l\n`
            `&lt; &amp; &#65;`
            `[link](https://a.b) [[link]]`
            `https://a.b/c?d=e`
            `:smile: @user #12`
            `<:smile:> <U+0041> <&heart>`
            `fa:fa-car`
            `line\nbreak\r\ttab`
            `\u{1b}[31m\u{0}`
            `""`
            `" "`
            <code> two  spaces </code>
            `Größe ﬂ°65¶ß`
            `日本語`
            `שלום مرحبا`
            `\u{202e}turned`
            `👩‍🚀🇺🇳`
            `é`
            `snake_case a__b`
            `it's 100% (a=b)!?`"#]]
        .assert_eq(&names.join("\n"));
    }

    #[test]
    fn no_name_ends_a_cell() {
        let table = table(&sample::hostile());
        let mut rows = 0;
        for line in table.lines().filter(|line| line.starts_with('|')) {
            assert_eq!(
                line.matches('|').count(),
                sample::HOSTILE.len() + 3,
                "{line}"
            );
            rows += 1;
        }
        assert_eq!(rows, sample::HOSTILE.len() + 4);
    }

    #[test]
    fn a_table_that_would_be_mostly_empty_is_a_list() {
        let events = (0..1001).map(|event| format!("e{event}"));
        let mut builder = GraphBuilder::new("wide", events);
        let states: Vec<_> = (0..1000)
            .map(|state| builder.state(format!("s{state}"), None))
            .collect();
        builder.start(states[0]);
        builder.moved(states[0], "e1000", states[999]);
        expect![[r#"
            Machine `wide`

            | State        | Event   | Result |
            |--------------|---------|--------|
            | `s0` (start) | `e1000` | `s999` |
        "#]]
        .assert_eq(&table(&builder.build().unwrap()));
    }

    #[test]
    fn only_the_innermost_superstates_are_named() {
        let mut builder = GraphBuilder::new("deep", ["e"]);
        let mut innermost = None;
        for level in 0..9 {
            innermost = Some(builder.superstate(format!("l{level}"), innermost));
        }
        let state = builder.state("s", innermost);
        builder.start(state);
        expect![[r#"
            Machine `deep`

            | State       | In                                          | `e` |
            |-------------|---------------------------------------------|-----|
            | `s` (start) | … / `l3` / `l4` / `l5` / `l6` / `l7` / `l8` | –   |
        "#]]
        .assert_eq(&table(&builder.build().unwrap()));
    }
}
