//! The TLS handshake with a mail server, and names for what can go wrong in it.
//!
//! TLS 1.2 or newer, the certificate checked against the configured host name, the system's
//! authorities and the operator's own beside them. There is no way to switch the check off.

use super::TlsFault;
use crate::words::endpoint::Endpoint;
use chrono::{DateTime, Utc};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, Error as TlsError, RootCertStore};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Shakes hands as a client. The caller bounds the time.
pub(super) async fn shake_hands(
    endpoint: &Endpoint,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, TlsFault> {
    let settings = settings(endpoint)?;
    let name = ServerName::try_from(endpoint.host.clone())
        .map_err(|_| TlsFault::Handshake(format!("'{}' is no host name", endpoint.host)))?;
    TlsConnector::from(Arc::new(settings))
        .connect(name, tcp)
        .await
        .map_err(|e| fault(&e))
}

fn settings(endpoint: &Endpoint) -> Result<ClientConfig, TlsFault> {
    let roots = roots(endpoint.ca_pem.as_deref())?;
    // The provider is named, since a second one anywhere in the tree would make the default
    // ambiguous and the builder panic.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| TlsFault::Handshake(e.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Judges a chain as the handshake does, at a moment of choice.
pub(super) fn judge(
    endpoint: &Endpoint,
    chain: &[CertificateDer<'_>],
    moment: DateTime<Utc>,
) -> Result<(), TlsFault> {
    let told = |why: String| TlsFault::Handshake(why);
    let roots = Arc::new(roots(endpoint.ca_pem.as_deref())?);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider)
        .build()
        .map_err(|e| told(e.to_string()))?;
    let name = ServerName::try_from(endpoint.host.as_str()).map_err(|e| told(e.to_string()))?;
    let Some((server, authorities)) = chain.split_first() else {
        return Err(told("no certificate was shown".to_owned()));
    };
    let seconds = u64::try_from(moment.timestamp()).unwrap_or_default();
    let moment = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    match verifier.verify_server_cert(server, authorities, &name, &[], moment) {
        Ok(_) => Ok(()),
        Err(TlsError::InvalidCertificate(fault)) => Err(certificate_fault(&fault)),
        Err(other) => Err(told(other.to_string())),
    }
}

fn roots(ca_pem: Option<&[u8]>) -> Result<RootCertStore, TlsFault> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(system.certs);
    if let Some(pem) = ca_pem {
        let mut own = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate =
                certificate.map_err(|e| TlsFault::NoRoots(format!("ca_file: {e}")))?;
            roots
                .add(certificate)
                .map_err(|e| TlsFault::NoRoots(format!("ca_file: {e}")))?;
            own += 1;
        }
        if own == 0 {
            return Err(TlsFault::NoRoots("ca_file holds no certificate".to_owned()));
        }
    }
    if roots.is_empty() {
        return Err(TlsFault::NoRoots(
            "the system has none, and no ca_file is set".to_owned(),
        ));
    }
    Ok(roots)
}

fn fault(e: &io::Error) -> TlsFault {
    let inner = e.get_ref().and_then(|inner| inner.downcast_ref());
    let Some(tls) = inner else {
        return TlsFault::Handshake(e.to_string());
    };
    match tls {
        TlsError::InvalidCertificate(certificate) => certificate_fault(certificate),
        TlsError::InvalidMessage(_) => TlsFault::NotTls,
        other => TlsFault::Handshake(other.to_string()),
    }
}

fn certificate_fault(e: &CertificateError) -> TlsFault {
    match e {
        CertificateError::NotValidForName => TlsFault::OtherName { names: Vec::new() },
        CertificateError::NotValidForNameContext { presented, .. } => TlsFault::OtherName {
            names: presented.clone(),
        },
        // A bad signature: an authority of the same name as a trusted one, with another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFault::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFault::NotYetValid
        }
        CertificateError::Revoked => TlsFault::Revoked,
        // The verifier below rustls has its own names for the rest; this one is a frequent slip.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => TlsFault::AuthorityItself,
        other => TlsFault::Handshake(other.to_string()),
    }
}
