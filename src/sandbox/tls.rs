//! TLS in front of the plain ports, as a terminator stands in front of a mail server.

use super::premises::Premises;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// Serves one connection to its end: shakes hands and passes everything on to the plain port.
pub(super) async fn serve(settings: Arc<ServerConfig>, plain_port: u16, stream: TcpStream) {
    let Ok(mut outside) = TlsAcceptor::from(settings).accept(stream).await else {
        return; // a client that does not like the certificate
    };
    let Ok(mut inside) = TcpStream::connect((Ipv4Addr::LOCALHOST, plain_port)).await else {
        return;
    };
    // A client that hangs up without a word is no matter.
    let _ = copy_bidirectional(&mut outside, &mut inside).await;
}

/// A server function for [`serve`].
pub(super) fn in_front_of(
    settings: Arc<ServerConfig>,
    plain_port: u16,
) -> impl Fn(Arc<Premises>, TcpStream) -> futures::Serving {
    move |_, stream| Box::pin(serve(settings.clone(), plain_port, stream))
}

/// The type of a conversation, spelled once.
pub(super) mod futures {
    use std::pin::Pin;

    /// A conversation that is to be held.
    pub type Serving = Pin<Box<dyn Future<Output = ()> + Send>>;
}
