//! What a view is made of: one noun, one file, one implementation of [`Noun`].
//!
//! A noun says how its rows stand in the fleet, what a cell says, and what can be done with a row. Everything
//! else (order, filter, cursor, drawing, copying, raw documents) is written once, over [`View`].

use std::hash::Hash;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::TextLine;
use crate::app::effect::{Effect, Request};
use crate::app::fleet::{ClusterRow, Fleet};
use crate::app::modal::Item;
use crate::app::pane::{Cell, Column, PodsOf, Restriction, RowKey, Sort, SortKey, Tone};
use crate::app::remote::Reading;
use crate::app::state::State;
use crate::input::Command;
use crate::model::{ClusterArn, Document, RouteId, Text};

/// The kind of thing that a view lists, with a row for each.
pub trait Noun: Sync {
    type Key: Clone + Eq + Hash + 'static;
    type Row: 'static;

    /// Over the pane.
    const TITLE: &'static str;
    /// As short as it can be, for the tab line.
    const TAB: &'static str;
    /// What one and many of them are called within a sentence.
    const NAMES: (&'static str, &'static str);
    /// The command that focuses the view.
    const COMMAND: Command;
    const COLUMNS: &'static [Column];
    /// The order until the user chooses another.
    const SORT: Sort = Sort {
        column: 0,
        descending: false,
    };
    /// Where the rows come from, which decides what is said where there are none.
    const SOURCE: Source;
    /// Whether clusters that are scoped to narrow the view.
    const IS_SCOPED: bool = true;
    /// What reads rows that nobody has read yet: a command, and what it does.
    const HOW_TO_READ: &'static [(Command, &'static str)] = &[(Command::Refresh, "reads them")];

    fn rows(fleet: &Fleet) -> &IndexMap<Self::Key, Self::Row>;
    fn wrap(key: Self::Key) -> RowKey;
    fn unwrap(key: &RowKey) -> Option<&Self::Key>;

    /// Whether what the view is restricted to lets a row be shown.
    fn admits(key: &Self::Key, row: &Self::Row, limits: &Restriction, now: Timestamp) -> bool;
    fn cell<'a>(
        fleet: &'a Fleet,
        key: &'a Self::Key,
        row: &'a Self::Row,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a>;
    fn sort_key<'a>(
        fleet: &'a Fleet,
        key: &'a Self::Key,
        row: &'a Self::Row,
        column: usize,
    ) -> SortKey<'a>;
    /// A total order behind every other, so that equal rows never change places.
    fn identity<'a>(key: &'a Self::Key, row: &'a Self::Row) -> [&'a str; 4];
    fn has_problem(row: &Self::Row) -> bool;

    /// The name by which people and the command line call it; also of a row that is gone.
    fn name(key: &Self::Key, row: Option<&Self::Row>) -> String;
    /// Its ARN; `None` if it can have none.
    fn arn(key: &Self::Key, row: Option<&Self::Row>) -> Option<String>;
    /// ARN of the role that it names, for the reverse look-up.
    fn role<'a>(_fleet: &'a Fleet, _key: &'a Self::Key, _row: &'a Self::Row) -> Option<&'a Text> {
        None
    }
    /// The row, member by member.
    fn describe(state: &State, key: &Self::Key, row: &Self::Row) -> Vec<TextLine>;
    /// The raw document where it is kept with the row; else [`Noun::ask_document`] brings it.
    fn kept_document<'a>(_state: &'a State, _row: &'a Self::Row) -> Option<Kept<'a>> {
        None
    }
    /// The question that brings the raw document.
    fn ask_document(_state: &State, _key: &Self::Key, _route: RouteId) -> Option<Request> {
        None
    }
    /// More that can be copied: label, text, and what the text is.
    fn copies(_key: &Self::Key, _row: Option<&Self::Row>) -> Vec<Copied> {
        Vec::new()
    }
    /// The row written down for other tools.
    fn definitions(_state: &State, _key: &Self::Key) -> Vec<Item> {
        Vec::new()
    }
    /// The page of the web console that shows it.
    fn console(_key: &Self::Key) -> Option<String> {
        None
    }
    /// The AWS CLI command that reads it, as options and their values; the first option carries the verb.
    fn command(_key: &Self::Key) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What else narrows the view, after "there is no pod": " of service account shop/api".
    fn place(_state: &State) -> String {
        String::new()
    }
    /// What else the title says.
    fn remarks(_state: &State) -> Vec<(Tone, String)> {
        Vec::new()
    }
    /// Whether rows of a cluster can be in view.
    fn admits_cluster(limits: &Restriction, cluster: &ClusterArn) -> bool {
        limits.admits(cluster)
    }

    /// What `enter` does with the row.
    fn opens(_key: &Self::Key, _row: &Self::Row) -> Opens {
        Opens::Description
    }
    /// Reads what a look at the row wants beside what is there.
    fn look(_state: &mut State, _key: &Self::Key, _effects: &mut Vec<Effect>) {}
    /// Reads what the view lacks, while somebody looks at it; called often, so it asks for nothing twice.
    fn want(_state: &mut State, _effects: &mut Vec<Effect>) {}
    /// Reads the view again, of the given clusters.
    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>);
}

/// A text that can be copied: its label, the text, and what it is.
pub type Copied = (&'static str, String, &'static str);

/// A raw document that is kept with its row.
pub struct Kept<'a> {
    pub document: Option<&'a Document>,
    /// When it was read, or why it was not.
    pub provenance: Vec<TextLine>,
}

/// What `enter` does with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opens {
    /// Restricts the other panes to the cluster, or to all marked ones.
    Scope,
    /// Shows the pods of the thing.
    Pods(PodsOf),
    /// Explains what is wrong.
    Explanation,
    Description,
}

/// Where the rows of a view come from.
#[derive(Clone, Copy)]
pub enum Source {
    /// A list of clusters from each route.
    Routes,
    /// A list from each cluster.
    Clusters(for<'a> fn(&'a ClusterRow) -> Reading<'a>),
}

/// A view without its types: what everything that is written once works on.
pub trait View: Sync {
    fn title(&self) -> &'static str;
    fn tab(&self) -> &'static str;
    fn names(&self) -> (&'static str, &'static str);
    fn command(&self) -> Command;
    fn columns(&self) -> &'static [Column];
    fn sort(&self) -> Sort;
    fn source(&self) -> Source;
    fn is_scoped(&self) -> bool;
    fn len(&self, fleet: &Fleet) -> usize;
    fn admits(&self, fleet: &Fleet, index: usize, limits: &Restriction, now: Timestamp) -> bool;
    fn key(&self, fleet: &Fleet, index: usize) -> Option<RowKey>;
    fn index(&self, fleet: &Fleet, key: &RowKey) -> Option<usize>;
    fn cell<'a>(
        &self,
        fleet: &'a Fleet,
        index: usize,
        column: usize,
        now: Timestamp,
    ) -> Option<Cell<'a>>;
    fn sort_key<'a>(&self, fleet: &'a Fleet, index: usize, column: usize) -> SortKey<'a>;
    fn identity<'a>(&self, fleet: &'a Fleet, index: usize) -> [&'a str; 4];
    fn has_problem(&self, fleet: &Fleet, index: usize) -> bool;
    fn name(&self, fleet: &Fleet, key: &RowKey) -> String;
    fn arn(&self, fleet: &Fleet, key: &RowKey) -> Option<String>;
    /// `None` if the row is gone, names no role, or that is not known.
    fn role<'a>(&self, fleet: &'a Fleet, key: &'a RowKey) -> Option<&'a Text>;
    /// `None` if the row is gone.
    fn describe(&self, state: &State, key: &RowKey) -> Option<Vec<TextLine>>;
    fn kept_document<'a>(&self, state: &'a State, key: &RowKey) -> Option<Kept<'a>>;
    fn ask_document(&self, state: &State, key: &RowKey, route: RouteId) -> Option<Request>;
    fn copies(&self, fleet: &Fleet, key: &RowKey) -> Vec<Copied>;
    fn definitions(&self, state: &State, key: &RowKey) -> Vec<Item>;
    fn console(&self, key: &RowKey) -> Option<String>;
    fn aws_command(&self, key: &RowKey) -> Vec<(&'static str, String)>;
    fn place(&self, state: &State) -> String;
    fn remarks(&self, state: &State) -> Vec<(Tone, String)>;
    fn how_to_read(&self) -> &'static [(Command, &'static str)];
    fn admits_cluster(&self, limits: &Restriction, cluster: &ClusterArn) -> bool;
    fn opens(&self, fleet: &Fleet, key: &RowKey) -> Opens;
    fn look(&self, state: &mut State, key: &RowKey, effects: &mut Vec<Effect>);
    fn want(&self, state: &mut State, effects: &mut Vec<Effect>);
    fn refresh(&self, state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>);
}

impl<N: Noun> View for N {
    fn title(&self) -> &'static str {
        N::TITLE
    }

    fn tab(&self) -> &'static str {
        N::TAB
    }

    fn names(&self) -> (&'static str, &'static str) {
        N::NAMES
    }

    fn command(&self) -> Command {
        N::COMMAND
    }

    fn columns(&self) -> &'static [Column] {
        N::COLUMNS
    }

    fn sort(&self) -> Sort {
        N::SORT
    }

    fn source(&self) -> Source {
        N::SOURCE
    }

    fn is_scoped(&self) -> bool {
        N::IS_SCOPED
    }

    fn len(&self, fleet: &Fleet) -> usize {
        N::rows(fleet).len()
    }

    fn admits(&self, fleet: &Fleet, index: usize, limits: &Restriction, now: Timestamp) -> bool {
        let row = N::rows(fleet).get_index(index);
        row.is_some_and(|(key, row)| <N as Noun>::admits(key, row, limits, now))
    }

    fn key(&self, fleet: &Fleet, index: usize) -> Option<RowKey> {
        let (key, _) = N::rows(fleet).get_index(index)?;
        Some(N::wrap(key.clone()))
    }

    fn index(&self, fleet: &Fleet, key: &RowKey) -> Option<usize> {
        N::rows(fleet).get_index_of(N::unwrap(key)?)
    }

    fn cell<'a>(
        &self,
        fleet: &'a Fleet,
        index: usize,
        column: usize,
        now: Timestamp,
    ) -> Option<Cell<'a>> {
        let (key, row) = N::rows(fleet).get_index(index)?;
        Some(<N as Noun>::cell(fleet, key, row, column, now))
    }

    fn sort_key<'a>(&self, fleet: &'a Fleet, index: usize, column: usize) -> SortKey<'a> {
        let row = N::rows(fleet).get_index(index);
        row.map_or(SortKey::Missing, |(key, row)| {
            <N as Noun>::sort_key(fleet, key, row, column)
        })
    }

    fn identity<'a>(&self, fleet: &'a Fleet, index: usize) -> [&'a str; 4] {
        let row = N::rows(fleet).get_index(index);
        row.map_or_else(Default::default, |(key, row)| {
            <N as Noun>::identity(key, row)
        })
    }

    fn has_problem(&self, fleet: &Fleet, index: usize) -> bool {
        let row = N::rows(fleet).get_index(index);
        row.is_some_and(|(_, row)| <N as Noun>::has_problem(row))
    }

    fn name(&self, fleet: &Fleet, key: &RowKey) -> String {
        N::unwrap(key).map_or_else(String::new, |key| {
            <N as Noun>::name(key, N::rows(fleet).get(key))
        })
    }

    fn arn(&self, fleet: &Fleet, key: &RowKey) -> Option<String> {
        let key = N::unwrap(key)?;
        <N as Noun>::arn(key, N::rows(fleet).get(key))
    }

    fn role<'a>(&self, fleet: &'a Fleet, key: &'a RowKey) -> Option<&'a Text> {
        let key = N::unwrap(key)?;
        <N as Noun>::role(fleet, key, N::rows(fleet).get(key)?)
    }

    fn describe(&self, state: &State, key: &RowKey) -> Option<Vec<TextLine>> {
        let key = N::unwrap(key)?;
        let row = N::rows(&state.fleet).get(key)?;
        Some(<N as Noun>::describe(state, key, row))
    }

    fn kept_document<'a>(&self, state: &'a State, key: &RowKey) -> Option<Kept<'a>> {
        let row = N::rows(&state.fleet).get(N::unwrap(key)?)?;
        <N as Noun>::kept_document(state, row)
    }

    fn ask_document(&self, state: &State, key: &RowKey, route: RouteId) -> Option<Request> {
        <N as Noun>::ask_document(state, N::unwrap(key)?, route)
    }

    fn copies(&self, fleet: &Fleet, key: &RowKey) -> Vec<Copied> {
        N::unwrap(key).map_or_else(Vec::new, |key| {
            <N as Noun>::copies(key, N::rows(fleet).get(key))
        })
    }

    fn definitions(&self, state: &State, key: &RowKey) -> Vec<Item> {
        N::unwrap(key).map_or_else(Vec::new, |key| <N as Noun>::definitions(state, key))
    }

    fn console(&self, key: &RowKey) -> Option<String> {
        <N as Noun>::console(N::unwrap(key)?)
    }

    fn aws_command(&self, key: &RowKey) -> Vec<(&'static str, String)> {
        N::unwrap(key).map_or_else(Vec::new, <N as Noun>::command)
    }

    fn place(&self, state: &State) -> String {
        <N as Noun>::place(state)
    }

    fn remarks(&self, state: &State) -> Vec<(Tone, String)> {
        <N as Noun>::remarks(state)
    }

    fn how_to_read(&self) -> &'static [(Command, &'static str)] {
        N::HOW_TO_READ
    }

    fn admits_cluster(&self, limits: &Restriction, cluster: &ClusterArn) -> bool {
        <N as Noun>::admits_cluster(limits, cluster)
    }

    fn opens(&self, fleet: &Fleet, key: &RowKey) -> Opens {
        let known = N::unwrap(key).and_then(|key| Some((key, N::rows(fleet).get(key)?)));
        known.map_or(Opens::Description, |(key, row)| {
            <N as Noun>::opens(key, row)
        })
    }

    fn look(&self, state: &mut State, key: &RowKey, effects: &mut Vec<Effect>) {
        if let Some(key) = N::unwrap(key) {
            <N as Noun>::look(state, key, effects);
        }
    }

    fn want(&self, state: &mut State, effects: &mut Vec<Effect>) {
        <N as Noun>::want(state, effects);
    }

    fn refresh(&self, state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        <N as Noun>::refresh(state, clusters, effects);
    }
}
