//! Where the configuration is found.

use crate::cli::ending::{Code, Failure};
use crate::config::Config;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The machine's own configuration.
const SYSTEM: &str = "/etc/postlunch/config.toml";

/// The configuration's file: the one that is named, else the first of the usual places that exists.
/// It is absolute, and with it every path that messages tell.
///
/// # Errors
/// If none is named and none is there; says which were tried.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let found = first(named)?;
    Ok(std::path::absolute(&found).unwrap_or(found))
}

/// The same text, where each command in it names the configuration that was named: typed as it stands, it
/// speaks to the same daemon.
pub fn in_commands(text: &str, named: Option<&Path>) -> String {
    let Some(named) = named else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once("`postlunch ") {
        let Some((command, after)) = inside.split_once('`') else {
            break;
        };
        out.push_str(before);
        let named = named.display().to_string();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+');
        let named = match named.chars().all(plain) {
            true => named,
            false => format!("'{}'", named.replace('\'', "'\\''")),
        };
        out.push_str(&format!("`postlunch {command} --config {named}`"));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn first(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    if let Some(path) = given("POSTLUNCH_CONFIG") {
        return Ok(path.into());
    }
    let places = usual(given("XDG_CONFIG_HOME"), given("HOME"));
    if let Some(found) = places.iter().find(|place| place.is_file()) {
        return Ok(found.clone());
    }
    let tried: Vec<String> = places
        .iter()
        .map(|p| format!("  {}", p.display()))
        .collect();
    Err(Failure::new(
        Code::NeedsPerson,
        format!(
            "there is no configuration; these places were looked at:\n{}\n\
             `postlunch init` makes one; --config FILE or $POSTLUNCH_CONFIG names another",
            tried.join("\n")
        ),
    ))
}

/// Where a new configuration goes, and where its store goes unless that has a usual place: as named,
/// with everything beside it; else where the user's own things are; as root, the system's.
///
/// # Errors
/// If there is no such place.
pub fn fresh(named: Option<&Path>) -> Result<(PathBuf, Option<PathBuf>), Failure> {
    let named = named.map(Path::to_owned);
    let named = named.or_else(|| given("POSTLUNCH_CONFIG").map(PathBuf::from));
    if let Some(path) = named {
        let path = std::path::absolute(&path).unwrap_or(path);
        return Ok((path, Some(PathBuf::from("store"))));
    }
    if rustix::process::geteuid().is_root() {
        return Ok((PathBuf::from(SYSTEM), None));
    }
    let home = |own: &str, below: &str| {
        let own = given(own).map(PathBuf::from);
        own.or_else(|| Some(PathBuf::from(given("HOME")?).join(below)))
    };
    let folders = home("XDG_CONFIG_HOME", ".config").zip(home("XDG_STATE_HOME", ".local/state"));
    let (config, state) = folders.ok_or_else(|| {
        let message = "there is no home for the configuration; name a file with --config";
        Failure::new(Code::Usage, message)
    })?;
    let store = state.join("postlunch/store");
    Ok((config.join("postlunch/config.toml"), Some(store)))
}

/// Finds and reads the configuration.
///
/// # Errors
/// If there is none, or with all the mistakes in it.
pub fn load(named: Option<&Path>) -> Result<Config, Failure> {
    Ok(Config::load(&find(named)?)?)
}

fn given(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn usual(config_home: Option<OsString>, home: Option<OsString>) -> Vec<PathBuf> {
    let config_home = config_home
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(home?).join(".config")));
    let own = config_home.map(|folder| folder.join("postlunch/config.toml"));
    let mut places = vec![
        PathBuf::from("postlunch.toml"),
        PathBuf::from("config.toml"),
    ];
    places.extend(own);
    places.push(PathBuf::from(SYSTEM));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_told_names_the_configuration_that_was_named() {
        let told = "no daemon is running at x.sock; start it with `postlunch run`, or `ls`";
        assert_eq!(in_commands(told, None), told);
        assert_eq!(
            in_commands(told, Some(Path::new("/srv/lunch.toml"))),
            "no daemon is running at x.sock; start it with \
             `postlunch run --config /srv/lunch.toml`, or `ls`"
        );
        assert_eq!(
            in_commands("`postlunch review list`", Some(Path::new("my lunch.toml"))),
            "`postlunch review list --config 'my lunch.toml'`"
        );
    }

    #[test]
    fn the_near_places_come_before_the_far_ones() {
        let places = usual(None, Some("/home/ana".into()));
        let expected = [
            "postlunch.toml",
            "config.toml",
            "/home/ana/.config/postlunch/config.toml",
            "/etc/postlunch/config.toml",
        ];
        assert_eq!(places, expected.map(PathBuf::from));
        let places = usual(Some("/x".into()), Some("/home/ana".into()));
        assert!(places.contains(&PathBuf::from("/x/postlunch/config.toml")));
    }

    #[test]
    fn a_named_file_is_taken_as_it_is() {
        let found = find(Some(Path::new("no/such.toml")));
        assert!(found.is_ok_and(|path| path.is_absolute() && path.ends_with("no/such.toml")));
    }
}
