//! Lists and single objects.

use serde_json::Value;

use super::failure::{self, Trouble};
use super::kind::ObjectKind;
use super::page::{self, KubePage};
use super::request::{Ask, ObjectFilter};
use super::{Kubernetes, Size};
use crate::cloud::Urgency;
use crate::model::kubernetes::{KubeId, KubeObject, WatchedKind};
use crate::model::namespace::Namespace;
use crate::model::node::Node;
use crate::model::pod::{Intern, Pod, Unreadable, mask};
use crate::model::service_account::ServiceAccount;
use crate::model::{Document, Failure, FailureKind, Text};

/// Objects that a page holds at most: what kubectl asks for.
const PAGE: usize = 500;

/// How an object is read, and its texts are shared.
type Decode<T> = fn(&Value, &mut Intern<'_>) -> Result<T, Unreadable>;

impl Kubernetes {
    pub async fn service_accounts(
        &self,
        urgency: Urgency,
        filter: &ObjectFilter,
        page: Option<&str>,
    ) -> Result<KubePage<ServiceAccount>, Failure> {
        let decode = ServiceAccount::decode_with;
        self.page(ObjectKind::ServiceAccount, urgency, filter, page, decode)
            .await
    }

    pub async fn pods(
        &self,
        urgency: Urgency,
        filter: &ObjectFilter,
        page: Option<&str>,
    ) -> Result<KubePage<Pod>, Failure> {
        self.page(ObjectKind::Pod, urgency, filter, page, Pod::decode_with)
            .await
    }

    pub async fn nodes(
        &self,
        urgency: Urgency,
        filter: &ObjectFilter,
        page: Option<&str>,
    ) -> Result<KubePage<Node>, Failure> {
        self.page(ObjectKind::Node, urgency, filter, page, Node::decode_with)
            .await
    }

    pub async fn namespaces(
        &self,
        urgency: Urgency,
        filter: &ObjectFilter,
        page: Option<&str>,
    ) -> Result<KubePage<Namespace>, Failure> {
        let decode = Namespace::decode_with;
        self.page(ObjectKind::Namespace, urgency, filter, page, decode)
            .await
    }

    /// One object as the API server sent it, without what may not be shown ([`mask`]).
    pub async fn document(
        &self,
        urgency: Urgency,
        kind: ObjectKind,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Document, Failure> {
        let called = match namespace.filter(|_| kind.is_namespaced()) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        };
        let doing = self.doing(&format!("read {} {called}", kind.name()));
        if name.is_empty() || (kind.is_namespaced() && namespace.is_none_or(str::is_empty)) {
            // Without a name the address would be that of the list.
            let cause = "an object is read by its name and its namespace";
            return Err(Failure::new(FailureKind::Invalid, doing, cause));
        }
        let ask = Ask::get(kind, namespace, name);
        let body = self.whole(&ask, &doing, urgency, Size::Small).await?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(mut document)) => {
                mask::mask(&mut document);
                Ok(document)
            }
            Ok(_) => Err(failure::malformed(&doing, "it is not a JSON object")),
            Err(error) => Err(failure::malformed(&doing, error)),
        }
    }

    /// A list in one piece, for one that expires while it is paged; void is what came before it.
    pub async fn unpaged(
        &self,
        urgency: Urgency,
        kind: WatchedKind,
        filter: &ObjectFilter,
    ) -> Result<KubePage<KubeObject>, Failure> {
        let decode = decode(kind);
        let page = self.list(kind_of(kind), urgency, filter, None, false, decode);
        Ok(KubePage {
            restarted: true,
            ..page.await?
        })
    }

    pub(super) async fn page<T>(
        &self,
        kind: ObjectKind,
        urgency: Urgency,
        filter: &ObjectFilter,
        token: Option<&str>,
        decode: Decode<T>,
    ) -> Result<KubePage<T>, Failure> {
        let first = self.list(kind, urgency, filter, token, true, decode).await;
        match first {
            // The list changed too much since the last page: another page of it would hold something else.
            Err(trouble) if trouble.is_gone && token.is_some() => {
                let page = self.list(kind, urgency, filter, None, true, decode).await?;
                Ok(KubePage {
                    restarted: true,
                    ..page
                })
            }
            other => Ok(other?),
        }
    }

    pub(super) async fn list<T>(
        &self,
        kind: ObjectKind,
        urgency: Urgency,
        filter: &ObjectFilter,
        token: Option<&str>,
        is_paged: bool,
        decode: Decode<T>,
    ) -> Result<KubePage<T>, Trouble> {
        let mut ask = Ask::list(kind, filter);
        if is_paged {
            ask.query.push(("limit", PAGE.to_string()));
        }
        if let Some(token) = token {
            ask.query.push(("continue", token.to_owned()));
        }
        let doing = self.doing(&list_words(kind, filter));
        let body = self.whole(&ask, &doing, urgency, Size::Large).await?;
        let cloud = self.cloud(&doing)?;
        let mut decode = |object: &Value| decode(object, &mut |text| cloud.texts.text(text));
        page::read(&body, &mut decode).map_err(|error| failure::malformed(&doing, error).into())
    }
}

/// "list pods of namespace payments".
pub(super) fn list_words(kind: ObjectKind, filter: &ObjectFilter) -> String {
    let kind_words = match kind {
        ObjectKind::ServiceAccount => "service accounts",
        other => other.resource(),
    };
    match &filter.namespace {
        Some(namespace) if kind.is_namespaced() => {
            format!("list {kind_words} of namespace {namespace}")
        }
        _ => format!("list {kind_words}"),
    }
}

pub(super) fn kind_of(kind: WatchedKind) -> ObjectKind {
    match kind {
        WatchedKind::ServiceAccounts => ObjectKind::ServiceAccount,
        WatchedKind::Pods => ObjectKind::Pod,
        WatchedKind::Nodes => ObjectKind::Node,
    }
}

/// How objects of a watched kind are read.
pub(super) fn decode(kind: WatchedKind) -> Decode<KubeObject> {
    match kind {
        WatchedKind::ServiceAccounts => {
            |object, intern| ServiceAccount::decode_with(object, intern).map(KubeObject::from)
        }
        WatchedKind::Pods => {
            |object, intern| Pod::decode_with(object, intern).map(KubeObject::from)
        }
        WatchedKind::Nodes => {
            |object, intern| Node::decode_with(object, intern).map(KubeObject::from)
        }
    }
}

/// What an object is called, even if nothing else of it can be read.
pub(super) fn id_of(kind: WatchedKind, object: &Value) -> Option<KubeId> {
    let metadata = object.get("metadata")?;
    let text = |name: &str| {
        let text = metadata.get(name)?.as_str()?;
        (!text.is_empty()).then(|| Text::from(text))
    };
    let name = text("name")?;
    Some(match kind {
        WatchedKind::Nodes => KubeId::Node { name },
        WatchedKind::Pods => KubeId::Pod {
            namespace: text("namespace")?,
            name,
        },
        WatchedKind::ServiceAccounts => KubeId::ServiceAccount {
            namespace: text("namespace")?,
            name,
        },
    })
}
