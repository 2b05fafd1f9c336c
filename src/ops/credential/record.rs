//! What the journal says of a test. Nothing of it is secret.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::credential::{CredentialTest, Purpose, Session, TokenSource, Verdict};
use crate::model::journal::{ChangeKind, Image, Intent, Outcome, Place, Target, Who};
use crate::model::{Caller, Document, Failure, Text};
use crate::ops::fleet::Site;

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
        Purpose::AfterChange => ("after-change", None),
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
    Outcome::Failed {
        failure: failure.clone(),
    }
}
