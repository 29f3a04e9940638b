//! A visitor of the demo's page without a browser: sends requests, reads pages, fills in forms.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use postlunch::demo::page::Page;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// A mail by somebody who means ill: every way to run, load or send something that HTML has.
pub const HOSTILE: &str = concat!(
    "From: \"<script>owned()</script>\" <mallory@example.net>\n",
    "To: ben@example.com\n",
    "Subject: <img src=x onerror=\"owned()\"> \"hello\"\n",
    "Message-ID: <hostile@example.net>\n",
    "MIME-Version: 1.0\n",
    "Content-Type: multipart/alternative; boundary=\"=\"\n\n",
    "--=\nContent-Type: text/plain; charset=utf-8\n\n",
    "</pre></textarea><script>owned()</script> words\n",
    "--=\nContent-Type: text/html; charset=utf-8\n\n",
    "<html><head><base href=\"http://127.0.0.1:PORT/\">",
    "<meta http-equiv=\"refresh\" content=\"0; url=http://127.0.0.1:PORT/refresh\">",
    "<link rel=\"stylesheet\" href=\"http://127.0.0.1:PORT/sheet\">",
    "<style>@import 'http://127.0.0.1:PORT/import'; ",
    "@font-face { font-family: f; src: url(http://127.0.0.1:PORT/font) } ",
    "body { font-family: f; background: url(http://127.0.0.1:PORT/background) }</style></head>",
    "<body onload=\"top.owned = 1\"><p>hello, a foreign mail</p>",
    "<script>top.owned = 2; window.owned = 3</script>",
    "<script src=\"http://127.0.0.1:PORT/script\"></script>",
    "<img src=\"http://127.0.0.1:PORT/pixel\" onerror=\"top.owned = 4\">",
    "<svg onload=\"top.owned = 5\"></svg>",
    "<iframe src=\"http://127.0.0.1:PORT/frame\"></iframe>",
    "<iframe srcdoc=\"<script>top.owned = 6</script>\"></iframe>",
    "<object data=\"http://127.0.0.1:PORT/object\"></object>",
    "<form id=\"f\" method=\"post\" action=\"/clock\" target=\"_top\">",
    "<button name=\"until\" value=\"fortnight\" autofocus>press me</button></form>",
    "<a href=\"javascript:top.owned = 7\">click me</a>",
    "<a href=\"mailto:mallory@example.net?subject=%3Cscript%3E\">write to me</a>",
    "</body></html>\n",
    "--=--\n",
);

/// An answer.
pub struct Seen {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Seen {
    /// Where it leads to.
    pub fn location(&self) -> &str {
        let field = self.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("location").then_some(value)
        });
        field.expect("a redirect").trim()
    }

    /// The part of the page from `start` on up to `end`.
    pub fn between(&self, start: &str, end: &str) -> &str {
        self.find(start, end)
            .unwrap_or_else(|| panic!("no {start} in {}", self.body))
    }

    pub fn find(&self, start: &str, end: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(start)?;
        Some(rest.split_once(end)?.0)
    }

    /// The hidden fields of the form that leads there.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let form = self.between(&format!("method=\"post\" action=\"{action}\""), "</form>");
        let hidden = form.split("<input type=\"hidden\" name=\"").skip(1);
        let fields = hidden.map(|input| {
            let (name, rest) = input.split_once('"').expect("a name");
            let value = rest.strip_prefix(" value=\"").expect("a value");
            let (value, _) = value.split_once('"').expect("its end");
            (name.to_owned(), value.to_owned())
        });
        fields.collect()
    }

    /// What stands in the box for words.
    pub fn typed(&self) -> String {
        let area = self.between("<textarea id=\"words\"", "</textarea>");
        let (_, words) = area.split_once(">\n").expect("the box");
        unescaped(words)
    }

    /// The chosen option of a select.
    pub fn chosen(&self, name: &str) -> String {
        let select = self.between(&format!("<select name=\"{name}\">"), "</select>");
        let (before, _) = select.split_once("\" selected").expect("a choice");
        before.rsplit('"').next().expect("its value").to_owned()
    }
}

pub fn unescaped(text: &str) -> String {
    text.replace("&#x27;", "'")
        .replace("&#x2f;", "/")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// The page, served on a thread of its own.
pub struct Visitor {
    pub port: u16,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
}

impl Visitor {
    pub fn enter() -> Self {
        Self::enter_after("", &[])
    }

    /// Enters after somebody from outside has written to one of the four.
    pub fn enter_after(to: &'static str, mail: &'static [u8]) -> Self {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let page = Page::set(0).await.expect("a page");
                if !mail.is_empty() {
                    page.receive(to, mail).await.expect("taken");
                }
                let address = page.address();
                tell.send(address).expect("somebody waits");
                let closing = async move {
                    let _ = stopped.await;
                };
                page.serve(closing).await.expect("served to the end");
            });
        });
        let address = told.recv().expect("the page stands");
        let (_, port) = address
            .trim_end_matches('/')
            .rsplit_once(':')
            .expect("a port");
        Self {
            port: port.parse().expect("a number"),
            stop: Some(stop),
            served: Some(served),
        }
    }

    /// Sends a request as it is.
    pub fn ask(&self, method: &str, path: &str, fields: &str, body: &str) -> Seen {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{fields}\r\n{body}"
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("somebody listens");
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).expect("a limit");
        // What is too large is refused before all of it was sent.
        let _ = stream.write_all(request.as_bytes());
        let mut octets = Vec::new();
        let _ = stream.read_to_end(&mut octets);
        let answer = String::from_utf8_lossy(&octets).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Seen {
            status: status.expect("a status"),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub fn host(&self) -> String {
        format!("Host: 127.0.0.1:{}\r\n", self.port)
    }

    pub fn try_get(&self, path: &str) -> Seen {
        let (path, _) = path.split_once('#').unwrap_or((path, ""));
        self.ask("GET", path, &self.host(), "")
    }

    pub fn get(&self, path: &str) -> Seen {
        let seen = self.try_get(path);
        assert_eq!(seen.status, 200, "{path}: {}", seen.body);
        seen
    }

    /// Sends fields as a form does, with more header fields.
    pub fn post(&self, path: &str, more: &str, fields: &[(&str, &str)]) -> Seen {
        let coded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", coded(name), coded(value)))
            .collect();
        let head = format!(
            "{}Content-Type: application/x-www-form-urlencoded\r\n{more}",
            self.host()
        );
        self.ask("POST", path, &head, &pairs.join("&"))
    }

    /// Fills in a form of a page, sends it as a browser would, and goes where that leads.
    pub fn submit(&self, page: &Seen, action: &str, fields: &[(&str, &str)]) -> Seen {
        let hidden = page.form(action);
        let mut all: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend(fields);
        let more = format!(
            "Origin: http://127.0.0.1:{}\r\nSec-Fetch-Site: same-origin\r\n",
            self.port
        );
        let answer = self.post(action, &more, &all);
        if answer.status == 200 {
            return answer;
        }
        assert_eq!(answer.status, 303, "{action}: {}", answer.body);
        self.get(answer.location())
    }

    /// Picks a suggested answer under a letter and sends it.
    pub fn say(&self, letter: &str, suggestion: usize) -> Seen {
        let (letter, _) = letter.split_once('#').unwrap_or((letter, ""));
        let form = self.get(&format!("{letter}?say={suggestion}"));
        let (words, habit) = (form.typed(), form.chosen("habit"));
        let action = letter.replace("/mail/", "/reply/");
        self.submit(&form, &action, &[("words", &words), ("habit", &habit)])
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let ended = self.served.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(ended.is_some_and(|ended| ended.is_ok()), "the page closes");
        }
    }
}
