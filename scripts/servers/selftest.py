"""Mail through the real servers once: every way in and out that the tests rely on."""

import imaplib
import os
import smtplib
import ssl
import time

SAID = {key[len("POSTLUNCH_TEST_"):]: value for key, value in os.environ.items() if key.startswith("POSTLUNCH_TEST_")}
HOST, DOMAIN = SAID["HOST"], SAID["DOMAIN"]
TRUST = ssl.create_default_context(cafile=SAID["CA"])


def submit(sender, recipient, subject, port="SMTP_PORT"):
    if port == "SMTP_TLS_PORT":
        server = smtplib.SMTP_SSL(HOST, int(SAID[port]), context=TRUST, timeout=10)
    else:
        server = smtplib.SMTP(HOST, int(SAID[port]), timeout=10)
    with server:
        server.ehlo()
        if port == "SMTP_PORT":
            assert not server.has_extn("auth"), "AUTH offered before STARTTLS"
            server.starttls(context=TRUST)
        server.login(f"{sender}@{DOMAIN}", SAID[f"PASSWORD_{sender.upper()}"])
        text = f"From: {sender}@{DOMAIN}\r\nTo: {recipient}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@{DOMAIN}>\r\n\r\nHello.\r\n"
        server.sendmail(f"{sender}@{DOMAIN}", [recipient], text)


def arrives(account, subject, folder="INBOX", seconds=15):
    """The message with that text in its header or body, waited for; with the time it took."""
    began = time.monotonic()
    with imaplib.IMAP4_SSL(HOST, int(SAID["IMAP_PORT"]), ssl_context=TRUST, timeout=10) as server:
        server.login(f"{account}@{DOMAIN}", SAID[f"PASSWORD_{account.upper()}"])
        while time.monotonic() - began < seconds:
            server.select(folder)
            found = server.search(None, "TEXT", f'"{subject}"')[1][0].split()
            if found:
                message = server.fetch(found[0], "(BODY.PEEK[])")[1][0][1].decode()
                print(f"  {account} has {subject} in {folder} after {time.monotonic() - began:.2f} s")
                return message
            time.sleep(0.05)
    raise SystemExit(f"{account} never got {subject} in {folder}")


for port in ["SMTP_PORT", "SMTP_TLS_PORT", "SMTP_PLAIN_PORT"]:
    submit("alice", f"lunch@{DOMAIN}", port.lower(), port)
    arrives("lunch", port.lower())

submit("bob", f"lunch+Token-123@{DOMAIN}", "plus-address")
assert f"Delivered-To: lunch+Token-123@{DOMAIN}" in arrives("lunch", "plus-address")

submit("lunch", SAID["GONE"], "to-nobody-behind")
notification = arrives("lunch", "Undelivered Mail Returned to Sender")
for word in ["Return-Path: <>", "multipart/report", "Auto-Submitted: auto-replied", "Status: 5.1.1"]:
    assert word in notification, word
arrives("lunch", "to-nobody-behind", "Sent")

submit("lunch", SAID["DISCARDED"], "discarded")
arrives("lunch", "discarded", "Sent")
try:
    submit("lunch", SAID["REFUSED"], "refused")
    raise SystemExit("the refused address was accepted")
except smtplib.SMTPRecipientsRefused as refused:
    assert refused.recipients[SAID["REFUSED"]][0] == 550, refused

with imaplib.IMAP4(HOST, int(SAID["IMAP_STARTTLS_PORT"]), timeout=10) as server:
    server.starttls(ssl_context=TRUST)
    server.login(f"dan@{DOMAIN}", SAID["PASSWORD_DAN"])
    offered = set(server.capability()[1][0].decode().split())
    assert {"IDLE", "MOVE", "UIDPLUS", "SPECIAL-USE"} <= offered, offered
    assert any(b"\\Sent" in line for line in server.list()[1]), "no folder is marked as Sent"
print("  all ways of mail work")
