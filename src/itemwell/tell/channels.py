"""Ways to operators, by the settings: each a function of a message that returns why it failed, or "".

An adapter translates; when, how long and how often is decided elsewhere.
"""

import json
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from itemwell.tell import SECONDS
from itemwell.tell.post import post

if TYPE_CHECKING:
    from itemwell.settings import Settings


class Message(NamedTuple):
    """What is said: a line, more lines, and the same for machines. Without secrets."""

    subject: str
    text: str
    document: dict[str, Any]


Channel = Callable[[Message], str]


def configured(settings: "Settings") -> dict[str, Channel]:
    """The channels that the settings name, by their name."""
    found: dict[str, Channel] = {}
    if settings.smtp_url and settings.alert_mail_to.strip(" ,"):
        found["mail"] = lambda message: _mail(settings, message)
    if settings.slack_webhook_url:
        slack = settings.slack_webhook_url.get_secret_value()
        found["slack"] = lambda message: _json(slack, {"text": _for_slack(message)})
    if settings.alert_webhook_url:
        address = settings.alert_webhook_url.get_secret_value()
        found["webhook"] = lambda message: _json(address, message.document)
    return found


def _json(url: str, document: dict[str, Any]) -> str:
    return post(url, json.dumps(document).encode(), "application/json", SECONDS)


def _for_slack(message: Message) -> str:
    """Slack reads <...> as a link or as @channel."""
    text = f"{message.subject}\n{message.text}".strip()
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mail(settings: "Settings", message: Message) -> str:
    assert settings.smtp_url is not None
    parts = urlsplit(settings.smtp_url.get_secret_value())
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.subject.split())[:200]
    mail["From"] = settings.alert_mail_from
    mail["To"] = settings.alert_mail_to
    mail.set_content(message.text or message.subject)
    host = parts.hostname or ""
    try:
        with _server(parts.scheme, host, parts.port) as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return f"the mail server did not take it ({type(error).__name__})"
    return ""


def _server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    """A connection, encrypted where the server can: a password goes over no other."""
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=context)
    server = smtplib.SMTP(host, port or 587, timeout=SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
        server.ehlo()
    elif host not in {"localhost", "127.0.0.1", "::1"}:
        server.close()
        raise ValueError("the server offers no STARTTLS")
    return server
