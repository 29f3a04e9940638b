//! `postlunch demo`: the story of the demo, scene by scene as it happens, or as JSON at its end.
//!
//! Needs no configuration: it brings its own mail server, on this machine's loopback only.

use crate::cli::args;
use crate::cli::ending::Failure;
use crate::cli::show;
use crate::demo::script;
use crate::demo::transcript::Scene;

/// Plays it.
///
/// # Errors
/// If the stage cannot be set, a letter of the story does not come, or printing fails.
pub async fn demo(asked: &args::Demo, as_object: bool) -> Result<(), Failure> {
    if !asked.script {
        eprintln!("The demo's own page comes in a later version; here is the story as text.\n");
    }
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
