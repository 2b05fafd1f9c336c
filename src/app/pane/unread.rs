//! Views whose rows this version does not read: they have a place and a key, and say so.

use jiff::Timestamp;

use crate::app::describe::TextLine;
use crate::app::effect::{Effect, Request};
use crate::app::fleet::Fleet;
use crate::app::modal::Item;
use crate::app::pane::view::{Copied, Kept, Opens, Source, View};
use crate::app::pane::{Cell, Column, Restriction, RowKey, Sort, SortKey, Tone};
use crate::app::state::State;
use crate::input::Command;
use crate::model::{ClusterArn, RouteId};

/// A view without rows.
pub(super) struct Unread {
    title: &'static str,
    tab: &'static str,
    names: (&'static str, &'static str),
    command: Command,
}

pub(super) static ROLES: Unread = Unread {
    title: "Roles",
    tab: "Roles",
    names: ("role", "roles"),
    command: Command::ViewRoles,
};

impl View for Unread {
    fn title(&self) -> &'static str {
        self.title
    }

    fn tab(&self) -> &'static str {
        self.tab
    }

    fn names(&self) -> (&'static str, &'static str) {
        self.names
    }

    fn command(&self) -> Command {
        self.command
    }

    fn columns(&self) -> &'static [Column] {
        &[]
    }

    fn sort(&self) -> Sort {
        Sort {
            column: 0,
            descending: false,
        }
    }

    fn source(&self) -> Source {
        Source::Nothing
    }

    fn is_scoped(&self) -> bool {
        false
    }

    fn len(&self, _: &Fleet) -> usize {
        0
    }

    fn admits(&self, _: &Fleet, _: usize, _: &Restriction, _: Timestamp) -> bool {
        false
    }

    fn key(&self, _: &Fleet, _: usize) -> Option<RowKey> {
        None
    }

    fn index(&self, _: &Fleet, _: &RowKey) -> Option<usize> {
        None
    }

    fn cell<'a>(&self, _: &'a Fleet, _: usize, _: usize, _: Timestamp) -> Option<Cell<'a>> {
        None
    }

    fn sort_key<'a>(&self, _: &'a Fleet, _: usize, _: usize) -> SortKey<'a> {
        SortKey::Missing
    }

    fn identity<'a>(&self, _: &'a Fleet, _: usize) -> [&'a str; 4] {
        [""; 4]
    }

    fn has_problem(&self, _: &Fleet, _: usize) -> bool {
        false
    }

    fn name(&self, _: &Fleet, _: &RowKey) -> String {
        String::new()
    }

    fn arn(&self, _: &Fleet, _: &RowKey) -> Option<String> {
        None
    }

    fn describe(&self, _: &State, _: &RowKey) -> Option<Vec<TextLine>> {
        None
    }

    fn kept_document<'a>(&self, _: &'a State, _: &RowKey) -> Option<Kept<'a>> {
        None
    }

    fn ask_document(&self, _: &State, _: &RowKey, _: RouteId) -> Option<Request> {
        None
    }

    fn copies(&self, _: &Fleet, _: &RowKey) -> Vec<Copied> {
        Vec::new()
    }

    fn definitions(&self, _: &State, _: &RowKey) -> Vec<Item> {
        Vec::new()
    }

    fn console(&self, _: &RowKey) -> Option<String> {
        None
    }

    fn aws_command(&self, _: &RowKey) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn place(&self, _: &State) -> String {
        String::new()
    }

    fn remarks(&self, _: &State) -> Vec<(Tone, String)> {
        Vec::new()
    }

    fn how_to_read(&self) -> &'static [(Command, &'static str)] {
        &[]
    }

    fn admits_cluster(&self, _: &Restriction, _: &ClusterArn) -> bool {
        false
    }

    fn opens(&self, _: &Fleet, _: &RowKey) -> Opens {
        Opens::Description
    }

    fn look(&self, _: &mut State, _: &RowKey, _: &mut Vec<Effect>) {}

    fn want(&self, _: &mut State, _: &mut Vec<Effect>) {}

    fn refresh(&self, _: &mut State, _: &[ClusterArn], _: &mut Vec<Effect>) {}
}
