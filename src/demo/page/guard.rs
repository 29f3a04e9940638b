//! Who may ask: this machine's browser, from our own pages.
//!
//! Any site that somebody has open may send requests to loopback. So the Host header has to be ours
//! (a foreign name may be made to point to 127.0.0.1), a form has to come from one of our pages
//! (Origin, Sec-Fetch-Site) and to hold the token of this run, and every answer says what a browser
//! may do with it.

use super::House;
use super::views::Trouble;
use axum::extract::{Form, FromRequest, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most octets of a form.
pub const FORM_OCTETS_MAX: usize = 512 * 1024;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Of a letter: no script, no form, nothing loaded; its links may lead to a reply form of ours.
pub const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'self'; \
    sandbox allow-same-origin allow-top-navigation-by-user-activation";

/// Turns strangers away, and dresses every answer.
pub async fn guard(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let strange = stranger(&house, request.method(), request.headers());
    let mut response = match strange {
        Some(why) => house.views.trouble(&Trouble {
            status: StatusCode::FORBIDDEN,
            title: "Not from here",
            text: why,
        }),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        // Not no-referrer: browsers would then say no Origin with our own forms.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    response
}

fn stranger(house: &House, method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    let one = |name: &HeaderName| {
        let mut all = headers.get_all(name).iter();
        let first = all.next().and_then(|value| value.to_str().ok());
        if all.next().is_some() { None } else { first }
    };
    let host = one(&header::HOST).unwrap_or_default();
    if !house.hosts.iter().any(|ours| ours == host) {
        return Some(
            "This page answers to 127.0.0.1 and localhost only. Open it by the address that the \
             terminal shows.",
        );
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let elsewhere = "This form did not come from this page. Open the page by the address that the \
                     terminal shows, and try again there.";
    // Both are absent where a program and not a browser asks; the token is asked for either way.
    let own_origin = format!("http://{host}");
    if headers.contains_key(header::ORIGIN) && one(&header::ORIGIN) != Some(&own_origin) {
        return Some(elsewhere);
    }
    let site = HeaderName::from_static("sec-fetch-site");
    if headers.contains_key(&site) && one(&site) != Some("same-origin") {
        return Some(elsewhere);
    }
    None
}

/// The fields of a form that holds the token of this run.
pub struct Signed(BTreeMap<String, String>);

impl Signed {
    /// A field; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl FromRequest<Arc<House>> for Signed {
    type Rejection = Response;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Response> {
        let trouble = |status, title, text| {
            house.views.trouble(&Trouble {
                status,
                title,
                text,
            })
        };
        let form = Form::<BTreeMap<String, String>>::from_request(request, house).await;
        let Form(fields) = form.map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => trouble(
                StatusCode::PAYLOAD_TOO_LARGE,
                "That is too long",
                "A reply here may have up to 50,000 characters. Go back and shorten it.",
            ),
            _ => trouble(
                StatusCode::BAD_REQUEST,
                "That form could not be read",
                "Go back and press the button once more.",
            ),
        })?;
        if fields.get("token") == Some(&house.token) {
            Ok(Self(fields))
        } else {
            Err(trouble(
                StatusCode::FORBIDDEN,
                "This form is from an earlier run",
                "The demo was started anew since. Open its page again, and go on there.",
            ))
        }
    }
}
