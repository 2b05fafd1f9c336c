//! AWS Signature Version 4, read from the wire and computed again.

mod canonical;

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use self::canonical::header;
pub(crate) use self::canonical::{decoded, encoded, parameters};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SKEW_SECONDS: i64 = 15 * 60;

/// The parts of a request that a signature covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Missing,
    Incomplete(String),
    Invalid(String),
}

/// What a request says about who signed it, for which service, region and day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) access_key_id: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) session_token: Option<String>,
    day: String,
    stamp: String,
    expires: Option<i64>,
    signed_headers: Vec<String>,
    signature: String,
    in_query: bool,
}

impl Claim {
    /// Reads the claim from the `Authorization` header, or from the query of a presigned request.
    pub(crate) fn read(wire: &Wire<'_>) -> Result<Self, Refusal> {
        if let Some(authorization) = header(wire.headers, "authorization") {
            return Self::from_header(wire, &authorization);
        }
        let query = parameters(wire.query);
        let value = |name: &str| {
            query
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        };
        if value("X-Amz-Algorithm").is_none() {
            return Err(Refusal::Missing);
        }
        let required = |name: &str| {
            value(name).ok_or_else(|| {
                Refusal::Incomplete(format!(
                    "AWS query-string parameters must include '{name}'."
                ))
            })
        };
        let scope = Scope::parse(&required("X-Amz-Credential")?)?;
        let expires = required("X-Amz-Expires")?.parse().map_err(|_| {
            Refusal::Incomplete("'X-Amz-Expires' must be a number of seconds.".to_owned())
        })?;
        Ok(Self {
            access_key_id: scope.access_key_id,
            region: scope.region,
            service: scope.service,
            day: scope.day,
            session_token: value("X-Amz-Security-Token"),
            stamp: required("X-Amz-Date")?,
            expires: Some(expires),
            signed_headers: split_headers(&required("X-Amz-SignedHeaders")?),
            signature: required("X-Amz-Signature")?,
            in_query: true,
        })
    }

    fn from_header(wire: &Wire<'_>, authorization: &str) -> Result<Self, Refusal> {
        let Some(fields) = authorization.strip_prefix(ALGORITHM) else {
            return Err(Refusal::Incomplete(format!(
                "Authorization header requires the algorithm {ALGORITHM}."
            )));
        };
        let field = |name: &str| {
            fields
                .split(',')
                .filter_map(|field| field.trim().split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
                .ok_or_else(|| {
                    Refusal::Incomplete(format!(
                        "Authorization header requires '{name}' parameter."
                    ))
                })
        };
        let scope = Scope::parse(&field("Credential")?)?;
        let stamp = header(wire.headers, "x-amz-date").ok_or_else(|| {
            Refusal::Incomplete("Authorization header requires a 'X-Amz-Date' header.".to_owned())
        })?;
        Ok(Self {
            access_key_id: scope.access_key_id,
            region: scope.region,
            service: scope.service,
            day: scope.day,
            session_token: header(wire.headers, "x-amz-security-token"),
            stamp,
            expires: None,
            signed_headers: split_headers(&field("SignedHeaders")?),
            signature: field("Signature")?,
            in_query: false,
        })
    }

    /// Replaces what a presigned request says of its own life.
    pub(crate) fn valid_for(mut self, seconds: i64) -> Self {
        self.expires = Some(seconds);
        self
    }

    /// Returns whether a header is covered by the signature.
    pub(crate) fn signs(&self, header: &str) -> bool {
        self.signed_headers.iter().any(|name| name == header)
    }

    /// Checks the date and the signature; service and region are the caller's to judge.
    pub(crate) fn verify(
        &self,
        wire: &Wire<'_>,
        secret: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.check_time(now)?;
        if !self.signed_headers.iter().any(|name| name == "host") {
            return Err(Refusal::Invalid(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
                    .to_owned(),
            ));
        }
        let payload = hexadecimal(&Sha256::digest(wire.body));
        if let Some(declared) = header(wire.headers, "x-amz-content-sha256")
            && declared != payload
        {
            return Err(Refusal::Invalid(
                "The provided 'x-amz-content-sha256' header does not match what was computed."
                    .to_owned(),
            ));
        }
        let request = self.canonical_request(wire, &payload);
        let text = format!(
            "{ALGORITHM}\n{}\n{}/{}/{}/aws4_request\n{}",
            self.stamp,
            self.day,
            self.region,
            self.service,
            hexadecimal(&Sha256::digest(request.as_bytes()))
        );
        let mut key = mac(format!("AWS4{secret}").as_bytes(), self.day.as_bytes());
        for part in [self.region.as_str(), self.service.as_str(), "aws4_request"] {
            key = mac(&key, part.as_bytes());
        }
        if hexadecimal(&mac(&key, text.as_bytes())) == self.signature {
            return Ok(());
        }
        Err(Refusal::Invalid(
            "The request signature we calculated does not match the signature you provided. \
             Check your AWS Secret Access Key and signing method. Consult the service \
             documentation for details."
                .to_owned(),
        ))
    }

    fn check_time(&self, now: Timestamp) -> Result<(), Refusal> {
        let signed = DateTime::strptime("%Y%m%dT%H%M%SZ", &self.stamp)
            .and_then(|civil| civil.to_zoned(TimeZone::UTC))
            .map_err(|_| {
                Refusal::Incomplete(
                    "Date must be in ISO-8601 'basic format' (YYYYMMDD'T'HHMMSS'Z').".to_owned(),
                )
            })?
            .timestamp();
        if !self.stamp.starts_with(&self.day) {
            return Err(Refusal::Invalid(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{}' != '{}'.",
                self.day, self.stamp
            )));
        }
        let age = now.as_second() - signed.as_second();
        let window = self.expires.unwrap_or(SKEW_SECONDS);
        let spelled = now.strftime("%Y%m%dT%H%M%SZ");
        if age > window {
            return Err(Refusal::Invalid(format!(
                "Signature expired: {} is now earlier than the limit of {} min. before {spelled}.",
                self.stamp,
                window / 60
            )));
        }
        if age < -SKEW_SECONDS {
            return Err(Refusal::Invalid(format!(
                "Signature not yet current: {} is still later than {spelled} (+ 15 min.)",
                self.stamp
            )));
        }
        Ok(())
    }

    fn canonical_request(&self, wire: &Wire<'_>, payload: &str) -> String {
        let mut headers = String::new();
        for name in &self.signed_headers {
            headers.push_str(name);
            headers.push(':');
            headers.push_str(&header(wire.headers, name).unwrap_or_default());
            headers.push('\n');
        }
        format!(
            "{}\n{}\n{}\n{headers}\n{}\n{payload}",
            wire.method,
            canonical::path(wire.path),
            canonical::query(wire.query, self.in_query),
            self.signed_headers.join(";"),
        )
    }
}

struct Scope {
    access_key_id: String,
    day: String,
    region: String,
    service: String,
}

impl Scope {
    fn parse(credential: &str) -> Result<Self, Refusal> {
        let mut parts = credential.rsplitn(5, '/');
        match (
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        ) {
            (Some("aws4_request"), Some(service), Some(region), Some(day), Some(key)) => Ok(Self {
                access_key_id: key.to_owned(),
                day: day.to_owned(),
                region: region.to_owned(),
                service: service.to_owned(),
            }),
            _ => Err(Refusal::Incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{credential}'"
            ))),
        }
    }
}

fn split_headers(text: &str) -> Vec<String> {
    text.split(';').map(str::to_ascii_lowercase).collect()
}

/// Computes HMAC-SHA256.
pub(crate) fn mac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length; the error is there for other algorithms.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

/// Spells bytes in lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ignored = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests;
