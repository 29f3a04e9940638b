//! The submission port: one SMTP conversation (RFC 5321, RFC 6409) from greeting to QUIT.
//!
//! Strict where strictness finds mistakes (bare line feeds, long lines, missing AUTH, addresses
//! that need SMTPUTF8), plain elsewhere. TLS is not offered: the sandbox lives on loopback.

mod lines;

use super::delivery::{HOST, Submission};
use super::fault::{FaultPoint, Trouble};
use super::premises::{Premises, Route};
use super::sasl::{self, Credentials};
use crate::words::address::Address;
use data_encoding::BASE64;
use lines::{Line, Lines};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

/// Longest command line with AUTH (RFC 4954 section 4.3), in octets.
const COMMAND_OCTETS_MAX: usize = 12_288;
/// Longest text line (RFC 5321 section 4.5.3.1.6), in octets with its CRLF.
const TEXT_LINE_OCTETS_MAX: usize = 1_000;
/// Most recipients in one envelope (RFC 5321 section 4.5.3.1.8 asks for at least as many).
const RECIPIENTS_MAX: usize = 100;

/// The conversation is over: QUIT, a lost connection or a trouble.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

struct Envelope {
    sender: String,
    recipients: Vec<Address>,
    utf8: bool,
}

struct Conversation {
    premises: Arc<Premises>,
    lines: Lines,
    writer: OwnedWriteHalf,
    client: Option<String>,
    account: Option<String>,
    envelope: Option<Envelope>,
}

/// Serves one connection to its end.
pub(super) async fn serve(premises: Arc<Premises>, stream: TcpStream) {
    let (reader, writer) = stream.into_split();
    let mut conversation = Conversation {
        premises,
        lines: Lines::new(reader),
        writer,
        client: None,
        account: None,
        envelope: None,
    };
    // However it ended, the connection closes here.
    let Err(Over) = conversation.hold().await;
}

impl Conversation {
    async fn hold(&mut self) -> Result<std::convert::Infallible, Over> {
        if self.trouble(FaultPoint::SmtpConnect).await? {
            return Err(Over);
        }
        self.say(&format!("220 {HOST} ESMTP postlunch sandbox"))
            .await?;
        loop {
            let line = self.lines.next(COMMAND_OCTETS_MAX).await?.ok_or(Over)?;
            if line.too_long {
                self.say("500 5.5.2 Line too long").await?;
                continue;
            }
            let Ok(text) = String::from_utf8(line.octets) else {
                self.say("500 5.5.2 Not UTF-8").await?;
                continue;
            };
            let (verb, rest) = text.split_once(' ').unwrap_or((&text, ""));
            self.obey(&verb.to_ascii_uppercase(), rest.trim()).await?;
        }
    }

    async fn obey(&mut self, verb: &str, rest: &str) -> Result<(), Over> {
        match verb {
            "EHLO" | "HELO" => self.hello(verb, rest).await,
            "AUTH" => self.auth(rest).await,
            "MAIL" => self.mail(rest).await,
            "RCPT" => self.rcpt(rest).await,
            "DATA" => self.data().await,
            "RSET" => {
                self.envelope = None;
                self.say("250 2.0.0 Ok").await
            }
            "NOOP" => self.say("250 2.0.0 Ok").await,
            "VRFY" => self.say("252 2.0.0 Send some mail and see").await,
            "STARTTLS" => self.say("502 5.5.1 TLS is not offered here").await,
            "QUIT" => {
                self.say("221 2.0.0 Bye").await?;
                Err(Over)
            }
            _ => self.say("500 5.5.2 Command not known").await,
        }
    }

    async fn hello(&mut self, verb: &str, name: &str) -> Result<(), Over> {
        if self.trouble(FaultPoint::Ehlo).await? {
            return Ok(());
        }
        if name.is_empty() {
            return self.say("501 5.5.4 Name yourself").await;
        }
        let told = name.split_whitespace().next().unwrap_or_default();
        self.client = Some(told.to_owned());
        self.envelope = None;
        if verb == "HELO" {
            return self.say(&format!("250 {HOST}")).await;
        }
        let size = self.premises.options.message_octets_max;
        let offers = [
            HOST.to_owned(),
            "PIPELINING".to_owned(),
            format!("SIZE {size}"),
            "AUTH PLAIN LOGIN XOAUTH2".to_owned(),
            "ENHANCEDSTATUSCODES".to_owned(),
            "8BITMIME".to_owned(),
            "SMTPUTF8".to_owned(),
        ];
        let last = offers.len() - 1;
        let mut reply = String::new();
        for (n, offer) in offers.iter().enumerate() {
            let mark = if n == last { ' ' } else { '-' };
            reply.push_str(&format!("250{mark}{offer}\r\n"));
        }
        self.send(&reply).await
    }

    async fn auth(&mut self, rest: &str) -> Result<(), Over> {
        if self.trouble(FaultPoint::Auth).await? {
            return Ok(());
        }
        if self.client.is_none() {
            return self.say("503 5.5.1 Say EHLO first").await;
        }
        if self.account.is_some() || self.envelope.is_some() {
            return self.say("503 5.5.1 Not now").await;
        }
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let initial = (!initial.is_empty()).then(|| initial.to_owned());
        let credentials = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let answer = self.answer_or(initial, b"").await?;
                answer.and_then(|a| sasl::plain(&a))
            }
            "XOAUTH2" => {
                let answer = self.answer_or(initial, b"").await?;
                answer.and_then(|a| sasl::bearer(&a))
            }
            "LOGIN" => {
                let login = self.answer_or(initial, b"Username:").await?;
                let password = self.answer_or(None, b"Password:").await?;
                login
                    .and_then(|l| sasl::text(&l))
                    .zip(password.and_then(|p| sasl::text(&p)))
                    .map(|(login, password)| Credentials::password(login, password))
            }
            _ => return self.say("504 5.5.4 Mechanism not known").await,
        };
        self.account = credentials.and_then(|credentials| self.premises.admit(&credentials));
        if self.account.is_some() {
            return self.say("235 2.7.0 Welcome").await;
        }
        if mechanism.eq_ignore_ascii_case("XOAUTH2") {
            self.answer_or(None, sasl::BEARER_REFUSAL).await?;
        }
        self.say("535 5.7.8 Login or password is wrong").await
    }

    /// What the client answers to a challenge, unless it said so at once.
    async fn answer_or(
        &mut self,
        initial: Option<String>,
        challenge: &[u8],
    ) -> Result<Option<Vec<u8>>, Over> {
        let answer = match initial {
            Some(at_once) if at_once == "=" => String::new(),
            Some(at_once) => at_once,
            None => {
                self.say(&format!("334 {}", BASE64.encode(challenge)))
                    .await?;
                let line = self.lines.next(COMMAND_OCTETS_MAX).await?.ok_or(Over)?;
                String::from_utf8(line.octets).unwrap_or_default()
            }
        };
        Ok(BASE64.decode(answer.trim().as_bytes()).ok())
    }

    async fn mail(&mut self, rest: &str) -> Result<(), Over> {
        if self.trouble(FaultPoint::Mail).await? {
            return Ok(());
        }
        if self.account.is_none() {
            return self.say("530 5.7.0 Authentication required").await;
        }
        if self.envelope.is_some() {
            return self.say("503 5.5.1 There is a sender already").await;
        }
        let Some((sender, parameters)) = path(rest, "FROM:") else {
            return self.say("501 5.1.7 Sender's address is malformed").await;
        };
        if !sender.is_empty() && Address::parse(&sender).is_err() {
            return self.say("501 5.1.7 Sender's address is malformed").await;
        }
        let mut utf8 = false;
        for parameter in parameters.split_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name.to_ascii_uppercase().as_str() {
                "SMTPUTF8" => utf8 = true,
                "BODY" | "AUTH" => {}
                "SIZE" => match value.parse::<usize>() {
                    Ok(size) if size <= self.premises.options.message_octets_max => {}
                    Ok(_) => return self.say("552 5.3.4 Message is too big").await,
                    Err(_) => return self.say("501 5.5.4 SIZE is no number").await,
                },
                _ => return self.say("555 5.5.4 Parameter not known").await,
            }
        }
        if !sender.is_ascii() && !utf8 {
            return self.say("553 5.6.7 This address needs SMTPUTF8").await;
        }
        self.envelope = Some(Envelope {
            sender,
            recipients: Vec::new(),
            utf8,
        });
        self.say("250 2.1.0 Ok").await
    }

    async fn rcpt(&mut self, rest: &str) -> Result<(), Over> {
        let recipient = path(rest, "TO:").and_then(|(to, _)| Address::parse(&to).ok());
        let Some(recipient) = recipient else {
            return self.say("501 5.1.3 Recipient's address is malformed").await;
        };
        let point = FaultPoint::Rcpt(recipient.as_str().to_owned());
        if self.trouble(point).await? {
            return Ok(());
        }
        let Some(envelope) = self.envelope.as_mut() else {
            return self.say("503 5.5.1 MAIL comes first").await;
        };
        if !recipient.as_str().is_ascii() && !envelope.utf8 {
            return self.say("553 5.6.7 This address needs SMTPUTF8").await;
        }
        if envelope.recipients.len() >= RECIPIENTS_MAX {
            return self.say("452 4.5.3 Too many recipients").await;
        }
        let premises = &self.premises;
        if premises.look(|office| premises.route(office, &recipient)) == Route::Unknown {
            let refusal = format!("550 5.1.1 <{recipient}>: no such mailbox here");
            return self.say(&refusal).await;
        }
        envelope.recipients.push(recipient);
        self.say("250 2.1.5 Ok").await
    }

    async fn data(&mut self) -> Result<(), Over> {
        if self.trouble(FaultPoint::Data).await? {
            return Ok(());
        }
        match &self.envelope {
            None => return self.say("503 5.5.1 MAIL comes first").await,
            Some(e) if e.recipients.is_empty() => {
                return self.say("554 5.5.1 There is no valid recipient").await;
            }
            Some(_) => {}
        }
        self.say("354 Text, then a dot on a line of its own")
            .await?;
        let text = self.text().await?;
        let envelope = self.envelope.take().ok_or(Over)?;
        let bytes = match text {
            Ok(bytes) => bytes,
            Err(refusal) => return self.say(refusal).await,
        };
        if self.trouble(FaultPoint::Dot).await? {
            return Ok(());
        }
        let submission = Submission {
            account: self.account.clone().ok_or(Over)?,
            client: self.client.clone().unwrap_or_default(),
            sender: envelope.sender,
            recipients: envelope.recipients,
            bytes: Arc::from(bytes),
        };
        let queue_id = self.premises.take(&submission);
        if self.trouble(FaultPoint::AfterDot).await? {
            return Ok(());
        }
        self.say(&format!("250 2.0.0 Ok: queued as {queue_id}"))
            .await
    }

    /// The message text up to the final dot, dot-stuffing undone (RFC 5321 section 4.5.2); or why
    /// it cannot be taken, after all of it was read.
    async fn text(&mut self) -> Result<Result<Vec<u8>, &'static str>, Over> {
        let octets_max = self.premises.options.message_octets_max;
        let mut text: Vec<u8> = Vec::new();
        let mut refusal = None;
        let mut at_line_start = true;
        loop {
            // One octet more, for the dot that may have been put in front.
            let line: Line = self
                .lines
                .next(TEXT_LINE_OCTETS_MAX + 1)
                .await?
                .ok_or(Over)?;
            if at_line_start && line.clean && line.octets == b"." {
                break;
            }
            at_line_start = line.clean;
            let bare = line.octets.strip_prefix(b".").unwrap_or(&line.octets);
            if line.too_long || bare.len() + 2 > TEXT_LINE_OCTETS_MAX {
                refusal = refusal.or(Some("554 5.6.0 A line is over 998 octets"));
            } else if !line.clean {
                refusal = refusal.or(Some("554 5.6.0 A lone CR, LF or a NUL is not taken"));
            }
            if text.len() + bare.len() + 2 > octets_max {
                refusal = refusal.or(Some("552 5.3.4 Message is too big"));
            }
            if refusal.is_none() {
                text.extend_from_slice(bare);
                text.extend_from_slice(b"\r\n");
            }
        }
        Ok(refusal.map_or(Ok(text), Err))
    }

    /// Meets the trouble that waits here. True: it was refused, and said so.
    async fn trouble(&mut self, here: FaultPoint) -> Result<bool, Over> {
        match self.premises.trouble_at(&here) {
            None => Ok(false),
            Some(Trouble::Delay(wait)) => {
                tokio::time::sleep(wait).await;
                Ok(false)
            }
            Some(Trouble::Drop | Trouble::BreakOff) => Err(Over),
            Some(Trouble::Silence) => {
                self.lines.swallow().await;
                Err(Over)
            }
            Some(Trouble::Refuse { code, text }) => {
                self.say(&format!("{code} {text}")).await?;
                if code == 421 { Err(Over) } else { Ok(true) }
            }
        }
    }

    async fn say(&mut self, line: &str) -> Result<(), Over> {
        self.send(&format!("{line}\r\n")).await
    }

    async fn send(&mut self, reply: &str) -> Result<(), Over> {
        Ok(self.writer.write_all(reply.as_bytes()).await?)
    }
}

/// The address in `FROM:<…>` or `TO:<…>` and what follows it.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(String, &'a str)> {
    let head = rest.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let after = rest.get(keyword.len()..)?.trim_start();
    let (address, parameters) = after.strip_prefix('<')?.split_once('>')?;
    Some((address.to_owned(), parameters))
}
