//! What IAM says of roles, asked once for each role however many clusters name it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::asking::{Asking, Progress};
use super::{no_way, together};
use crate::cloud::{Cloud, Session, Urgency};
use crate::model::arn::role_name;
use crate::model::diagnosis::{OidcProvider, RoleFacts};
use crate::model::preflight::{Need, Simulated};
use crate::model::role::{RoleReference, RoleState};
use crate::model::{Arn, Failure, FailureKind, Learned, RoleDetail, Route, Text};
use crate::ops::fleet::{Accounts, Site};
use crate::ops::load;

const SIMULATE: &str = "iam:SimulatePrincipalPolicy";

/// What the role of a node needs for the agent that runs there.
const AGENT_ACTION: &str = "eks-auth:AssumeRoleForPodIdentity";

/// Why a policy is not known: the failure, and the permission that it takes.
type Missing = (Failure, &'static str);

/// IAM of all accounts that the routes lead to.
pub(super) struct Iam {
    cloud: Arc<Cloud>,
    routes: Vec<Route>,
    urgency: Urgency,
    accounts: OnceCell<Accounts>,
    roles: Memory<Text, Result<Option<RoleDetail>, Failure>>,
    /// Documents by name, of a role.
    policies: Memory<Text, Result<BTreeMap<Text, Text>, Missing>>,
    /// Documents of managed policies, by the account that was asked and the policy's ARN.
    managed: Memory<(Text, Text), Result<Text, Failure>>,
}

impl fmt::Debug for Iam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iam")
            .field("routes", &self.routes.len())
            .finish_non_exhaustive()
    }
}

/// Answers that are asked for once; whoever asks while one is on its way waits for it.
struct Memory<K, T> {
    cells: Mutex<HashMap<K, Arc<OnceCell<T>>>>,
}

impl<K, T> Default for Memory<K, T> {
    fn default() -> Self {
        Self {
            cells: Mutex::default(),
        }
    }
}

impl<K: Eq + Hash, T: Clone> Memory<K, T> {
    async fn get(&self, key: K, ask: impl Future<Output = T>) -> T {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            cells.entry(key).or_default().clone()
        };
        cell.get_or_init(|| ask).await.clone()
    }
}

impl Iam {
    pub(super) fn new(cloud: &Arc<Cloud>, routes: &[Route], urgency: Urgency) -> Self {
        Self {
            cloud: cloud.clone(),
            routes: routes.to_vec(),
            urgency,
            accounts: OnceCell::new(),
            roles: Memory::default(),
            policies: Memory::default(),
            managed: Memory::default(),
        }
    }

    /// The roles; of some of them also their own policies.
    pub(super) async fn roles<P: FnMut(Progress) + Send>(
        &self,
        site: &Site,
        asking: &Asking<P>,
        roles: &BTreeSet<Text>,
        with_policies: &BTreeSet<Text>,
    ) -> BTreeMap<Text, Learned<RoleFacts>> {
        let ask = |role: &Text| {
            let role = role.clone();
            let wants_policies = with_policies.contains(&role);
            async move {
                let facts = Box::pin(self.role(site, asking, &role, wants_policies)).await;
                (role, facts)
            }
        };
        together(roles.iter().map(ask)).await
    }

    async fn role<P: FnMut(Progress) + Send>(
        &self,
        site: &Site,
        asking: &Asking<P>,
        role: &Text,
        wants_policies: bool,
    ) -> Learned<RoleFacts> {
        let (arn, session) = match self.way(site, role).await {
            Ok(way) => way,
            Err(why) => return why,
        };
        // Boxed, all of them: questions within questions make futures that outgrow the stack of a worker.
        let read = Box::pin(async {
            match load::role_by_arn(&session, self.urgency, &arn).await? {
                RoleState::Read(found) => Ok(Some(found.value)),
                RoleState::Missing => Ok(None),
                RoleState::Unknown(why) => {
                    let doing = format!("read role {role}");
                    Err(Failure::new(FailureKind::Other, doing, why))
                }
            }
        });
        let read = self.roles.get(role.clone(), read);
        let detail = match asking.wait(read).await {
            Ok(Some(detail)) => detail,
            Ok(None) => return Learned::Absent,
            Err(failure) => return asking.learned(Err(failure), "iam:GetRole"),
        };
        let policies = if wants_policies {
            let read = Box::pin(self.policies(&session, role));
            let read = self.policies.get(role.clone(), read);
            match asking.wait(read).await {
                Ok(policies) => Learned::Known(policies),
                Err((failure, permission)) => asking.learned(Err(failure), permission),
            }
        } else {
            Learned::NotAsked
        };
        Learned::Known(RoleFacts { detail, policies })
    }

    /// Every policy of a role, or why one of them is not known: with one missing, the others prove nothing.
    async fn policies(
        &self,
        session: &Session,
        role: &str,
    ) -> Result<BTreeMap<Text, Text>, Missing> {
        let (name, urgency) = (role_name(role), self.urgency);
        let because = |permission| move |failure| (failure, permission);
        let (attached, inline) = tokio::join!(
            Box::pin(load::attached_policies(session, urgency, name)),
            Box::pin(load::inline_policies(session, urgency, name)),
        );
        let attached = attached.map_err(because("iam:ListAttachedRolePolicies"))?;
        let inline = inline.map_err(because("iam:ListRolePolicies"))?;
        let mut documents = BTreeMap::new();
        for policy in inline {
            let document = Box::pin(session.inline_policy(urgency, name, &policy)).await;
            documents.insert(policy, document.map_err(because("iam:GetRolePolicy"))?);
        }
        let account = session.account().unwrap_or_default();
        for policy in attached {
            let key = (account.clone(), policy.arn.clone());
            let read = Box::pin(session.managed_policy(urgency, &policy.arn));
            let document = self.managed.get(key, read).await;
            let document = document.map_err(because("iam:GetPolicy and iam:GetPolicyVersion"))?;
            documents.insert(policy.name, document);
        }
        Ok(documents)
    }

    /// Whether the roles of nodes let the agent there ask for credentials.
    pub(super) async fn node_permissions<P: FnMut(Progress) + Send>(
        &self,
        site: &Site,
        asking: &Asking<P>,
        roles: &BTreeSet<Text>,
    ) -> BTreeMap<Text, Learned<Vec<Simulated>>> {
        let needs = &[need(AGENT_ACTION, site.arn.text())];
        let ask = |role: &Text| {
            let role = role.clone();
            async move {
                let answer = Box::pin(self.simulated(site, asking, &role, needs)).await;
                (role, answer)
            }
        };
        together(roles.iter().map(ask)).await
    }

    /// Whether the roles of associations may assume their target roles.
    pub(super) async fn hop_permissions<P: FnMut(Progress) + Send>(
        &self,
        site: &Site,
        asking: &Asking<P>,
        hops: &BTreeSet<(Text, Text)>,
    ) -> BTreeMap<(Text, Text), Learned<Vec<Simulated>>> {
        let ask = |hop: &(Text, Text)| {
            let hop = hop.clone();
            async move {
                let (role, target) = &hop;
                let needs = [
                    need("sts:AssumeRole", target),
                    need("sts:TagSession", target),
                ];
                let answer = Box::pin(self.simulated(site, asking, role, &needs)).await;
                (hop, answer)
            }
        };
        together(hops.iter().map(ask)).await
    }

    async fn simulated<P: FnMut(Progress) + Send>(
        &self,
        site: &Site,
        asking: &Asking<P>,
        role: &Text,
        needs: &[Need],
    ) -> Learned<Vec<Simulated>> {
        let session = match self.way(site, role).await {
            Ok((_, session)) => session,
            Err(why) => return why,
        };
        let mut answers = Vec::new();
        for need in needs {
            let asked = Box::pin(session.simulate(self.urgency, role, need));
            match asking.wait(asked).await {
                Ok(found) => answers.extend(found),
                Err(failure) => return asking.learned(Err(failure), SIMULATE),
            }
        }
        Learned::Known(answers)
    }

    /// OIDC providers of the cluster's account; the audiences of the one that is for the cluster's tokens.
    ///
    /// Not asked without an issuer: then nothing depends on them.
    pub(super) async fn oidc_providers<P: FnMut(Progress) + Send>(
        &self,
        site: &Site,
        asking: &Asking<P>,
        issuer: Option<&str>,
    ) -> Learned<Vec<OidcProvider>> {
        let Some(issuer) = issuer else {
            return Learned::NotAsked;
        };
        let issuer = issuer.strip_prefix("https://").unwrap_or(issuer);
        let session = &site.session;
        let listed = asking.wait(session.oidc_providers(self.urgency)).await;
        let arns = match listed {
            Ok(arns) => arns,
            Err(failure) => return asking.learned(Err(failure), "iam:ListOpenIDConnectProviders"),
        };
        let mut providers = Vec::new();
        for arn in arns {
            let url: Text = arn
                .split_once(":oidc-provider/")
                .map_or(&*arn, |(_, url)| url)
                .into();
            let client_ids = if *url == *issuer {
                let asked = session.oidc_audiences(self.urgency, &arn);
                let answer = asking.wait(asked).await;
                asking.learned(answer, "iam:GetOpenIDConnectProvider")
            } else {
                Learned::NotAsked
            };
            providers.push(OidcProvider {
                arn,
                url,
                client_ids,
            });
        }
        providers.sort_by(|one, other| one.arn.cmp(&other.arn));
        Learned::Known(providers)
    }

    /// The session that may ask about a role, or why there is none: IAM answers for one account only.
    async fn way<T>(&self, site: &Site, role: &str) -> Result<(Arn, Arc<Session>), Learned<T>> {
        let arn = match RoleReference::parse(role) {
            Ok(RoleReference::Arn(arn)) => arn,
            Ok(RoleReference::Name(_)) => {
                return Err(Learned::Failed("it is not named by an ARN".into()));
            }
            Err(error) => return Err(Learned::Failed(error.to_string().into())),
        };
        let (partition, account) = (site.arn.partition(), site.arn.account());
        if arn.account() == account && arn.partition() == partition {
            return Ok((arn, site.session.clone()));
        }
        let accounts = self
            .accounts
            .get_or_init(|| Box::pin(Accounts::of(&self.cloud, self.urgency, &self.routes)))
            .await;
        match accounts.session(&arn).cloned() {
            Some(session) => Ok((arn, session)),
            None => Err(Learned::Needs(no_way(&arn))),
        }
    }
}

fn need(action: &str, resource: &str) -> Need {
    Need {
        action: action.into(),
        resource: resource.into(),
        granted: None,
        context: Vec::new(),
    }
}
