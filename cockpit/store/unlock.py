"""How a leader's profile is opened: by the keyring, by a passphrase from a file, else by one that a person types.

    unlock = Unlock(profile, away, passphrase_from(args.passphrase_file))
    while unlock.needs: …ask…; problem = unlock.type(passphrase)
    vault = unlock.vault            # None: this profile stays readable

No Qt: the window that asks is `ui/unlocking.py`, a script names a file.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from cockpit.model.errors import CockpitError, UserError
from cockpit.model.messages import Message
from cockpit.store import vault as keys
from cockpit.store.vault import Vault


class Needs(StrEnum):
    """What a person is asked for."""

    NOTHING = ""
    PASSPHRASE = "passphrase"
    """The one of this profile."""
    NEW = "new"
    """One to be chosen: there is no keyring."""
    LOST = "lost"
    """The keyring does not have the key and there is no passphrase: only to begin anew is left."""


class Unlock:
    """The opening of one profile.

    Attributes:
        profile: which. needs: what is still asked for.
        vault: the key once it is open; None also where the profile is not encrypted and need not be.
        encrypted_now: files of a plain profile that were taken over.
    """

    def __init__(self, profile: Path, away: bool, passphrase: str | None = None) -> None:
        """
        Args:
            away: the hub is another machine's: what is kept here has to be encrypted.
            passphrase: of a file that was named.

        Raises:
            UserError: it has to be encrypted and `[secure]` is not installed; the passphrase is not the one.
            OutsideError: the disk refused.
        """
        self.profile = profile
        self.needs = Needs.NOTHING
        self.vault: Vault | None = None
        self.encrypted_now = 0
        if not keys.is_encrypted(profile):
            if away:
                keys.needs_installed()
                self._begin(passphrase)
            return
        keys.needs_installed()
        kept = keys.read(profile)
        if passphrase is not None and kept is not None and kept.wrap("passphrase") is not None:
            self._open(keys.by_passphrase(profile, passphrase))
            return
        found = keys.by_keyring(profile)
        if found is not None:
            self._open(found)
        else:
            has_phrase = kept is not None and kept.wrap("passphrase") is not None
            self.needs = Needs.PASSPHRASE if has_phrase else Needs.LOST

    def type(self, passphrase: str) -> Message | None:
        """Tries what a person typed, or takes what one chose; why not. Takes a third of a second."""
        try:
            if self.needs is Needs.NEW:
                self._open(keys.create(self.profile, passphrase))
            elif self.needs is Needs.PASSPHRASE:
                self._open(keys.by_passphrase(self.profile, passphrase))
        except CockpitError as error:
            return error.message
        return None

    def begin_anew(self) -> None:
        """Removes what nobody can read any more; a new key is begun, and the hub gives again what it has.

        Raises:
            OutsideError: the disk refused.
        """
        from cockpit.store.secure import wipe

        wipe(self.profile)
        self._begin(None)

    def _begin(self, passphrase: str | None) -> None:
        """A new key: the keyring's where there is one, unless a passphrase was given."""
        if passphrase is not None:
            self._open(keys.create(self.profile, passphrase))
        elif keys.keyring() is not None:
            try:
                self._open(keys.create(self.profile, None))
            except UserError:
                raise
            except CockpitError:  # a keyring that is locked, or that keeps nothing
                self.needs = Needs.NEW
        else:
            self.needs = Needs.NEW

    def _open(self, vault: Vault) -> None:
        from cockpit.store.secure import take_over  # what reads files takes longer to load than the key to be opened

        self.encrypted_now = take_over(vault)
        self.vault = vault
        self.needs = Needs.NOTHING
