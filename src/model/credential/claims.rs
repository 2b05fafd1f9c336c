//! What is in a service account's token; never the token.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use crate::model::Text;

use super::flaw::Flaw;
use super::{AUDIENCE, CredentialTest};

/// No token of Kubernetes comes near it.
const LONGEST: usize = 64 * 1024;

/// The claims of a token, as far as they decide what EKS Auth does with it.
///
/// They are read, not believed: only EKS Auth can tell whether the signature is good.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    pub issuer: Option<Text>,
    pub audiences: Vec<Text>,
    /// `system:serviceaccount:NAMESPACE:NAME`
    pub subject: Option<Text>,
    pub namespace: Option<Text>,
    pub service_account: Option<Text>,
    pub pod: Option<BoundPod>,
    pub issued: Option<Timestamp>,
    pub not_before: Option<Timestamp>,
    pub expires: Option<Timestamp>,
}

/// The pod that a token is bound to: it is good for nothing once that pod is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundPod {
    pub name: Text,
    pub uid: Text,
}

/// Why a text is no token; says nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotAToken {
    Empty,
    TooLong,
    /// Not three parts of the right letters with dots between.
    NoJwt,
    /// Its second part does not hold claims.
    NoClaims,
}

impl fmt::Display for NotAToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::TooLong => "it is longer than any token",
            Self::NoJwt => "it is not three parts of base64url with dots between, as a JWT is",
            Self::NoClaims => "its second part does not hold the claims of a JWT",
        })
    }
}

impl std::error::Error for NotAToken {}

impl Claims {
    /// Reads the claims of a token; keeps nothing else of it.
    pub fn read(token: &str) -> Result<Self, NotAToken> {
        if token.is_empty() {
            return Err(NotAToken::Empty);
        }
        if token.len() > LONGEST {
            return Err(NotAToken::TooLong);
        }
        let is_spelled = |part: &str| {
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte);
            !part.is_empty() && part.bytes().all(is_letter)
        };
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotAToken::NoJwt);
        };
        if ![header, claims, signature].into_iter().all(is_spelled) {
            return Err(NotAToken::NoJwt);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(claims.trim_end_matches('='))
            .map_err(|_| NotAToken::NoClaims)?;
        let claims: Value = serde_json::from_slice(&bytes).map_err(|_| NotAToken::NoClaims)?;
        if !claims.is_object() {
            return Err(NotAToken::NoClaims);
        }
        Ok(Self::of(&claims))
    }

    fn of(claims: &Value) -> Self {
        let text = |pointer: &str| {
            claims
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(Text::from)
        };
        let moment = |name: &str| {
            let number = claims.get(name)?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "fractions of a second do not matter, and casts of floats saturate"
            )]
            let seconds = number
                .as_i64()
                .or_else(|| number.as_f64().map(|seconds| seconds as i64))?;
            Timestamp::from_second(seconds).ok()
        };
        // RFC 7519: one audience may stand alone.
        let audiences = match claims.get("aud") {
            Some(Value::String(one)) => vec![Text::from(one.as_str())],
            Some(Value::Array(several)) => {
                let texts = several.iter().filter_map(Value::as_str);
                texts.map(Text::from).collect()
            }
            _ => Vec::new(),
        };
        let pod = text("/kubernetes.io/pod/name").map(|name| BoundPod {
            name,
            uid: text("/kubernetes.io/pod/uid").unwrap_or_default(),
        });
        let subject = text("/sub");
        let of_subject = |index| {
            let mut parts = subject
                .as_deref()?
                .strip_prefix("system:serviceaccount:")?
                .split(':');
            parts.nth(index).map(Text::from)
        };
        Self {
            issuer: text("/iss"),
            audiences,
            namespace: text("/kubernetes.io/namespace").or_else(|| of_subject(0)),
            service_account: text("/kubernetes.io/serviceaccount/name").or_else(|| of_subject(1)),
            pod,
            issued: moment("iat"),
            not_before: moment("nbf"),
            expires: moment("exp"),
            subject,
        }
    }

    /// How the holder is called: `namespace/serviceaccount`.
    pub fn account(&self) -> Option<String> {
        Some(format!(
            "{}/{}",
            self.namespace.as_deref()?,
            self.service_account.as_deref()?
        ))
    }

    /// Whether they name somebody else than whom the test is about.
    pub fn is_of_another(&self, test: &CredentialTest) -> bool {
        self.account().is_some_and(|account| account != test.name())
    }

    /// What is wrong with it for a cluster of this issuer and a service account; the order of weight.
    pub fn flaws(
        &self,
        issuer: Option<&str>,
        namespace: &str,
        service_account: &str,
        now: Timestamp,
    ) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        if !self
            .audiences
            .iter()
            .any(|audience| &**audience == AUDIENCE)
        {
            flaws.push(Flaw::Audience {
                found: self.audiences.clone(),
            });
        }
        let without_slash = |text: &str| text.trim_end_matches('/').to_owned();
        if let Some(wanted) = issuer
            && self.issuer.as_deref().map(without_slash) != Some(without_slash(wanted))
        {
            flaws.push(Flaw::OtherCluster {
                issuer: self.issuer.clone(),
                wanted: wanted.into(),
            });
        }
        if let Some(at) = self.expires.filter(|expires| *expires <= now) {
            flaws.push(Flaw::Expired { at });
        }
        if let Some(from) = self.not_before.filter(|from| *from > now) {
            flaws.push(Flaw::NotYetValid { from });
        }
        if self.pod.is_none() {
            flaws.push(Flaw::NotBound);
        }
        let wanted = format!("{namespace}/{service_account}");
        if let Some(found) = self.account().filter(|found| *found != wanted) {
            flaws.push(Flaw::OtherAccount {
                found: found.into(),
                wanted: wanted.into(),
            });
        }
        flaws
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ISSUER: &str = "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC";

    fn token(claims: &Value) -> String {
        let part = |value: &str| URL_SAFE_NO_PAD.encode(value);
        format!(
            "{}.{}.{}",
            part("{}"),
            part(&claims.to_string()),
            part("signed")
        )
    }

    fn good() -> Value {
        json!({
            "aud": [AUDIENCE], "iss": ISSUER, "sub": "system:serviceaccount:payments:api",
            "iat": 1_000, "nbf": 1_000, "exp": 4_600,
            "kubernetes.io": {
                "namespace": "payments",
                "serviceaccount": {"name": "api", "uid": "s-1"},
                "pod": {"name": "api-7d9f", "uid": "p-1"},
            },
        })
    }

    fn flaws(change: impl FnOnce(&mut Value)) -> Vec<Flaw> {
        let mut claims = good();
        change(&mut claims);
        let claims = Claims::read(&token(&claims)).unwrap();
        let now = Timestamp::from_second(2_000).unwrap();
        claims.flaws(Some(ISSUER), "payments", "api", now)
    }

    #[test]
    fn claims_are_read_and_the_token_is_not_kept() {
        let token = token(&good());
        let claims = Claims::read(&token).unwrap();
        assert_eq!(claims.account().as_deref(), Some("payments/api"));
        assert_eq!(claims.issuer.as_deref(), Some(ISSUER));
        assert_eq!(
            claims.pod,
            Some(BoundPod {
                name: "api-7d9f".into(),
                uid: "p-1".into()
            })
        );
        assert_eq!(claims.expires.unwrap().as_second(), 4_600);
        let shown = format!("{claims:?}");
        assert!(token.split('.').all(|part| !shown.contains(part)));
    }

    #[test]
    fn a_good_token_has_no_flaw() {
        assert_eq!(flaws(|_| ()), []);
        assert_eq!(flaws(|claims| claims["aud"] = json!(AUDIENCE)), []);
        assert_eq!(
            flaws(|claims| claims["iss"] = json!(format!("{ISSUER}/"))),
            []
        );
    }

    #[test]
    fn each_flaw_is_told() {
        for (member, value, says) in [
            (
                "/aud",
                json!(["sts.amazonaws.com"]),
                "sts.amazonaws.com and must be pods",
            ),
            ("/aud", json!([]), "no audience"),
            (
                "/iss",
                json!("https://other"),
                "its issuer is https://other",
            ),
            ("/exp", json!(1_999), "it expired at 1970-01-01T00:33:19Z"),
            ("/exp", json!(1_999.5), "it expired at"),
            ("/nbf", json!(2_001), "not valid before"),
            ("/kubernetes.io/pod", Value::Null, "not bound to a pod"),
            (
                "/kubernetes.io/namespace",
                json!("evil\u{202e}"),
                r"evil\u{202e}/api",
            ),
        ] {
            let flaws = flaws(|claims| *claims.pointer_mut(member).unwrap() = value);
            assert_eq!(flaws.len(), 1, "{member}: {flaws:?}");
            assert!(flaws[0].to_string().contains(says), "{}", flaws[0]);
        }
    }

    #[test]
    fn what_is_no_token_says_nothing_of_itself() {
        let no_object = format!("a.{}.c", URL_SAFE_NO_PAD.encode("[]"));
        for (text, expected) in [
            ("", NotAToken::Empty),
            ("SECRET", NotAToken::NoJwt),
            ("SECRET.x", NotAToken::NoJwt),
            ("a.SECRET.c.d", NotAToken::NoJwt),
            ("a.SEC RET.c", NotAToken::NoJwt),
            ("a..c", NotAToken::NoJwt),
            ("a.SECRET.c", NotAToken::NoClaims),
            (no_object.as_str(), NotAToken::NoClaims),
            ("a".repeat(LONGEST + 1).as_str(), NotAToken::TooLong),
        ] {
            let refused = Claims::read(text).unwrap_err();
            assert_eq!(refused, expected, "{text}");
            assert!(!format!("{refused} {refused:?}").contains("SECRET"));
        }
    }
}
