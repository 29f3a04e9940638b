//! `postlunch check`: what the doctor found, as it finds it.

use crate::cli::args::Common;
use crate::cli::ending::{Code, Failure};
use crate::cli::{place, show};
use crate::config::Config;
use crate::doctor::{self, Finding, Level};
use serde_json::json;

/// Examines the configuration and what it points at.
///
/// # Errors
/// If something is wrong (exit code 1), or the configuration cannot be used at all (78).
pub async fn check(common: &Common) -> Result<(), Failure> {
    let path = place::find(common.config.as_deref())?;
    let config = match Config::load(&path) {
        Ok(config) => config,
        Err(error) if common.json => {
            let remedy = "mend the file and check again";
            print_json(&[Finding::wrong("configuration", error.to_string(), remedy)])?;
            return Err(Failure::told(Code::NeedsPerson));
        }
        Err(error) => return Err(error.into()),
    };
    if !common.json {
        show::print(&format!("Checking {}\n\n", path.display()))?;
    }
    let mut findings: Vec<Finding> = Vec::new();
    let mut printed = Ok(());
    doctor::examine(&config, |finding| {
        if !common.json && printed.is_ok() {
            printed = show::print(&line(&finding));
        }
        findings.push(finding);
    })
    .await;
    printed?;
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

fn line(finding: &Finding) -> String {
    let mark = match finding.level {
        Level::Ok => "ok     ",
        Level::Warning => "warning",
        Level::Wrong => "WRONG  ",
    };
    let margin = " ".repeat(25);
    let means = finding.means.replace('\n', &format!("\n{margin}"));
    let mut text = format!("  {mark}  {:<14}{means}\n", finding.subject);
    if let Some(remedy) = &finding.remedy {
        text.push_str(&format!("{margin}-> {remedy}\n"));
    }
    text
}

fn verdict(findings: &[Finding]) -> String {
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
