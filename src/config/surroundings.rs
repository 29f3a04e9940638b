//! What the machine tells a configuration: systemd's folders and the machine's time zone.
//!
//! Handed in as a value, so that the same file read in the same surroundings is the same
//! configuration.

use chrono_tz::Tz;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The surroundings in which a configuration is read. The default knows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `$STATE_DIRECTORY`: where the store goes unless the file says otherwise.
    pub state_directory: Option<PathBuf>,
    /// `$RUNTIME_DIRECTORY`: where the control socket goes unless the file says otherwise.
    pub runtime_directory: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY`: where systemd lays passwords and the store's key.
    pub credentials_directory: Option<PathBuf>,
    /// The machine's time zone.
    pub timezone: Option<Tz>,
}

impl Surroundings {
    /// The surroundings of this process.
    pub fn of_process() -> Self {
        let folder = |name: &str| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
            Some(PathBuf::from(value))
        };
        Self {
            state_directory: folder("STATE_DIRECTORY"),
            runtime_directory: folder("RUNTIME_DIRECTORY"),
            credentials_directory: folder("CREDENTIALS_DIRECTORY"),
            timezone: machine_timezone(),
        }
    }

    /// The file of a systemd credential, if there is one.
    pub(super) fn credential(&self, name: &str) -> Option<PathBuf> {
        let path = self.credentials_directory.as_ref()?.join(name);
        path.is_file().then_some(path)
    }
}

/// `$TZ`, else where `/etc/localtime` points, else what `/etc/timezone` says.
fn machine_timezone() -> Option<Tz> {
    let from_environment = std::env::var("TZ").ok();
    let from_link = std::fs::read_link("/etc/localtime").ok();
    let from_file = || std::fs::read_to_string("/etc/timezone").ok();
    from_environment
        .and_then(|name| Tz::from_str(name.trim_start_matches(':')).ok())
        .or_else(|| from_link.and_then(|target| zone_of_path(&target)))
        .or_else(|| from_file().and_then(|name| Tz::from_str(name.trim()).ok()))
}

/// `/usr/share/zoneinfo/Europe/Amsterdam` is `Europe/Amsterdam`.
fn zone_of_path(path: &Path) -> Option<Tz> {
    let path = path.to_str()?;
    let (_, name) = path.split_once("zoneinfo/")?;
    Tz::from_str(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_read_off_the_link_of_the_machine() {
        let zone = |path| zone_of_path(Path::new(path));
        let debian = zone("/usr/share/zoneinfo/Europe/Amsterdam");
        assert_eq!(debian, Some(Tz::Europe__Amsterdam));
        let relative = zone("../usr/share/zoneinfo/America/Argentina/Ushuaia");
        assert_eq!(relative, Some(Tz::America__Argentina__Ushuaia));
        assert_eq!(zone("/etc/localtime"), None);
    }
}
