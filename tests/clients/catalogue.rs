//! The clients, each with its own way to introduce, mark and wrap a quote.

use super::render::{Client, Encoding, Html, Marks};

const GMAIL_QUOTE: (&str, &str) = (
    "<blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\">",
    "</blockquote>",
);
const CITE: (&str, &str) = (
    "<blockquote type=\"cite\"><div dir=\"ltr\">",
    "</div></blockquote>",
);
const DIV: (&str, &str) = ("<div dir=\"ltr\">", "</div>");
const WORD: (&str, &str) = (
    "<p class=\"MsoNormal\"><span style=\"color:#1F497D\">",
    "<o:p></o:p></span></p>",
);

const fn gmail(open: &'static str) -> Html {
    Html {
        words: DIV,
        own_line: "",
        open,
        quote: GMAIL_QUOTE,
        close: "</div>",
    }
}

const fn client(
    name: &'static str,
    marks: Marks,
    introduction: &'static str,
    own_line: &'static str,
    html: Option<Html>,
) -> Client {
    Client {
        name,
        marks,
        introduction,
        own_line,
        html,
        charset: "utf-8",
        encoding: Encoding::QuotedPrintable,
    }
}

pub fn clients() -> Vec<Client> {
    use Marks::{Angle, Bare, BareText, Flowed};
    let mut all = vec![
        client(
            "Gmail web",
            Angle,
            "On Tue, Nov 24, 2026 at 4:00 PM Ana via Lunch <\nlunch+ab4-k3j2q7mzx5w6rn4tcvhyd2pgsa@example.com> wrote:\n",
            "",
            Some(gmail(
                "<br><div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">On Tue, Nov 24, 2026 at 4:00 PM Ana via Lunch &lt;<a href=\"mailto:lunch@example.com\">lunch@example.com</a>&gt; wrote:<br></div>",
            )),
        ),
        client(
            "Gmail Android, German",
            Angle,
            "Ana via Lunch <lunch@example.com> schrieb am Di., 24. Nov. 2026,\n16:00:\n",
            "",
            Some(gmail(
                "<br><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">Ana via Lunch &lt;<a href=\"mailto:lunch@example.com\">lunch@example.com</a>&gt; schrieb am Di., 24. Nov. 2026, 16:00:<br></div>",
            )),
        ),
        client(
            "Gmail iOS, French",
            Angle,
            "Le mar. 24 nov. 2026 à 16:00, Ana via Lunch <lunch@example.com> a\nécrit :\n",
            "",
            Some(gmail(
                "<div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">Le mar. 24 nov. 2026 à 16:00, Ana via Lunch &lt;<a href=\"mailto:lunch@example.com\">lunch@example.com</a>&gt; a écrit :<br></div></div>",
            )),
        ),
        client(
            "Gmail web, Spanish",
            Angle,
            "El mar, 24 nov 2026 a las 16:00, Ana via Lunch (<lunch@example.com>)\nescribió:\n",
            "",
            Some(gmail(
                "<br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">El mar, 24 nov 2026 a las 16:00, Ana via Lunch (&lt;lunch@example.com&gt;) escribió:<br></div>",
            )),
        ),
        client(
            "Apple Mail macOS",
            Angle,
            "> On 24. Nov 2026, at 16:00, Ana via Lunch <lunch@example.com> wrote:\n>",
            "",
            Some(Html {
                words: ("<div>", "</div>"),
                own_line: "",
                open: "<div><br><blockquote type=\"cite\"><div>On 24. Nov 2026, at 16:00, Ana via Lunch &lt;lunch@example.com&gt; wrote:</div><br class=\"Apple-interchange-newline\"></blockquote>",
                quote: CITE,
                close: "</div><br>",
            }),
        ),
        client(
            "Apple Mail iOS",
            Angle,
            "> On 24 Nov 2026, at 16:00, Ana via Lunch <lunch@example.com> wrote:\n> \n> \u{feff}",
            "Sent from my iPhone",
            Some(Html {
                words: ("<div dir=\"ltr\">", "</div>"),
                own_line: "<br><div dir=\"ltr\">Sent from my iPhone</div>",
                open: "<div dir=\"ltr\"><br><blockquote type=\"cite\">On 24 Nov 2026, at 16:00, Ana via Lunch &lt;lunch@example.com&gt; wrote:<br><br></blockquote></div>",
                quote: CITE,
                close: "",
            }),
        ),
        client(
            "Apple Mail iOS, Dutch",
            Angle,
            "> Op 24 nov. 2026 om 16:00 heeft Ana via Lunch <lunch@example.com> het volgende geschreven:\n> \n> \u{feff}",
            "Verstuurd vanaf mijn iPhone",
            None,
        ),
        client(
            "Outlook desktop",
            Bare,
            "From: Ana via Lunch <lunch@example.com>\nSent: Tuesday, November 24, 2026 4:00 PM\nTo: Ben Smith <ben@example.com>\nSubject: One on one peer review feedback lunch: Ben & Ana\n",
            "",
            Some(Html {
                words: WORD,
                own_line: "<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>",
                open: "<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in\"><p class=\"MsoNormal\"><b>From:</b> Ana via Lunch &lt;lunch@example.com&gt; <br><b>Sent:</b> Tuesday, November 24, 2026 4:00 PM<br><b>To:</b> Ben Smith &lt;ben@example.com&gt;<br><b>Subject:</b> One on one peer review feedback lunch: Ben &amp; Ana<o:p></o:p></p></div><p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>",
                quote: ("", ""),
                close: "",
            }),
        ),
        client(
            "Outlook desktop, German",
            Bare,
            "Von: Ana via Lunch <lunch@example.com>\nGesendet: Dienstag, 24. November 2026 16:00\nAn: Ben Smith <ben@example.com>\nBetreff: One on one peer review feedback lunch: Ben & Ana\n",
            "",
            Some(Html {
                words: WORD,
                own_line: "",
                open: "<div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p class=\"MsoNormal\"><b>Von:</b> Ana via Lunch &lt;lunch@example.com&gt; <br><b>Gesendet:</b> Dienstag, 24. November 2026 16:00<br><b>An:</b> Ben Smith &lt;ben@example.com&gt;<br><b>Betreff:</b> One on one<o:p></o:p></p></div></div>",
                quote: ("", ""),
                close: "",
            }),
        ),
        client(
            "Outlook desktop, plain text",
            BareText,
            "-----Original Message-----\nFrom: Ana via Lunch <lunch@example.com> \nSent: Tuesday, November 24, 2026 4:00 PM\nTo: Ben Smith <ben@example.com>\nSubject: One on one peer review feedback lunch: Ben & Ana\n",
            "",
            None,
        ),
        client(
            "Outlook web",
            Bare,
            "________________________________\nFrom: Ana via Lunch <lunch@example.com>\nSent: Tuesday, November 24, 2026 4:00 PM\nTo: Ben Smith <ben@example.com>\nSubject: One on one peer review feedback lunch: Ben & Ana\n",
            "",
            Some(Html {
                words: (
                    "<div class=\"elementToProof\" style=\"font-family: Aptos\">",
                    "</div>",
                ),
                own_line: "<div id=\"appendonsend\"></div>",
                open: "<hr style=\"display:inline-block;width:98%\" tabindex=\"-1\"><div id=\"divRplyFwdMsg\" dir=\"ltr\"><font face=\"Calibri\"><b>From:</b> Ana via Lunch &lt;lunch@example.com&gt;<br><b>Sent:</b> Tuesday, November 24, 2026 4:00 PM<br><b>To:</b> Ben Smith<br><b>Subject:</b> One on one</font><div>&nbsp;</div></div>",
                quote: ("<div>", "</div>"),
                close: "",
            }),
        ),
        client(
            "Outlook mobile",
            Bare,
            "________________________________\nFrom: Ana via Lunch <lunch@example.com>\nSent: Tuesday, November 24, 2026 4:00:12 PM\nTo: Ben Smith <ben@example.com>\nSubject: One on one peer review feedback lunch: Ben & Ana\n",
            "Get Outlook for iOS<https://aka.ms/o0ukef>",
            Some(Html {
                words: ("<div dir=\"ltr\">", "</div>"),
                own_line: "<div><br></div><div id=\"ms-outlook-mobile-signature\">Get <a href=\"https://aka.ms/o0ukef\">Outlook for iOS</a></div>",
                open: "<div id=\"mail-editor-reference-message-container\"><hr style=\"display:inline-block;width:98%\"><div id=\"divRplyFwdMsg\"><b>From:</b> Ana via Lunch &lt;lunch@example.com&gt;<br><b>Sent:</b> Tuesday, November 24, 2026 4:00:12 PM<br><b>To:</b> Ben Smith<br><b>Subject:</b> One on one<div>&nbsp;</div></div>",
                quote: ("<div>", "</div>"),
                close: "</div>",
            }),
        ),
        client(
            "Thunderbird, plain",
            Flowed,
            "On 24/11/2026 16:00, Ana via Lunch wrote:",
            "",
            None,
        ),
        client(
            "Thunderbird, HTML",
            Angle,
            "Am 24.11.26 um 16:00 schrieb Ana via Lunch:",
            "",
            Some(Html {
                words: ("<p>", "</p>"),
                own_line: "",
                open: "<div class=\"moz-cite-prefix\">Am 24.11.26 um 16:00 schrieb Ana via Lunch:<br></div>",
                quote: (
                    "<blockquote type=\"cite\" cite=\"mid:x@example.com\">",
                    "</blockquote>",
                ),
                close: "",
            }),
        ),
        client(
            "Yahoo web",
            Bare,
            "    On Tuesday, November 24, 2026 at 04:00:00 PM GMT+1, Ana via Lunch <lunch@example.com> wrote:  \n",
            "",
            Some(Html {
                words: (
                    "<div class=\"ydpa1yahoo-style-wrap\"><div dir=\"ltr\">",
                    "</div></div>",
                ),
                own_line: "",
                open: "<div id=\"yahoo_quoted_1\" class=\"yahoo_quoted\"><div>On Tuesday, November 24, 2026 at 04:00:00 PM GMT+1, Ana via Lunch &lt;lunch@example.com&gt; wrote:</div><div><br></div>",
                quote: ("<div>", "</div>"),
                close: "</div>",
            }),
        ),
        client(
            "Yahoo mobile",
            Bare,
            "On Tuesday, November 24, 2026, 4:00 PM, Ana via Lunch <lunch@example.com> wrote:\n",
            "Sent from Yahoo Mail for iPhone",
            Some(Html {
                words: ("<div>", "</div>"),
                own_line: "<br><br><a href=\"https://mail.onelink.me/x\">Sent from Yahoo Mail for iPhone</a><br><br>",
                open: "<p class=\"yahoo-quoted-begin\">On Tuesday, November 24, 2026, 4:00 PM, Ana via Lunch &lt;lunch@example.com&gt; wrote:</p>",
                quote: ("<blockquote class=\"iosymail\">", "</blockquote>"),
                close: "",
            }),
        ),
        client(
            "Proton web",
            Angle,
            "On Tuesday, November 24th, 2026 at 4:00 PM, Ana via Lunch <lunch@example.com> wrote:\n",
            "Sent with [Proton Mail](https://proton.me/mail/home) secure email.",
            Some(Html {
                words: ("<div style=\"font-family: Arial\">", "</div>"),
                own_line: "<div class=\"protonmail_signature_block\"><div class=\"protonmail_signature_block-proton\">Sent with <a href=\"https://proton.me/mail/home\">Proton Mail</a> secure email.</div></div>",
                open: "<div class=\"protonmail_quote\">On Tuesday, November 24th, 2026 at 4:00 PM, Ana via Lunch &lt;lunch@example.com&gt; wrote:<br>",
                quote: (
                    "<blockquote class=\"protonmail_quote\" type=\"cite\">",
                    "</blockquote>",
                ),
                close: "</div>",
            }),
        ),
        client(
            "GMX",
            Bare,
            "Gesendet: Dienstag, 24. November 2026 um 16:00 Uhr\nVon: \"Ana via Lunch\" <lunch@example.com>\nAn: ben@example.com\nBetreff: One on one peer review feedback lunch: Ben & Ana\n",
            "",
            Some(Html {
                words: ("<div>", "</div>"),
                own_line: "<div>&nbsp;</div>",
                open: "<div name=\"quote\" style=\"margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;\"><div style=\"margin:0 0 10px 0;\"><b>Gesendet:</b>&nbsp;Dienstag, 24. November 2026 um 16:00 Uhr<br/><b>Von:</b>&nbsp;&quot;Ana via Lunch&quot; &lt;lunch@example.com&gt;<br/><b>An:</b>&nbsp;ben@example.com<br/><b>Betreff:</b>&nbsp;One on one</div>",
                quote: ("<div name=\"quoted-content\">", "</div>"),
                close: "</div>",
            }),
        ),
        client(
            "Samsung Email",
            Bare,
            "-------- Original message --------\nFrom: Ana via Lunch <lunch@example.com> \nDate: 24/11/2026  16:00  (GMT+01:00) \nTo: Ben Smith <ben@example.com> \nSubject: One on one peer review feedback lunch: Ben & Ana \n",
            "Sent from my Galaxy",
            Some(Html {
                words: ("<div dir=\"auto\">", "</div>"),
                own_line: "<div><br></div><div id=\"composer_signature\" dir=\"auto\"><div style=\"font-size:12px;color:#575757\">Sent from my Galaxy</div></div>",
                open: "<div><br></div><div style=\"font-size:100%;color:#000000\"><!-- originalMessage --><div>-------- Original message --------</div><div>From: Ana via Lunch &lt;lunch@example.com&gt; </div><div>Date: 24/11/2026  16:00  (GMT+01:00) </div><div>To: Ben Smith </div><div>Subject: One on one </div></div>",
                quote: ("<div>", "</div>"),
                close: "",
            }),
        ),
        client(
            "K-9",
            Angle,
            "Am 24. November 2026 16:00:00 MEZ schrieb Ana via Lunch <lunch@example.com>:",
            "-- \nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
            Some(Html {
                words: ("<div dir=\"auto\">", "</div>"),
                own_line: "",
                open: "<br><br><div class=\"gmail_quote\"><div dir=\"auto\">Am 24. November 2026 16:00:00 MEZ schrieb Ana via Lunch &lt;lunch@example.com&gt;:</div>",
                quote: GMAIL_QUOTE,
                close: "</div>",
            }),
        ),
        client(
            "Fastmail",
            Angle,
            "On Tue, Nov 24, 2026, at 4:00 PM, Ana via Lunch wrote:",
            "",
            Some(Html {
                words: ("<div>", "</div>"),
                own_line: "",
                open: "<div>On Tue, Nov 24, 2026, at 4:00 PM, Ana via Lunch wrote:</div>",
                quote: ("<blockquote type=\"cite\" id=\"qt\">", "</blockquote>"),
                close: "",
            }),
        ),
        client(
            "Zoho",
            Bare,
            "---- On Tue, 24 Nov 2026 16:00:00 +0100 Ana via Lunch <lunch@example.com> wrote ----\n",
            "",
            Some(Html {
                words: ("<div>", "</div>"),
                own_line: "",
                open: "<div class=\"zmail_extra\"><div id=\"Zm-_Id_-Sgn1\">---- On Tue, 24 Nov 2026 16:00:00 +0100 <b>Ana via Lunch &lt;lunch@example.com&gt;</b> wrote ----<br></div><br>",
                quote: ("<blockquote style=\"margin:0px\">", "</blockquote>"),
                close: "</div>",
            }),
        ),
        client(
            "mutt",
            Angle,
            "On Tue, Nov 24, 2026 at 04:00:00PM +0100, Ana via Lunch wrote:",
            "",
            None,
        ),
        client(
            "alpine",
            Angle,
            "On Tue, 24 Nov 2026, Ana via Lunch wrote:\n",
            "",
            None,
        ),
        client(
            "Zimbra",
            Bare,
            "----- Original Message -----\nFrom: \"Ana via Lunch\" <lunch@example.com>\nTo: \"Ben Smith\" <ben@example.com>\nSent: Tuesday, November 24, 2026 4:00:00 PM\nSubject: One on one peer review feedback lunch: Ben & Ana\n",
            "",
            Some(Html {
                words: ("<div>", "</div>"),
                own_line: "<div><br></div>",
                open: "<hr id=\"zwchr\" data-marker=\"__DIVIDER__\"><div data-marker=\"__HEADERS__\"><b>From: </b>\"Ana via Lunch\" &lt;lunch@example.com&gt;<br><b>To: </b>\"Ben Smith\"<br><b>Sent: </b>Tuesday, November 24, 2026 4:00:00 PM<br><b>Subject: </b>One on one<br></div>",
                quote: ("<div data-marker=\"__QUOTED_TEXT__\">", "</div>"),
                close: "",
            }),
        ),
        client(
            "HCL Notes",
            Bare,
            "From:\t\"Ana via Lunch\" <lunch@example.com>\nTo:\t\"Ben Smith\" <ben@example.com>\nDate:\t24.11.2026 16:00\nSubject:\tOne on one peer review feedback lunch: Ben & Ana\n",
            "",
            None,
        ),
        client(
            "QQ",
            Bare,
            "------------------ Original ------------------\nFrom: \"Ana via Lunch\"<lunch@example.com>;\nSend time: Tuesday, Nov 24, 2026 4:00 PM\nTo: \"Ben\"<ben@example.com>;\nSubject: One on one\n",
            "",
            Some(Html {
                words: ("<div>", "</div>"),
                own_line: "<div><br></div>",
                open: "<div style=\"font-size: 12px;padding:2px 0;\">------------------&nbsp;原始邮件&nbsp;------------------</div><div style=\"font-size: 12px;background:#efefef;padding:8px;\"><div><b>发件人:</b> \"Ana via Lunch\" &lt;lunch@example.com&gt;;</div><div><b>发送时间:</b>&nbsp;2026年11月24日(星期二) 下午4:00</div><div><b>收件人:</b>&nbsp;\"Ben\"</div><div><b>主题:</b>&nbsp;One on one</div></div>",
                quote: ("<div>", "</div>"),
                close: "",
            }),
        ),
        client(
            "163",
            Angle,
            "在 2026-11-24 16:00:00，\"Ana via Lunch\" <lunch@example.com> 写道：\n",
            "",
            Some(Html {
                words: ("<div>", "</div>"),
                own_line: "",
                open: "<p>在 2026-11-24 16:00:00，\"Ana via Lunch\" &lt;lunch@example.com&gt; 写道：</p>",
                quote: ("<blockquote id=\"isReplyContent\">", "</blockquote>"),
                close: "",
            }),
        ),
    ];
    for (number, client) in all.iter_mut().enumerate() {
        client.encoding = [
            Encoding::QuotedPrintable,
            Encoding::Base64,
            Encoding::EightBit,
        ][number % 3];
        if client.name.starts_with("Outlook desktop") || client.name == "HCL Notes" {
            client.charset = "windows-1252";
        }
    }
    all
}
