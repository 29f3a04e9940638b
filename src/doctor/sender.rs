//! What the world can know of the sender: SPF, DMARC, DKIM. Hints only.
//!
//! Two are read from the DNS. What the server itself found of the mail that came back stands in its
//! Authentication-Results (RFC 8601), of which only the field above all Received fields is its own.

use super::dns::{DnsError, NameServers};
use super::finding::{Code, Finding};
use crate::config::{Config, Mode};
use crate::reading::message::Message;

const SUBJECT: &str = "sender";

/// Domains that nobody has (RFC 2606, RFC 6761).
const RESERVED: [&str; 4] = ["test", "example", "invalid", "localhost"];

/// What there is to say of the domain, and of the mail that came back.
pub(super) async fn check(
    config: &Config,
    names: &NameServers,
    came_back: Option<&Message>,
) -> Vec<Finding> {
    let mut findings = domain(config.mail.address.domain(), names).await;
    findings.extend(came_back.and_then(|message| own_words(config, message)));
    findings
}

async fn domain(domain: &str, names: &NameServers) -> Vec<Finding> {
    if is_reserved(domain) {
        let means = format!("{domain} is nobody's domain, so SPF and DMARC were not looked up");
        return vec![Finding::skipped(SUBJECT, means)];
    }
    let spf = match names.texts(domain).await {
        Ok(texts) => texts.iter().any(|text| is_record(text, "v=spf1")),
        Err(error) => return vec![not_looked_up(&error)],
    };
    let policy = match dmarc(domain, names).await {
        Ok(policy) => policy,
        Err(error) => return vec![not_looked_up(&error)],
    };
    let mut findings = Vec::new();
    if spf {
        let means = format!("{domain} says by SPF who may send for it");
        findings.push(Finding::ok(SUBJECT, means));
    } else {
        findings.push(no_spf(domain));
    }
    match policy {
        Some(policy) => {
            let means = format!("{domain} has a DMARC policy ({policy})");
            findings.push(Finding::ok(SUBJECT, means));
        }
        None => findings.push(no_dmarc(domain)),
    }
    findings
}

/// The policy of a domain or of the one it belongs to (RFC 7489 section 6.6.3).
async fn dmarc(domain: &str, names: &NameServers) -> Result<Option<String>, DnsError> {
    let above = domain.split_once('.').map(|(_, above)| above);
    let above = above.filter(|above| above.contains('.'));
    for place in [Some(domain), above].into_iter().flatten() {
        for text in names.texts(&format!("_dmarc.{place}")).await? {
            if is_record(&text, "v=DMARC1") {
                let policy = text.split(';').map(str::trim).find(|t| t.starts_with("p="));
                return Ok(Some(policy.unwrap_or("p=none").to_owned()));
            }
        }
    }
    Ok(None)
}

fn is_record(text: &str, version: &str) -> bool {
    let head = text.trim().get(..version.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(version))
}

fn is_reserved(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    RESERVED.contains(&last) || ["example.com", "example.net", "example.org"].contains(&domain)
}

fn not_looked_up(error: &DnsError) -> Finding {
    Finding::skipped(
        SUBJECT,
        format!("SPF and DMARC were not looked up: {error}"),
    )
}

pub(super) fn no_spf(domain: &str) -> Finding {
    Finding::warning(
        Code::NoSpf,
        SUBJECT,
        format!("{domain} does not say by SPF who may send for it: invitations may land in spam"),
        format!(
            "publish the TXT record that your provider names at {domain}; it begins with v=spf1"
        ),
    )
}

pub(super) fn no_dmarc(domain: &str) -> Finding {
    Finding::warning(
        Code::NoDmarc,
        SUBJECT,
        format!("{domain} has no DMARC policy: some providers trust its mail less"),
        format!("publish a TXT record at _dmarc.{domain}: v=DMARC1; p=none will do to begin with"),
    )
}

/// What the server wrote about the mail that came back.
fn own_words(config: &Config, message: &Message) -> Option<Finding> {
    let results = &message.authentication_results;
    let field = results.iter().find(|field| field.received_above == 0)?;
    let mut parts = field.value.split(';').map(str::trim);
    let server = parts.next()?.split_whitespace().next()?.to_owned();
    let mut words: Vec<String> = Vec::new();
    for part in parts {
        let word = part.split_whitespace().next().unwrap_or_default();
        let named = ["spf=", "dkim=", "dmarc="]
            .iter()
            .any(|m| word.starts_with(m));
        if named && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'=') {
            words.push(word.to_ascii_lowercase());
        }
    }
    let failed: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| word.ends_with("=fail") || word.ends_with("=permerror"))
        .collect();
    if !failed.is_empty() {
        return Some(not_authentic(&server, &failed.join(", ")));
    }
    let said = if words.is_empty() {
        "says nothing of SPF, DKIM and DMARC for its own mail".to_owned()
    } else {
        format!("found {}", words.join(", "))
    };
    let told = Finding::ok(SUBJECT, format!("{server} {said}"));
    let unnamed = config.policy.trusted_authserv_id.is_none();
    Some(match config.mail.mode {
        Mode::Shared if unnamed => told.advising(format!(
            "if it takes forged Authentication-Results away, set trusted_authserv_id = \"{server}\" in [policy]: mail in a colleague's name is then believed without asking"
        )),
        _ => told,
    })
}

pub(super) fn not_authentic(server: &str, failed: &str) -> Finding {
    Finding::warning(
        Code::NotAuthentic,
        SUBJECT,
        format!(
            "{server} does not believe that the mail is from its own domain ({failed}): others will not either"
        ),
        "have your provider sign its mail (DKIM) and name its servers in the SPF record",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let text = "[mail]\naddress = \"lunch@example.org\"\n[operator]\naddress = \"o@example.org\"\n\
                    [imap]\nhost = \"mail.example.org\"\npassword = \"x\"\n";
        Config::parse(text, "test.toml").expect("a configuration")
    }

    fn told(field: &str) -> Option<Finding> {
        let mail = format!("{field}From: a@example.org\r\n\r\nHello\r\n");
        own_words(&config(), &Message::parse(mail.as_bytes()))
    }

    #[test]
    fn what_the_server_found_is_told() {
        let good =
            told("Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=x; dkim=pass\r\n");
        let good = good.expect("told");
        assert!(good.means.contains("spf=pass, dkim=pass"), "{good:?}");
        assert!(
            good.remedy
                .is_some_and(|r| r.contains("\"mx.example.org\""))
        );
        let bad = told("Authentication-Results: mx.example.org; dmarc=fail (p=none)\r\n");
        assert_eq!(bad.and_then(|b| b.code), Some(Code::NotAuthentic));
        let forged = "Received: from x by y\r\nAuthentication-Results: evil; dkim=pass\r\n";
        assert_eq!(told(forged), None);
        assert_eq!(told(""), None);
    }

    #[test]
    fn domains_of_examples_are_nobodys() {
        assert!(is_reserved("example.com") && is_reserved("mail.example.test"));
        assert!(!is_reserved("example.de") && !is_reserved("acme.com"));
    }
}
