//! A certificate authority for one test.

use postlunch::sandbox::SandboxOptions;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::ops::Range;
use std::sync::Arc;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Years in which any test runs.
pub const GOOD: Range<i32> = 2000..3000;

/// The authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        Self::named("Lunch Test Authority")
    }

    pub fn named(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
        Self { issuer }
    }

    pub fn of(issuer: CertifiedIssuer<'static, KeyPair>) -> Self {
        Self { issuer }
    }

    pub fn pem(&self) -> Vec<u8> {
        self.issuer.pem().into_bytes()
    }

    /// A server's settings with a certificate for `name`, valid in the years given.
    pub fn server(&self, name: &str, years: Range<i32>) -> ServerConfig {
        let from = rcgen::date_time_ymd(years.start, 1, 1);
        let until = rcgen::date_time_ymd(years.end, 1, 1);
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.not_before = from;
        params.not_after = until;
        self.signed(params)
    }

    /// The same, valid until so many days from now.
    pub fn server_for_days(&self, name: &str, days: i64) -> ServerConfig {
        let until = chrono::Utc::now() + chrono::TimeDelta::days(days);
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        let (year, month, day) = (
            until.format("%Y").to_string(),
            until.format("%m").to_string(),
            until.format("%d").to_string(),
        );
        params.not_after = rcgen::date_time_ymd(
            year.parse().expect("a year"),
            month.parse().expect("a month"),
            day.parse().expect("a day"),
        );
        self.signed(params)
    }

    fn signed(&self, params: CertificateParams) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Self::settings(certificate.der().clone(), &key)
    }

    /// A server that shows the authority's own certificate.
    pub fn as_server(&self) -> ServerConfig {
        Self::settings(self.issuer.der().clone(), self.issuer.key())
    }

    fn settings(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a pair")
    }
}

/// A sandbox that shows these settings' certificate.
pub fn with_tls(mut options: SandboxOptions, settings: ServerConfig) -> SandboxOptions {
    options.tls = Some(Arc::new(settings));
    options
}
