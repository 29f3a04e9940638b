//! The IMAP port: one IMAP4rev1 session (RFC 3501) with IDLE, MOVE, UIDPLUS and SPECIAL-USE.
//!
//! imap-next reads and writes the protocol; here are the conversation, logins, IDLE and the
//! troubles on order. ENVELOPE, BODYSTRUCTURE, RENAME and TLS are not offered.

mod answer;
mod commands;
mod fetch;
mod mailboxes;
mod search;
mod view;
mod wire;

use super::fault::{FaultPoint, Trouble};
use super::post_office::INBOX;
use super::premises::Premises;
use super::sasl;
use answer::{Answer, status, words};
use imap_next::imap_types::ToStatic;
use imap_next::imap_types::auth::{AuthMechanism, AuthenticateData};
use imap_next::imap_types::command::{Command, CommandBody};
use imap_next::imap_types::core::{Tag, Vec1};
use imap_next::imap_types::mailbox::Mailbox as Name;
use imap_next::imap_types::response::{
    Code, CommandContinuationRequest, Greeting, GreetingKind, Response, Status, StatusKind,
};
use imap_next::server::{Error as ProtocolError, Event, Options, ResponseHandle, Server};
use std::sync::Arc;
use tokio::net::TcpStream;
use view::View;
use wire::{Stop, Wire};

/// How a session goes on after an event.
enum Next {
    GoOn,
    /// Closes once this response is out.
    CloseAfter(ResponseHandle),
    /// Says half of what there is to say, and closes.
    BreakOff,
    /// Closes now.
    Drop,
    /// Never says anything again.
    Silence,
}

/// A login under way (AUTHENTICATE).
struct Login {
    tag: Tag<'static>,
    mechanism: AuthMechanism<'static>,
    /// It was refused in substance and only the formal end is missing.
    refused: bool,
}

struct Session {
    premises: Arc<Premises>,
    account: Option<String>,
    view: Option<View>,
    idle: Option<Tag<'static>>,
    login: Option<Login>,
}

/// Serves one connection to its end.
pub(super) async fn serve(premises: Arc<Premises>, stream: TcpStream) {
    let mut session = Session {
        premises: premises.clone(),
        account: None,
        view: None,
        idle: None,
        login: None,
    };
    let mut wire = Wire::new(stream);
    let trouble = premises.trouble_at(&FaultPoint::ImapConnect);
    let mut server = Server::new(session.limits(), session.greeting(trouble.as_ref()));
    match trouble {
        Some(Trouble::Drop | Trouble::BreakOff) => return,
        Some(Trouble::Silence) => return wire.swallow().await,
        Some(Trouble::Delay(wait)) => tokio::time::sleep(wait).await,
        Some(Trouble::Refuse { .. }) => {
            // The greeting is BYE, and nothing comes after it.
            if let Ok(Event::GreetingSent { .. }) = wire.next(&mut server).await {
                let _ = wire.flush().await;
            }
            return;
        }
        None => {}
    }
    session.hold(&mut wire, &mut server).await;
    // Whoever is gone already does not miss the last words.
    let _ = wire.flush().await;
}

impl Session {
    /// Goes on until the client leaves or the session has to end.
    async fn hold(&mut self, wire: &mut Wire, server: &mut Server) {
        let mut bell = self.premises.listen();
        let mut closing = None;
        loop {
            let event = tokio::select! {
                event = wire.next(&mut *server) => Some(event),
                rung = bell.changed(), if self.idle.is_some() && closing.is_none() => {
                    if rung.is_err() {
                        return;
                    }
                    None
                }
            };
            let next = match event {
                None => self.push(server).await,
                Some(Ok(Event::ResponseSent { handle, .. })) if closing == Some(handle) => return,
                Some(Ok(event)) => self.answer(event, server).await,
                Some(Err(Stop::Protocol(error))) => malformed(&error, server),
                Some(Err(Stop::Lost)) => return,
            };
            match next {
                Next::GoOn => {}
                Next::CloseAfter(handle) => closing = Some(handle),
                // However these end, the session ends with them.
                Next::BreakOff => {
                    let _ = wire.break_off(server).await;
                    return;
                }
                Next::Drop => return,
                Next::Silence => {
                    let _ = wire.fall_silent(server).await;
                    return;
                }
            }
        }
    }

    async fn answer(&mut self, event: Event, server: &mut Server) -> Next {
        match event {
            Event::GreetingSent { .. } | Event::ResponseSent { .. } => Next::GoOn,
            Event::CommandReceived { command } => self.command(command, server).await,
            Event::CommandAuthenticateReceived {
                command_authenticate: begun,
            } => {
                let login = Login {
                    tag: begun.tag,
                    mechanism: begun.mechanism,
                    refused: false,
                };
                let initial = begun.initial_response;
                let initial = initial.map(|r| r.declassify().to_vec());
                self.begin_login(login, initial, server).await
            }
            Event::AuthenticateDataReceived { authenticate_data } => {
                let response = match authenticate_data {
                    AuthenticateData::Continue(response) => Some(response.declassify().to_vec()),
                    AuthenticateData::Cancel => None,
                };
                self.end_login(response, server)
            }
            Event::IdleCommandReceived { tag } => self.begin_idle(tag, server).await,
            Event::IdleDoneReceived => match self.idle.take() {
                Some(tag) => {
                    let answer = self.add_news(Answer::ok("Idled"), true);
                    say(answer, tag, server)
                }
                None => Next::GoOn,
            },
        }
    }

    async fn command(&mut self, command: Command<'static>, server: &mut Server) -> Next {
        let name = command.body.name();
        let here = if matches!(command.body, CommandBody::Login { .. }) {
            FaultPoint::ImapLogin
        } else {
            FaultPoint::ImapCommand(name.to_owned())
        };
        match self.trouble(&here).await {
            Ok(None) => {}
            Ok(Some(text)) => {
                server.enqueue_status(status(Some(command.tag), StatusKind::No, None, &text));
                return Next::GoOn;
            }
            Err(next) => return next,
        }
        let answer = self.obey(command.body);
        let late = FaultPoint::ImapReply(name.to_owned());
        let Some(trouble) = self.premises.trouble_at(&late) else {
            return say(answer, command.tag, server);
        };
        let mut handle = None;
        for response in answer.untagged {
            handle = enqueue(response, server).or(handle);
        }
        match trouble {
            Trouble::Drop => handle.map_or(Next::Drop, Next::CloseAfter),
            Trouble::BreakOff => Next::BreakOff,
            Trouble::Silence => Next::Silence,
            Trouble::Refuse { text, .. } => {
                server.enqueue_status(status(Some(command.tag), StatusKind::No, None, &text));
                Next::GoOn
            }
            Trouble::Delay(wait) => {
                tokio::time::sleep(wait).await;
                let line = status(Some(command.tag), answer.kind, answer.code, answer.text);
                let handle = server.enqueue_status(line);
                if answer.last {
                    Next::CloseAfter(handle)
                } else {
                    Next::GoOn
                }
            }
        }
    }

    async fn begin_login(
        &mut self,
        login: Login,
        initial: Option<Vec<u8>>,
        server: &mut Server,
    ) -> Next {
        let refusal = match self.trouble(&FaultPoint::ImapLogin).await {
            Ok(None) => None,
            Ok(Some(text)) => Some(text),
            Err(next) => return next,
        };
        let offered = matches!(
            login.mechanism,
            AuthMechanism::Plain | AuthMechanism::XOAuth2
        );
        let refusal = refusal.or_else(|| (!offered).then(|| "Mechanism not known".to_owned()));
        if let Some(text) = refusal {
            let line = status(Some(login.tag), StatusKind::No, None, &text);
            // It can only fail outside a login, and this is one.
            let _ = server.authenticate_finish(line);
            return Next::GoOn;
        }
        self.login = Some(login);
        if let Some(response) = initial {
            return self.end_login(Some(response), server);
        }
        let _ = server.authenticate_continue(CommandContinuationRequest::base64(Vec::new()));
        Next::GoOn
    }

    fn end_login(&mut self, response: Option<Vec<u8>>, server: &mut Server) -> Next {
        let Some(mut login) = self.login.take() else {
            return Next::Drop;
        };
        let bearer = login.mechanism == AuthMechanism::XOAuth2;
        let answer = match response {
            None => Answer::bad("Cancelled"),
            Some(_) if login.refused => Answer::no("[AUTHENTICATIONFAILED] The token is no good"),
            Some(response) => {
                let read = if bearer { sasl::bearer } else { sasl::plain };
                self.log_in(&read(&response).unwrap_or_default())
            }
        };
        if bearer && !login.refused && answer.kind == StatusKind::No {
            login.refused = true;
            self.login = Some(login);
            let challenge = CommandContinuationRequest::base64(sasl::BEARER_REFUSAL.to_vec());
            let _ = server.authenticate_continue(challenge);
            return Next::GoOn;
        }
        let _ = server.authenticate_finish(answer.tagged(login.tag));
        Next::GoOn
    }

    async fn begin_idle(&mut self, tag: Tag<'static>, server: &mut Server) -> Next {
        let idle = FaultPoint::ImapCommand("IDLE".to_owned());
        let refusal = match self.trouble(&idle).await {
            Err(next) => return next,
            Ok(Some(text)) => Some((StatusKind::No, text)),
            Ok(None) if !self.premises.options.idle || self.account.is_none() => {
                Some((StatusKind::Bad, "Not offered".to_owned()))
            }
            Ok(None) => None,
        };
        if let Some((kind, text)) = refusal {
            let _ = server.idle_reject(status(Some(tag), kind, None, &text));
            return Next::GoOn;
        }
        let Ok(accept) = CommandContinuationRequest::basic(None, "idling until DONE") else {
            return Next::Drop;
        };
        let _ = server.idle_accept(accept);
        self.idle = Some(tag);
        // What arrived between the last command and IDLE must not wait for the next change.
        self.push(server).await
    }

    /// Tells an idle session what happened.
    async fn push(&mut self, server: &mut Server) -> Next {
        let news = self.add_news(Answer::ok("News"), true);
        if news.untagged.is_empty() {
            return Next::GoOn;
        }
        match self.premises.trouble_at(&FaultPoint::ImapPush) {
            Some(Trouble::Drop | Trouble::BreakOff) => return Next::Drop,
            Some(Trouble::Silence | Trouble::Refuse { .. }) => return Next::GoOn,
            Some(Trouble::Delay(wait)) => tokio::time::sleep(wait).await,
            None => {}
        }
        let mut handle = None;
        for response in news.untagged {
            handle = enqueue(response, server);
        }
        match handle {
            Some(handle) if news.last => Next::CloseAfter(handle),
            _ => Next::GoOn,
        }
    }

    /// Meets the trouble that waits here: a refusal to be told, or how the session ends.
    async fn trouble(&self, here: &FaultPoint) -> Result<Option<String>, Next> {
        match self.premises.trouble_at(here) {
            None => Ok(None),
            Some(Trouble::Delay(wait)) => {
                tokio::time::sleep(wait).await;
                Ok(None)
            }
            Some(Trouble::Refuse { text, .. }) => Ok(Some(text)),
            Some(Trouble::Drop | Trouble::BreakOff) => Err(Next::Drop),
            Some(Trouble::Silence) => Err(Next::Silence),
        }
    }

    fn limits(&self) -> Options {
        let most = u32::try_from(self.premises.options.message_octets_max).unwrap_or(u32::MAX);
        let mut limits = Options::default();
        limits.max_literal_size = most;
        limits.max_command_size = most.saturating_add(64 * 1024);
        limits
    }

    fn greeting(&self, trouble: Option<&Trouble>) -> Greeting<'static> {
        if let Some(Trouble::Refuse { text, .. }) = trouble {
            return Greeting {
                kind: GreetingKind::Bye,
                code: None,
                text: words(text),
            };
        }
        Greeting {
            kind: GreetingKind::Ok,
            code: Vec1::try_from(self.capabilities())
                .ok()
                .map(Code::Capability),
            text: words("postlunch sandbox"),
        }
    }
}

fn say(answer: Answer, tag: Tag<'static>, server: &mut Server) -> Next {
    let line = answer.tagged(tag);
    for response in answer.untagged {
        enqueue(response, server);
    }
    let handle = server.enqueue_status(line);
    if answer.last {
        Next::CloseAfter(handle)
    } else {
        Next::GoOn
    }
}

fn enqueue(response: Response<'static>, server: &mut Server) -> Option<ResponseHandle> {
    match response {
        Response::Data(data) => Some(server.enqueue_data(data)),
        Response::Status(status) => Some(server.enqueue_status(status)),
        Response::CommandContinuationRequest(_) => None,
    }
}

/// Answers a line that is no command with BAD under its own tag, if it had one.
fn malformed(error: &ProtocolError, server: &mut Server) -> Next {
    let octets = match error {
        ProtocolError::LiteralTooLong { .. } => return Next::GoOn, // imap-next answered already
        ProtocolError::ExpectedCrlfGotLf { discarded_bytes }
        | ProtocolError::MalformedMessage { discarded_bytes }
        | ProtocolError::CommandTooLong { discarded_bytes } => discarded_bytes.declassify(),
    };
    let first = octets.split(|b| b.is_ascii_whitespace()).next();
    let tag = first
        .and_then(|t| Tag::try_from(t).ok())
        .map(|t| t.to_static());
    let line: Status<'static> = status(tag, StatusKind::Bad, None, "Not understood");
    server.enqueue_status(line);
    Next::GoOn
}

/// A mailbox's name as text; INBOX in capitals.
fn name_of(mailbox: &Name<'static>) -> String {
    match mailbox {
        Name::Inbox => INBOX.to_owned(),
        Name::Other(other) => String::from_utf8_lossy(other.as_ref()).into_owned(),
    }
}
