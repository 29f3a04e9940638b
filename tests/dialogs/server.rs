//! A scripted server. A `.dialog` file is played line by line:
//!
//! `S: text` says a line (`$` is the tag of the last command) · `R: text` says it without a line
//! end (`\r` `\n` escaped) · `C: text` waits for a command that begins so (IMAP tags are taken off)
//! · `D:` takes a letter up to its dot · `B: 12` takes so many octets · `wait 50` rests, in ms ·
//! `chat 20 text` says a line every so many ms until the client speaks · `big 1000` says octets ·
//! `late text` says a line to a client that may be gone ·
//! `tls` shakes hands · `silence` says no more until the client goes · `drop` hangs up.
//! `login CAPABILITIES` and `inbox` stand for a whole IMAP log-in and a SELECT. `#` is a comment.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;

/// Longer than any patience in these tests.
const SCRIPT_MAX: Duration = Duration::from_secs(20);

/// A server that plays one dialog for each connection it is given.
pub struct Server {
    pub port: u16,
    playing: JoinHandle<Result<String, String>>,
}

impl Server {
    /// Plays the named dialog to the first client.
    pub async fn playing(name: &str) -> Self {
        Self::playing_all(&[name], None).await
    }

    /// Plays the named dialog, with a certificate for its `tls` step.
    pub async fn playing_tls(name: &str, tls: rustls::ServerConfig) -> Self {
        Self::playing_all(&[name], Some(tls)).await
    }

    /// Plays one dialog after the other, each on a connection of its own.
    pub async fn playing_all(names: &[&str], tls: Option<rustls::ServerConfig>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let scripts: Vec<_> = names
            .iter()
            .map(|name| (name.to_string(), script(name)))
            .collect();
        let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        let playing = tokio::spawn(async move {
            let mut heard = String::new();
            for (name, script) in scripts {
                let (client, _) = listener.accept().await.map_err(|e| e.to_string())?;
                client.set_nodelay(true).map_err(|e| e.to_string())?;
                let mut stage = Stage::new(client, acceptor.clone());
                let played = timeout(SCRIPT_MAX, stage.play(&script)).await;
                heard.push_str(&stage.heard);
                played
                    .unwrap_or_else(|_| Err("the script did not come to its end".to_owned()))
                    .map_err(|e| format!("{name}.dialog: {e}\nheard so far:\n{heard}"))?;
            }
            Ok(heard)
        });
        Self { port, playing }
    }

    /// Waits for the end of the script and gives all that the client said.
    pub async fn heard(self) -> String {
        let end = timeout(SCRIPT_MAX, self.playing).await.expect("an end");
        end.expect("no panic").unwrap_or_else(|e| panic!("{e}"))
    }
}

fn script(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/dialogs/{name}.dialog"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut lines = Vec::new();
    for line in text.lines() {
        if let Some(capabilities) = line.strip_prefix("login ") {
            let told = format!("S: * CAPABILITY {capabilities}");
            for step in [
                "S: * OK ready",
                "C: CAPABILITY",
                &told,
                "S: $ OK",
                "C: LOGIN \"lunch\" \"secret\"",
                "S: $ OK welcome",
                "C: CAPABILITY",
                &told,
                "S: $ OK",
                "C: LIST \"\" \"\"",
                "S: * LIST (\\Noselect) \"/\" \"\"",
                "S: $ OK",
            ] {
                lines.push(step.to_owned());
            }
        } else if line == "inbox" {
            for step in [
                "C: SELECT \"INBOX\"",
                "S: * 3 EXISTS",
                "S: * OK [UIDVALIDITY 7] set",
                "S: * OK [UIDNEXT 10] next",
                "S: $ OK [READ-WRITE] selected",
            ] {
                lines.push(step.to_owned());
            }
        } else if !line.is_empty() && !line.starts_with('#') {
            lines.push(line.to_owned());
        }
    }
    assert!(!lines.is_empty(), "{name}.dialog says nothing");
    lines
}

trait Duplex: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send {}
impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send> Duplex for T {}

struct Stage {
    client: Option<Box<dyn Duplex>>,
    plain: Option<TcpStream>,
    acceptor: Option<TlsAcceptor>,
    unread: Vec<u8>,
    tag: String,
    heard: String,
}

impl Stage {
    fn new(client: TcpStream, acceptor: Option<TlsAcceptor>) -> Self {
        Self {
            client: None,
            plain: Some(client),
            acceptor,
            unread: Vec::new(),
            tag: String::new(),
            heard: String::new(),
        }
    }

    fn stream(&mut self) -> &mut dyn Duplex {
        match (&mut self.client, &mut self.plain) {
            (Some(client), _) => client.as_mut(),
            (None, Some(plain)) => plain,
            (None, None) => panic!("the client was dropped before"),
        }
    }

    async fn play(&mut self, script: &[String]) -> Result<(), String> {
        for step in script {
            self.step(step)
                .await
                .map_err(|e| format!("at '{step}': {e}"))?;
        }
        Ok(())
    }

    async fn step(&mut self, step: &str) -> Result<(), String> {
        if let Some(text) = step.strip_prefix("S: ") {
            let line = format!("{}\r\n", self.filled(text));
            return self.say(line.as_bytes()).await;
        }
        if let Some(text) = step.strip_prefix("R: ") {
            let text = self.filled(text).replace("\\r", "\r").replace("\\n", "\n");
            return self.say(text.as_bytes()).await;
        }
        if let Some(wanted) = step.strip_prefix("C:") {
            return self.expect(wanted.trim()).await;
        }
        let (word, argument) = step.split_once(' ').unwrap_or((step, ""));
        match word {
            "D:" => while self.line().await? != "." {},
            "B:" => {
                let count = argument.parse().map_err(|_| "no number")?;
                while self.unread.len() < count {
                    self.read().await?;
                }
                let octets: Vec<u8> = self.unread.drain(..count).collect();
                self.heard.push_str(&String::from_utf8_lossy(&octets));
            }
            "wait" => {
                let ms = argument.parse().map_err(|_| "no number")?;
                tokio::time::sleep(Duration::from_millis(ms)).await;
            }
            "chat" => self.chat(argument).await?,
            "big" => {
                let count = argument.parse().map_err(|_| "no number")?;
                // A client that has enough hangs up in the middle; that is its right.
                let _ = self.say(&vec![b'x'; count]).await;
            }
            "late" => {
                // The client may be gone by now, and shall be.
                let _ = self.say(format!("{argument}\r\n").as_bytes()).await;
            }
            "tls" => {
                let plain = self.plain.take().ok_or("already gone")?;
                let acceptor = self.acceptor.as_ref().ok_or("no certificate")?;
                let shaken = acceptor.accept(plain).await.map_err(|e| e.to_string())?;
                self.client = Some(Box::new(shaken));
            }
            "silence" => while self.read().await.is_ok() {},
            "drop" => (self.client, self.plain) = (None, None),
            other => return Err(format!("unknown step {other}")),
        }
        Ok(())
    }

    fn filled(&self, text: &str) -> String {
        match text.strip_prefix("$ ") {
            Some(rest) => format!("{} {rest}", self.tag),
            None => text.to_owned(),
        }
    }

    async fn say(&mut self, octets: &[u8]) -> Result<(), String> {
        let stream = self.stream();
        stream.write_all(octets).await.map_err(|e| e.to_string())?;
        stream.flush().await.map_err(|e| e.to_string())
    }

    async fn chat(&mut self, argument: &str) -> Result<(), String> {
        let (ms, text) = argument.split_once(' ').ok_or("chat needs a text")?;
        let pause = Duration::from_millis(ms.parse().map_err(|_| "no number")?);
        while self.unread.is_empty() {
            self.say(format!("{text}\r\n").as_bytes()).await?;
            if let Ok(read) = timeout(pause, self.read()).await {
                read?;
            }
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<(), String> {
        let mut unread = std::mem::take(&mut self.unread);
        let read = self.stream().read_buf(&mut unread).await;
        self.unread = unread;
        match read {
            Ok(0) => Err("the client hung up".to_owned()),
            Ok(_) => Ok(()),
            Err(e) => Err(e.to_string()),
        }
    }

    async fn line(&mut self) -> Result<String, String> {
        loop {
            if let Some(at) = self.unread.windows(2).position(|w| w == b"\r\n") {
                let line: Vec<u8> = self.unread.drain(..at + 2).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                self.heard.push_str(&line);
                self.heard.push('\n');
                return Ok(line);
            }
            self.read().await?;
        }
    }

    async fn expect(&mut self, wanted: &str) -> Result<(), String> {
        let line = self.line().await?;
        if line.starts_with(wanted) {
            return Ok(());
        }
        let (tag, command) = line.split_once(' ').unwrap_or(("", &line));
        if command.starts_with(wanted) {
            self.tag = tag.to_owned();
            return Ok(());
        }
        Err(format!("the client said '{line}'"))
    }
}
