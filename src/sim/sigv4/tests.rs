//! Signatures of the published test suite, and refusals.

use axum::http::HeaderValue;

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                axum::http::HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            )
        })
        .collect()
}

/// The `get-vanilla-query-order-key-case` case of the test suite that AWS publishes.
fn published() -> HeaderMap {
    headers(&[
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ])
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn the_published_vector_verifies() {
    let headers = published();
    let wire = Wire {
        method: "GET",
        path: "/",
        query: "Param2=value2&Param1=value1",
        headers: &headers,
        body: b"",
    };
    let claim = Claim::read(&wire).unwrap();
    assert_eq!(
        (claim.region.as_str(), claim.service.as_str()),
        ("us-east-1", "service")
    );
    assert_eq!(
        claim.verify(&wire, SECRET, at("2015-08-30T12:40:00Z")),
        Ok(())
    );
}

#[test]
fn any_change_breaks_the_signature() {
    let headers = published();
    let now = at("2015-08-30T12:40:00Z");
    let good = Wire {
        method: "GET",
        path: "/",
        query: "Param2=value2&Param1=value1",
        headers: &headers,
        body: b"",
    };
    let claim = Claim::read(&good).unwrap();
    for bad in [
        Wire {
            method: "POST",
            ..good
        },
        Wire {
            path: "/other",
            ..good
        },
        Wire {
            query: "Param2=value2&Param1=value3",
            ..good
        },
        Wire { body: b"x", ..good },
    ] {
        assert!(
            matches!(claim.verify(&bad, SECRET, now), Err(Refusal::Invalid(_))),
            "{bad:?}"
        );
    }
    assert!(matches!(
        claim.verify(&good, "other", now),
        Err(Refusal::Invalid(_))
    ));
}

#[test]
fn an_old_or_future_date_is_refused() {
    let headers = published();
    let wire = Wire {
        method: "GET",
        path: "/",
        query: "Param2=value2&Param1=value1",
        headers: &headers,
        body: b"",
    };
    let claim = Claim::read(&wire).unwrap();
    for (now, expected) in [
        ("2015-08-30T12:51:01Z", "Signature expired"),
        ("2015-08-30T12:20:59Z", "Signature not yet current"),
    ] {
        let Err(Refusal::Invalid(message)) = claim.verify(&wire, SECRET, at(now)) else {
            panic!("accepted at {now}");
        };
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn unsigned_and_half_signed_requests_are_told_apart() {
    let wire = |headers| Wire {
        method: "GET",
        path: "/",
        query: "",
        headers,
        body: b"",
    };
    let none = HeaderMap::new();
    assert_eq!(Claim::read(&wire(&none)), Err(Refusal::Missing));
    let half = headers(&[(
        "authorization",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request",
    )]);
    assert!(matches!(
        Claim::read(&wire(&half)),
        Err(Refusal::Incomplete(_))
    ));
    let scope = headers(&[(
        "authorization",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=h, Signature=s",
    )]);
    assert!(matches!(
        Claim::read(&wire(&scope)),
        Err(Refusal::Incomplete(_))
    ));
}
