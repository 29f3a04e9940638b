//! The demo's page: four inboxes, one real daemon, and a clock to move, in a browser.
//!
//! Made on the server, from templates and one stylesheet that are part of the program; works without
//! JavaScript. `performance` is what goes on, `routes` what a browser may ask, `guard` who may ask,
//! `views` and `inboxes` what is shown, `steps` what to do next. It serves this machine only, and
//! writes nothing but the store of the stage, which goes with it.

mod answers;
mod card;
mod fabric;
mod frame;
mod guard;
mod inboxes;
mod marked;
mod performance;
mod routes;
mod steps;
pub mod suggestions;
mod views;

use crate::demo::stage::{StageError, hexadecimal};
use performance::Performance;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use views::Views;

/// Longest wait for answers under way when the page closes.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why there is no page.
#[derive(Debug, Error)]
pub enum PageError {
    /// See `StageError`.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// No port.
    #[error(
        "port {port} on 127.0.0.1 cannot be had ({source}); leave --port away to get a free one"
    )]
    Port {
        /// Which; 0 for any.
        port: u16,
        /// The system's own words.
        source: std::io::Error,
    },
    /// The templates are broken.
    #[error("the page cannot be made: {0}")]
    Made(String),
    /// Serving ended by itself.
    #[error("the page could not be served any longer: {0}")]
    Serving(std::io::Error),
}

/// What all answers are made from.
struct House {
    /// `None` once the demo closes.
    performance: Mutex<Option<Performance>>,
    views: Views,
    /// Stands in each form; another site cannot know it.
    token: String,
    /// What a browser may call us.
    hosts: [String; 2],
}

/// The page, ready to be served.
pub struct Page {
    house: Arc<House>,
    listener: TcpListener,
    port: u16,
}

impl Page {
    /// Sets the stage and takes the port; 0 for a free one.
    ///
    /// # Errors
    /// If the stage cannot be set, or the port is taken.
    pub async fn set(port: u16) -> Result<Self, PageError> {
        let refused = |source| PageError::Port { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(refused)?;
        let port = listener.local_addr().map_err(refused)?.port();
        let token = hexadecimal::<16>().map_err(StageError::Random)?;
        let house = House {
            performance: Mutex::new(Some(Performance::begin().await?)),
            views: Views::new().map_err(|error| PageError::Made(format!("{error:#}")))?,
            token,
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
        };
        Ok(Self {
            house: Arc::new(house),
            listener,
            port,
        })
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Puts a mail from outside into the inbox of one of the four.
    ///
    /// # Errors
    /// If nobody has that address.
    pub async fn receive(&self, to: &str, octets: &[u8]) -> Result<(), PageError> {
        if let Some(performance) = self.house.performance.lock().await.as_mut() {
            performance.receive(to, octets).await?;
        }
        Ok(())
    }

    /// Serves it until `closing` is done, then takes the stage down.
    ///
    /// # Errors
    /// If serving fails, or a part of the daemon had failed.
    pub async fn serve(
        self,
        closing: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), PageError> {
        let (begun, mut closes) = tokio::sync::watch::channel(false);
        let router = routes::router(self.house.clone());
        let serving = axum::serve(self.listener, router).with_graceful_shutdown(async move {
            closing.await;
            let _ = begun.send(true);
        });
        let served = tokio::select! {
            served = serving.into_future() => served,
            // A browser may keep a connection open for long and say nothing on it.
            () = async {
                let _ = closes.wait_for(|begun| *begun).await;
                tokio::time::sleep(FAREWELL).await;
            } => Ok(()),
        };
        let performance = self.house.performance.lock().await.take();
        if let Some(performance) = performance {
            performance.strike().await?;
        }
        served.map_err(PageError::Serving)
    }
}
