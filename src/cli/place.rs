//! Where the configuration is found.

use crate::cli::ending::{Code, Failure};
use crate::config::Config;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The configuration's file: the one that is named, else the first of the usual places that exists.
/// It is absolute, and with it every path that messages tell.
///
/// # Errors
/// If none is named and none is there; says which were tried.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let found = first(named)?;
    Ok(std::path::absolute(&found).unwrap_or(found))
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
             name one with --config FILE or $POSTLUNCH_CONFIG",
            tried.join("\n")
        ),
    ))
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
    places.push(PathBuf::from("/etc/postlunch/config.toml"));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

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
