//! What can be copied of a row.

use crate::app::modal::{Action, Item};
use crate::app::pane::RowKey;
use crate::app::state::State;
use crate::model::export::terraform::Terraform;
use crate::model::export::{Exported, aws_cli, eksctl};
use crate::model::text::shell_word;
use crate::model::{AssociationKey, ClusterArn, Partition, Region};

/// Everything that can be copied of a row, for the copy menu.
pub fn items(state: &State, key: &RowKey) -> Vec<Item> {
    let (view, fleet) = (key.view(), &state.fleet);
    let mut items = Vec::new();
    let mut add = |label: &str, text: String, what: &'static str| {
        items.push(Item {
            label: label.to_owned(),
            note: text.clone(),
            action: Action::Copy { text, what },
        });
    };
    add("name", view.name(fleet, key), "name");
    if let Some(arn) = view.arn(fleet, key) {
        add("ARN", arn, "ARN");
    }
    for (label, text, what) in view.copies(fleet, key) {
        add(label, text, what);
    }
    if let (Some(cluster), false) = (key.cluster(), matches!(key, RowKey::Cluster(_))) {
        add("cluster ARN", cluster.as_str().to_owned(), "cluster ARN");
    }
    if let Some(address) = view.console(key) {
        add("console address", address, "console address");
    }
    items.extend(command_item(state, key));
    items.extend(view.definitions(state, key));
    items
}

/// The association written down for other tools, once its details are known.
pub(super) fn definitions(state: &State, key: &AssociationKey) -> Vec<Item> {
    let Some(row) = state.fleet.associations.get(key) else {
        return Vec::new();
    };
    let profile = state
        .fleet
        .route_to(&key.cluster)
        .and_then(|id| state.fleet.route(id));
    let exported = Exported {
        association: &row.summary,
        detail: row.detail.value().ok_or("its details are not known yet"),
        profile: profile.and_then(|row| row.route.profile.as_deref()),
    };
    let item = |label: &str, what: &'static str, text: String| {
        // Where there is no definition, a comment before everything else says why.
        let first = text.lines().find(|line| *line != "---").unwrap_or_default();
        let refused = first.starts_with("# skipped");
        let note = first.trim_start_matches("# ").to_owned();
        let action = if refused {
            Action::Refused(note.clone())
        } else {
            Action::Copy { text, what }
        };
        Item {
            label: label.to_owned(),
            note,
            action,
        }
    };
    vec![
        item(
            "Terraform import and resource",
            "Terraform blocks",
            Terraform::one_place().blocks(exported),
        ),
        item(
            "AWS CLI command that creates it",
            "command",
            aws_cli::command_or_comment(exported),
        ),
        item(
            "eksctl configuration",
            "eksctl configuration",
            eksctl::cluster_config(&key.cluster, [exported]),
        ),
    ]
}

/// A page of the web console about a cluster.
pub(super) fn cluster_page(cluster: &ClusterArn, tab: &str) -> String {
    let host = Partition::of(&Region::new(cluster.region())).console_host();
    let (region, name) = (cluster.region(), cluster.name());
    format!(
        "https://{region}.{host}/eks/clusters/{name}?region={region}&selectedTab=cluster-{tab}-tab"
    )
}

/// The AWS CLI command that reads the row, unless a name in it could harm the terminal it is pasted into.
fn command_item(state: &State, key: &RowKey) -> Option<Item> {
    let words = key.view().aws_command(key);
    if words.is_empty() {
        return None;
    }
    let label = "AWS CLI command".to_owned();
    Some(match command(state, key, words) {
        Ok(text) => Item {
            label,
            note: text.clone(),
            action: Action::Copy {
                text,
                what: "command",
            },
        },
        Err(reason) => Item {
            label,
            note: reason.clone(),
            action: Action::Refused(reason),
        },
    })
}

fn command(
    state: &State,
    key: &RowKey,
    options: Vec<(&'static str, String)>,
) -> Result<String, String> {
    let mut words = vec!["aws".to_owned()];
    let mut push = |option: &str, value: &str| match shell_word(value) {
        Ok(word) => {
            words.push(option.to_owned());
            words.push(word.into_owned());
            Ok(())
        }
        Err(refused) => Err(refused.to_string()),
    };
    for (option, value) in options {
        push(option, &value)?;
    }
    if let Some(cluster) = key.cluster() {
        push("--region", cluster.region())?;
    }
    let route = state.route_for(key).and_then(|id| state.fleet.route(id));
    if let Some(profile) = route.and_then(|row| row.route.profile.as_deref()) {
        push("--profile", profile)?;
    }
    Ok(words.join(" "))
}
