//! The HTTP client under every SDK client: system roots and `AWS_CA_BUNDLE`, proxies, one connection pool.

use std::path::Path;
use std::time::Duration;

use aws_sdk_eks::config::{RuntimeComponents, SharedHttpClient};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::model::{Failure, FailureKind};

/// The client for real endpoints.
///
/// The SDK's own default client knows neither `AWS_CA_BUNDLE` nor a way to add to it, so this one is built by
/// hand, and then the proxy variables have to be named too.
pub(crate) fn ambient(bundle: Option<&Path>) -> Result<SharedHttpClient, Failure> {
    let mut trust = TrustStore::default();
    if let Some(path) = bundle {
        trust = trust.with_pem_certificate(read_bundle(path)?);
    }
    let tls = TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|error| {
            Failure::new(FailureKind::Unconfigured, "set up TLS", error.to_string())
        })?;
    Ok(Builder::new()
        .pool_max_idle_per_host(32)
        .pool_idle_timeout(Duration::from_mins(1))
        .build_with_connector_fn(move |settings, components| {
            let mut builder = ConnectorBuilder::default()
                .tls_provider(Provider::rustls(CryptoMode::AwsLc))
                .tls_context(tls.clone())
                .proxy_config(ProxyConfig::from_env());
            builder.set_connector_settings(settings.cloned());
            builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
            builder.build()
        }))
}

/// The client for an isolated environment: plain HTTP to the simulator, no proxy.
pub(crate) fn isolated() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut builder = ConnectorBuilder::default().proxy_config(ProxyConfig::disabled());
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        builder.build_http()
    })
}

/// Reads a CA bundle, and reads it critically: the HTTP client would panic on a bad one.
fn read_bundle(path: &Path) -> Result<Vec<u8>, Failure> {
    let doing = format!("read the CA bundle {}", path.display());
    let refuse = |cause: String| {
        Failure::new(FailureKind::Unconfigured, doing.as_str(), cause).hint(
            "AWS_CA_BUNDLE (or ca_bundle of the profile) must name a PEM file of certificates",
        )
    };
    let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let mut roots = rustls::RootCertStore::empty();
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        count += 1;
        let certificate =
            certificate.map_err(|error| refuse(format!("certificate {count}: {error}")))?;
        roots
            .add(certificate)
            .map_err(|error| refuse(format!("certificate {count}: {error}")))?;
    }
    if count == 0 {
        return Err(refuse("it holds no certificate".to_owned()));
    }
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_bundle_is_a_failure_and_not_a_panic() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bundle.pem");
        for (content, cause) in [
            ("", "it holds no certificate"),
            (
                "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
                "certificate 1",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "certificate 1",
            ),
        ] {
            std::fs::write(&path, content).unwrap();
            let failure = read_bundle(&path).unwrap_err();
            assert!(failure.cause.contains(cause), "{failure}");
        }
        assert!(read_bundle(&directory.path().join("absent")).is_err());
    }
}
