//! `postlunch demo`: the practice on a page in the browser, or the story of it as text or JSON.
//!
//! Needs no configuration: it brings its own mail server, on this machine's loopback only.

use crate::cli::args;
use crate::cli::ending::Failure;
use crate::cli::{browser, show};
use crate::demo::page::Page;
use crate::demo::script;
use crate::demo::transcript::Scene;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Opens the page, or plays the story.
///
/// # Errors
/// If the stage cannot be set, a letter of the story does not come, or printing fails.
pub async fn demo(asked: &args::Demo, as_object: bool) -> Result<(), Failure> {
    if asked.script || as_object {
        told(asked, as_object).await
    } else {
        shown(asked).await
    }
}

async fn shown(asked: &args::Demo) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(format!("the demo: {error}"));
    // Listened for before anything is there that would have to be taken down.
    let mut endings = Vec::new();
    for kind in [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ] {
        endings.push(signal(kind).map_err(|error| failed(&error))?);
    }
    let page = Page::set(asked.port.unwrap_or(0)).await;
    let page = page.map_err(|error| failed(&error))?;
    let address = page.address();
    let opened = !asked.no_open && browser::open(&address);
    let how = if opened {
        "It opens in your browser; if not, open it yourself"
    } else {
        "Open it in your browser"
    };
    show::print(&format!(
        "The demo is at {address}\n{how}. Four inboxes, a real daemon, and a clock that you move.\n\
         Nothing leaves this machine. Ctrl-C closes the demo, and nothing of it stays.\n"
    ))?;
    let served = page.serve(async move { any(&mut endings).await }).await;
    served.map_err(|error| failed(&error))
}

/// Waits for the first of these signals.
async fn any(signals: &mut [Signal]) {
    std::future::poll_fn(|context| {
        let came = signals
            .iter_mut()
            .any(|signal| signal.poll_recv(context).is_ready());
        if came {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

async fn told(asked: &args::Demo, as_object: bool) -> Result<(), Failure> {
    let colour = show::in_colour(asked.color);
    let mut printed = Ok(());
    let mut tell = |scene: &Scene| {
        if !as_object && printed.is_ok() {
            printed = show::print(&scene.render(colour));
        }
    };
    let played = script::play(&mut tell).await;
    let transcript = played.map_err(|error| Failure::failed(format!("the demo: {error}")))?;
    printed?;
    if !as_object {
        return Ok(());
    }
    let object = serde_json::to_value(&transcript)
        .map_err(|error| Failure::failed(format!("the transcript as JSON: {error}")))?;
    show::json(&object)
}
