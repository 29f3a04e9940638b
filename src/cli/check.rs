//! `postlunch check`: what the doctor found, as it finds it.

use crate::cli::args::{Check, Common};
use crate::cli::ending::{Code, Failure};
use crate::cli::{place, show};
use crate::config::Config;
use crate::doctor::{self, Finding, Instruments, Level};
use serde_json::json;

/// Examines the configuration and what it points at.
///
/// # Errors
/// If something is wrong (exit code 1), or the configuration cannot be used at all (78).
pub async fn check(common: &Common, asked: &Check) -> Result<(), Failure> {
    let path = place::find(common.config.as_deref())?;
    let config = match Config::load(&path) {
        Ok(config) => config,
        Err(error) if common.json => {
            print_json(&[doctor::unusable(&error.to_string())])?;
            return Err(Failure::told(Code::NeedsPerson));
        }
        Err(error) => return Err(error.into()),
    };
    if !common.json {
        show::print(&format!("Checking {}\n\n", path.display()))?;
    }
    let findings = examine(common, &config, !asked.no_mail, |_| !common.json).await?;
    if common.json {
        print_json(&findings)?;
    } else {
        show::print(&verdict(&findings))?;
    }
    if findings.iter().any(|finding| finding.level == Level::Wrong) {
        return Err(Failure::told(Code::Failed));
    }
    Ok(())
}

/// Has the doctor look, and prints each finding as it comes if it is to be shown.
///
/// # Errors
/// If it cannot be printed.
pub async fn examine(
    common: &Common,
    config: &Config,
    with_mail: bool,
    shows: impl Fn(&Finding) -> bool,
) -> Result<Vec<Finding>, Failure> {
    let instruments = Instruments {
        round_trip: with_mail,
        ..Instruments::of_system()
    };
    let mut findings: Vec<Finding> = Vec::new();
    let mut printed = Ok(());
    doctor::examine(config, &instruments, |finding| {
        if shows(&finding) && printed.is_ok() {
            printed = show::print(&common.as_typed(&finding.as_text()));
        }
        findings.push(finding);
    })
    .await;
    printed?;
    Ok(findings)
}

/// What it comes to.
pub fn verdict(findings: &[Finding]) -> String {
    let count = |level| findings.iter().filter(|f| f.level == level).count();
    match (count(Level::Wrong), count(Level::Warning)) {
        (0, 0) => "\nAll is well.\n".to_owned(),
        (0, 1) => "\nReady to run; one thing deserves a look.\n".to_owned(),
        (0, warnings) => format!("\nReady to run; {warnings} things deserve a look.\n"),
        (1, _) => "\nOne thing has to be mended first.\n".to_owned(),
        (wrong, _) => format!("\n{wrong} things have to be mended first.\n"),
    }
}

fn print_json(findings: &[Finding]) -> Result<(), Failure> {
    let good = findings.iter().all(|f| f.level != Level::Wrong);
    show::json(&json!({ "ok": good, "findings": findings }))
}
