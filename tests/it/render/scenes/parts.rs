//! Scenes of what belongs to a cluster.

use roledex::app::effect::Part;

use crate::parts::{describe_roles, list, some};
use crate::render::scenes::ready;
use crate::script::{Script, cluster_arn};

fn view(key: &str, part: Part, width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("1 enter").keys(key);
    let scope = script.state.restriction.scope.first().cloned();
    let arn = scope.unwrap_or_else(|| cluster_arn("eu-west-1", "none"));
    list(&mut script, &arn, part, some(&arn, part));
    script
}

pub(crate) fn identity_providers(width: u16, height: u16) -> Script {
    view("7", Part::IdentityProviders, width, height)
}

pub(crate) fn identity_provider_described(width: u16, height: u16) -> Script {
    let mut script = identity_providers(width, height);
    script.keys("j d");
    script
}

pub(crate) fn addons(width: u16, height: u16) -> Script {
    view("8", Part::Addons, width, height)
}

pub(crate) fn addon_described(width: u16, height: u16) -> Script {
    let mut script = addons(width, height);
    script.keys("G d");
    script
}

pub(crate) fn access_entries(width: u16, height: u16) -> Script {
    view("9", Part::AccessEntries, width, height)
}

pub(crate) fn access_entry_described(width: u16, height: u16) -> Script {
    let mut script = access_entries(width, height);
    script.keys("d");
    script
}

pub(crate) fn roles(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("6");
    describe_roles(&mut script);
    script
}

pub(crate) fn role_described(width: u16, height: u16) -> Script {
    let mut script = roles(width, height);
    script.keys("j d");
    script
}
