"""What of the clipboard is offered, and what not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.gui.model.clipboard import MAX_TEXT, Offer, offered
from lanchat.protocol.target import MAX_OTHERS, Address, invitation_link, parse_target

ID, TOKEN = "ab" * 16, "t" * 22
INVITATION = invitation_link([Address("10.0.0.7", 5055), Address("fd00::7", 5055)], ID, TOKEN)
INVITED = parse_target(INVITATION)


def look(text: str) -> Offer | None:
    return offered(text, (), ())


def test_an_invitation_is_offered() -> None:
    assert look(INVITATION) == (INVITATION, INVITED, "Join the invitation on the clipboard")


@pytest.mark.parametrize("link", ["lanchat://nas.local", "lanchat://10.0.0.7:5055", f"lanchat://10.0.0.7?id={ID}"])
def test_a_link_without_a_token_is_an_address(link: str) -> None:
    offer = look(link)
    assert offer is not None
    assert offer.words == "Join the address on the clipboard"


def test_what_surrounds_a_link_on_its_way_is_left_out() -> None:
    offer = look(f"  {INVITATION}\r\n")
    assert offer is not None
    assert offer.link == INVITATION


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.0.0.7:5055",
        "Studio Nord",
        f"id:{ID}",
        "https://example.org",
        f"Come in: {INVITATION}",
        "lanchat://",
        "lanchat://[",
        "lanchat://host:0",
        "lanchat://host?id=",
        f"lanchat://host?token={TOKEN}",
        INVITATION.partition("&or=")[0][:-1],  # cut
        f"{INVITATION}\nSee you there",
        f"{INVITATION} and more",
        "lanchat://nas\nlocal",
        "lanchat://nas?or=ask us",
        "lanchat://nas?in=the kitchen",
        f"lanchat://host?x={chr(0)}",
        f"lanchat://host?x={chr(0x202E)}",  # turns the direction of what follows
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert look(text) is None


def test_a_long_text_is_not_looked_at() -> None:
    filled = INVITATION + "&x=" + "y" * (MAX_TEXT - len(INVITATION) - 3)
    assert look(filled) is not None
    assert look(filled + "y") is None


def test_the_longest_link_of_ours_is_short_enough() -> None:
    addresses = [Address(f"fd00:1111:2222:3333:4444:5555:6666:{n}777", 65535) for n in range(1 + MAX_OTHERS)]
    assert look(invitation_link(addresses, ID, TOKEN)) is not None


def test_what_was_used_is_not_offered_again() -> None:
    assert offered(f"{INVITATION}\n", {INVITED}, ()) is None
    assert offered(INVITATION.replace(TOKEN, "u" * 22), {INVITED}, ()) is not None


def test_a_link_to_a_server_on_this_computer_is_not_offered() -> None:
    assert offered(INVITATION, (), {ID}) is None
    assert offered(INVITATION, (), {"cd" * 16}) is not None


@given(st.text() | st.text().map("lanchat://{}".format) | st.text().map((INVITATION + "{}").format))
def test_no_text_makes_it_fail(text: str) -> None:
    offer = look(text)
    assert offer is None or parse_target(offer.link) == offer.address
