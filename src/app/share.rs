//! What can be copied of a row.

use crate::app::modal::{Action, Item};
use crate::app::pane::RowKey;
use crate::app::state::State;
use crate::model::export::terraform::Terraform;
use crate::model::export::{Exported, aws_cli, eksctl};
use crate::model::text::shell_word;
use crate::model::{AssociationKey, Partition, Region};

/// The name by which people and the command line call a row.
pub fn name(state: &State, key: &RowKey) -> String {
    match key {
        RowKey::Cluster(arn) => arn.name().to_owned(),
        RowKey::Association(key) => state
            .fleet
            .associations
            .get(key)
            .map_or_else(|| key.id.to_string(), |row| row.summary.name()),
        RowKey::Update(key) => key.id.to_string(),
    }
}

/// The ARN of a row; updates have none, so it is their cluster's.
pub fn arn(state: &State, key: &RowKey) -> String {
    match key {
        RowKey::Cluster(arn) => arn.as_str().to_owned(),
        RowKey::Association(key) => {
            let sent = state
                .fleet
                .associations
                .get(key)
                .and_then(|row| row.summary.arn.as_deref());
            let cluster = &key.cluster;
            sent.map_or_else(
                || {
                    format!(
                        "arn:{}:eks:{}:{}:podidentityassociation/{}/{}",
                        cluster.partition(),
                        cluster.region(),
                        cluster.account(),
                        cluster.name(),
                        key.id
                    )
                },
                str::to_owned,
            )
        }
        RowKey::Update(key) => key.cluster.as_str().to_owned(),
    }
}

/// Everything that can be copied of a row, for the copy menu.
pub fn items(state: &State, key: &RowKey) -> Vec<Item> {
    let mut items = Vec::new();
    let mut add = |label: &str, text: String, what: &'static str| {
        items.push(Item {
            label: label.to_owned(),
            note: text.clone(),
            action: Action::Copy { text, what },
        });
    };
    add("name", name(state, key), "name");
    add("ARN", arn(state, key), "ARN");
    if let RowKey::Association(key) = key {
        add("association id", key.id.to_string(), "association id");
        if let Some(detail) = state
            .fleet
            .associations
            .get(key)
            .and_then(|row| row.detail.value())
        {
            for (label, value) in [
                ("role ARN", &detail.role),
                ("target role ARN", &detail.target_role),
            ] {
                if let Some(value) = value {
                    add(label, value.to_string(), "role ARN");
                }
            }
            if let Some(external_id) = detail.external_id() {
                add("external id", external_id.to_string(), "external id");
            }
        }
    }
    if !matches!(key, RowKey::Cluster(_)) {
        add(
            "cluster ARN",
            key.cluster().as_str().to_owned(),
            "cluster ARN",
        );
    }
    add("console address", console_url(key), "console address");
    items.push(command_item(state, key));
    if let RowKey::Association(key) = key {
        items.extend(definitions(state, key));
    }
    items
}

/// The association written down for other tools, once its details are known.
fn definitions(state: &State, key: &AssociationKey) -> Vec<Item> {
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

/// The page of the web console that shows a row.
fn console_url(key: &RowKey) -> String {
    let cluster = key.cluster();
    let host = Partition::of(&Region::new(cluster.region())).console_host();
    let tab = match key {
        RowKey::Cluster(_) => "overview",
        RowKey::Association(_) => "access",
        RowKey::Update(_) => "update-history",
    };
    let (region, name) = (cluster.region(), cluster.name());
    format!(
        "https://{region}.{host}/eks/clusters/{name}?region={region}&selectedTab=cluster-{tab}-tab"
    )
}

/// The AWS CLI command that reads the row, unless a name in it could harm the terminal it is pasted into.
fn command_item(state: &State, key: &RowKey) -> Item {
    let label = "AWS CLI command".to_owned();
    match command(state, key) {
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
    }
}

fn command(state: &State, key: &RowKey) -> Result<String, String> {
    let cluster = key.cluster();
    let mut words = vec!["aws".to_owned(), "eks".to_owned()];
    let mut push = |option: &str, value: &str| match shell_word(value) {
        Ok(word) => {
            words.push(option.to_owned());
            words.push(word.into_owned());
            Ok(())
        }
        Err(refused) => Err(refused.to_string()),
    };
    match key {
        RowKey::Cluster(arn) => push("describe-cluster --name", arn.name())?,
        RowKey::Association(key) => {
            push(
                "describe-pod-identity-association --cluster-name",
                cluster.name(),
            )?;
            push("--association-id", &key.id)?;
        }
        RowKey::Update(key) => {
            use crate::model::UpdateSubject;
            push("describe-update --name", cluster.name())?;
            push("--update-id", &key.id)?;
            match &key.subject {
                UpdateSubject::Cluster => {}
                UpdateSubject::Addon(name) => push("--addon-name", name)?,
                UpdateSubject::Nodegroup(name) => push("--nodegroup-name", name)?,
                UpdateSubject::Capability(name) => push("--capability-name", name)?,
            }
        }
    }
    push("--region", cluster.region())?;
    let profile = state
        .fleet
        .route_to(cluster)
        .and_then(|id| state.fleet.route(id));
    if let Some(profile) = profile.and_then(|row| row.route.profile.as_deref()) {
        push("--profile", profile)?;
    }
    Ok(words.join(" "))
}
