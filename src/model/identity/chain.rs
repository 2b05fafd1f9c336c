//! In which order each SDK looks for credentials.

use crate::model::pod::{Container, Env, Likelihood, Pod, Variable, VolumeKind};

/// The SDKs whose orders are known to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sdk {
    Rust,
    Java,
    Go,
    /// Python, and the AWS CLI.
    Botocore,
    JavaScript,
}

/// A place where an SDK looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Provider {
    Environment,
    /// A profile that assumes a role, which botocore looks for before all other profiles.
    AssumingProfile,
    WebIdentity,
    Profile,
    Container,
    /// The node's own metadata: what is left where nothing is set.
    Metadata,
}

impl Provider {
    pub(super) const ALL: [Self; 6] = [
        Self::Environment,
        Self::AssumingProfile,
        Self::WebIdentity,
        Self::Profile,
        Self::Container,
        Self::Metadata,
    ];

    pub(super) fn as_profile(self) -> Self {
        match self {
            Self::AssumingProfile => Self::Profile,
            provider => provider,
        }
    }
}

impl Sdk {
    pub const ALL: [Self; 5] = [
        Self::Rust,
        Self::Java,
        Self::Go,
        Self::Botocore,
        Self::JavaScript,
    ];

    /// The order before the metadata service, which all ask last.
    fn order(self) -> &'static [Provider] {
        use Provider::{AssumingProfile, Container, Environment, Profile, WebIdentity};
        match self {
            Self::Rust | Self::JavaScript => &[Environment, Profile, WebIdentity, Container],
            Self::Java | Self::Go => &[Environment, WebIdentity, Profile, Container],
            Self::Botocore => &[
                Environment,
                AssumingProfile,
                WebIdentity,
                Profile,
                Container,
            ],
        }
    }
}

/// What an SDK takes, and what it passed that may have had something.
pub(super) struct Pick {
    pub(super) sdk: Sdk,
    pub(super) provider: Provider,
    pub(super) passed: Vec<Provider>,
}

pub(super) fn pick(sdk: Sdk, container: &Container, pod: &Pod) -> Pick {
    let mut passed = Vec::new();
    for provider in sdk.order() {
        match likelihood(sdk, *provider, container, pod) {
            Likelihood::No => {}
            Likelihood::Maybe => passed.push(*provider),
            Likelihood::Probably | Likelihood::Yes => {
                return Pick {
                    sdk,
                    provider: *provider,
                    passed,
                };
            }
        }
    }
    Pick {
        sdk,
        provider: Provider::Metadata,
        passed,
    }
}

/// How sure it is that a provider has something for this SDK.
pub(super) fn likelihood(
    sdk: Sdk,
    provider: Provider,
    container: &Container,
    pod: &Pod,
) -> Likelihood {
    let env = &container.env;
    match provider {
        Provider::Environment => keys(sdk, env),
        Provider::WebIdentity => env
            .likelihood(Variable::RoleArn)
            .min(env.likelihood(Variable::WebIdentityTokenFile)),
        Provider::Container => env
            .likelihood(Variable::FullUri)
            .max(env.likelihood(Variable::RelativeUri)),
        Provider::Profile => profile(sdk, container, pod),
        // Whether a profile assumes a role stands in its file.
        Provider::AssumingProfile => profile(sdk, container, pod).min(Likelihood::Maybe),
        Provider::Metadata => Likelihood::Yes,
    }
}

fn keys(sdk: Sdk, env: &Env) -> Likelihood {
    let pair = |id, secret| env.likelihood(id).min(env.likelihood(secret));
    let keys = pair(Variable::AccessKeyId, Variable::SecretAccessKey);
    match sdk {
        Sdk::Go => keys.max(
            env.likelihood(Variable::AccessKeyId)
                .max(env.likelihood(Variable::OldAccessKey))
                .min(
                    env.likelihood(Variable::SecretAccessKey)
                        .max(env.likelihood(Variable::OldSecretKey)),
                ),
        ),
        // A named profile makes this SDK pass over the keys.
        Sdk::JavaScript => match env.likelihood(Variable::Profile) {
            Likelihood::No => keys,
            Likelihood::Maybe => keys.min(Likelihood::Maybe),
            Likelihood::Probably | Likelihood::Yes => Likelihood::No,
        },
        Sdk::Rust | Sdk::Java | Sdk::Botocore => keys,
    }
}

/// A profile needs a file; what the file holds is never visible, so it is probable at best.
fn profile(sdk: Sdk, container: &Container, pod: &Pod) -> Likelihood {
    let env = &container.env;
    let mounted = container
        .mounts
        .iter()
        .filter_map(|mount| {
            let volume = pod.volume(&mount.volume);
            let files = mount.aws_files || volume.is_some_and(|volume| volume.aws_files);
            files.then_some(match volume.map(|volume| volume.kind) {
                Some(VolumeKind::Files | VolumeKind::Projected) => Likelihood::Probably,
                Some(VolumeKind::Scratch) | None => Likelihood::Maybe,
            })
        })
        .max()
        .unwrap_or(Likelihood::No);
    let credentials = env
        .likelihood(Variable::SharedCredentialsFile)
        .min(Likelihood::Probably);
    // A configuration may hold a region and nothing else.
    let configuration = env.likelihood(Variable::ConfigFile).min(Likelihood::Maybe);
    let named = match sdk {
        Sdk::Botocore => env
            .likelihood(Variable::Profile)
            .max(env.likelihood(Variable::DefaultProfile)),
        _ => env.likelihood(Variable::Profile),
    };
    let file = mounted.max(credentials).max(configuration);
    match (named, file) {
        // A name without a file that could hold it: the image may bring one.
        (Likelihood::No, file) => file,
        (_, Likelihood::No) => Likelihood::Maybe,
        (Likelihood::Maybe, file) => file,
        (Likelihood::Probably | Likelihood::Yes, _) => Likelihood::Probably,
    }
}
