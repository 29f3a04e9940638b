//! A proxy between daemon and sandbox that knows where in a dialogue it is, and makes bad weather
//! there by a seeded plan: it cuts, delays, lies, injects and falls silent. It keeps a log by which a
//! test tells what the server took and what the daemon heard of it.

use crate::dice::Dice;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What is done where a rule holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deed {
    /// Both connections end without a word.
    Cut,
    /// It waits so many milliseconds, and goes on.
    Delay(u64),
    /// The client is answered so, in the server's place (IMAP: without the tag). 421 and BYE end it.
    Answer(&'static str),
    /// Only so many octets go through; then both connections end.
    Stub(usize),
    /// What was said is kept back; the connection stays up.
    KeepBack,
    /// From now on nothing goes through, and nothing is closed.
    Silence,
    /// Every number in the line is replaced by this one.
    Renumber(u32),
}

/// When something is done.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Where: `accept`, `banner`, `cmd:VERB`, `body`, `before-dot`, `reject`, `after-dot`; of IMAP
    /// `accept`, `cmd:NAME`, `literal`, `tagged:NAME`, `idle`, `exists`, `uidvalidity`.
    pub at: &'static str,
    /// What.
    pub deed: Deed,
    /// How likely, each time.
    pub share: f64,
    /// So many times it is let pass first.
    pub skip: u32,
    /// At most so often.
    pub times: u32,
    /// Only where this stands in the line.
    pub only: &'static str,
}

impl Rule {
    /// Always, without an end.
    pub const fn new(at: &'static str, deed: Deed) -> Self {
        Self {
            at,
            deed,
            share: 1.0,
            skip: 0,
            times: u32::MAX,
            only: "",
        }
    }

    /// With that likelihood.
    pub const fn share(mut self, share: f64) -> Self {
        self.share = share;
        self
    }

    /// At most so often.
    pub const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Not the first so many times.
    pub const fn skip(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// Only where this stands in the line.
    pub const fn only(mut self, text: &'static str) -> Self {
        self.only = text;
        self
    }
}

/// One message whose final dot came to the proxy.
#[derive(Clone, Debug)]
pub struct Handed {
    /// Its Message-ID.
    pub message_id: String,
    /// Whether the server took it.
    pub taken: bool,
    /// What the client was told; `None` if nothing.
    pub told: Option<String>,
}

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Messages, in order.
    pub handed: Vec<Handed>,
    /// When somebody connected.
    pub connected: Vec<Instant>,
    /// When somebody logged in.
    pub logins: Vec<Instant>,
    /// When a connection ended.
    pub ended: Vec<Instant>,
    /// What was done, by point.
    pub done: BTreeMap<String, u32>,
}

struct Plan {
    rules: Vec<Rule>,
    met: Vec<(u32, u32)>,
    log: Log,
}

/// The proxy; it ends with its runtime or when it is dropped.
pub struct Proxy {
    port: u16,
    plan: Arc<Mutex<Plan>>,
    tasks: JoinSet<()>,
}

/// Which protocol is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// SMTP.
    Smtp,
    /// IMAP.
    Imap,
}

impl Proxy {
    /// Listens on a port of its own, before the server at `to`.
    pub async fn start(tongue: Tongue, to: u16, seed: u64, rules: Vec<Rule>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let met = vec![(0, 0); rules.len()];
        let plan = Arc::new(Mutex::new(Plan {
            rules,
            met,
            log: Log::default(),
        }));
        let mut tasks = JoinSet::new();
        let shared = plan.clone();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            for number in 0.. {
                let Ok((client, _)) = listener.accept().await else {
                    return;
                };
                let line = Line {
                    plan: shared.clone(),
                    dice: Dice(seed ^ (number << 32)),
                };
                open.spawn(async move {
                    line.log().connected.push(Instant::now());
                    let shared = line.plan.clone();
                    let _ = match tongue {
                        Tongue::Smtp => smtp(client, to, line).await,
                        Tongue::Imap => imap(client, to, line).await,
                    };
                    let mut plan = shared.lock().expect("the log");
                    plan.log.ended.push(Instant::now());
                });
            }
        });
        Self { port, plan, tasks }
    }

    /// Where the daemon connects.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What happened so far.
    pub fn log(&self) -> Log {
        self.plan.lock().expect("the log").log.clone()
    }

    /// Other weather from now on.
    pub fn change(&self, rules: Vec<Rule>) {
        let mut plan = self.plan.lock().expect("the plan");
        plan.met = vec![(0, 0); rules.len()];
        plan.rules = rules;
    }

    /// Nothing listens any more, and all connections end.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// One connection's view of the plan.
struct Line {
    plan: Arc<Mutex<Plan>>,
    dice: Dice,
}

impl Line {
    fn log(&self) -> Logged<'_> {
        Logged(self.plan.lock().expect("the log"))
    }

    /// What the plan has in mind for this point.
    fn at(&mut self, point: &str, line: &str) -> Option<Deed> {
        let mut plan = self.plan.lock().expect("the plan");
        for number in 0..plan.rules.len() {
            let rule = plan.rules[number];
            if rule.at != point || !line.contains(rule.only) {
                continue;
            }
            let (seen, done) = plan.met[number];
            plan.met[number].0 += 1;
            if seen < rule.skip || done >= rule.times || self.dice.share() >= rule.share {
                continue;
            }
            plan.met[number].1 += 1;
            *plan.log.done.entry(point.to_owned()).or_default() += 1;
            return Some(rule.deed);
        }
        None
    }

    /// The same; a delay is waited for here, and a cut is an error.
    async fn weather(&mut self, point: &str, line: &str) -> io::Result<Option<Deed>> {
        match self.at(point, line) {
            Some(Deed::Delay(ms)) => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                Ok(None)
            }
            Some(Deed::Cut) => Err(io::ErrorKind::ConnectionReset.into()),
            other => Ok(other),
        }
    }
}

struct Logged<'a>(MutexGuard<'a, Plan>);

impl std::ops::Deref for Logged<'_> {
    type Target = Log;

    fn deref(&self) -> &Log {
        &self.0.log
    }
}

impl std::ops::DerefMut for Logged<'_> {
    fn deref_mut(&mut self) -> &mut Log {
        &mut self.0.log
    }
}

type Reader = BufReader<OwnedReadHalf>;

async fn line(from: &mut Reader) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    if from.read_until(b'\n', &mut octets).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(octets)
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

async fn halves(stream: TcpStream) -> (Reader, OwnedWriteHalf) {
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    (BufReader::new(read), write)
}

/// A whole reply, of one or more lines (RFC 5321 section 4.2).
async fn reply(from: &mut Reader) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let next = line(from).await?;
        let last = next.get(3) != Some(&b'-');
        whole.extend(next);
        if last {
            return Ok(whole);
        }
    }
}

/// A message up to its final dot, which is not in it.
async fn body(from: &mut Reader) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let next = line(from).await?;
        if next == b".\r\n" {
            return Ok(whole);
        }
        whole.extend(next);
    }
}

fn message_id(body: &[u8]) -> String {
    let head = text(body);
    let head = head.split("\r\n\r\n").next().unwrap_or_default();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let field = unfolded
        .lines()
        .find_map(|line| line.strip_prefix("Message-ID:"));
    field.unwrap_or_default().trim().to_owned()
}

async fn smtp(client: TcpStream, to: u16, mut weather: Line) -> io::Result<()> {
    weather.weather("accept", "").await?;
    let (mut client, mut answers) = halves(client).await;
    let (mut server, mut orders) = halves(TcpStream::connect(("127.0.0.1", to)).await?).await;
    let banner = reply(&mut server).await?;
    if let Some(Deed::Answer(instead)) = weather.weather("banner", "").await? {
        answers
            .write_all(format!("{instead}\r\n").as_bytes())
            .await?;
        return Ok(());
    }
    answers.write_all(&banner).await?;
    let mut recipient = String::new();
    loop {
        let order = line(&mut client).await?;
        let told = text(&order);
        let verb = told.split([' ', '\r', ':']).next().unwrap_or_default();
        let verb = verb.to_ascii_uppercase();
        if verb == "RCPT" {
            let address = told.split(['<', '>']).nth(1).unwrap_or_default();
            address.clone_into(&mut recipient);
        }
        if let Some(Deed::Answer(instead)) = weather.weather(&format!("cmd:{verb}"), &told).await? {
            answers
                .write_all(format!("{instead}\r\n").as_bytes())
                .await?;
            if instead.starts_with("421") {
                return Ok(());
            }
            continue;
        }
        if verb != "DATA" {
            orders.write_all(&order).await?;
            answers.write_all(&reply(&mut server).await?).await?;
            continue;
        }
        if let Some(Deed::Answer(instead)) = weather.weather("reject", &recipient).await? {
            answers.write_all(b"354 go ahead\r\n").await?;
            body(&mut client).await?;
            orders.write_all(b"RSET\r\n").await?;
            reply(&mut server).await?;
            answers
                .write_all(format!("{instead}\r\n").as_bytes())
                .await?;
            continue;
        }
        orders.write_all(&order).await?;
        let go = reply(&mut server).await?;
        answers.write_all(&go).await?;
        if !go.starts_with(b"354") {
            continue;
        }
        let letter = body(&mut client).await?;
        if let Some(Deed::Stub(octets)) = weather.weather("body", &recipient).await? {
            orders
                .write_all(&letter[..letter.len().min(octets)])
                .await?;
            return Ok(());
        }
        orders.write_all(&letter).await?;
        weather.weather("before-dot", &recipient).await?;
        orders.write_all(b".\r\n").await?;
        let ended = reply(&mut server).await?;
        let number = {
            let mut log = weather.log();
            log.handed.push(Handed {
                message_id: message_id(&letter),
                taken: ended.starts_with(b"2"),
                told: None,
            });
            log.handed.len() - 1
        };
        match weather.weather("after-dot", &recipient).await? {
            Some(Deed::Stub(octets)) => {
                answers.write_all(&ended[..ended.len().min(octets)]).await?;
                return Ok(());
            }
            Some(Deed::KeepBack) => {
                tokio::time::sleep(Duration::from_secs(2)).await;
                return Ok(());
            }
            _ => {}
        }
        answers.write_all(&ended).await?;
        weather.log().handed[number].told = Some(text(&ended));
    }
}

/// What both directions of an IMAP connection know.
#[derive(Default)]
struct Talk {
    names: BTreeMap<String, String>,
    idling: bool,
    silent: bool,
}

async fn imap(client: TcpStream, to: u16, mut weather: Line) -> io::Result<()> {
    weather.weather("accept", "").await?;
    let (client, answers) = halves(client).await;
    let (server, orders) = halves(TcpStream::connect(("127.0.0.1", to)).await?).await;
    let talk = Arc::new(Mutex::new(Talk::default()));
    let answers = Arc::new(tokio::sync::Mutex::new(answers));
    let other = Line {
        plan: weather.plan.clone(),
        dice: Dice(weather.dice.0 ^ 0xabcd),
    };
    tokio::select! {
        ended = forth(client, orders, answers.clone(), talk.clone(), weather) => ended,
        ended = back(server, answers, talk, other) => ended,
    }
}

type Answers = Arc<tokio::sync::Mutex<OwnedWriteHalf>>;

/// The octets of a literal that a line announces (RFC 3501 section 4.3).
fn literal(line: &[u8]) -> Option<usize> {
    let told = text(line);
    let told = told.trim_end().strip_suffix('}')?;
    let (_, number) = told.rsplit_once('{')?;
    number.trim_end_matches('+').parse().ok()
}

async fn literal_octets(from: &mut Reader, length: usize) -> io::Result<Vec<u8>> {
    let mut octets = vec![0; length];
    from.read_exact(&mut octets).await?;
    Ok(octets)
}

async fn forth(
    mut client: Reader,
    mut orders: OwnedWriteHalf,
    answers: Answers,
    talk: Arc<Mutex<Talk>>,
    mut weather: Line,
) -> io::Result<()> {
    loop {
        let order = line(&mut client).await?;
        if talk.lock().expect("talk").silent {
            continue;
        }
        let told = text(&order);
        let mut words = told.split_whitespace();
        let tag = words.next().unwrap_or_default().to_owned();
        let mut name = words.next().unwrap_or_default().to_ascii_uppercase();
        if name == "UID" {
            name = format!(
                "UID {}",
                words.next().unwrap_or_default().to_ascii_uppercase()
            );
        }
        if name.is_empty() {
            talk.lock().expect("talk").idling = false; // DONE
            orders.write_all(&order).await?;
            continue;
        }
        if name == "LOGIN" {
            weather.log().logins.push(Instant::now());
        }
        talk.lock()
            .expect("talk")
            .names
            .insert(tag.clone(), name.clone());
        if let Some(Deed::Answer(instead)) = weather.weather(&format!("cmd:{name}"), &told).await? {
            let instead = format!("{tag} {instead}\r\n");
            answers.lock().await.write_all(instead.as_bytes()).await?;
            continue;
        }
        orders.write_all(&order).await?;
        if let Some(length) = literal(&order) {
            let octets = literal_octets(&mut client, length).await?;
            orders.write_all(&octets).await?;
            orders.write_all(&line(&mut client).await?).await?;
        }
        if name == "IDLE" {
            talk.lock().expect("talk").idling = true;
            match weather.at("idle", "") {
                Some(Deed::Cut) => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    return Ok(());
                }
                Some(Deed::Answer(bye)) => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    let bye = format!("{bye}\r\n");
                    answers.lock().await.write_all(bye.as_bytes()).await?;
                    return Ok(());
                }
                Some(Deed::Silence) => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    talk.lock().expect("talk").silent = true;
                }
                _ => {}
            }
        }
    }
}

async fn back(
    mut server: Reader,
    answers: Answers,
    talk: Arc<Mutex<Talk>>,
    mut weather: Line,
) -> io::Result<()> {
    loop {
        let mut said = line(&mut server).await?;
        let (silent, idling, name) = {
            let talk = talk.lock().expect("talk");
            let told = text(&said);
            let tag = told.split_whitespace().next().unwrap_or_default();
            (talk.silent, talk.idling, talk.names.get(tag).cloned())
        };
        if silent {
            continue;
        }
        if let Some(length) = literal(&said) {
            let octets = literal_octets(&mut server, length).await?;
            answers.lock().await.write_all(&said).await?;
            let half = octets.len() / 2;
            let deed = match length > 200 {
                true => weather.at("literal", ""),
                false => None,
            };
            answers.lock().await.write_all(&octets[..half]).await?;
            match deed {
                Some(Deed::Cut) => return Ok(()),
                Some(Deed::Delay(ms)) => tokio::time::sleep(Duration::from_millis(ms)).await,
                _ => {}
            }
            answers.lock().await.write_all(&octets[half..]).await?;
            continue;
        }
        let told = text(&said);
        if let Some(name) = name {
            let deed = weather.weather(&format!("tagged:{name}"), &told).await?;
            if deed == Some(Deed::KeepBack) {
                continue;
            }
        } else if idling && told.contains(" EXISTS") {
            if weather.weather("exists", &told).await? == Some(Deed::KeepBack) {
                continue;
            }
        } else if told.contains("[UIDVALIDITY ")
            && let Some(Deed::Renumber(number)) = weather.weather("uidvalidity", &told).await?
        {
            said = format!("* OK [UIDVALIDITY {number}] renumbered\r\n").into_bytes();
        }
        answers.lock().await.write_all(&said).await?;
    }
}
