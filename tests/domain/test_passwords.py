"""Passwords are hashed where they hold up nobody else."""

import subprocess
import sys

import argon2
import pytest
from flask import Flask

from tests.builders import PASSWORD, fan
from webapp.accounts import passwords, signing_in
from webapp.accounts.passwords import hash_password, is_right
from webapp.db import db

# Counts how often others of the process have their turn while one password is hashed and one is checked.
BESIDE = """
from gevent import monkey
monkey.patch_all()
import gevent
from webapp.accounts.passwords import hash_password, is_right

turns, is_over = 0, False
def others():
    global turns
    while not is_over:
        turns += 1
        gevent.sleep(0.001)

gevent.spawn(others)
hashed = hash_password("a password")
while_hashing = turns
assert is_right("a password", hashed) and not is_right("another", hashed)
is_over = True
print(while_hashing, turns - while_hashing)
print(hashed)
"""


def test_under_gevent_a_hash_of_the_recommended_cost_holds_up_nobody() -> None:
    said = subprocess.run([sys.executable, "-c", BESIDE], check=True, capture_output=True, text=True, timeout=120)
    turns, hashed = said.stdout.splitlines()
    assert all(int(counted) > 0 for counted in turns.split())
    assert argon2.extract_parameters(hashed) == argon2.profiles.RFC_9106_LOW_MEMORY


def test_a_hash_is_right_for_its_own_password_only() -> None:
    hashed = hash_password("a password")
    assert is_right("a password", hashed)
    assert not is_right("another", hashed)
    assert not is_right("a password", "no hash at all")


def test_an_unknown_address_costs_as_much_as_a_known_one(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[tuple[bool, bool]] = []
    verify = passwords._hasher.verify

    class Watched:
        def verify(self, stored: str, password: str) -> bool:
            checked.append((stored.startswith("$argon2id$"), db.session().in_transaction()))
            return verify(stored, password)

    fan("holder")
    passwords._nobodys_hash.cache_clear()  # another test's may have been made at another cost
    assert passwords._nobodys_hash().split("$")[:4] == hash_password("anything").split("$")[:4]
    monkeypatch.setattr(passwords, "_hasher", Watched())
    assert signing_in.who("HOLDER@frontrow.test", PASSWORD)
    assert signing_in.who("nobody@frontrow.test", "nobody has this password") is None
    # One check each, of a real hash, with the connection given back.
    assert checked == [(True, False), (True, False)]
