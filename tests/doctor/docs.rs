//! The documents say what the doctor says.

use postlunch::doctor::catalogue;
use postlunch::doctor::provider::PROVIDERS;
use std::fs;
use std::path::Path;

fn document(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name)
}

#[test]
fn troubleshooting_is_in_the_doctors_own_words() {
    let path = document("troubleshooting.md");
    let page = catalogue::page();
    if std::env::var_os("POSTLUNCH_BLESS").is_some() {
        fs::write(&path, &page).expect("written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    for (number, (now, then)) in page.lines().zip(there.lines()).enumerate() {
        assert_eq!(
            now,
            then,
            "line {} of docs/troubleshooting.md (POSTLUNCH_BLESS=1 writes it anew)",
            number + 1
        );
    }
    assert_eq!(page.lines().count(), there.lines().count());
}

#[test]
fn the_table_of_providers_is_the_one_that_check_goes_by() {
    let page = fs::read_to_string(document("providers.md")).expect("readable");
    for provider in PROVIDERS {
        let (imap, smtp) = (provider.imap.0, provider.smtp.0);
        let row = page.lines().find(|line| {
            line.starts_with('|')
                && line.contains(&format!("`{smtp}`"))
                && line.contains(provider.name)
        });
        let row =
            row.unwrap_or_else(|| panic!("no row for {} in docs/providers.md", provider.name));
        assert!(row.contains(&format!("`{imap}`")), "{row}");
        let starttls = provider.smtp.1 == 587;
        assert_eq!(row.contains("587"), starttls, "{row}");
    }
}
