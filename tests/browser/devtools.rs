//! Chromium, driven over the Chrome DevTools Protocol: real clicks, real keys, pictures.
//!
//! Whatever the page complains about is collected: console errors, exceptions, refusals of the
//! content security policy, failed loads, and every address that is asked for.

use data_encoding::BASE64;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tungstenite::{Message, WebSocket};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one tab.
pub struct Browser {
    program: Child,
    _profile: tempfile::TempDir,
    socket: WebSocket<TcpStream>,
    session: String,
    asked: u64,
    /// What went wrong on the pages.
    pub complaints: Vec<String>,
    /// Every address that was asked for.
    pub addresses: Vec<String>,
    /// The slowest click.
    pub slowest: Duration,
}

impl Browser {
    /// Starts Chromium, without a window; `$POSTLUNCH_TEST_BROWSER` names another one.
    pub fn start() -> Self {
        let name = std::env::var("POSTLUNCH_TEST_BROWSER").unwrap_or("chromium".to_owned());
        let profile = tempfile::tempdir().expect("a folder");
        let mut program = Command::new(&name)
            .args([
                "--headless=new",
                // Its own sandbox wants rights that root and containers lack; the page is ours.
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{name}: {error}; scripts/test-in-a-browser installs it where apt-get is")
            });
        let lines = BufReader::new(program.stderr.take().expect("its errors")).lines();
        let mut lines = lines.map_while(Result::ok);
        let address = lines.find_map(|line| {
            let address = line.strip_prefix("DevTools listening on ")?;
            Some(address.to_owned())
        });
        let address = address.expect("the browser listens");
        std::thread::spawn(move || lines.for_each(drop));
        let host = address
            .strip_prefix("ws://")
            .and_then(|rest| rest.split('/').next());
        let stream = TcpStream::connect(host.expect("a host")).expect("the browser answers");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let (socket, _) = tungstenite::client(address.as_str(), stream).expect("a socket");
        let mut browser = Self {
            program,
            _profile: profile,
            socket,
            session: String::new(),
            asked: 0,
            complaints: Vec::new(),
            addresses: Vec::new(),
            slowest: Duration::ZERO,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach);
        browser.session = attached["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Gives a command and waits for its result.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        let mut command = json!({ "id": id, "method": method, "params": parameters });
        if !self.session.is_empty() {
            command["sessionId"] = json!(self.session);
        }
        let text = command.to_string();
        self.socket.send(Message::text(text)).expect("sent");
        loop {
            let heard = self.socket.read().expect("an answer in time");
            let Message::Text(text) = heard else { continue };
            let heard: Value = serde_json::from_str(text.as_str()).expect("JSON");
            if heard["id"] == id {
                assert!(heard["error"].is_null(), "{method}: {}", heard["error"]);
                return heard["result"].clone();
            }
            self.hear(&heard);
        }
    }

    fn hear(&mut self, event: &Value) {
        let told = &event["params"];
        match event["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" => self.complaints.push(told.to_string()),
            "Runtime.consoleAPICalled" if told["type"] != "log" => {
                self.complaints.push(told.to_string());
            }
            "Log.entryAdded" if told["entry"]["level"] != "verbose" => {
                self.complaints.push(told["entry"].to_string());
            }
            "Network.requestWillBeSent" => {
                let address = told["request"]["url"].as_str().unwrap_or_default();
                self.addresses.push(address.to_owned());
            }
            _ => {}
        }
    }

    /// The value of an expression of JavaScript on the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", asked);
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{expression}: {thrown}");
        answer["result"]["value"].clone()
    }

    /// The same, of text.
    pub fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        let text = value.as_str();
        text.unwrap_or_else(|| panic!("{expression} is {value}"))
            .to_owned()
    }

    /// Waits until an expression is true.
    pub fn wait(&mut self, expression: &str) {
        let until = Instant::now() + PATIENCE;
        // While a page goes and the next one comes, there may be nothing to ask.
        while self.call("Runtime.evaluate", json!({ "expression": expression }))["result"]["value"]
            != json!(true)
        {
            assert!(Instant::now() < until, "in vain: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Goes to an address by typing it.
    pub fn go(&mut self, address: &str) {
        self.leaving(|browser| {
            browser.call("Page.navigate", json!({ "url": address }));
        });
    }

    /// Does something that leads to another page, or to another place on this one, and waits for that.
    pub fn leaving(&mut self, act: impl FnOnce(&mut Self)) {
        let here = self.value("window.stays = true; location.href");
        let began = Instant::now();
        act(self);
        self.wait(&format!(
            "(window.stays === undefined || location.href !== {here}) && document.readyState === 'complete'"
        ));
        self.slowest = self.slowest.max(began.elapsed());
    }

    /// Clicks with the mouse where an element is. The expression gives the element; one in a frame is
    /// clicked in the frame.
    pub fn press(&mut self, element: &str) {
        let place = format!(
            "(() => {{ const e = {element}; if (!e) return null; \
             e.scrollIntoView({{ block: 'center', behavior: 'instant' }}); \
             const r = e.getClientRects()[0]; let x = r.x + r.width / 2, y = r.y + r.height / 2; \
             if (!e.contains(e.ownerDocument.elementFromPoint(x, y))) return 'something lies over it'; \
             const frame = e.ownerDocument.defaultView.frameElement; \
             if (frame) {{ const f = frame.getBoundingClientRect(); x += f.x; y += f.y; }} \
             return [x, y]; }})()"
        );
        let at = self.value(&place);
        assert!(at.is_array(), "nothing to click: {element}: {at}");
        for kind in ["mousePressed", "mouseReleased"] {
            let mouse = json!({
                "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", mouse);
        }
    }

    /// Clicks, and waits for the page that this leads to.
    pub fn click(&mut self, element: &str) {
        self.leaving(|browser| browser.press(element));
    }

    /// Presses a key: `Tab` or `Enter`.
    pub fn key(&mut self, name: &str) {
        let (code, text) = match name {
            "Enter" => (13, "\r"),
            _ => (9, ""),
        };
        for kind in ["keyDown", "keyUp"] {
            let key = json!({
                "type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code,
                "text": if kind == "keyDown" { text } else { "" },
            });
            self.call("Input.dispatchKeyEvent", key);
        }
    }

    /// A window so wide, light or dark.
    pub fn look(&mut self, width: u32, scheme: &str) {
        let metrics = json!({
            "width": width, "height": if width < 600 { 780 } else { 900 },
            "deviceScaleFactor": 1, "mobile": false,
        });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        // What glides is not yet where it will be clicked.
        let media = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.call("Emulation.setEmulatedMedia", media);
    }

    /// The whole page as a picture.
    pub fn picture(&mut self, path: &Path) {
        // The frames of letters find their height after a change of width.
        std::thread::sleep(Duration::from_millis(150));
        let asked = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.call("Page.captureScreenshot", asked);
        let octets = BASE64.decode(taken["data"].as_str().expect("a picture").as_bytes());
        std::fs::write(path, octets.expect("base64")).expect("written");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
