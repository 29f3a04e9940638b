//! Configurations that are right, read in made-up surroundings. Wrong ones: `tests/configs.rs`.

use super::*;
use crate::words::confidential::Confidential;

/// The least a configuration can say.
const LEAST: &str = r#"
[mail]
address = "lunch@example.com"
[operator]
address = "you@example.com"
[imap]
host = "mail.example.com"
password_file = "imap-password"
"#;

fn parse_in(text: &str, surroundings: &Surroundings) -> Config {
    let parsed = Config::parse_in(text, Path::new("/etc/postlunch/config.toml"), surroundings);
    parsed.unwrap_or_else(|error| panic!("{error}"))
}

fn parse(text: &str) -> Config {
    parse_in(text, &Surroundings::default())
}

/// The example with every default set instead of shown.
fn example_with_all_set() -> String {
    let uncommented = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if key.starts_with(|c: char| c.is_ascii_lowercase()) => key,
        _ => line,
    });
    uncommented.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_is_equal_to_the_defaults() {
    assert_eq!(parse(EXAMPLE), parse(LEAST));
    assert_eq!(parse(&example_with_all_set()), parse(LEAST));
}

#[test]
fn the_example_shows_every_key() {
    let all_set = example_with_all_set();
    let table: toml::Table = all_set.parse().unwrap();
    let mut shown = BTreeSet::new();
    for (section, keys) in &table {
        let keys = keys.as_table().unwrap().keys();
        shown.extend(keys.map(|key| format!("{section}.{key}")));
    }
    assert!(shown.len() > 40, "{shown:?}");
    assert_eq!(shown, read::asked_keys(&all_set));
}

#[test]
fn each_shown_default_is_really_the_default() {
    // One at a time, so that a default which depends on another key cannot hide.
    let mut section = "";
    let mut tried = 0;
    for line in EXAMPLE.lines() {
        if line.starts_with('[') {
            section = line;
        }
        let Some(key) = line.strip_prefix('#') else {
            continue;
        };
        if key.starts_with(|c: char| c.is_ascii_lowercase()) {
            let with_it = match LEAST.contains(section) {
                true => LEAST.replace(section, &format!("{section}\n{key}")),
                false => format!("{LEAST}\n{section}\n{key}"),
            };
            assert_eq!(parse(&with_it), parse(LEAST), "{section} {key}");
            tried += 1;
        }
    }
    assert!(tried > 40, "only {tried} keys found");
}

#[test]
fn smtp_takes_after_imap_where_it_says_nothing() {
    let config = parse(&format!("{LEAST}username = 'lunchbox'\nca_file = 'ca.pem'"));
    assert_eq!(config.smtp.login.host, "mail.example.com");
    assert_eq!(config.smtp.login.username, "lunchbox");
    assert_eq!(config.smtp.login.password, config.imap.login.password);
    let ca_file = Some(PathBuf::from("/etc/postlunch/ca.pem"));
    assert_eq!(config.smtp.login.ca_file, ca_file);
    assert_eq!((config.imap.login.port, config.smtp.login.port), (993, 465));
}

#[test]
fn the_usual_port_goes_with_the_security() {
    let config = parse(&format!(
        "{LEAST}security = 'starttls'\n[smtp]\nsecurity = 'starttls'"
    ));
    assert_eq!((config.imap.login.port, config.smtp.login.port), (143, 587));
    assert_eq!(config.warnings, Vec::<String>::new());
    let odd = parse(&format!("{LEAST}[smtp]\nport = 587"));
    assert!(odd.warnings[0].contains("port 587 usually speaks starttls"));
}

#[test]
fn no_tls_is_allowed_to_this_machine_only() {
    for host in ["localhost", "127.0.0.1", "127.0.0.2", "::1"] {
        let text = LEAST.replace("mail.example.com", host);
        let config = parse(&format!(
            "{text}security = 'none'\n[smtp]\nsecurity = 'none'"
        ));
        assert_eq!(config.smtp.login.security, Security::None, "{host}");
    }
}

#[test]
fn systemd_says_where_things_are() {
    let credentials = tempfile::tempdir().unwrap();
    for name in ["imap-password", "smtp-password", "store-key"] {
        std::fs::write(credentials.path().join(name), "secret\n").unwrap();
    }
    let surroundings = Surroundings {
        state_directory: Some(PathBuf::from("/var/lib/private/postlunch")),
        runtime_directory: Some(PathBuf::from("/run/postlunch")),
        credentials_directory: Some(credentials.path().to_owned()),
        timezone: Some(Tz::Europe__Amsterdam),
    };
    let config = parse_in(
        &LEAST.replace("password_file", "#password_file"),
        &surroundings,
    );
    let file = |name| credentials.path().join(name);
    assert_eq!(
        config.imap.login.password,
        Password::File(file("imap-password"))
    );
    assert_eq!(
        config.smtp.login.password,
        Password::File(file("smtp-password"))
    );
    assert_eq!(config.store.key_file, file("store-key"));
    assert_eq!(
        config.store.path,
        Path::new("/var/lib/private/postlunch/store")
    );
    assert_eq!(
        config.control.socket,
        Path::new("/run/postlunch/control.sock")
    );
    assert_eq!(config.lunch.timezone, Tz::Europe__Amsterdam);
    // what the file says weighs more than a credential
    let told = parse_in(LEAST, &surroundings);
    let path = PathBuf::from("/etc/postlunch/imap-password");
    assert_eq!(told.imap.login.password, Password::File(path));
}

#[test]
fn values_are_read_as_people_write_them() {
    let config = parse(&format!(
        r#"{LEAST}
[lunch]
weekday = "tue"
time = 11:45:00
timezone = "Asia/Kolkata"
holidays = [2026-12-25, "2027-01-01"]
[invitation]
remind_after = "36 hours"
lapse_after = "2 weeks and 1 day"
[followup]
after = "1 hour 30 minutes"
[policy]
allowed_domains = ["Example.COM", "@bücher.example"]
"#
    ));
    assert_eq!(config.lunch.weekday, Weekday::Tue);
    assert_eq!(config.lunch.time.to_string(), "11:45:00");
    assert_eq!(config.lunch.holidays.len(), 2);
    assert_eq!(config.invitation.remind_after, TimeDelta::hours(36));
    assert_eq!(config.invitation.lapse_after, TimeDelta::days(15));
    assert_eq!(config.followup.after, TimeDelta::minutes(90));
    let allows = |address| config.policy.allows(&Address::parse(address).unwrap());
    assert!(allows("ben@EXAMPLE.com") && allows("eva@xn--bcher-kva.example"));
    assert!(!allows("eve@sub.example.com"));
}

#[test]
fn who_may_invite_depends_on_whose_mailbox_it_is() {
    let stranger = Address::parse("eve@elsewhere.example").unwrap();
    assert!(!parse(LEAST).policy.allows(&stranger));
    let personal = LEAST.replace("[mail]", "[mail]\nmode = 'personal'");
    assert!(parse(&personal).policy.allows(&stranger));
    let config = parse(&personal);
    assert_eq!(config.mail.name.as_str(), "Lunch", "as the address says");
    let alone = "[mail]\nmode = 'personal'\naddress = 'ana.ruiz@example.com'\n[imap]\nhost = 'h'\npassword = 'p'\n";
    let config = parse(alone);
    assert_eq!(config.mail.name.as_str(), "Ana Ruiz");
    assert_eq!(config.operator.address, config.mail.address);
    assert_eq!(config.operator.contact, config.mail.name);
}

#[test]
fn a_secret_that_others_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("imap-password");
    let file = folder.path().join("config.toml");
    std::fs::write(&secret, "hunter2").unwrap();
    std::fs::write(&file, LEAST).unwrap();
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&secret, 0o644);
    mode(&file, 0o644);
    let warnings = Config::load(&file).unwrap().warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("imap-password holds a secret and other users can read it"));
    assert!(warnings[0].contains("(mode 0644); run: chmod 600 "));
    mode(&secret, 0o600);
    assert!(Config::load(&file).unwrap().warnings.is_empty());
    // a password in the configuration makes that file a secret
    std::fs::write(
        &file,
        LEAST.replace("password_file = \"imap-password\"", "password = 'x'"),
    )
    .unwrap();
    let warnings = Config::load(&file).unwrap().warnings;
    assert!(warnings[0].contains("config.toml holds a secret"));
}

#[tokio::test]
async fn a_password_comes_from_a_file_or_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    std::fs::write(&path, "hunter2\nsecond line\n").unwrap();
    let from_file = Password::File(path.clone()).fetch().await.unwrap();
    assert_eq!(from_file.reveal(), "hunter2");
    let command = |text: &str| Password::Command(Confidential::new(text.to_owned()));
    let printed = command("printf 'from a \"vault\"\\n'").fetch().await;
    assert_eq!(printed.unwrap().reveal(), "from a \"vault\"");

    let refused = command("echo topsecret; exit 3").fetch().await.unwrap_err();
    assert!(refused.to_string().contains("failed (exit status: 3)"));
    assert!(!refused.to_string().contains("topsecret"));
    std::fs::write(&path, "\n").unwrap();
    let empty = Password::File(path.clone()).fetch().await.unwrap_err();
    assert!(
        empty
            .to_string()
            .contains("gives no password or token: it is empty")
    );
    let missing = Password::File(folder.path().join("none")).fetch().await;
    assert!(missing.unwrap_err().to_string().contains("cannot be read"));
}

#[test]
fn no_debug_output_holds_a_password() {
    for way in [
        "password = 'hunter2'",
        "password_command = 'echo hunter2'",
        "token_command = 'echo hunter2'",
    ] {
        let config = parse(&LEAST.replace("password_file = \"imap-password\"", way));
        assert!(!format!("{config:?}").contains("hunter2"), "{way}");
    }
}

#[test]
fn a_file_that_is_no_text_is_told_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, b"[mail]\nname = \"Caf\xe9\"\n").unwrap();
    let message = Config::load(&file).unwrap_err().to_string();
    assert!(message.contains("line 2 is not UTF-8"), "{message}");
    let missing = Config::load(&folder.path().join("none.toml")).unwrap_err();
    assert!(missing.to_string().contains("`postlunch init` makes one"));
}
