//! What the journal says of a test. Nothing of it is secret.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::credential::{CredentialTest, Purpose, Session, TokenSource, Verdict};
use crate::model::journal::{ChangeKind, Entry, Image, Intent, Outcome, Place, Target, Who};
use crate::model::{Caller, Document, Failure, FailureKind, Text};
use crate::ops::change::{Desk, Pending, blocking};
use crate::ops::fleet::Site;

/// How many entries are looked through for an earlier test.
const LOOK_BACK: usize = 500;

/// The intent: who tests whom, with which pod, and what for.
pub(super) fn intent(site: &Site, test: &CredentialTest, caller: &Caller, at: Timestamp) -> Intent {
    Intent {
        kind: ChangeKind::TestCredentials,
        who: Who {
            caller: caller.arn.clone(),
            account: caller.account.clone(),
        },
        place: Place {
            cluster: site.arn.clone(),
            profile: site.session.route().profile.clone(),
            endpoint: site.session.endpoint().cloned(),
        },
        target: Target {
            namespace: Some(test.namespace.clone()),
            name: test.service_account.clone(),
            id: test.expected.association.clone(),
        },
        at,
        token: None,
        before: Image::Unknown,
        planned: Image::Present(planned(test)),
        link: None,
        batch: None,
        rest: Document::new(),
    }
}

fn planned(test: &CredentialTest) -> Document {
    let mut document = Document::new();
    match &test.token {
        TokenSource::Pod { name, uid, .. } => {
            document.insert("podName".to_owned(), json!(&**name));
            document.insert("podUid".to_owned(), json!(&**uid));
        }
        TokenSource::Given => {
            document.insert("givenToken".to_owned(), json!(true));
        }
    }
    let (purpose, program) = match &test.purpose {
        Purpose::Test => ("test", None),
        Purpose::AfterChange { .. } => ("after-change", None),
        // Arguments may hold secrets of their own.
        Purpose::Run(words) => ("run", words.first()),
    };
    document.insert("purpose".to_owned(), json!(purpose));
    if let Some(program) = program {
        document.insert("program".to_owned(), json!(&**program));
    }
    document
}

/// The outcome of a test that EKS Auth answered with credentials.
pub(super) fn issued(session: &Session, verdict: &Verdict, request_id: Option<Text>) -> Outcome {
    let after = json!({
        "verdict": verdict.word(),
        "associationId": &*session.association,
        "assumedRoleArn": &*session.role_arn,
        "roleId": &*session.role_id,
        "accessKeyIdSuffix": &*session.access_key_suffix,
        "expiration": session.expires.to_string(),
    });
    let after = match after {
        Value::Object(document) => Image::Present(document),
        _ => Image::Unknown,
    };
    Outcome::Applied { request_id, after }
}

/// The outcome of a test that got none.
pub(super) fn refused(failure: &Failure) -> Outcome {
    if may_have_issued(failure) {
        return Outcome::CannotBeTold {
            reason: format!("no answer came, but something may have been issued: {failure}").into(),
        };
    }
    Outcome::Failed {
        failure: failure.clone(),
    }
}

/// The outcome of a test that ended without credentials: those that came back before are issued all the same.
pub(super) fn ended(pending: &Pending, failure: &Failure) -> Outcome {
    let issued = pending.applied().cloned();
    issued.unwrap_or_else(|| refused(failure))
}

/// Whether it may have been issued all the same: the answer was lost, or could not be read.
fn may_have_issued(failure: &Failure) -> bool {
    let never_left = ["connection refused", "dns error", "lookup address"];
    match failure.kind {
        FailureKind::Timeout | FailureKind::Malformed => true,
        FailureKind::Unreachable => {
            let cause = failure.cause.to_ascii_lowercase();
            !never_left.iter().any(|words| cause.contains(words))
        }
        _ => false,
    }
}

/// The id that the role of a session had when this association was tested the last time, if that is in the journal.
pub(super) async fn role_id_before(
    desk: &Desk,
    test: &CredentialTest,
    session: &Session,
) -> Option<Text> {
    let journal = desk.journal.clone();
    let read = move || journal.newest(LOOK_BACK);
    // It only adds to what was found; a journal that cannot be read is told of where it is written.
    let view = blocking("look for an earlier test", read).await.ok()?;
    let of_test = |entry: &Entry| {
        let intent = &entry.intent;
        let is_same =
            intent.kind == ChangeKind::TestCredentials && intent.place.cluster == test.cluster;
        let Some(Outcome::Applied { after, .. }) = entry.outcome().filter(|_| is_same) else {
            return None;
        };
        let member = |name: &str| after.document()?.get(name)?.as_str();
        let is_of_role = member("associationId") == Some(&*session.association)
            && role_of_session(member("assumedRoleArn")?) == role_of_session(&session.role_arn);
        is_of_role.then(|| member("roleId").map(Text::from))?
    };
    view.entries.iter().find_map(of_test)
}

/// The ARN of a session without its name.
fn role_of_session(arn: &str) -> Option<&str> {
    arn.rsplit_once('/').map(|(role, _)| role)
}
